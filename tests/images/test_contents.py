"""What an image holds, listed from inside, and its bill of materials held against the locks."""

import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from images.catalogue import IMAGES, ROOT, ProjectImage
from images.contents import PythonPackage, read_contents
from images.docker import inspect
from images.errors import ImageError
from images.list_contents import models, python_packages
from images.lock_file import read_lock
from images.locked_files import LockedFiles
from images.sbom import as_json, bill_of_materials


def test_packages_are_found_wherever_they_lie(tmp_path: Path) -> None:
    for place in ("venv/lib/demo-1.0.dist-info", "venv/lib/other/_vendor/demo-2.0.dist-info"):
        (tmp_path / place).mkdir(parents=True)
        version = re.sub(r".*-([0-9.]+)\.dist-info", r"\1", place)
        metadata = f"Metadata-Version: 2.1\nName: demo\nVersion: {version}\nLicense-Expression: MIT\n"
        (tmp_path / place / "METADATA").write_text(metadata, encoding="utf-8")
    found = list(python_packages(str(tmp_path)))
    assert {entry["version"] for entry in found} == {"1.0", "2.0"}
    assert all(entry["licence_expression"] == "MIT" for entry in found)


def test_a_version_is_in_the_form_of_the_locks() -> None:
    written = {"path": "", "licence_expression": None, "licence": None, "classifiers": [], "tags": []}
    versions = [
        PythonPackage(name="demo", version=version, **written).version for version in ("1.001", "2.000", "1.0+cu118")
    ]
    assert versions == ["1.1", "2.0", "1.0+cu118"]


def test_models_are_found_with_what_stands_beside_them(tmp_path: Path) -> None:
    (tmp_path / "pretrained").mkdir()
    (tmp_path / "app" / "ocr_training" / "base").mkdir(parents=True)
    (tmp_path / "pretrained" / "weights.npz").write_bytes(b"official")
    (tmp_path / "pretrained" / "official.json").write_text('{"url": "https://example.org"}', encoding="utf-8")
    (tmp_path / "app" / "ocr_training" / "base" / "weights.npz").write_bytes(b"base")
    base, official = models(tmp_path)
    assert (base["origin"], official["origin"]) == (None, {"url": "https://example.org"})
    assert base["sha256"] == hashlib.sha256(b"base").hexdigest()


def test_without_docker_the_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(ImageError, match="There is no docker command on PATH: install Docker"):
        read_contents("ocr-processing")


@pytest.mark.docker
@pytest.mark.parametrize("image", IMAGES, ids=lambda image: image.name)
def test_the_bill_of_an_image_names_the_locked_wheels_and_no_others(
    image: ProjectImage, built_images: Mapping[str, str]
) -> None:
    reference = built_images[image.name]
    locked = LockedFiles.read(ROOT / "uv.lock")
    found = read_contents(reference)
    bill = json.loads(as_json(bill_of_materials(image, inspect(reference), found, locked)))
    hashed = {
        entry["purl"]: entry["hashes"][0]["content"]
        for entry in bill["components"]
        if "hashes" in entry and "purl" in entry
    }
    in_locks = {
        f"pkg:pypi/{package.name}@{package.version}": package.hashes
        for lock in image.locks
        for package in read_lock(ROOT / image.folder / lock)
        if package.is_for(found.python.version)
    }
    removed = {purl for purl in in_locks if purl.startswith(taken_out_again(image))}
    assert set(hashed) == set(in_locks) - removed
    assert all(f"sha256:{digest}" in in_locks[purl] for purl, digest in hashed.items())


def taken_out_again(image: ProjectImage) -> tuple[str, ...]:
    """The packages that the Dockerfile uninstalls, as the start of their package address."""
    text = (ROOT / image.folder / "Dockerfile").read_text(encoding="utf-8")
    names = re.findall(r"uninstall --yes ([a-z0-9- ]+?)\s*\\?$", text, re.MULTILINE)
    return tuple(f"pkg:pypi/{name}@" for group in names for name in group.split())


@pytest.mark.docker
def test_the_debian_packages_of_an_image_are_found(built_images: Mapping[str, str]) -> None:
    found = {package.name for package in read_contents(built_images["train"]).debian}
    assert {"libgomp1", "libc6", "bash"} <= found


@pytest.mark.docker
def test_the_models_of_an_image_are_found(built_images: Mapping[str, str]) -> None:
    found = {model.path.rsplit("/", 1)[-1] for model in read_contents(built_images["inference"]).models}
    assert found == {"PP-OCRv6_det_small.onnx", "PP-OCRv6_rec_small.onnx", "ch_ppocr_mobile_v2.0_cls_mobile.onnx"}


@pytest.mark.docker
@pytest.mark.usefixtures("engine")
def test_an_image_that_is_not_there_is_an_error() -> None:
    with pytest.raises(ImageError, match=r"docker image inspect ended with exit code 1\. .*no-such-image"):
        inspect("no-such-image:at-all")
