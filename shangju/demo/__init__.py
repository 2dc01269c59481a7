"""The Dashikou demonstration: deterministic, relative to today."""
