"""What the image commands tell their user instead of a traceback."""


class ImageError(Exception):
    """A sentence that says what was found, where, what was expected and what to do."""
