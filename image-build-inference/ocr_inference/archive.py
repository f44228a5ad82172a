"""Model archives from elsewhere, unpacked without trust."""

import shutil
import tarfile
import zlib
from pathlib import Path, PurePosixPath

from ocr_inference.failure import UserError

MAX_BYTES = 2 * 1024**3
MAX_MEMBERS = 10_000


def unpack(archive: Path, folder: Path, max_bytes: int = MAX_BYTES, max_members: int = MAX_MEMBERS) -> None:
    """Unpack a ``.tar.gz`` into ``folder``, which is made.

    Links, devices, absolute paths and paths that leave the folder are refused, and nothing after the first
    of them is unpacked.

    Raises:
        UserError: the file is no archive, holds a refused member, or is larger than the limits when unpacked.
    """
    folder.mkdir(parents=True, exist_ok=True)
    total = 0
    try:
        with tarfile.open(archive, mode="r:gz") as tar:
            for number, member in enumerate(tar, start=1):
                total += member.size
                if total > max_bytes or number > max_members:
                    raise UserError(
                        f"{archive} unpacks to more than {max_bytes} bytes or {max_members} members: "
                        "it is not a model archive."
                    )
                if not (member.isfile() or member.isdir()):
                    raise UserError(f"{archive} holds {member.name!r}, which is neither file nor folder: refused.")
                _write(tar, member, folder / _relative(archive, member.name))
    except (tarfile.TarError, OSError, EOFError, zlib.error) as error:
        raise UserError(f"{archive} cannot be unpacked as .tar.gz: {error}.") from error


def _relative(archive: Path, name: str) -> PurePosixPath:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts:
        raise UserError(f"{archive} holds {name!r}, which would be unpacked outside its folder: refused.")
    return path


# By hand, because tarfile's own filters came with Python 3.11.4, and Debian 12's Python is older.
def _write(tar: tarfile.TarFile, member: tarfile.TarInfo, target: Path) -> None:
    if member.isdir():
        target.mkdir(parents=True, exist_ok=True)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    source = tar.extractfile(member)
    if source is not None:
        with source, target.open("wb") as file:
            shutil.copyfileobj(source, file)
