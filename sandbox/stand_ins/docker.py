"""Stands in for the Docker CLI, as far as a buildspec goes.

Without an engine an image is the digest of the files that its Dockerfile could copy, so that an unchanged source gives
the same image. The files themselves are kept under `images/` and that digest. With STAND_IN_DOCKER that program builds
and runs, and only the registry, which no engine here could reach, is stood in for.
"""

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sandbox.stand_ins import calls
from sandbox.stand_ins.build_context import context_digest, context_files
from sandbox.stand_ins.calls import RefusedError

MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
CONFIG = "application/vnd.docker.container.image.v1+json"


def main(arguments: Sequence[str], given: str) -> int:
    """`docker login`, `build`, `push`; anything else only with an engine."""
    command, *words = arguments or [""]
    if command == "login":
        calls.add("logins.json", words[-1], given.strip())
        return 0
    if command == "push":
        return _push(words[-1])
    if real := os.environ.get("STAND_IN_DOCKER"):
        return _by_engine(real, command, words)
    if command == "build":
        return _build(words)
    raise RefusedError(f"no engine: the stand-in for docker cannot {command or 'do nothing'}", 125)


def built(reference: str) -> str:
    """What the image of that name holds: the digest of its content, or the engine's own id."""
    images: dict[str, str] = calls.read("built.json", {})
    if reference not in images:
        raise RefusedError(f"an image does not exist locally with the tag: {reference}")
    return images[reference]


def _build(words: Sequence[str]) -> int:
    context, reference = Path(words[-1]), words[words.index("--tag") + 1]
    if not (context / "Dockerfile").is_file():
        raise RefusedError(f"unable to prepare context: no Dockerfile in {context.resolve()}")
    files = context_files(context)
    digest = context_digest(files, _build_arguments(words))
    kept = calls.HERE / "images" / digest
    if not kept.exists():
        partial = kept.with_name(f"{digest}.{os.getpid()}")
        for name, path in files.items():
            (partial / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, partial / name)
        try:
            partial.rename(kept)
        except OSError:
            # Another build of the same files was faster.
            shutil.rmtree(partial)
    calls.add("built.json", reference, digest)
    print(f"no engine: {reference} stands for {len(files)} files, sha256:{digest}")
    return 0


def _build_arguments(words: Sequence[str]) -> dict[str, str | None]:
    """The build arguments by name, but for the commit, which is on a label and in no file of the image."""
    given = [words[position + 1] for position, word in enumerate(words) if word == "--build-arg"]
    pairs = [text.partition("=") for text in given]
    values = {name: value if separator else os.environ.get(name) for name, separator, value in pairs}
    return {name: value for name, value in values.items() if name != "COMMIT"}


def _by_engine(real: str, command: str, words: Sequence[str]) -> int:
    code = subprocess.run([real, command, *words], check=False).returncode  # noqa: S603  docker, as it was called
    if command == "build" and not code:
        reference = words[words.index("--tag") + 1]
        asked = [real, "image", "inspect", "--format", "{{.Id}}", reference]
        found = subprocess.run(asked, check=True, capture_output=True, text=True)  # noqa: S603  the same
        calls.add("built.json", reference, found.stdout.strip().removeprefix("sha256:"))
    return code


def _push(reference: str) -> int:
    """Into the registry's own storage, if an image of that name was built and the registry knows who asks."""
    import botocore.exceptions
    import botocore.session

    registry, _, rest = reference.partition("/")
    repository, _, tag = rest.partition(":")
    account, region = registry.split(".")[0], registry.split(".")[3]
    if calls.read("logins.json", {}).get(registry) != f"{account}-auth-token":
        raise RefusedError(f"no basic auth credentials: nobody has logged in to {registry}")
    manifest = json.dumps(_manifest(built(reference)))
    client: Any = botocore.session.get_session().create_client("ecr", region_name=region)
    try:
        client.put_image(
            repositoryName=repository,
            imageTag=tag,
            imageManifest=manifest,
            imageDigest=f"sha256:{hashlib.sha256(manifest.encode()).hexdigest()}",
        )
    except botocore.exceptions.ClientError as error:
        raise RefusedError(str(error)) from error
    return 0


def _manifest(content: str) -> dict[str, Any]:
    config = {"mediaType": CONFIG, "size": 0, "digest": f"sha256:{content}"}
    media_type = calls.read("manifest.json", MANIFEST)
    return {"schemaVersion": 2, "mediaType": media_type, "config": config, "layers": []}
