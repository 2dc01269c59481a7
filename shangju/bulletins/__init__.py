"""Bulletins of a sub-district: week and month in words and figures, frozen when they are issued."""
