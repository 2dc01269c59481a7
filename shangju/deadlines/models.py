"""Working time and deadline classes as data."""
