"""The resident's pages: home, report, track, confirm. No account needed."""
