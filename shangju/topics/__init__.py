"""Many small concerns that are one matter: hot places and repeats, found by likeness, kept by people (docs/topics.md)."""
