"""`demo`: documents to a served model, and one unseen page read by it."""

import json
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from rich.console import Console

from sandbox.clients import client
from sandbox.commands.decisions import DEPLOY, follow_deployment
from sandbox.commands.delivery_progress import explain_failed_delivery, next_number
from sandbox.commands.follow import explain_failure, follow
from sandbox.commands.invocation import invoke, server_url
from sandbox.commands.plain_lines import plain_lines
from sandbox.commands.progress import job_seconds
from sandbox.commands.run import RunOptions, start_run
from sandbox.control_plane.lifecycle import down, living_state, require_kind, require_state, up
from sandbox.demo.overlay import draw_overlay
from sandbox.demo.page import fresh_card, held_out_page
from sandbox.demo.picture import draw_reading
from sandbox.demo.reading import LabelledPage, compare
from sandbox.demo.results import Results, publish, start_collecting
from sandbox.demo.stopwatch import Stopwatch
from sandbox.demo.tables import tables
from sandbox.jobs.storage import Storage
from sandbox.processes.ended_by_signals import ended_by_signals
from sandbox.project.stacks import ensure_project
from sandbox.project.stage_floor import set_page_floor
from sandbox.registry.packages import find_version, set_approval
from sandbox.settings import DEMO_FOLDER, Settings
from sandbox.state import State

# Own documents have no known figure to reach: the loop is shown, whatever they come to.
OWN_DATA_FLOORS = {"MinExactMatch": "0.0"}
OWN_DATA_PAGE_FLOOR = 0.0

# What keeps the demo within minutes; the pipeline itself has no limit.
CARD_SECONDS = 130
OWN_DATA_SECONDS = 300


# More of them than this are not legible in a list beside the page.
MANY_LINES = 40


class StepFailedError(Exception):
    """A step failed and has been explained already."""


@dataclass
class Demo:
    """One run of the demo."""

    settings: Settings
    options: RunOptions
    console: Console
    output: Path
    docker: bool = False
    page_floor: float | None = None
    """Share of the test pages' lines that the stages must read; None: what model-deploy says."""
    again: str = "make up"
    """What does the same and keeps the endpoint."""
    stopwatch: Stopwatch = field(default_factory=Stopwatch)

    def say(self, text: str) -> None:
        """Print a line that begins a phase."""
        self.console.print(f"\n[bold]{text}[/]", highlight=False)


def run_demo(
    settings: Settings,
    options: RunOptions,
    console: Console,
    *,
    docker: bool = False,
    keep: bool,
    output_folder: Path | None,
    page_floor: float | None = None,
    again: str = "make up",
) -> int:
    """Run the loop; returns the exit status. Without `keep`, nothing is left running, however it ends.

    `page_floor` is what the stages must read of the test pages: by default nothing of own documents, and of cards what
    model-deploy says; `again` is what a person is told that keeps the endpoint.

    Raises SandboxError, and stops nothing, when a sandbox of the other kind is up.
    """
    running = living_state(settings)
    if running is not None:
        require_kind(running, docker=docker)
    options = _with_defaults(options)
    output = (output_folder or DEMO_FOLDER).absolute()
    if page_floor is None and options.data is not None:
        page_floor = OWN_DATA_PAGE_FLOOR
    demo = Demo(settings, options, console, output, docker, page_floor, again)
    try:
        with ended_by_signals():
            results = _loop(demo)
    except StepFailedError:
        return 1
    finally:
        if not keep:
            with demo.stopwatch.phase("down"):
                down(settings)
    publish(results, demo.output, demo.stopwatch, options)
    _say_where_everything_is(demo, results, keep=keep)
    return 0


def _with_defaults(options: RunOptions) -> RunOptions:
    if options.data is None:
        return replace(options, train_seconds=options.train_seconds or CARD_SECONDS)
    return replace(
        options,
        train_seconds=options.train_seconds or OWN_DATA_SECONDS,
        parameters=OWN_DATA_FLOORS | options.parameters,
    )


def _loop(demo: Demo) -> Results:
    phase = demo.stopwatch.phase
    demo.say("Sandbox")
    with phase("up"):
        tell = plain_lines(demo.console)
        state, started = up(demo.settings, demo.options.images_file, docker=demo.docker, tell=tell)
    demo.console.print(f"{'up' if started else 'up already'}: {state.endpoint_url}", highlight=False)
    folder = start_collecting(demo.output)
    with phase("project"):
        ensure_project(demo.settings, state.endpoint_url)
        if demo.page_floor is not None:
            set_page_floor(demo.settings, demo.page_floor)
    with phase("pipeline"):
        _run_pipeline(demo, state)
        results = _read_version(demo, state, folder)
    for table in tables(results.evaluation):
        demo.console.print(table)
    with phase("deployment"):
        _deploy(demo, results, state)
    with phase("page"):
        _read_page(demo, results, folder)
    return results


def _run_pipeline(demo: Demo, state: State) -> None:
    demo.say("Pipeline")
    started = start_run(demo.settings, state, demo.options)
    demo.stopwatch.add("define_pipeline", started.define_seconds)
    sagemaker = client("sagemaker", demo.settings, state.endpoint_url)
    progress = follow(sagemaker, demo.settings, started.execution_arn, demo.console)
    for step in progress.steps:
        demo.stopwatch.add(step.name, job_seconds(sagemaker, step))
    if progress.status != "Succeeded":
        explain_failure(progress, demo.console)
        raise StepFailedError


def _read_version(demo: Demo, state: State, folder: Path) -> Results:
    sagemaker = client("sagemaker", demo.settings, state.endpoint_url)
    arn = find_version(sagemaker, demo.settings, None)
    package = sagemaker.describe_model_package(ModelPackageName=arn)
    storage = Storage(client("s3", demo.settings, state.endpoint_url))
    evaluation_uri = package["ModelMetrics"]["ModelQuality"]["Statistics"]["S3Uri"]
    dataset_uri = package["CustomerMetadataProperties"]["dataset_uri"].rstrip("/")
    wanted = {
        "evaluation.json": evaluation_uri,
        "evaluation-report.html": evaluation_uri.rsplit("/", 1)[0] + "/report.html",
        "dataset-report.html": f"{dataset_uri}/report.html",
        "model.tar.gz": package["InferenceSpecification"]["Containers"][0]["ModelDataUrl"],
    }
    for name, uri in wanted.items():
        (folder / name).write_bytes(storage.read(uri))
    evaluation: dict[str, Any] = json.loads((folder / "evaluation.json").read_text())
    return Results(arn, dataset_uri, evaluation, folder, files=list(wanted))


def _deploy(demo: Demo, results: Results, state: State) -> None:
    demo.say("Approval")
    sagemaker = client("sagemaker", demo.settings, state.endpoint_url)
    number = next_number(demo.settings, demo.settings.pipeline_name(DEPLOY))
    set_approval(sagemaker, results.model_package_arn, "Approved", "approved by the demo")
    demo.console.print(f"approved {results.model_package_arn}", highlight=False, soft_wrap=True)
    deployment = follow_deployment(demo.settings, state.endpoint_url, number, demo.console, promotes=True)
    for action in deployment.actions():
        demo.stopwatch.add(action.name, action.work_seconds or 0.0)
    if deployment.status != "Succeeded":
        explain_failed_delivery(deployment, demo.console)
        raise StepFailedError
    described = sagemaker.describe_model_package(ModelPackageName=results.model_package_arn)
    results.approval_status = described["ModelApprovalStatus"]
    results.endpoint = demo.settings.endpoint_name("prod")


def _read_page(demo: Demo, results: Results, folder: Path) -> None:
    demo.say("A page that training never saw")
    # The endpoint's server came up after the state was read first.
    state = require_state(demo.settings)
    page = _unseen_page(demo, results, state, folder / "page")
    begun = time.monotonic()
    answer = invoke(demo.settings, state, results.endpoint, page.image)
    demo.stopwatch.add("read_page", time.monotonic() - begun)
    results.readings = compare(page, answer)
    title = f"{results.fields_read} of {results.fields_total} fields read exactly by {results.endpoint}"
    if len(results.readings) > MANY_LINES:
        draw_overlay(page, results.readings, answer, folder / "page-read.png")
    else:
        draw_reading(page, results.readings, title, folder / "page-read.png")
    (folder / "page-answer.json").write_text(json.dumps(answer, ensure_ascii=False, indent=2) + "\n")
    results.server_url = server_url(state, results.endpoint)
    results.page_image = page.image.relative_to(folder)
    results.files += ["page-read.png", "page-answer.json"]
    demo.console.print(title, highlight=False)
    for reading in results.readings[:MANY_LINES]:
        if not reading.is_exact:
            line = f"  {reading.line.field or 'line'}: {reading.line.text!r} was read as {reading.text!r}"
            demo.console.print(line, highlight=False, markup=False, soft_wrap=True)


def _unseen_page(demo: Demo, results: Results, state: State, folder: Path) -> LabelledPage:
    if demo.options.data is None and demo.options.documents_uri is None:
        begun = time.monotonic()
        page = fresh_card(demo.settings, state, demo.options.seed, folder)
        demo.stopwatch.add("draw_page", time.monotonic() - begun)
        return page
    storage = Storage(client("s3", demo.settings, state.endpoint_url))
    return held_out_page(storage, results.dataset_uri, folder)


def _say_where_everything_is(demo: Demo, results: Results, *, keep: bool) -> None:
    demo.say("Done")
    show = demo.console.print
    show(f"{demo.output}:", highlight=False, soft_wrap=True)
    for name in ["summary.json", *results.files]:
        show(f"  {name}", highlight=False)
    if not keep:
        again = f"{demo.again} DOCKER=1" if demo.docker else demo.again
        show(f"Nothing is left running. To keep the endpoint: {again}", highlight=False)
        return
    image = demo.output / results.page_image
    show("The sandbox and its endpoints stay up until `make down`. The playground, for the browser:")
    demo.console.file.write(f"{results.server_url}/\n")
    show("Ask the production endpoint's server:")
    command = f"curl --data-binary @{image} -H 'Content-Type: image/jpeg' {results.server_url}/invocations"
    # Not through rich: the line is there to be copied.
    demo.console.file.write(command + "\n")
    show("or through the service: python -m sandbox invoke FILE; what there is: python -m sandbox status")
