"""The case mechanism: a concern from intake to a satisfied reporter."""
