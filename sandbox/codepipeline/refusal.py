"""Requests that CodePipeline refuses."""

from sandbox.errors import SandboxError


class Refusal(SandboxError):  # noqa: N818 - what it is, to those who raise it
    """A request that cannot be met, with the exception's name in the service's API."""

    def __init__(self, code: str, message: str):
        super().__init__(message)
        self.code = code
