"""Why a picture is not read."""


class UnreadablePictureError(ValueError):
    """The bytes are no picture that can be read; the message says why."""


class PictureTooLargeError(ValueError):
    """The picture has more pixels or pages than are admitted, or takes longer to decode."""
