"""The hashed locks of the seed repositories: what uv.lock says, and nothing that a stranger could change."""

import shutil
import tomllib
from importlib.metadata import packages_distributions
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from images.catalogue import IMAGES, ROOT, ProjectImage
from images.errors import ImageError
from images.lock_file import parse_lock, read_lock
from images.locks import LOCKS, Lock, exported

HASHED = "demo==1.0 \\\n    --hash=sha256:" + "0" * 64
MEMBERS = sorted({lock.folder for lock in LOCKS})
OF_IMAGES = [lock for lock in LOCKS if lock.folder.startswith("image-build-")]


def named(lock: Lock) -> str:
    return f"{lock.folder}/{lock.file}"


def project_of(folder: str) -> dict[str, Any]:
    return tomllib.loads((ROOT / folder / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.fixture(autouse=True)
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_OFFLINE", "1")


@pytest.mark.parametrize("lock", LOCKS, ids=named)
def test_the_committed_lock_is_what_uv_lock_says(lock: Lock) -> None:
    assert lock.path(ROOT).read_text(encoding="utf-8") == exported(lock)


@pytest.mark.parametrize("lock", LOCKS, ids=named)
def test_every_package_of_a_lock_is_pinned_and_hashed(lock: Lock) -> None:
    assert read_lock(lock.path(ROOT))


@pytest.mark.parametrize("lock", LOCKS, ids=named)
def test_a_lock_names_no_address(lock: Lock) -> None:
    assert "://" not in lock.path(ROOT).read_text(encoding="utf-8")


def is_namespace(module: str) -> bool:
    """Whether the module is only a folder, which packages such as `google` share without a file in common."""
    found = find_spec(module)
    return found is not None and found.origin is None


@pytest.mark.parametrize("image", IMAGES, ids=lambda image: image.name)
def test_no_module_of_an_image_comes_from_two_packages(image: ProjectImage) -> None:
    locks = [lock for lock in OF_IMAGES if lock.folder == image.folder]
    locked = {package.name for lock in locks for package in read_lock(lock.path(ROOT))}
    owners = {
        module: {canonicalize_name(name) for name in names} & locked
        for module, names in packages_distributions().items()
    }
    assert not {module: names for module, names in owners.items() if len(names) > 1 and not is_namespace(module)}


@pytest.mark.parametrize("lock", LOCKS, ids=named)
def test_a_lock_holds_one_opencv_at_most(lock: Lock) -> None:
    assert len([package for package in read_lock(lock.path(ROOT)) if package.name.startswith("opencv-")]) <= 1


@pytest.mark.parametrize("image", IMAGES, ids=lambda image: image.name)
def test_the_catalogue_names_the_locks_of_each_image(image: ProjectImage) -> None:
    of_image = {lock.file for lock in LOCKS if lock.folder == image.folder}
    assert of_image == set(image.locks)


@pytest.mark.parametrize("folder", MEMBERS)
def test_what_a_repository_asks_for_is_in_its_locks(folder: str) -> None:
    asked = {canonicalize_name(Requirement(text).name) for text in project_of(folder)["project"]["dependencies"]}
    locked = {package.name for lock in LOCKS if lock.folder == folder for package in read_lock(lock.path(ROOT))}
    assert asked <= locked


@pytest.mark.parametrize("folder", MEMBERS)
def test_a_repository_on_its_own_resolves_under_the_rules_of_the_workspace(folder: str) -> None:
    root, own = project_of(".")["tool"]["uv"], project_of(folder)["tool"]["uv"]
    assert own["environments"] == root["environments"]
    assert set(own.get("override-dependencies", [])) <= set(root["override-dependencies"])


def test_a_dependency_that_uv_lock_has_not_got_is_an_error(tmp_path: Path) -> None:
    for name in ("pyproject.toml", "uv.lock", *(f"{folder}/pyproject.toml" for folder in MEMBERS)):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copyfile(ROOT / name, tmp_path / name)
    project = tmp_path / "model-deploy" / "pyproject.toml"
    project.write_text(project.read_text(encoding="utf-8").replace('"boto3>=1.43"', '"boto3>=1.43", "six<1"'))
    with pytest.raises(ImageError, match=r"uv cannot export model-deploy/requirements\.lock"):
        exported(Lock("model-deploy", "requirements.lock"), tmp_path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("demo==1.0\n", "no SHA-256 hash"),
        (HASHED.replace("sha256:", "md5:") + "\n", "no SHA-256 hash"),
        (HASHED.replace("==1.0", ">=1.0") + "\n", "not pinned"),
        (HASHED.replace("demo==1.0", "demo @ https://example.org/demo.whl") + "\n", "not pinned"),
        ("--index-url https://example.org/simple\n", "is no package"),
    ],
)
def test_a_line_that_pins_nothing_is_refused_by_name(text: str, said: str) -> None:
    with pytest.raises(ImageError, match=f"some.lock: .*{said}"):
        parse_lock(f"{HASHED}\n{text}", "some.lock")


def test_a_package_is_read_with_all_its_hashes() -> None:
    other = "sha256:" + "1" * 64
    (package,) = parse_lock(f"{HASHED} \\\n    --hash={other}\n", "some.lock")
    assert (package.name, package.version) == ("demo", "1.0")
    assert package.hashes == {"sha256:" + "0" * 64, other}


@pytest.mark.parametrize(
    ("marker", "version", "wanted"),
    [
        ("", "3.11.2", True),
        (" ; python_full_version < '3.11.5' and sys_platform == 'linux'", "3.11.2", True),
        (" ; python_full_version < '3.11.5'", "3.11.9", False),
        (" ; python_version >= '3.12'", "3.12.1", True),
        (" ; sys_platform == 'darwin'", "3.11.9", False),
    ],
)
def test_a_marker_says_which_python_a_package_is_for(marker: str, version: str, *, wanted: bool) -> None:
    (package,) = parse_lock(HASHED.replace(" \\", f"{marker} \\") + "\n", "some.lock")
    assert package.is_for(version) is wanted


def test_a_missing_lock_says_which_command_writes_it(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match=r"gone\.lock: No such file or directory\. Run `make locks`"):
        read_lock(tmp_path / "gone.lock")
