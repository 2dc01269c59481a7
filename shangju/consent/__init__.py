"""The privacy notice in versions: what people were told when they left their data."""
