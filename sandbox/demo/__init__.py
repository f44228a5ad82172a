"""`demo`: the whole loop, and what it found out."""
