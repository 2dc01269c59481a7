"""Filters of the set-up pages."""
