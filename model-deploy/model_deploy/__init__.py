"""Promotes approved model versions: what to deploy, and whether what was deployed reads."""
