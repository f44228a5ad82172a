"""Images by their names: the entry point of each, what was built of it, and its versions in SageMaker."""
