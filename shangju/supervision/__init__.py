"""Supervision: deadlines that climb by themselves, the desk of the task force, cards to units (cases.md §5)."""
