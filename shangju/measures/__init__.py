"""Measures: the figures of cases.md §8, recomputable from the history (docs/adr/0013)."""
