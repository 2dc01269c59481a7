"""Posts in areas, appointments to them, and the rights and scope that follow."""
