"""Tests a deployed stage: sends it real pages, compares the texts, and fails when they are wrong or late."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from model_deploy.async_endpoint import AsyncEndpoint
from model_deploy.endpoint import Endpoint, Reader, check_served, wait_in_service
from model_deploy.errors import DeployError
from model_deploy.files import write_json
from model_deploy.pages import load_pages
from model_deploy.registry import dataset_uri
from model_deploy.stage import MODE_PARAMETER, STAGE_PARAMETER, StageConfig, TemplateConfiguration, Thresholds
from model_deploy.verdict import read_page, run_test


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the test; returns 0 when the stage passed and 1 otherwise. The results are written either way."""
    options = _parser().parse_args(arguments)
    try:
        results = _test(options)
    except DeployError as error:
        results = {"passed": False, "failures": [str(error)]}
    except (BotoCoreError, ClientError) as error:
        results = {"passed": False, "failures": [f"AWS refused or could not be reached: {error}"]}
    write_json(options.export_test_results, results)
    return _report(results, options.export_test_results)


def _test(options: argparse.Namespace) -> dict[str, Any]:
    build = TemplateConfiguration.read(options.build_config)
    stage = build.parameter(STAGE_PARAMETER)
    config = StageConfig.read(options.stage_config or Path(__file__).with_name(f"{stage}-config.json"))
    endpoint, version = build.parameter("EndpointName"), build.parameter("ModelPackageName")
    control = boto3.client("sagemaker")
    dataset = dataset_uri(control, version)
    pages = load_pages(boto3.client("s3"), dataset, config.thresholds.max_pages)
    wait_in_service(control, endpoint)
    check_served(control, endpoint, version)
    reader, task = _reader(build, config.thresholds), build.task
    if build.parameters.get(MODE_PARAMETER) == "serverless" or build.parameters.get("MinInstanceCount") == "0":
        # The first request waits for a server to start, which is no measure of the version.
        read_page(reader, pages[0], task)
    verdict = run_test(reader, pages, config.thresholds, task)
    return {
        "stage": stage,
        "endpoint": endpoint,
        "task": task,
        "model_package": version,
        "thresholds": config.thresholds.model_dump(by_alias=True),
        **verdict.as_json(),
    }


def _reader(build: TemplateConfiguration, thresholds: Thresholds) -> Reader:
    name = build.parameter("EndpointName")
    if build.parameters.get(MODE_PARAMETER) == "async":
        return AsyncEndpoint(name, build.parameter("ArtifactBucket"), thresholds.max_wait_seconds)
    return Endpoint(name)


def _report(results: dict[str, Any], path: Path) -> int:
    finds_only = results.get("task") == "detection"
    for page in results.get("pages", []):
        for line in page["lines"]:
            if finds_only and not line["found"]:
                print(f"{page['image']}: {line['expected']!r} was not found")
            elif not finds_only and not line["exact"]:
                print(f"{page['image']}: expected {line['expected']!r}, read {line['read']!r}")
    if "lines" in results:
        latency = results["latency_ms"]["p95"]
        told = f"{results['lines_found']} of {results['lines']} lines found"
        told += "" if finds_only else f", {results['lines_read']} read exactly"
        print(f"{told}, p95 {latency:.0f} ms")
    print(f"The results are in {path}", flush=True)
    if results["passed"]:
        return 0
    print(f"The stage failed its test: {'; '.join(results['failures'])}. {_advice(results)}", file=sys.stderr)
    return 1


def _advice(results: dict[str, Any]) -> str:
    if "pages" not in results:
        return "Mend that and retry the stage"
    return (
        f"Reject {results['model_package']} in the model registry, which brings the approved version before it back; "
        f"or change the thresholds in {results['stage']}-config.json and push"
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python test.py", description=__doc__)
    build_config, results = os.environ.get("BUILD_CONFIG"), os.environ.get("EXPORT_TEST_RESULTS")
    parser.add_argument(
        "--build-config",
        type=Path,
        default=build_config,
        required=not build_config,
        metavar="FILE",
        help="the stage's exported configuration, written by build.py (default: BUILD_CONFIG)",
    )
    parser.add_argument(
        "--export-test-results",
        type=Path,
        default=results,
        required=not results,
        metavar="FILE",
        help="where to write the results (default: EXPORT_TEST_RESULTS)",
    )
    parser.add_argument(
        "--stage-config",
        type=Path,
        metavar="FILE",
        help="the stage's thresholds (default: <stage>-config.json beside this file)",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
