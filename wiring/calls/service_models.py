"""What botocore's service models allow."""

import ast
from collections.abc import Collection, Iterable, Mapping
from functools import cache

import botocore.session
from botocore import xform_name
from botocore.exceptions import DataNotFoundError, UnknownServiceError
from botocore.model import ListShape, OperationModel, ServiceModel, Shape, StructureShape
from botocore.waiter import WaiterModel

OF_BOTO3 = {
    "s3": {
        "download_file": ("Bucket", "Key", "Filename"),
        "upload_file": ("Filename", "Bucket", "Key"),
    }
}
"""Methods that boto3 adds to its clients, with their arguments in order."""

_session = botocore.session.get_session()


@cache
def service(name: str) -> ServiceModel | None:
    """The model of a service; None when botocore knows none of that name."""
    try:
        return _session.get_service_model(name)
    except (UnknownServiceError, DataNotFoundError):
        return None


@cache
def operations(name: str) -> Mapping[str, OperationModel]:
    """The operations of a service by the names of their methods."""
    model = service(name)
    return {xform_name(one): model.operation_model(one) for one in model.operation_names} if model else {}


@cache
def paginated(name: str) -> frozenset[str]:
    """Names of the methods that have a paginator."""
    try:
        pages = _session.get_paginator_model(name)
    except DataNotFoundError:
        return frozenset()
    # botocore has no other list of them.
    return frozenset(xform_name(one) for one in pages._paginator_config)  # type: ignore[attr-defined]  # noqa: SLF001


@cache
def waited_for(name: str) -> Mapping[str, OperationModel]:
    """The operation that each waiter of a service asks, by the waiter's name."""
    try:
        waiters: WaiterModel = _session.get_waiter_model(name)
    except DataNotFoundError:
        return {}
    known = operations(name)
    return {xform_name(one): known[xform_name(waiters.get_waiter(one).operation)] for one in waiters.waiter_names}


def options(operation: OperationModel) -> frozenset[str]:
    """What the command line calls an operation's parameters."""
    shape = operation.input_shape
    return frozenset(f"--{xform_name(name, '-')}" for name in shape.members) if shape else frozenset()


def required_options(operation: OperationModel) -> frozenset[str]:
    """Those of them without which the command line refuses the command."""
    shape = operation.input_shape
    return frozenset(f"--{xform_name(name, '-')}" for name in shape.required_members) if shape else frozenset()


def mistakes(operation: OperationModel, given: Iterable[ast.keyword], extra: Collection[str] = ()) -> list[str]:
    """What is wrong with the keywords of a call; a dictionary that is written out is looked into.

    Args:
        operation: the operation that is called.
        given: the keywords, as they are written.
        extra: keywords that boto3 takes beside the operation's own.
    """
    keywords = [one for one in given if one.arg is None or one.arg not in extra]
    shape = operation.input_shape
    if shape is None:
        return [f"{operation.name} takes no parameters"] if keywords else []
    entries: list[tuple[str | None, ast.expr]] = [(one.arg, one.value) for one in keywords]
    # botocore makes up the tokens that keep a repeated call from being done twice.
    made = {name: ast.Constant(value=None) for name in operation.idempotent_members}
    entries += [(name, value) for name, value in made.items() if name not in {one for one, _ in entries}]
    return _of_structure(shape, entries, operation.name)


def _of_structure(shape: StructureShape, entries: list[tuple[str | None, ast.expr]], where: str) -> list[str]:
    names = {name for name, _ in entries}
    found = [f"{where} has no {name}" for name in names if name is not None and name not in shape.members]
    if None not in names:  # a name that is None stands for `**more`
        found += [f"{where} lacks {name}" for name in shape.required_members if name not in names]
    for name, value in entries:
        if name in shape.members:
            found += _of_value(shape.members[name], value, f"{where}.{name}")
    return found


def _of_value(shape: Shape, value: ast.expr, where: str) -> list[str]:
    if isinstance(value, ast.Dict) and isinstance(shape, StructureShape):
        keys = [str(key.value) if isinstance(key, ast.Constant) else None for key in value.keys]
        return _of_structure(shape, list(zip(keys, value.values, strict=True)), where)
    if isinstance(value, ast.List) and isinstance(shape, ListShape):
        return [one for element in value.elts for one in _of_value(shape.member, element, f"{where}[]")]
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        allowed = getattr(shape, "enum", [])
        if allowed and value.value not in allowed:
            return [f"{where} is {value.value!r}, expected one of {', '.join(allowed)}"]
    return []
