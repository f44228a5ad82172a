"""What the commands of `python -m sandbox` do."""
