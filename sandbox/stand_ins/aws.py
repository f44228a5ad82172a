"""Stands in for the AWS CLI: `SERVICE COMMAND --option value ...`, with --query, --output and `wait`.

What it sends goes to the server that AWS_ENDPOINT_URL names. Commands and options are looked up in botocore's own
service model, so that one that does not exist is an error.
"""

import base64
import json
from collections.abc import Sequence
from typing import Any

import botocore.exceptions
import botocore.session
import jmespath
from botocore import xform_name

from sandbox.stand_ins.calls import RefusedError

WRONG_USE, REFUSED = 252, 254
GLOBAL_FLAGS = ("--no-cli-pager", "--no-cli-auto-prompt")


def main(arguments: Sequence[str], _: str) -> int:
    """One call; prints what `--query` asks for, as JSON or as text."""
    called = [word for word in arguments if word not in GLOBAL_FLAGS]
    waits = called[1:2] == ["wait"]
    if waits:
        called.pop(1)
    if len(called) < 2:
        raise RefusedError("aws: expected SERVICE COMMAND, or SERVICE wait NAME", WRONG_USE)
    service, command, *words = called
    options = _options(words)
    region, query, output = (_one(options.pop(name, None)) for name in ("--region", "--query", "--output"))
    session = botocore.session.get_session()
    try:
        client: Any = session.create_client(service, region_name=region)
        if (service, command) == ("ecr", "get-login-password"):
            print(_password(client))
            return 0
        if waits:
            _wait(session, client, command, options)
            return 0
        operation = client.meta.method_to_api_mapping.get(command.replace("-", "_"))
        if operation is None:
            raise RefusedError(f"aws: {service} has no command {command!r}", WRONG_USE)
        answer = client._make_api_call(operation, _parameters(client, operation, options))  # noqa: SLF001  botocore's only way to call by name
    except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as error:
        raise RefusedError(str(error), REFUSED) from error
    answer.pop("ResponseMetadata", None)
    found = jmespath.search(query or "@", answer)
    print(_as_text(found) if output == "text" else json.dumps(found, default=str, indent=4))
    return 0


def _password(client: Any) -> str:
    token = client.get_authorization_token()["authorizationData"][0]["authorizationToken"]
    return base64.b64decode(token).decode().removeprefix("AWS:")


def _wait(session: Any, client: Any, command: str, options: dict[str, list[str]]) -> None:
    name = command.replace("-", "_")
    if name not in client.waiter_names:
        raise RefusedError(f"aws: {client.meta.service_model.service_name} has no waiter {command!r}", WRONG_USE)
    waiters = session.get_waiter_model(client.meta.service_model.service_name)
    (operation,) = (waiters.get_waiter(each).operation for each in waiters.waiter_names if xform_name(each) == name)
    client.get_waiter(name).wait(**_parameters(client, operation, options))


def _options(words: Sequence[str]) -> dict[str, list[str]]:
    """The words after each option; an option may have several, or none."""
    options: dict[str, list[str]] = {}
    for word in words:
        if word.startswith("--"):
            options[word] = values = []
        elif not options:
            raise RefusedError(f"aws: {word!r} belongs to no option", WRONG_USE)
        else:
            values.append(word)
    return options


def _one(values: list[str] | None) -> str | None:
    return None if values is None else " ".join(values)


def _parameters(client: Any, operation: str, options: dict[str, list[str]]) -> dict[str, Any]:
    """The parameters that the options stand for, by the names that the CLI derives from the service model."""
    shape = client.meta.service_model.operation_model(operation).input_shape
    known = {f"--{xform_name(name, '-')}": (name, member) for name, member in (shape.members if shape else {}).items()}
    parameters = {}
    for option, values in options.items():
        positive = option if option in known else f"--{option.removeprefix('--no-')}"
        if positive not in known:
            raise RefusedError(f"aws: Unknown options: {option}; {operation} has {', '.join(sorted(known))}", WRONG_USE)
        name, member = known[positive]
        parameters[name] = option == positive if member.type_name == "boolean" else _typed(option, member, values)
    return parameters


def _typed(option: str, shape: Any, values: list[str]) -> Any:
    """An option's words as the value that the service takes: JSON, or the short form `Key=a,Value=b` of structures."""
    if not values:
        raise RefusedError(f"aws: {option}: expected a value", WRONG_USE)
    structured = shape.type_name in ("list", "structure", "map")
    if structured and values[0].lstrip()[:1] in ("[", "{"):
        return json.loads(values[0])
    if shape.type_name == "list":
        if shape.member.type_name in ("structure", "map"):
            return [_short(option, shape.member, value) for value in values]
        return [_scalar(shape.member, value) for value in values]
    if structured:
        return _short(option, shape, " ".join(values))
    return _scalar(shape, " ".join(values))


def _short(option: str, shape: Any, text: str) -> dict[str, Any]:
    """A structure, or a map, in the form `Name=value,Name=value`."""
    found = {}
    for pair in text.split(","):
        name, separator, value = pair.partition("=")
        member = shape.members.get(name) if shape.type_name == "structure" else shape.value
        if not separator or member is None:
            raise RefusedError(f"aws: {option}: expected Name=value of {shape.name}, found {pair!r}", WRONG_USE)
        found[name] = _scalar(member, value)
    return found


def _scalar(shape: Any, value: str) -> Any:
    if shape.type_name == "boolean":
        return value == "true"
    numbers = {"integer": int, "long": int, "float": float, "double": float}
    return numbers.get(shape.type_name, str)(value)


def _as_text(found: Any) -> str:
    return "\t".join(map(_as_text, found)) if isinstance(found, list) else str(found)
