"""The recogniser, its arithmetic on a CPU, and what its weights are kept in."""
