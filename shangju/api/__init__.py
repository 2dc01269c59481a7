"""The programming interface: parse, call services, format."""
