"""What is looked for before a run, and after it."""
