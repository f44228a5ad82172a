"""Processes that read: the server only moves bytes, so that what breaks on a page breaks one of these and no more."""
