"""Seed code as a zip: the same files give the same bytes, on every machine."""

import io
import stat
import zipfile
from collections.abc import Iterable
from pathlib import PurePosixPath

from publisher.errors import PublishError
from publisher.seed_files import SeedFile

CODECOMMIT_ZIP_BYTES = 20 * 10**6
"""AWS::CodeCommit::Repository refuses more: "Code archive supplied cannot be more than 20 MB compressed"
(https://github.com/aws-samples/amazon-rekognition-face-liveness-demo/issues/5; the quotas page says 20 GB)."""

_EARLIEST = (1980, 1, 1, 0, 0, 0)
_UNIX = 3
_EXECUTABLE, _PLAIN = 0o755, 0o644


def seed_zip(files: Iterable[SeedFile], name: str) -> bytes:
    """A zip of the files, at its root as CodeCommit wants them; `name` is for messages.

    Raises:
        PublishError: it is larger than CodeCommit takes.
    """
    buffer = io.BytesIO()
    # Stored, for deflate's bytes depend on the zlib of the machine, and published versions are compared by theirs.
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for file in sorted(files, key=lambda file: file.path):
            entry = zipfile.ZipInfo(file.path, _EARLIEST)
            entry.create_system = _UNIX
            entry.external_attr = (stat.S_IFREG | (_EXECUTABLE if file.executable else _PLAIN)) << 16
            archive.writestr(entry, file.content)
    content = buffer.getvalue()
    if len(content) > CODECOMMIT_ZIP_BYTES:
        message = (
            f"The seed code of {name} makes a zip of {len(content)} bytes; CodeCommit takes {CODECOMMIT_ZIP_BYTES} at "
            "most: move large files out of the repository."
        )
        raise PublishError(message)
    return content


def read_seed_zip(content: bytes, name: str) -> list[SeedFile]:
    """The files of a zip that `seed_zip` wrote, sorted by their paths.

    Raises:
        PublishError: this is no such zip; nothing of it is used then.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return sorted((_file(archive, entry, name) for entry in archive.infolist()), key=lambda file: file.path)
    except zipfile.BadZipFile as error:
        raise PublishError(f"{name} is no zip ({error}); expected seed code: publish that version again.") from error


def _file(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str) -> SeedFile:
    path = PurePosixPath(entry.filename)
    mode = entry.external_attr >> 16
    if (
        path.is_absolute()
        or {"..", ".git"} & set(path.parts)
        or str(path) != entry.filename
        or entry.compress_type != zipfile.ZIP_STORED
        or not stat.S_ISREG(mode)
    ):
        message = (
            f"{name} holds {entry.filename!r}, which no seed code of this project has: it was made by something else."
        )
        raise PublishError(message)
    return SeedFile(entry.filename, archive.read(entry), bool(mode & stat.S_IXUSR))
