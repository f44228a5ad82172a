"""Calls of the AWS command line in shell text: buildspecs, scripts, and the examples of documents.

Every word `aws` is a call, but where a document names the program itself. Options may stand in an array that a command
expands, and a function may put words before and behind those of its caller:
`sagemaker() { aws sagemaker "$@" --output text; }`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from wiring.calls.service_models import operations, options, required_options, waited_for

OF_EVERY_COMMAND = frozenset({"--region", "--output", "--query", "--profile", "--no-cli-pager", "--no-paginate"})

OF_THE_COMMAND_LINE = {
    ("ecr", "get-login-password"): frozenset[str](),
    ("codecommit", "credential-helper"): frozenset[str](),
    ("s3", "cp"): frozenset({"--only-show-errors", "--recursive"}),
    ("s3", "mb"): frozenset[str](),
    ("s3", "ls"): frozenset({"--recursive"}),
    ("s3", "rm"): frozenset({"--recursive"}),
    ("s3", "rb"): frozenset({"--force"}),
    ("cloudformation", "deploy"): frozenset(
        {"--stack-name", "--template-file", "--capabilities", "--parameter-overrides", "--tags", "--s3-bucket"}
    ),
    ("configure", "sso"): frozenset[str](),
}
"""Commands that the command line adds to the services' own, with their options
(https://docs.aws.amazon.com/cli/latest/reference/)."""

_COMMAND = re.compile(r"(?<![\w.:/@=$-])aws(?![\w.:/@=`-])")
_FUNCTION = re.compile(r'(?P<name>[\w-]+)\(\)\s*\{\s*aws\s+(?P<service>[a-z0-9-]+)\s+"\$@"(?P<behind>[^}\n]*)\}')
_ARRAY = re.compile(r"\b(?P<name>\w+)\+?=\((?P<words>[^)]*)\)")
_EXPANSION = re.compile(r'"?\$\{(?P<name>\w+)\[@\]\}"?')
_OPTION = re.compile(r"--[a-z][a-z0-9-]*")


@dataclass(frozen=True)
class Command:
    """One command, and what is wrong with it."""

    service: str
    name: str
    text: str
    mistakes: tuple[str, ...] = ()


def commands(text: str, *, document: bool = False) -> list[Command]:
    """The calls of the AWS command line in a shell's text.

    Args:
        text: what a shell is to run, or what people read.
        document: this is for people, and a command without any option is only named.
    """
    joined = re.sub(r"\\\n\s*", " ", "\n".join(line for line in text.split("\n") if not line.lstrip().startswith("#")))
    functions = {found["name"]: found for found in _FUNCTION.finditer(joined)}
    without = _FUNCTION.sub("", joined)
    arrays: dict[str, str] = {}
    for found in _ARRAY.finditer(without):
        arrays[found["name"]] = f"{arrays.get(found['name'], '')} {found['words']}"
    told = [_read(words, arrays) for words in _after(without, _COMMAND)]
    for name, function in functions.items():
        called = re.compile(rf"(?<![\w.:/@=$-]){re.escape(name)}(?=\s+[a-z])")
        told += [
            _read(f"{function['service']} {words} {function['behind']}", arrays) for words in _after(without, called)
        ]
    return [_named(one) for one in told] if document else told


def _named(command: Command) -> Command:
    if _OPTION.search(command.text):
        return command
    return replace(command, mistakes=tuple(why for why in command.mistakes if " lacks --" not in why))


def _after(text: str, begin: re.Pattern[str]) -> Iterator[str]:
    """What follows each match, up to the end of its command."""
    for found in begin.finditer(text):
        yield _one_command(text[found.end() :])


def _one_command(text: str) -> str:
    quote, depth = "", 0
    for position, character in enumerate(text):
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"`" and re.match(r"\s|$", text[position + 1 :]) and text[:position].count(character) == 0:
            return text[:position]  # the end of a quotation that the command stands in
        elif character in "'\"":
            quote = character
        elif character in "({":
            depth += 1
        elif character in ")}" and depth:
            depth -= 1
        elif character in "\n|;&)`" and not depth:
            return text[:position]
    return text


def _read(text: str, arrays: dict[str, str]) -> Command:
    expanded = _EXPANSION.sub(lambda found: arrays.get(found["name"], found.group()), text)
    told = " ".join(f"aws {text}".split())
    before = re.match(r"\s*(?P<options>(?:--[a-z-]+(?:[ =]\S+)?\s+)*)(?P<words>.*)", expanded, re.DOTALL)
    words = before["words"].split() if before else []
    if len(words) < 2 or not all(re.fullmatch(r"[a-z][a-z0-9-]*", word) for word in words[:2]):
        return Command("", "", told, ("not a command that can be read",))
    service, name, *rest = words
    given = set(_OPTION.findall(_without_quotations(expanded))) - OF_EVERY_COMMAND
    if (service, name) in OF_THE_COMMAND_LINE:
        return _checked(Command(service, name, told), given, OF_THE_COMMAND_LINE[service, name], frozenset())
    if name == "wait":
        waiters = {waiter.replace("_", "-"): operation for waiter, operation in waited_for(service).items()}
        operation = waiters.get(rest[0]) if rest else None
    else:
        operation = operations(service).get(name.replace("-", "_"))
    if operation is None:
        return Command(service, name, told, (f"botocore knows no {service} {name}",))
    return _checked(Command(service, name, told), given, options(operation), required_options(operation))


def _without_quotations(text: str) -> str:
    return re.sub(r"'[^']*'|\"[^\"]*\"", "", text)


def _checked(command: Command, given: set[str], allowed: frozenset[str], required: frozenset[str]) -> Command:
    switched = {f"--no-{name[2:]}" for name in allowed}
    wrong = [f"{command.service} {command.name} has no {name}" for name in sorted(given - allowed - switched)]
    wrong += [f"{command.service} {command.name} lacks {name}" for name in sorted(required - given)]
    return Command(command.service, command.name, command.text, tuple(wrong))
