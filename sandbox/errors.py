"""What the sandbox tells its user instead of a traceback."""


class SandboxError(Exception):
    """A sentence that says what was found, where, what was expected and what to do."""
