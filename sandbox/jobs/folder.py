"""The emulated `/opt/ml` of one job."""

from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from sandbox.errors import SandboxError
from sandbox.files import last_line

CONTAINER_ROOT = PurePosixPath("/opt/ml")


@dataclass(frozen=True)
class JobFolder:
    """Folders of a container that SageMaker would have started."""

    root: Path

    @property
    def base(self) -> Path:
        """What SAGEMAKER_BASE_DIR points at."""
        return self.root / "opt" / "ml"

    def create(self) -> None:
        """Make the folders that every container finds."""
        for folder in (self.base / "input" / "config", self.base / "output", self.base / "model"):
            folder.mkdir(parents=True, exist_ok=True)

    def local(self, path: str) -> Path:
        """Where a path of the container lies here. Raises SandboxError for one outside `/opt/ml`."""
        container_path = PurePosixPath(path)
        if not container_path.is_relative_to(CONTAINER_ROOT) or ".." in container_path.parts:
            message = f"container path {path!r}: expected one below {CONTAINER_ROOT}"
            raise SandboxError(message)
        return self.base / container_path.relative_to(CONTAINER_ROOT)

    def said(self, file_name: str, log: Path) -> str:
        """What the job gave as the reason of its failure, else the last line of its log.

        SageMaker takes at most 1024 characters of it.
        """
        message = self.base / "output" / file_name
        text = message.read_text("utf-8", "replace").strip() if message.is_file() else ""
        return (text or last_line(log))[:1024]
