"""The tree of categories of concerns, with class, ladder and legal basis."""
