"""Working time, deadline classes, and due instants that explain themselves."""
