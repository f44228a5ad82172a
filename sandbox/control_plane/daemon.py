"""The sandbox's one long-lived process: moto's server and our runner behind it.

Run as `python -m sandbox.control_plane.daemon STATE_FOLDER`, by the guard.
"""

import logging
import os
import signal
import sys
import threading
import time
from pathlib import Path

from moto.server import ThreadedMotoServer

from sandbox.cloudformation.late import LateCloudFormation, StackServices
from sandbox.codepipeline import wiring
from sandbox.control_plane import moto_extension
from sandbox.control_plane.lifecycle import FIRST_EXECUTIONS_VARIABLE, IMAGES_VARIABLE
from sandbox.control_plane.moto_extension import Services
from sandbox.docker.containers import load_containers
from sandbox.docker.runner import DockerRunner
from sandbox.endpoints.service import Endpoints
from sandbox.events.packages import PackageEvents
from sandbox.events.rules import EventRules
from sandbox.images.entry_points import load_images, project_images
from sandbox.images.versions import SageMakerImages
from sandbox.jobs.direct import DirectJobs
from sandbox.jobs.job import JobContext
from sandbox.jobs.records import JobRecords
from sandbox.jobs.runners import ProcessRunner, Runner
from sandbox.layout import Layout
from sandbox.pipelines.service import PipelinesService
from sandbox.pipelines.step_cache import StepCache
from sandbox.pipelines.step_runner import StepRunner
from sandbox.processes.children import Children
from sandbox.processes.table import created_at
from sandbox.settings import Settings
from sandbox.state import EndpointState, State

logger = logging.getLogger(__name__)


class StateWriter:
    """Keeps `state.json` up to date; thread-safe."""

    def __init__(self, layout: Layout, port: int, *, runs_containers: bool):
        self._path = layout.state_file
        self._lock = threading.Lock()
        self._state = State(
            pid=os.getpid(),
            pid_created=created_at(os.getpid()) or time.time(),
            guard_pid=os.getppid(),
            port=port,
            runs_containers=runs_containers,
        )

    def write(self, endpoints: dict[str, EndpointState] | None = None) -> None:
        """Write the state, with new endpoint states where given."""
        with self._lock:
            if endpoints is not None:
                self._state = self._state.model_copy(update={"endpoints": endpoints})
            self._state.save(self._path)


def main(arguments: list[str]) -> None:
    """Serve until SIGTERM; then stop every child."""
    logging.basicConfig(level=logging.INFO, stream=sys.stdout, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    # One line a request would bury everything else.
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    settings = Settings(state_folder=Path(arguments[0]))
    layout = Layout(settings.state_folder)
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    stacks = LateCloudFormation()
    stacks.hook()
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    _, port = server.get_host_and_port()
    children = Children(layout.children)
    endpoint_url = f"http://127.0.0.1:{port}"
    runner = _runner(settings, endpoint_url)
    writer = StateWriter(layout, port, runs_containers=isinstance(runner, DockerRunner))
    stacks.begin(_wire(JobContext(settings, endpoint_url, runner, children), writer))
    writer.write()
    logger.info("the sandbox serves http://127.0.0.1:%d", port)
    ended.wait()
    logger.info("stopping")
    children.close()


def _runner(settings: Settings, endpoint_url: str) -> Runner:
    containers = load_containers(Layout(settings.state_folder))
    if containers is not None:
        return DockerRunner(containers, settings, endpoint_url)
    images_file = os.environ.get(IMAGES_VARIABLE)
    images = load_images(Path(images_file)) if images_file else project_images(settings.checkout)
    return ProcessRunner(images, settings, endpoint_url)


def _wire(context: JobContext, writer: StateWriter) -> StackServices:
    settings = context.settings
    records = JobRecords(settings)
    runner = StepRunner(context, records, StepCache())
    DirectJobs(context, records).install()
    rules = EventRules(settings)
    rules.install()
    endpoints = Endpoints(context, writer.write)
    moto_extension.install(Services(PipelinesService(settings, runner, rules), endpoints, PackageEvents(rules)))
    wiring.install(
        context,
        endpoints,
        rules,
        containers=load_containers(context.layout),
        runs_when_created=FIRST_EXECUTIONS_VARIABLE in os.environ,
    )
    SageMakerImages(settings, rules).install()
    return StackServices(settings, context.endpoint_url, endpoints, rules)


if __name__ == "__main__":
    main(sys.argv[1:])
    logging.shutdown()
    # Nothing is left to finish: state is in memory only, and the server's threads would hold up the end.
    os._exit(0)
