"""Tells other programs what happens to cases, by signed calls to their addresses."""
