"""Whole pages of the test split: where the lines are found and what is read there, page by page."""
