"""Members of the alliance: merchants, property firms, social organisations, public bodies."""
