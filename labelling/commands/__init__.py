"""The commands: what each is asked for, and what it tells."""
