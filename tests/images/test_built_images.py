"""What the built images hold, and what they do not."""

from collections.abc import Mapping

import pytest

from images.build import checked_out_commit
from images.catalogue import IMAGES, ProjectImage
from images.docker import docker, inspect, unpacked_megabytes

each_image = pytest.mark.parametrize("image", IMAGES, ids=lambda image: image.name)


def in_shell(reference: str, script: str) -> str:
    return docker("run", "--rm", "--network=none", "--entrypoint=sh", reference, "-c", script).strip()


@pytest.mark.docker
@each_image
def test_a_built_image_is_within_its_limit(image: ProjectImage, built_images: Mapping[str, str]) -> None:
    assert unpacked_megabytes(built_images[image.name]) <= image.largest


@pytest.mark.docker
@each_image
def test_a_built_image_says_which_commit_it_was_built_from(
    image: ProjectImage, built_images: Mapping[str, str]
) -> None:
    labels = inspect(built_images[image.name])["Config"]["Labels"]
    assert labels["org.opencontainers.image.revision"] == checked_out_commit()


@pytest.mark.docker
@each_image
def test_a_built_image_can_compile_and_install_nothing_more(
    image: ProjectImage, built_images: Mapping[str, str]
) -> None:
    tools = "for tool in cc gcc g++ clang ld make cmake cython; do command -v $tool; done; true"
    assert in_shell(built_images[image.name], tools) == ""
    assert in_shell(built_images[image.name], "find /opt/venv -name pip -o -name 'pip-*'") == ""


@pytest.mark.docker
@each_image
def test_a_built_image_carries_no_leftovers(image: ProjectImage, built_images: Mapping[str, str]) -> None:
    places = "/root/.cache /var/lib/apt/lists /tmp /build"
    assert in_shell(built_images[image.name], f"find {places} -type f -size +0 2>/dev/null; true") == ""
    assert in_shell(built_images[image.name], "find / -xdev -name '*.whl' -not -path '/usr/share/*'") == ""


@pytest.mark.docker
@each_image
def test_a_built_image_holds_the_package_and_no_other_code_of_its_repository(
    image: ProjectImage, built_images: Mapping[str, str]
) -> None:
    assert in_shell(built_images[image.name], "ls /opt/app") == image.package


@pytest.mark.docker
@each_image
def test_no_other_user_can_change_what_a_built_image_runs(image: ProjectImage, built_images: Mapping[str, str]) -> None:
    writable = "find /opt ! -type l \\( -perm -0002 -o ! -user 0 \\)"
    assert in_shell(built_images[image.name], writable) == ""
