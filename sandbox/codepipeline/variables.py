"""`#{namespace.variable}` in configurations: what earlier actions exported, and the pipeline's own variables."""

import re
from collections.abc import Mapping

from sandbox.errors import SandboxError

# Namespaces and names as the action reference of CodePipeline allows them.
_REFERENCE = re.compile(r"#\{([A-Za-z0-9@_-]+)\.([A-Za-z0-9@_.-]+)\}")

Namespaces = Mapping[str, Mapping[str, str]]


def resolve(text: str, namespaces: Namespaces) -> str:
    """Replace every reference. Raises SandboxError for a variable that nothing exported."""

    def value(found: re.Match[str]) -> str:
        namespace, name = found.groups()
        try:
            return namespaces[namespace][name]
        except KeyError:
            exported = sorted(f"{space}.{key}" for space, keys in namespaces.items() for key in keys)
            message = f"{found.group()} in {text!r}: no such variable; so far there are {', '.join(exported) or 'none'}"
            raise SandboxError(message) from None

    return _REFERENCE.sub(value, text)


def resolve_all(configuration: Mapping[str, str], namespaces: Namespaces) -> dict[str, str]:
    """The configuration with every reference replaced."""
    return {name: resolve(text, namespaces) for name, text in configuration.items()}
