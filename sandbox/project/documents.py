"""Puts what a pipeline learns from into the sandbox's S3."""

import hashlib
import tempfile
from pathlib import Path

from sandbox.errors import SandboxError
from sandbox.jobs.storage import Storage
from sandbox.layout import Layout
from sandbox.settings import Settings


def recipe_text(documents: int, seed: int) -> str:
    """The synthetic identity card's recipe file."""
    return f"recipe: identity-card\ndocuments: {documents}\nseed: {seed}\n"


def upload_recipe(storage: Storage, settings: Settings, documents: int, seed: int) -> str:
    """Store a recipe and return the S3 address of its folder."""
    with tempfile.TemporaryDirectory(dir=Layout(settings.state_folder).scratch) as scratch:
        Path(scratch, "identity-card.yaml").write_text(recipe_text(documents, seed))
        return upload_documents(storage, settings, Path(scratch))


def upload_documents(storage: Storage, settings: Settings, folder: Path) -> str:
    """Store a folder and return its S3 address.

    The address holds a digest of the content: the step cache compares addresses, and other documents must
    not look like the same. Raises SandboxError for a folder that is missing or has no file.
    """
    if not folder.is_dir():
        message = f"{folder} is not a folder: expected one that holds documents"
        raise SandboxError(message)
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    if not paths:
        message = f"{folder} holds no file: expected images and their labels, or a recipe"
        raise SandboxError(message)
    digest = hashlib.sha256()
    for path in paths:
        digest.update(str(path.relative_to(folder)).encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    uri = f"s3://{settings.bucket}/documents/{digest.hexdigest()[:16]}/"
    storage.upload_folder(folder, uri)
    return uri
