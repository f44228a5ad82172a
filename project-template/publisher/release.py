"""A release: the objects of one version, as they are to lie in the bucket."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from publisher.errors import PublishError
from publisher.layout import CHECK_IN, FOLDERS, TEMPLATE, manifest_key, prefix_of, seed_key, template_key
from publisher.manifest import Manifest, PublishedObject
from publisher.seed_files import SeedFile, commit_of, read_seed
from publisher.seed_zip import seed_zip
from publisher.template import with_defaults

TEMPLATE_FOLDER = "project-template"

VISIBLE_IN_STUDIO = {"sagemaker:studio-visibility": "true"}
"""Without this tag on the object, Studio does not list a template
(https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-projects-templates-custom.html)."""


@dataclass(frozen=True)
class ReleaseObject:
    """One object, before it is uploaded."""

    key: str
    content: bytes = field(repr=False)
    content_type: str
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def sha256(self) -> str:
        """SHA-256 of the content, in hexadecimal digits."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True)
class Release:
    """One version of template and seed code."""

    version: str
    bucket: str
    manifest: Manifest
    objects: tuple[ReleaseObject, ...]
    """In the order of their upload: the template is last, so that nobody sees it before its seed code is there."""

    @property
    def template(self) -> str:
        """The project template's text, as published."""
        return self.objects[-1].content.decode()


def build_release(root: Path, bucket: str, version: str, *, uncommitted: bool = False) -> Release:
    """Zip the seed repositories of a checkout and write the version's defaults into the template.

    Args:
        root: the checkout.
        bucket: where the version is to be published; the template's default.
        version: the version.
        uncommitted: publish the files as they lie there, also those that are not committed.

    Raises:
        PublishError: something cannot be published as it is.
    """
    objects = [
        ReleaseObject(
            seed_key(version, folder),
            seed_zip(read_seed(root, folder, uncommitted=uncommitted), folder),
            "application/zip",
        )
        for folder in FOLDERS
    ]
    defaults = {"SeedBucket": bucket, "SeedPrefix": prefix_of(version), "SeedVersion": version}
    text = with_defaults(_own_file(root, TEMPLATE).decode(), defaults, f"{TEMPLATE_FOLDER}/{TEMPLATE}")
    objects.append(_check_in(root, version))
    objects.append(ReleaseObject(template_key(version), text.encode(), "application/yaml", VISIBLE_IN_STUDIO))
    manifest = Manifest(
        version=version,
        bucket=bucket,
        commit=None if uncommitted else commit_of(root),
        objects=[PublishedObject(key=one.key, sha256=one.sha256, size=len(one.content)) for one in objects],
    )
    return Release(version, bucket, manifest, (_manifest_object(manifest), *objects))


def _check_in(root: Path, version: str) -> ReleaseObject:
    """The source of the build that checks the seed code in where a project has a connection."""
    buildspec = SeedFile("buildspec.yml", _own_file(root, f"{CHECK_IN}.yml"), executable=False)
    return ReleaseObject(seed_key(version, CHECK_IN), seed_zip([buildspec], CHECK_IN), "application/zip")


def _own_file(root: Path, name: str) -> bytes:
    path = root / TEMPLATE_FOLDER / name
    if not path.is_file():
        raise PublishError(f"{path} is not there; expected a file of the project template: publish from a checkout.")
    return path.read_bytes()


def _manifest_object(manifest: Manifest) -> ReleaseObject:
    text = manifest.model_dump_json(indent=2) + "\n"
    return ReleaseObject(manifest_key(manifest.version), text.encode(), "application/json")
