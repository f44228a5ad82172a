"""All mistakes that are tried."""

from wiring.mutations.builds import buildspecs, environments, pipelines
from wiring.mutations.edit import Mutation
from wiring.mutations.permissions import policies, trust
from wiring.mutations.references import conditions, outputs, properties, protection, references
from wiring.mutations.rules import rules

MAKERS = (
    rules,
    trust,
    policies,
    environments,
    pipelines,
    buildspecs,
    conditions,
    references,
    outputs,
    protection,
    properties,
)


def mutations() -> list[Mutation]:
    """Every mistake once: the first of those that come to the same file."""
    found: dict[str, Mutation] = {}
    for make in MAKERS:
        for mutation in make():
            found.setdefault(mutation.key, mutation)
    return list(found.values())
