"""Bills of materials: what stands in them, and that an image's own bill is whole."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from images.catalogue import IMAGES, ROOT
from images.contents import Contents, DebianPackage, Interpreter, Model, Origin, PythonPackage
from images.errors import ImageError
from images.locked_files import LockedFiles
from images.sbom import as_json, bill_of_materials

WHEELS = "/opt/venv/lib/python3.11/site-packages"
COMMIT = "0123456789abcdef0123456789abcdef01234567"
INSPECTED = {
    "Id": "sha256:" + "ab" * 32,
    "RepoDigests": [],
    "Config": {"Labels": {"org.opencontainers.image.revision": COMMIT}},
}


@pytest.fixture(scope="module")
def locked() -> LockedFiles:
    return LockedFiles.read(ROOT / "uv.lock")


@pytest.fixture
def lock_of_two_wheels() -> LockedFiles:
    def wheel(tags: str, digit: str) -> dict[str, str]:
        return {"url": f"https://example.org/demo-1.0-{tags}.whl", "hash": "sha256:" + digit * 64}

    wheels = [
        wheel("cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64", "1"),
        wheel("cp311-cp311-manylinux_2_17_aarch64.manylinux2014_aarch64", "2"),
        wheel("cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64", "3"),
    ]
    return LockedFiles({"package": [{"name": "demo", "version": "1.0", "wheels": wheels}]})


def python(name: str = "demo", version: str = "1.0", path: str = "", **said: Any) -> PythonPackage:
    given = {"licence_expression": None, "licence": None, "classifiers": [], "tags": [], **said}
    return PythonPackage(name=name, version=version, path=path or f"{WHEELS}/{name}-{version}.dist-info", **given)


def contents(*packages: PythonPackage, models: Sequence[Model] = ()) -> Contents:
    return Contents(
        system={"ID": "debian", "VERSION_ID": "12", "PRETTY_NAME": "Debian GNU/Linux 12 (bookworm)"},
        python=Interpreter(version="3.11.9", path="/usr/local/bin/python3.11"),
        debian=[
            DebianPackage(
                name="libssl3", version="3.0.1-1+b1", architecture="amd64", source="openssl", source_version="3.0.1-1"
            ),
            DebianPackage(name="bash", version="5.2-1", architecture="amd64", source="bash", source_version="5.2-1"),
        ],
        packages=list(packages),
        models=list(models),
    )


def written(locked: LockedFiles, *packages: PythonPackage, **environment: str) -> dict[str, Any]:
    bill = bill_of_materials(IMAGES[0], INSPECTED, contents(*packages), locked, environment)
    return dict(json.loads(as_json(bill)))


def component(bill: Mapping[str, Any], name: str) -> dict[str, Any]:
    (found,) = [entry for entry in bill["components"] if entry["name"] == name]
    return dict(found)


def licence_of(package: PythonPackage, locked: LockedFiles) -> list[dict[str, Any]]:
    return list(component(written(locked, package), package.name)["licenses"])


def test_the_image_itself_is_what_the_bill_is_about(locked: LockedFiles) -> None:
    itself = written(locked)["metadata"]["component"]
    assert (itself["type"], itself["name"], itself["version"]) == ("container", "ocr-processing", COMMIT)
    assert itself["hashes"] == [{"alg": "SHA-256", "content": "ab" * 32}]


def test_the_bill_is_cyclonedx_1_6(locked: LockedFiles) -> None:
    bill = written(locked)
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")


def test_a_debian_package_is_named_with_the_source_package_that_advisories_name(locked: LockedFiles) -> None:
    assert component(written(locked), "libssl3")["purl"] == (
        "pkg:deb/debian/libssl3@3.0.1-1%2Bb1?arch=amd64&distro=debian-12&upstream=openssl%403.0.1-1"
    )


def test_a_debian_package_of_a_source_of_its_own_name_needs_no_source(locked: LockedFiles) -> None:
    assert "upstream" not in component(written(locked), "bash")["purl"]


def test_the_interpreter_is_listed_even_where_it_is_no_debian_package(locked: LockedFiles) -> None:
    assert component(written(locked), "cpython")["cpe"] == "cpe:2.3:a:python:python:3.11.9:*:*:*:*:*:*:*"


def test_the_image_depends_on_every_component(locked: LockedFiles) -> None:
    bill = written(locked, python())
    (of_image,) = [entry for entry in bill["dependencies"] if entry["ref"] == bill["metadata"]["component"]["bom-ref"]]
    assert set(of_image["dependsOn"]) == {entry["bom-ref"] for entry in bill["components"]}


def test_a_python_package_has_the_hash_of_the_wheel_that_it_came_in(lock_of_two_wheels: LockedFiles) -> None:
    tags = ["cp311-cp311-manylinux_2_17_x86_64", "cp311-cp311-manylinux2014_x86_64"]
    found = component(written(lock_of_two_wheels, python(tags=tags)), "demo")
    assert found["hashes"] == [{"alg": "SHA-256", "content": "1" * 64}]
    assert found["externalReferences"][0]["url"].endswith("x86_64.whl")


def test_a_wheel_that_was_renamed_for_its_system_is_recognised(lock_of_two_wheels: LockedFiles) -> None:
    found = component(written(lock_of_two_wheels, python(tags=["cp311-cp311-linux_x86_64"])), "demo")
    assert found["hashes"] == [{"alg": "SHA-256", "content": "1" * 64}]


@pytest.mark.parametrize(
    "package",
    [
        python(version="1.1", tags=["cp311-cp311-linux_x86_64"]),
        python(path=f"{WHEELS}/setuptools/_vendor/demo-1.0.dist-info", tags=["cp311-cp311-linux_x86_64"]),
        python(path="/usr/local/lib/python3.11/site-packages/demo-1.0.dist-info", tags=["cp311-cp311-linux_x86_64"]),
    ],
    ids=["another version", "inside another package", "of the base image"],
)
def test_what_came_from_no_lock_has_no_hash(package: PythonPackage, lock_of_two_wheels: LockedFiles) -> None:
    assert "hashes" not in component(written(lock_of_two_wheels, package), "demo")


def test_copies_of_one_version_are_one_component_with_all_their_places(locked: LockedFiles) -> None:
    places = [f"{WHEELS}/demo-1.0.dist-info", f"{WHEELS}/other/_vendor/demo-1.0.dist-info"]
    found = component(written(locked, *(python(path=path) for path in places)), "demo")
    assert [entry["value"] for entry in found["properties"]] == places


@pytest.mark.parametrize(
    ("said", "stands"),
    [
        ({"licence_expression": "MIT OR Apache-2.0", "licence": "other"}, {"expression": "MIT OR Apache-2.0"}),
        ({"licence": "MIT"}, {"license": {"id": "MIT"}}),
        ({"licence": "Apache License v2.0"}, {"license": {"id": "Apache-2.0"}}),
        ({"licence": "BSD"}, {"license": {"name": "BSD"}}),
        ({"licence": "Copyright\nand much more", "classifiers": ["License :: OSI Approved :: MIT License"]}, None),
    ],
    ids=["expression", "identifier", "another spelling", "a name that leaves it open", "the whole text"],
)
def test_a_licence_stands_as_precisely_as_the_package_says(
    said: dict[str, Any], stands: dict[str, Any] | None, locked: LockedFiles
) -> None:
    (licence,) = licence_of(python(**said), locked)
    licence.get("license", {}).pop("acknowledgement", None)
    assert licence == (stands or {"license": {"id": "MIT"}})


def test_fetched_weights_stand_with_their_address_and_both_hashes(locked: LockedFiles) -> None:
    origin = Origin(url="https://example.org/train.tar", sha256="c" * 64)
    weights = Model(path="/opt/pretrained/weights.npz", sha256="d" * 64, origin=origin)
    bill = bill_of_materials(IMAGES[1], INSPECTED, contents(models=[weights]), locked, {})
    found = component(json.loads(as_json(bill)), "weights.npz")
    (fetched,) = found["externalReferences"]
    assert found["type"] == "machine-learning-model"
    assert found["hashes"][0]["content"] == "d" * 64
    assert (fetched["url"], fetched["hashes"][0]["content"]) == ("https://example.org/train.tar", "c" * 64)


def test_the_same_image_gives_the_same_bytes(locked: LockedFiles) -> None:
    first, second = (
        as_json(bill_of_materials(IMAGES[0], INSPECTED, contents(*packages), locked, {}))
        for packages in ([python(), python("other")], [python("other"), python()])
    )
    assert first == second


def test_another_image_has_another_serial_number(locked: LockedFiles) -> None:
    other = bill_of_materials(IMAGES[0], {**INSPECTED, "Id": "sha256:" + "cd" * 32}, contents(), locked, {})
    assert json.loads(as_json(other))["serialNumber"] != written(locked)["serialNumber"]


def test_there_is_no_time_in_a_bill_unless_one_is_given(locked: LockedFiles) -> None:
    assert "timestamp" not in written(locked)["metadata"]
    assert written(locked, SOURCE_DATE_EPOCH="1700000000")["metadata"]["timestamp"] == "2023-11-14T22:13:20+00:00"


def test_a_time_that_is_no_number_is_refused(locked: LockedFiles) -> None:
    with pytest.raises(ImageError, match="SOURCE_DATE_EPOCH is 'today'"):
        written(locked, SOURCE_DATE_EPOCH="today")
