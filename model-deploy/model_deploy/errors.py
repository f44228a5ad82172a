"""The one error that a person, rather than the program, must mend."""


class DeployError(Exception):
    """Something outside the program is missing or wrong; the message says what and what to do."""
