"""Mistakes in the wiring, made one at a time: what the proof must see."""
