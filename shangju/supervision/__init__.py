"""Supervision: deadlines that climb by themselves, the desk of the task force (cases.md §5)."""
