"""Concerns from files, through a mapping, each row once."""
