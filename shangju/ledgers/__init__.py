"""Ledgers (台账): what the work has left behind as tables, on screen and as files that leave the house."""
