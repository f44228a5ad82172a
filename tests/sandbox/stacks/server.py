"""moto with the sandbox's CloudFormation and rules, and nothing that runs: a sandbox takes longer to come up.

Run as `python server.py STATE_FOLDER STARTED`: writes the port to `STATE_FOLDER/state.json`, and a line of JSON for
each target that a rule starts to `STARTED`.
"""

import json
import logging
import os
import sys
import threading
from pathlib import Path
from typing import Any

from moto.server import ThreadedMotoServer

from sandbox.cloudformation.late import LateCloudFormation, StackServices
from sandbox.events.rules import EventRules
from sandbox.images.versions import SageMakerImages
from sandbox.settings import Settings


class InstantEndpoints:
    """Endpoints that are in service at once."""

    def update(self, record: Any, endpoint_config_name: str) -> None:
        record.endpoint_config_name = endpoint_config_name


def main(state_folder: Path, started: Path) -> None:
    logging.basicConfig(level=logging.INFO)
    settings = Settings(state_folder=state_folder)
    rules = EventRules(settings)
    rules.install()
    SageMakerImages(settings, rules).install()
    lock = threading.Lock()

    def start(target_arn: str, event: dict[str, Any]) -> None:
        with lock, started.open("a") as lines:
            lines.write(json.dumps({"target": target_arn, "event": event}) + "\n")

    rules.on_target(start)
    stacks = LateCloudFormation()
    stacks.hook()
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    _, port = server.get_host_and_port()
    stacks.begin(StackServices(settings, f"http://127.0.0.1:{port}", InstantEndpoints(), rules))  # type: ignore[arg-type]  # all that a stack asks of them
    written = state_folder / "state.json.new"
    written.write_text(json.dumps({"port": port}))
    written.rename(state_folder / "state.json")
    # The pipe's end is the test's end.
    sys.stdin.read()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
    # The server's threads would hold up the end.
    os._exit(0)
