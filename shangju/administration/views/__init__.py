"""Set-up pages, one module per subject."""
