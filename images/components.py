"""What an image holds, as CycloneDX components."""

import re
from collections import defaultdict
from collections.abc import Iterator

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import ExternalReference, ExternalReferenceType, HashAlgorithm, HashType, Property, XsUri
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import License
from packageurl import PackageURL
from packaging.utils import canonicalize_name

from images.contents import Contents, DebianPackage, Model, PythonPackage
from images.locked_files import LockedFile, LockedFiles

LONGEST_LICENCE_NAME = 100
"""Some packages put the whole text where the name belongs."""

SPELLINGS = {
    "apache 2.0": "Apache-2.0",
    "apache license 2.0": "Apache-2.0",
    "apache license v2.0": "Apache-2.0",
    "3-clause bsd license": "BSD-3-Clause",
    "mit license": "MIT",
    "sil ofl 1.1": "OFL-1.1",
}
"""Names that mean one SPDX licence and no other. Those that leave a version or a number of clauses open stay."""

INSTALLED = re.compile(r"/opt/(venv/lib/python3[^/]*/site-packages|fonts)/[^/]+")
"""Where the packages of the locks lie; what is inside another package, or in the base image, is not from a lock."""


def components_of(contents: Contents, locked: LockedFiles) -> Iterator[Component]:
    """The operating system, its packages, the interpreter, every Python package and every model."""
    yield _system(contents.system)
    for package in contents.debian:
        yield _debian(package, contents.system)
    yield _interpreter(contents)
    places: dict[tuple[str, str], list[PythonPackage]] = defaultdict(list)
    for found in contents.packages:
        places[canonicalize_name(found.name), found.version].append(found)
    for copies in places.values():
        installed = next((copy for copy in copies if INSTALLED.fullmatch(copy.path)), None)
        yield _python(copies, locked.find(installed.name, installed.version, installed.tags) if installed else None)
    for model in contents.models:
        yield _model(model)


def _system(release: dict[str, str]) -> Component:
    name, version = release["ID"], release.get("VERSION_ID", "")
    return Component(
        name=name,
        version=version,
        type=ComponentType.OPERATING_SYSTEM,
        bom_ref=f"os:{name}-{version}",
        description=release.get("PRETTY_NAME"),
    )


def _debian(package: DebianPackage, release: dict[str, str]) -> Component:
    qualifiers = {"arch": package.architecture, "distro": f"{release['ID']}-{release.get('VERSION_ID', '')}"}
    if (package.source, package.source_version) != (package.name, package.version):
        qualifiers["upstream"] = f"{package.source}@{package.source_version}"
    purl = PackageURL("deb", release["ID"], package.name, package.version, qualifiers)
    return Component(name=package.name, version=package.version, bom_ref=str(purl), purl=purl)


def _interpreter(contents: Contents) -> Component:
    version = contents.python.version
    return Component(
        name="cpython",
        version=version,
        type=ComponentType.APPLICATION,
        bom_ref=f"cpython@{version}",
        purl=PackageURL("generic", None, "python", version),
        cpe=f"cpe:2.3:a:python:python:{version}:*:*:*:*:*:*:*",
        properties=[Property(name="ocr:path", value=contents.python.path)],
    )


def _python(copies: list[PythonPackage], file: LockedFile | None) -> Component:
    package = copies[0]
    purl = PackageURL("pypi", None, canonicalize_name(package.name), package.version)
    hashes = [HashType(alg=HashAlgorithm.SHA_256, content=file.sha256)] if file else []
    source = (
        ExternalReference(type=ExternalReferenceType.DISTRIBUTION, url=XsUri(file.url), hashes=hashes) if file else None
    )
    return Component(
        name=package.name,
        version=package.version,
        bom_ref=str(purl),
        purl=purl,
        hashes=hashes,
        licenses=licences(package),
        external_references=[source] if source else [],
        properties=[Property(name="ocr:path", value=copy.path) for copy in copies],
    )


def _model(model: Model) -> Component:
    fetched = []
    if model.origin:
        archive = HashType(alg=HashAlgorithm.SHA_256, content=model.origin.sha256)
        fetched = [
            ExternalReference(type=ExternalReferenceType.DISTRIBUTION, url=XsUri(model.origin.url), hashes=[archive])
        ]
    return Component(
        name=model.path.rsplit("/", 1)[-1],
        type=ComponentType.MACHINE_LEARNING_MODEL,
        bom_ref=f"model:{model.path}",
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=model.sha256)],
        external_references=fetched,
        properties=[Property(name="ocr:path", value=model.path)],
    )


def licences(package: PythonPackage) -> list[License]:
    """What a package says of its licence: the SPDX expression, else the name, else the classifiers."""
    name = (package.licence or "").strip()
    if package.licence_expression:
        return [_licence(package.licence_expression)]
    if name and "\n" not in name and len(name) <= LONGEST_LICENCE_NAME:
        return [_licence(name)]
    return [_licence(text) for text in sorted({text.rsplit(" :: ", 1)[-1] for text in package.classifiers})]


def _licence(name: str) -> License:
    return LicenseFactory().make_from_string(SPELLINGS.get(name.lower(), name))
