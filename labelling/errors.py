"""What labelling tells its user instead of a traceback."""


class LabellingError(Exception):
    """A sentence that says what was found, where, what was expected and what to do."""
