"""Backups: one file that holds everything at one moment, and the way back from it."""
