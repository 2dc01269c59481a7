"""The benchmarks and drills: ``python -m bench``; every figure with the conditions under which it was taken."""
