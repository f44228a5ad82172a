"""Errors that a user can mend."""


class UserError(Exception):
    """Something in the job's input is wrong; the message is one sentence that says what to do about it."""
