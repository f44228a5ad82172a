"""`manifest.json`: what was published as a version, so that exactly that can be removed."""

import hashlib
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from publisher.errors import PublishError


class PublishedObject(BaseModel):
    """One object of a version."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: Annotated[str, Field(min_length=1, description="the object's key")]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", description="SHA-256 of its content")]
    size: Annotated[int, Field(ge=0, description="its length in bytes")]


class Manifest(BaseModel):
    """The objects of a version, without the manifest itself."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: Annotated[str, Field(description="the version")]
    bucket: Annotated[str, Field(description="the bucket it was published to")]
    commit: Annotated[str | None, Field(description="commit of the checkout; null when it was not published from one")]
    objects: Annotated[list[PublishedObject], Field(description="what was published, in the order of upload")]

    def same_objects(self, other: "Manifest") -> bool:
        """Whether both publish the same bytes; they may do so from different commits."""
        return (self.version, self.objects) == (other.version, other.objects)

    def require(self, key: str, content: bytes) -> None:
        """Raise a PublishError unless this is what was published under the key."""
        if not any(one.key == key and one.sha256 == hashlib.sha256(content).hexdigest() for one in self.objects):
            message = f"s3://{self.bucket}/{key} is not what was published as version {self.version}; publish it again."
            raise PublishError(message)


def read_manifest(content: bytes, name: str) -> Manifest:
    """A manifest, checked; `name` is for messages.

    Raises:
        PublishError: it is no manifest.
    """
    try:
        return Manifest.model_validate_json(content)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        message = f"{name} is no manifest of a published version: {where}: {first['msg']}. Was it written by hand?"
        raise PublishError(message) from error
