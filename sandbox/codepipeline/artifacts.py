"""The artifacts of one execution: a folder of files each."""

import shutil
from pathlib import Path, PurePosixPath

from sandbox.errors import SandboxError


class Artifacts:
    """Folders by artifact name, below the folder of the execution."""

    def __init__(self, root: Path):
        self._root = root

    def folder(self, name: str) -> Path:
        """Files of an artifact. Raises SandboxError when no action has made it."""
        folder = self._root / name
        if not folder.is_dir():
            message = f"there is no artifact {name!r} in {self._root}"
            raise SandboxError(message)
        return folder

    def copy(self, name: str, owner: str) -> Path:
        """A fresh copy for one action, which may write into it as if it were the only one."""
        copied = self._root / ".work" / owner
        shutil.rmtree(copied, ignore_errors=True)
        shutil.copytree(self.folder(name), copied, symlinks=True)
        return copied

    def room(self, name: str) -> Path:
        """An empty folder to fill, which `keep` then makes the artifact."""
        folder = self._root / f".{name}.unfinished"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return folder

    def keep(self, name: str) -> None:
        """Make what was filled the artifact of this name, in the place of an earlier attempt's."""
        shutil.rmtree(self._root / name, ignore_errors=True)
        (self._root / f".{name}.unfinished").rename(self._root / name)

    def file(self, reference: str) -> Path:
        """The file that `Artifact::path/of/file` names. Raises SandboxError when it is not there."""
        name, separator, path = reference.partition("::")
        if not separator or not path:
            message = f"{reference!r}: expected ARTIFACT::FILE"
            raise SandboxError(message)
        inner = PurePosixPath(path)
        folder = self.folder(name)
        if inner.is_absolute() or ".." in inner.parts or not (folder / inner).is_file():
            held = sorted(str(found.relative_to(folder)) for found in folder.rglob("*") if found.is_file())
            message = f"{reference!r}: artifact {name} holds no such file; it holds {', '.join(held[:20]) or 'nothing'}"
            raise SandboxError(message)
        return folder / inner
