"""The archives in which PaddleOCR publishes its training checkpoints."""

import io
import tarfile
from pathlib import PurePosixPath

from ocr_training.errors import UserError

SUFFIX = ".pdparams"
BEST = "best_accuracy.pdparams"


def read_checkpoint(archive: bytes, limit: int) -> bytes:
    """The content of the one `*.pdparams` in an uncompressed tar, of `best_accuracy.pdparams` when there are several.

    Nothing is extracted: a member's path is never used. Raises UserError for another archive, and for a file of more
    than `limit` bytes.
    """
    try:
        with tarfile.open(fileobj=io.BytesIO(archive), mode="r:") as tar:
            member = _chosen(tar.getmembers())
            if member.size > limit:
                raise UserError(f"{member.name!r} in the archive is {member.size} bytes; at most {limit} are read")
            extracted = tar.extractfile(member)
            content = extracted.read() if extracted else b""
            if len(content) != member.size:
                raise UserError(f"{member.name!r} in the archive ends after {len(content)} of {member.size} bytes")
            return content
    except (tarfile.TarError, EOFError, OSError, ValueError, OverflowError) as error:
        raise UserError(f"it is no readable tar ({type(error).__name__}: {error})") from error


def _chosen(members: list[tarfile.TarInfo]) -> tarfile.TarInfo:
    # A link has no content of its own, and macOS puts a hidden twin beside each file.
    found = [
        (name, member)
        for member in members
        if member.isreg() and (name := PurePosixPath(member.name).name).endswith(SUFFIX) and not name.startswith(".")
    ]
    chosen = [member for name, member in found if name == BEST] or [member for _, member in found]
    if len(chosen) != 1:
        names = ", ".join(repr(member.name) for member in members[:10]) or "nothing"
        raise UserError(f"the archive holds {len(chosen)} files *{SUFFIX}, expected one; it has {names}")
    return chosen[0]
