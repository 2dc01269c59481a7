"""People who sign in, how they do it, and the three administrators."""
