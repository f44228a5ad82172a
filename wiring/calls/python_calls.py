"""Calls of boto3 clients in Python source.

A client is what `boto3.client("NAME")` or another callable whose name ends with `client` makes of a service's name,
whatever name is given to that, and the parameters and attributes that are called `client` or `NAME_client`. Of a client
whose service is not written in its file, any of the project's services may be meant. Whatever is done with a client but
calling an operation, or handing it on, is a mistake, and so is a method of something else that has an operation's name:
what this module cannot read, it does not pass over.
"""

import ast
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from wiring.calls.service_models import OF_BOTO3, mistakes, operations, paginated, service, waited_for

ANY = ""
"""The service of a client that a caller hands in."""

_HARMLESS = {"exceptions", "meta"}
_OF_THE_LIBRARY = {"client", "Session", "session"}
_BY_NAME = {"getattr", "methodcaller", "partial"}


@dataclass(frozen=True)
class Found:
    """One call, and what is wrong with it."""

    service: str
    method: str
    line: int
    mistakes: tuple[str, ...] = ()


def calls(source: str, services: Iterable[str]) -> list[Found]:
    """The calls to AWS in a module's source.

    Args:
        source: the module.
        services: those that a client of an unknown service may be of.
    """
    return list(_Module(ast.parse(source), tuple(services)).found())


def named_services(source: str) -> set[str]:
    """The services whose clients a module makes."""
    return {name for node in ast.walk(ast.parse(source)) if (name := _made(node))}


def _made(node: ast.AST) -> str | None:
    if not isinstance(node, ast.Call) or not _last_name(node.func).endswith("client") or not node.args:
        return None
    first = node.args[0]
    return first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else None


def _last_name(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _returned(node: ast.Return) -> Iterator[str]:
    # `cast("Type", client("s3"))` is the client too.
    for inner in ast.walk(node):
        if name := _made(inner):
            yield name


def _direct(name: str, method: str, call: ast.Call) -> list[str]:
    if method in OF_BOTO3.get(name, {}):
        wanted = OF_BOTO3[name][method]
        given = {*wanted[: len(call.args)], *(one.arg for one in call.keywords)}
        return [f"{method} lacks {one}" for one in wanted if one not in given]
    if method not in operations(name):
        return [f"{name} has no operation {method}"]
    if call.args:
        return ["has parameters without names, which boto3 refuses"]
    return mistakes(operations(name)[method], call.keywords)


class _Module:
    def __init__(self, tree: ast.Module, services: tuple[str, ...]) -> None:
        self._tree = tree
        self._services = services
        self._parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
        self._names = dict(self._assigned())
        self._modules = {
            alias.asname or alias.name.split(".")[0]
            for node in ast.walk(tree)
            if isinstance(node, ast.Import)
            for alias in node.names
        }
        self._operations = {one for name in services for one in operations(name) if "_" in one}

    def _assigned(self) -> Iterator[tuple[str, str]]:
        """Names and attributes that hold a client, with its service."""
        for node in ast.walk(self._tree):
            if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
                if name := _made(node.value):
                    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                    yield from ((_last_name(target), name) for target in targets)
            elif isinstance(node, ast.FunctionDef):
                # A property that makes its client when it is first asked for.
                made = [name for inner in ast.walk(node) if isinstance(inner, ast.Return) for name in _returned(inner)]
                yield from ((node.name, name) for name in made)

    def _service(self, node: ast.AST) -> str | None:
        """The service of an expression that is a client; None when it is none."""
        if isinstance(node, ast.Call):
            return _made(node)
        if isinstance(node, ast.Attribute) and _last_name(node.value) in self._modules:
            return None
        name = _last_name(node)
        if name in self._names:
            return self._names[name]
        if name.endswith("_client"):
            written = name.removesuffix("_client").strip("_").replace("_", "-")
            return written if service(written) else ANY if written else None
        return ANY if name == "client" else None

    def found(self) -> Iterator[Found]:
        for node in ast.walk(self._tree):
            if isinstance(node, ast.expr) and (name := self._service(node)) is not None:
                parent = self._parents[node]
                if isinstance(parent, ast.Attribute) and parent.value is node:
                    yield from self._use(name, parent)
                elif not self._handed_on(node, parent):
                    yield Found(name, ast.unparse(parent), node.lineno, ("not a form of use that can be read",))
            elif isinstance(node, ast.Attribute):
                yield from self._strange(node)

    def _strange(self, node: ast.Attribute) -> Iterator[Found]:
        """What may be a call of AWS that is not seen to be one."""
        if self._service(node.value) is not None:
            return
        root = _last_name(node.value)
        if root == "boto3" and (node.attr not in _OF_THE_LIBRARY or self._unread_client(node)):
            yield Found(ANY, f"boto3.{node.attr}", node.lineno, ("not a form of use that can be read",))
        elif node.attr in self._operations and root not in ("self", "cls") and root not in self._modules:
            why = f"{root or 'this'} is not known to be a client: call it `client`, or NAME_client"
            yield Found(ANY, node.attr, node.lineno, (why,))

    def _unread_client(self, node: ast.Attribute) -> bool:
        return node.attr == "client" and _made(self._parents[node]) is None

    def _handed_on(self, node: ast.expr, parent: ast.AST) -> bool:
        if isinstance(parent, ast.Call):
            # As an argument; or, where the name is a factory's, the call that makes the client, looked at itself.
            return _last_name(parent.func) not in _BY_NAME if node is not parent.func else _made(parent) is not None
        return isinstance(
            parent, ast.Assign | ast.AnnAssign | ast.Return | ast.keyword | ast.Tuple | ast.withitem | ast.arguments
        )

    def _use(self, name: str, attribute: ast.Attribute) -> Iterator[Found]:
        method, line = attribute.attr, attribute.lineno
        if method in _HARMLESS:
            return
        call = self._parents[attribute]
        if not isinstance(call, ast.Call) or call.func is not attribute:
            yield Found(name, method, line, ("is not called",))
        elif method in ("get_paginator", "get_waiter"):
            yield self._indirect(name, method, call)
        elif method == "client":
            yield Found(name, method, line, ("a client of a client",))
        else:
            yield self._best(name, method, line, lambda one: _direct(one, method, call))

    def _indirect(self, name: str, method: str, call: ast.Call) -> Found:
        wanted = call.args[0].value if call.args and isinstance(call.args[0], ast.Constant) else None
        if not isinstance(wanted, str):
            return Found(name, method, call.lineno, ("names nothing that can be read",))
        then = self._parents[call]
        last = self._parents[then] if isinstance(then, ast.Attribute) else None
        expected = {"get_paginator": "paginate", "get_waiter": "wait"}[method]
        if not isinstance(then, ast.Attribute) or then.attr != expected or not isinstance(last, ast.Call):
            return Found(name, wanted, call.lineno, (f"is not followed by .{expected}(...)",))
        if last.args:
            return Found(name, wanted, call.lineno, ("has parameters without names",))

        def check(one: str) -> list[str]:
            if method == "get_paginator":
                if wanted not in paginated(one):
                    return [f"{one} has no paginator {wanted}"]
                return mistakes(operations(one)[wanted], last.keywords, ("PaginationConfig",))
            if wanted not in waited_for(one):
                return [f"{one} has no waiter {wanted}"]
            return mistakes(waited_for(one)[wanted], last.keywords, ("WaiterConfig",))

        return self._best(name, wanted, call.lineno, check)

    def _best(self, name: str, method: str, line: int, check: Callable[[str], list[str]]) -> Found:
        """Of the services that may be meant, the one that fits."""
        tried = [(one, check(one)) for one in ((name,) if name else self._services)]
        fitting, wrong = min(tried, key=lambda each: len(each[1]), default=(name, ["no service is known"]))
        if name == ANY and wrong:
            known = [one for one, _ in tried if method in operations(one)]
            fitting, wrong = next(
                ((one, why) for one, why in tried if one in known), (ANY, [f"no service has {method}"])
            )
        return Found(fitting, method, line, tuple(wrong))
