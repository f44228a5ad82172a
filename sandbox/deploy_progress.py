"""Follows what an approval set off."""

import time
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from sandbox.deployment_record import Action, Deployment, load_deployments
from sandbox.errors import SandboxError
from sandbox.files import last_lines
from sandbox.layout import Layout
from sandbox.lifecycle import require_state
from sandbox.settings import Settings

POLL_SECONDS = 0.2
APPEAR_SECONDS = 10.0


def follow_deployment(settings: Settings, number: int, tell: Callable[[Action], None]) -> Deployment:
    """Wait for the end of a deployment, telling of every action that begins or ends.

    Raises SandboxError when the deployment does not appear or the sandbox ends meanwhile.
    """
    path = Layout(settings.state_folder).deployments_file
    told: dict[str, str] = {}
    begun = time.monotonic()
    while True:
        found = next((item for item in load_deployments(path) if item.number == number), None)
        if found is None and time.monotonic() - begun > APPEAR_SECONDS:
            message = f"the approval set off no deployment (looked in {path})"
            raise SandboxError(message)
        for action in found.actions if found else []:
            if told.get(action.name) != action.status:
                told[action.name] = action.status
                tell(action)
        if found is not None and found.has_ended:
            return found
        require_state(settings)
        time.sleep(POLL_SECONDS)


def next_deployment_number(settings: Settings) -> int:
    """Number that the next deployment will have."""
    return len(load_deployments(Layout(settings.state_folder).deployments_file)) + 1


def tell_action(console: Console) -> Callable[[Action], None]:
    """Prints one line for each change of an action."""

    def tell(action: Action) -> None:
        seconds = f"{(action.end - action.start).total_seconds():7.1f} s" if action.end else ""
        line = f"{action.name:<18} {action.status:<10} {seconds}"
        console.print(line.rstrip(), highlight=False, markup=False)

    return tell


def explain_failed_deployment(deployment: Deployment, console: Console) -> None:
    """Print the reason, the failed action's last lines and where its log is."""
    console.print(f"[red]Deployment {deployment.number} failed.[/]")
    console.print(escape(deployment.failure_reason or ""), soft_wrap=True)
    failed = next((action for action in deployment.actions if action.status == "Failed"), None)
    if failed is None or failed.log is None:
        return

    console.rule(f"last lines of {failed.name}")
    for line in last_lines(Path(failed.log), 20):
        console.print(escape(line), highlight=False, soft_wrap=True)
    console.rule()
    console.print(f"log: {escape(failed.log)}", soft_wrap=True)
