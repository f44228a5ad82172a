"""Write a bill of materials for each built image: ``python -m images.sbom [NAME ...]``.

CycloneDX 1.6 in JSON, from the engine and the image alone. The same image and lock give the same bytes: the serial
number is drawn from the contents, and there is a time in it only where SOURCE_DATE_EPOCH says which.
"""

import argparse
import os
import sys
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cyclonedx.model import HashAlgorithm, HashType, Property
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from images.catalogue import ROOT, ProjectImage, chosen_images
from images.components import components_of
from images.contents import Contents, read_contents
from images.docker import inspect
from images.errors import ImageError
from images.locked_files import LockedFiles

SCHEMA = SchemaVersion.V1_6
FOLDER = ROOT / "build" / "sbom"


def main() -> int:
    """Read the command line and write the files; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m images.sbom", description=__doc__.splitlines()[0])
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help="processing, train, inference; all where none is given"
    )
    parser.add_argument("--tag", default="latest", help="the tag of the images (latest)")
    parser.add_argument(
        "--output", type=Path, default=FOLDER, help=f"the folder to write to ({FOLDER.relative_to(ROOT)})"
    )
    options = parser.parse_args()
    try:
        locked = LockedFiles.read(ROOT / "uv.lock")
        options.output.mkdir(parents=True, exist_ok=True)
        for image in chosen_images(options.names):
            reference = f"{image.reference}:{options.tag}"
            bom = bill_of_materials(image, inspect(reference), read_contents(reference), locked)
            path = options.output / f"{image.name}.cdx.json"
            path.write_text(as_json(bom), encoding="utf-8")
            print(f"{path}: {len(bom.components)} components of {reference}")
    except ImageError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def bill_of_materials(
    image: ProjectImage,
    inspected: Mapping[str, Any],
    contents: Contents,
    locked: LockedFiles,
    environment: Mapping[str, str] = os.environ,
) -> Bom:
    """The bill of materials of one image.

    ``inspected`` is what the engine says of it, ``contents`` what it holds, ``locked`` where the wheels came from.

    Raises:
        ImageError: SOURCE_DATE_EPOCH is no number of seconds.
    """
    itself = _image_component(image, inspected)
    components = sorted(components_of(contents, locked), key=lambda component: str(component.bom_ref.value))
    bom = Bom(components=components, metadata=BomMetaData(component=itself))
    bom.metadata.timestamp = _timestamp(environment)  # type: ignore[assignment]  # None leaves it out, which the schema allows
    bom.register_dependency(itself, components)
    names = "\n".join(str(component.bom_ref.value) for component in components)
    bom.serial_number = uuid.uuid5(uuid.NAMESPACE_URL, f"{inspected['Id']}\n{names}")
    return bom


def as_json(bom: Bom) -> str:
    """The bill as CycloneDX JSON, held against the schema.

    Raises:
        ImageError: it is not what the schema asks for.
    """
    text = make_outputter(bom, OutputFormat.JSON, SCHEMA).output_as_string(indent=2) + "\n"
    wrong = JsonStrictValidator(SCHEMA).validate_str(text)
    if wrong is not None:
        raise ImageError(f"The bill of materials is no CycloneDX {SCHEMA.to_version()}: {wrong}")
    return text


def _image_component(image: ProjectImage, inspected: Mapping[str, Any]) -> Component:
    labels = inspected["Config"].get("Labels") or {}
    algorithm, _, digest = inspected["Id"].partition(":")
    properties = [Property(name="ocr:image:id", value=inspected["Id"])]
    properties += [Property(name="ocr:image:digest", value=text) for text in inspected.get("RepoDigests") or []]
    properties += [Property(name=f"ocr:image:label:{name}", value=value) for name, value in sorted(labels.items())]
    return Component(
        name=image.reference,
        version=labels.get("org.opencontainers.image.revision", "unknown"),
        type=ComponentType.CONTAINER,
        bom_ref=f"{image.reference}@{inspected['Id']}",
        description=labels.get("org.opencontainers.image.description"),
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=digest)] if algorithm == "sha256" else [],
        properties=properties,
    )


def _timestamp(environment: Mapping[str, str]) -> datetime | None:
    seconds = environment.get("SOURCE_DATE_EPOCH")
    if not seconds:
        return None
    if not seconds.isdecimal():
        raise ImageError(f"SOURCE_DATE_EPOCH is {seconds!r}: expected whole seconds since 1970.")
    return datetime.fromtimestamp(int(seconds), UTC)


if __name__ == "__main__":
    sys.exit(main())
