"""Set-up pages of the three administrators."""
