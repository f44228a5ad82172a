"""Images that the lanes built: what a digest in the sandbox's registry stands for."""

import json
import os
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from moto.ecr.models import ecr_backends

from sandbox.errors import SandboxError
from sandbox.images.entry_points import repository_name
from sandbox.layout import Layout
from sandbox.settings import Settings

_REFERENCE = re.compile(r"[^@]+@(sha256:[0-9a-f]{64})")
_ENTRYPOINT = re.compile(r"^ENTRYPOINT (\[.*\])$", re.MULTILINE)


@dataclass(frozen=True)
class BuiltImage:
    """The files of an image that was built without an engine; they stand where the Dockerfile says /opt/app."""

    folder: Path

    def command(self, entrypoint: Sequence[str], arguments: Sequence[str]) -> list[str]:
        """Command line of a container; `entrypoint` replaces the Dockerfile's. Raises SandboxError without either."""
        command = [*(entrypoint or self._entrypoint()), *arguments]
        if command[0] in ("python", "python3"):
            command[0] = sys.executable
        return command

    def environment(self) -> dict[str, str]:
        """What makes a process run these files and not the checkout's."""
        inherited = os.environ.get("PYTHONPATH")
        return {"PYTHONPATH": os.pathsep.join([str(self.folder), *([inherited] if inherited else [])])}

    def _entrypoint(self) -> list[str]:
        found = _ENTRYPOINT.findall((self.folder / "Dockerfile").read_text())
        if not found:
            message = f"{self.folder / 'Dockerfile'} has no ENTRYPOINT in the form of a list"
            raise SandboxError(message)
        entrypoint: list[str] = json.loads(found[-1])
        return entrypoint


class BuiltImages:
    """Looks addresses up in the registry."""

    def __init__(self, settings: Settings):
        self._settings = settings
        self._folder = Layout(settings.state_folder).stand_ins / "images"

    def content(self, image_uri: str) -> str | None:
        """The digest, 64 hex digits, of what an image named by its digest holds; None for one that no lane pushed."""
        reference = _REFERENCE.fullmatch(image_uri)
        repositories = ecr_backends[self._settings.account_id][self._settings.region].repositories
        repository = repositories.get(repository_name(image_uri))
        if reference is None or repository is None:
            return None
        for image in repository.images:
            if image.get_image_digest() == reference.group(1):
                digest: str = json.loads(image.image_manifest)["config"]["digest"]
                return digest.removeprefix("sha256:")
        return None

    def find(self, image_uri: str) -> BuiltImage | None:
        """The image's files, where the stand-in for docker built it."""
        content = self.content(image_uri)
        folder = self._folder / content if content else None
        return BuiltImage(folder) if folder and folder.is_dir() else None
