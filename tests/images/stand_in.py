"""What a buildspec calls, in the place of the real thing: `stand_in.py (aws | docker | smoke_test) ARGUMENTS`.

Every call becomes a line of `calls.jsonl` in the folder that STAND_IN names, and fails when `fail.json` there says so.
`aws` sends what the AWS CLI would send, to the server that AWS_ENDPOINT_URL names: options are looked up in botocore's
own service model, so that one that does not exist is an error. `docker` keeps to what the engine would refuse; with
STAND_IN_DOCKER it runs that program for everything but `login` and `push`.
"""

import base64
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

HERE = Path(os.environ["STAND_IN"])
DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"


def main(program: str, *arguments: str) -> int:
    given = sys.stdin.read() if "--password-stdin" in arguments else ""
    with (HERE / "calls.jsonl").open("a", encoding="utf-8") as calls:
        calls.write(json.dumps({"program": program, "arguments": arguments, "stdin": given}) + "\n")
    call = " ".join((program, *arguments))
    for beginning, message in read("fail.json").items():
        if call.startswith(beginning):
            print(message, file=sys.stderr)
            return 1
    return {"aws": aws, "docker": lambda *words: docker(given, *words), "smoke_test": lambda *_: 0}[program](*arguments)


def read(name: str) -> Any:
    path = HERE / name
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def write(name: str, content: Any) -> None:
    (HERE / name).write_text(json.dumps(content), encoding="utf-8")


def aws(service: str, command: str, *words: str) -> int:
    """The AWS CLI: `SERVICE COMMAND --option value ...`, with --query, --output text and `wait`."""
    import botocore.exceptions
    import botocore.session
    import jmespath

    waits = command == "wait"
    command, words = (words[0], words[1:]) if waits else (command, words)
    options = dict(zip(words[::2], words[1::2], strict=True))
    client = botocore.session.get_session().create_client(service, region_name=options.pop("--region"))
    query, text = options.pop("--query", "@"), options.pop("--output", "json") == "text"
    try:
        if (service, command) == ("ecr", "get-login-password"):
            token = client.get_authorization_token()["authorizationData"][0]["authorizationToken"]
            print(base64.b64decode(token).decode().removeprefix("AWS:"))
            return 0
        if waits:
            name = command.replace("-", "_")
            client.get_waiter(name).wait(**parameters(client, "DescribeImageVersion", options))
            return 0
        operation = client.meta.method_to_api_mapping[command.replace("-", "_")]
        answer = client._make_api_call(operation, parameters(client, operation, options))
    except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as error:
        print(error, file=sys.stderr)
        return 254
    found = jmespath.search(query, answer)
    print(as_text(found) if text else json.dumps(found, default=str))
    return 0


def parameters(client: Any, operation: str, options: dict[str, str]) -> dict[str, Any]:
    """The parameters that the options stand for, by the names that the CLI derives from the service model."""
    from botocore import xform_name

    members = client.meta.service_model.operation_model(operation).input_shape.members
    known = {f"--{xform_name(name, '-')}": (name, shape) for name, shape in members.items()}
    return {known[option][0]: typed(known[option][1], value) for option, value in options.items()}


def typed(shape: Any, value: str) -> Any:
    """A word of the command line as the value that the service takes; lists of structures in the short form."""
    if shape.type_name == "integer":
        return int(value)
    if shape.type_name == "list":
        return [dict(pair.split("=", 1) for pair in value.split(","))]
    return value


def as_text(found: Any) -> str:
    return "\t".join(map(as_text, found)) if isinstance(found, list) else str(found)


def docker(given: str, command: str, *words: str) -> int:
    """The Docker CLI, as far as a buildspec goes."""
    real = os.environ.get("STAND_IN_DOCKER")
    if command == "login":
        write("login.json", {"registry": words[-1], "password": given.strip()})
        return 0
    if command == "push":
        return push(words[-1], read("built.json"))
    if real:
        code = subprocess.run([real, command, *words], check=False).returncode
        if command == "build" and not code:
            write("built.json", [words[words.index("--tag") + 1]])
        return code
    if command == "build":
        assert Path(words[-1], "Dockerfile").is_file()
        write("built.json", [words[words.index("--tag") + 1]])
        return 0
    print(f"the stand-in for docker cannot {command}", file=sys.stderr)
    return 125


def push(reference: str, built: list[str]) -> int:
    """Into the registry's own storage, if an image of that name was built and the registry knows who asks."""
    import botocore.exceptions
    import botocore.session

    registry, _, rest = reference.partition("/")
    repository, _, tag = rest.partition(":")
    account, region = registry.split(".")[0], registry.split(".")[3]
    assert read("login.json") == {"registry": registry, "password": f"{account}-auth-token"}, (
        "no basic auth credentials"
    )
    assert reference in built, f"an image does not exist locally with the tag: {reference}"
    media_type = read("manifest.json") or DOCKER_MANIFEST
    manifest = json.dumps({"schemaVersion": 2, "mediaType": media_type, "made": reference})
    client = botocore.session.get_session().create_client("ecr", region_name=region)
    try:
        client.put_image(
            repositoryName=repository,
            imageTag=tag,
            imageManifest=manifest,
            imageDigest=f"sha256:{hashlib.sha256(manifest.encode()).hexdigest()}",
        )
    except botocore.exceptions.ClientError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
