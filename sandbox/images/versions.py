"""SageMaker images and their versions, which moto does not have."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from moto.core.responses import ActionResult
from moto.sagemaker.exceptions import ResourceInUseException, ResourceNotFound
from moto.sagemaker.responses import SageMakerResponse

from sandbox.events.rules import EventRules
from sandbox.settings import Settings

DETAIL_TYPE = "SageMaker Image Version State Change"

Parameters = dict[str, Any]
_OPTIONAL = ("MLFramework", "ProgrammingLang", "ReleaseNotes", "JobType", "Processor", "VendorGuidance", "Horovod")
_SORTED_BY = {"CREATION_TIME": "CreationTime", "LAST_MODIFIED_TIME": "LastModifiedTime", "VERSION": "Version"}


@dataclass
class _Image:
    described: Parameters
    versions: dict[int, Parameters] = field(default_factory=dict)
    newest: int = 0


class SageMakerImages:
    """The images of the account, and an event for each new version of one."""

    def __init__(self, settings: Settings, rules: EventRules):
        self._settings = settings
        self._rules = rules
        self._images: dict[str, _Image] = {}
        self._lock = threading.Lock()

    def install(self) -> None:
        """Give moto's SageMaker these operations, for this process."""
        for operation in (
            self.create_image,
            self.describe_image,
            self.update_image,
            self.delete_image,
            self.list_images,
            self.create_image_version,
            self.describe_image_version,
            self.list_image_versions,
            self.delete_image_version,
        ):
            setattr(SageMakerResponse, operation.__name__, _response(operation))

    def create_image(self, given: Parameters) -> Parameters:
        """CreateImage."""
        name = given["ImageName"]
        with self._lock:
            if name in self._images:
                message = f"Image {name} already exists"
                raise ResourceInUseException(message)
            described = {**given, "ImageArn": self._arn("image", name), "ImageStatus": "CREATED", **_created()}
            described.pop("Tags", None)
            self._images[name] = _Image(described)
        return {"ImageArn": described["ImageArn"]}

    def describe_image(self, given: Parameters) -> Parameters:
        """DescribeImage."""
        return self._image(given["ImageName"]).described

    def update_image(self, given: Parameters) -> Parameters:
        """UpdateImage."""
        image = self._image(given["ImageName"])
        image.described = {**image.described, **given, "LastModifiedTime": datetime.now(UTC)}
        return {"ImageArn": image.described["ImageArn"]}

    def delete_image(self, given: Parameters) -> Parameters:
        """DeleteImage."""
        if self._image(given["ImageName"]).versions:
            message = f"Image {given['ImageName']} has versions: delete them first"
            raise ResourceInUseException(message)
        del self._images[given["ImageName"]]
        return {}

    def list_images(self, _given: Parameters) -> Parameters:
        """ListImages, newest first."""
        return {"Images": [image.described for image in reversed(self._images.values())]}

    def create_image_version(self, given: Parameters) -> Parameters:
        """CreateImageVersion; the version is there at once, and its event is put."""
        image = self._image(given["ImageName"])
        with self._lock:
            image.newest += 1
            version = {
                "BaseImage": given["BaseImage"],
                "ContainerImage": given["BaseImage"],
                "ImageArn": image.described["ImageArn"],
                "ImageVersionArn": self._arn("image-version", f"{given['ImageName'].lower()}/{image.newest}"),
                "ImageVersionStatus": "CREATED",
                "Version": image.newest,
                **_created(),
                **{name: given[name] for name in _OPTIONAL if name in given},
            }
            image.versions[image.newest] = version
        told = {name: version[name] for name in ("ImageArn", "ImageVersionArn", "ImageVersionStatus", "Version")}
        self._rules.put("aws.sagemaker", DETAIL_TYPE, [version["ImageVersionArn"]], told)
        return {"ImageVersionArn": version["ImageVersionArn"]}

    def describe_image_version(self, given: Parameters) -> Parameters:
        """DescribeImageVersion; the newest, unless a version is named."""
        image = self._image(given["ImageName"])
        number = int(given.get("Version") or max(image.versions, default=0))
        if number not in image.versions:
            message = f"Image {given['ImageName']} has no version {number or ''}".rstrip()
            raise ResourceNotFound(message=message)
        return image.versions[number]

    def list_image_versions(self, given: Parameters) -> Parameters:
        """ListImageVersions, newest first unless asked otherwise."""
        versions = self._image(given["ImageName"]).versions.values()
        key = _SORTED_BY[given.get("SortBy", "CREATION_TIME")]
        descending = given.get("SortOrder", "DESCENDING") == "DESCENDING"
        return {"ImageVersions": sorted(versions, key=lambda version: version[key], reverse=descending)}

    def delete_image_version(self, given: Parameters) -> Parameters:
        """DeleteImageVersion; its number is not given again."""
        version = self.describe_image_version(given)
        del self._image(given["ImageName"]).versions[version["Version"]]
        return {}

    def _image(self, name: str) -> _Image:
        try:
            return self._images[name]
        except KeyError as error:
            raise ResourceNotFound(message=f"No Image with the name {name} was found") from error

    def _arn(self, kind: str, name: str) -> str:
        return f"arn:aws:sagemaker:{self._settings.region}:{self._settings.account_id}:{kind}/{name}"


def _created() -> Parameters:
    now = datetime.now(UTC)
    return {"CreationTime": now, "LastModifiedTime": now}


def _response(operation: Callable[[Parameters], Parameters]) -> Callable[[Any], ActionResult]:
    return lambda response: ActionResult(operation(response._get_params()))  # noqa: SLF001 - all of them at once
