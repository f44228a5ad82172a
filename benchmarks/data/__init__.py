"""How fast and in how much memory documents become a dataset: ``python -m benchmarks.data``."""
