"""Tells people what happened: takes un-notified history rows, writes and sends notices."""
