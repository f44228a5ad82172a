"""The model registry: its versions, and what a new one must have."""
