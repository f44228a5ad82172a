"""Lines, and the batches that they meet in."""
