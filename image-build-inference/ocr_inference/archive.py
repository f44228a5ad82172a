"""Model archives from elsewhere, unpacked without trust."""

import tarfile
import zlib
from pathlib import Path

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
                tar.extract(member, folder, filter="data")
    except tarfile.FilterError as error:
        raise UserError(f"{archive} holds a member that would be unpacked outside its folder: {error}.") from error
    except (tarfile.TarError, OSError, EOFError, zlib.error) as error:
        raise UserError(f"{archive} cannot be unpacked as .tar.gz: {error}.") from error
