"""A request that is refused."""


class RequestError(Exception):
    """A request that cannot be answered: an HTTP status from 400 to 499, or 503, and a sentence why."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
