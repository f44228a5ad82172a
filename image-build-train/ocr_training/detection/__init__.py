"""The detector: where the text lines of a page are."""
