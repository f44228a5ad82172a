"""What a person has to be told."""


class WorkbenchError(Exception):
    """Something cannot be done; the message says what was found, what was expected and what to do."""
