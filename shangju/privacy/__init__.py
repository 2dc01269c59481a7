"""Retention, anonymisation and the rights of those whose data is kept."""
