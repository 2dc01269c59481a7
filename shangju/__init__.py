"""Shangju (商居联动): merchant–resident co-governance of an urban sub-district."""

__version__ = "0.1.0"
