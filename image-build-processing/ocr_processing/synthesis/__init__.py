"""Synthetic documents: identity cards and single text lines, drawn and damaged from one seed."""
