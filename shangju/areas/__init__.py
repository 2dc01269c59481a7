"""The tree of areas with its Party bodies, outlines and addresses."""
