"""Training jobs of several instances: a process for each host, its own /opt/ml, one model archive."""

import io
import json
import tarfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sandbox.errors import SandboxError
from sandbox.jobs.folder import JobFolder
from sandbox.jobs.hosts import meeting
from sandbox.jobs.resource_config import training_resources
from sandbox.jobs.runners import Container

Definition = dict[str, Any]
ENDED_SECONDS = 30
"""The waiting host would take 60; the sandbox gives it 10."""


def two_hosts(definition: Definition, distribution: str) -> Definition:
    train = next(step for step in definition["Steps"] if step["Name"] == "Train")["Arguments"]
    train["ResourceConfig"]["InstanceCount"] = 2
    source = train["InputDataConfig"][0]["DataSource"]["S3DataSource"]
    source["S3DataDistributionType"] = distribution
    train["CheckpointConfig"] = {"S3Uri": train["OutputDataConfig"]["S3OutputPath"]["Std:Join"]["Values"][0] + "/kept"}
    return definition


def archive(sandbox: Any, steps: dict[str, Any]) -> dict[str, bytes]:
    name = steps["Train"]["Metadata"]["TrainingJob"]["Arn"].rsplit("/", 1)[-1]
    job = sandbox.client("sagemaker").describe_training_job(TrainingJobName=name)
    content = sandbox.storage.read(job["ModelArtifacts"]["S3ModelArtifacts"])
    with tarfile.open(fileobj=io.BytesIO(content)) as tar:
        return {member.name: tar.extractfile(member).read() for member in tar if member.isfile()}  # type: ignore[union-attr] # a file has content


@pytest.mark.parametrize(
    ("distribution", "parts"),
    [
        ("FullyReplicated", {"algo-1": ["a.txt", "b.txt"], "algo-2": ["a.txt", "b.txt"]}),
        ("ShardedByS3Key", {"algo-1": ["a.txt"], "algo-2": ["b.txt"]}),
    ],
)
def test_each_host_has_its_channels_and_leaves_its_share(
    sandbox: Any, definition_for: Callable[[str], Any], distribution: str, parts: dict[str, list[str]]
) -> None:
    definition = two_hosts(definition_for(f"hosts-{distribution}"), distribution)
    described, steps = sandbox.run(f"hosts-{distribution}", definition, BatchSize="5")
    assert described["PipelineExecutionStatus"] == "Succeeded", described
    model = archive(sandbox, steps)
    assert sorted(model) == ["algo-1.json", "algo-2.json", "model.onnx", "training.json"]
    left = {host: json.loads(model[f"{host}.json"]) for host in parts}
    assert {host: found["files"] for host, found in left.items()} == parts
    assert left["algo-1"]["master"] == left["algo-2"]["master"]
    kept = sandbox.storage.keys(f"s3://{sandbox.settings.bucket}/kept")
    assert {key.rsplit("/", 1)[-1] for key in kept} == {"algo-1.txt", "algo-2.txt"}


def test_the_failure_of_one_host_fails_the_job_and_ends_the_others(
    sandbox: Any, definition_for: Callable[[str], Any]
) -> None:
    began = time.monotonic()
    definition = two_hosts(definition_for("lost-host"), "FullyReplicated")
    described, steps = sandbox.run("lost-host", definition, BatchSize="14")
    assert described["PipelineExecutionStatus"] == "Failed"
    assert "batch_size is 14 on algo-2" in steps["Train"]["FailureReason"]
    assert time.monotonic() - began < ENDED_SECONDS


def test_the_hosts_of_a_processing_job_leave_one_output(sandbox: Any, definition_for: Callable[[str], Any]) -> None:
    definition = definition_for("two-readers")
    preprocess = next(step for step in definition["Steps"] if step["Name"] == "Preprocess")["Arguments"]
    preprocess["ProcessingResources"]["ClusterConfig"]["InstanceCount"] = 2
    described, steps = sandbox.run("two-readers", definition)
    assert described["PipelineExecutionStatus"] == "Succeeded", described
    name = steps["Preprocess"]["Metadata"]["ProcessingJob"]["Arn"].rsplit("/", 1)[-1]
    job = sandbox.client("sagemaker").describe_processing_job(ProcessingJobName=name)
    output = job["ProcessingOutputConfig"]["Outputs"][0]["S3Output"]["S3Uri"]
    ports = [sandbox.storage.read(f"{output}/algo-{number}.txt") for number in (1, 2)]
    assert ports[0] == ports[1] != b"alone"


def test_hosts_are_named_as_sagemaker_names_them() -> None:
    request = {"ResourceConfig": {"InstanceType": "ml.g5.xlarge", "InstanceCount": 3}}
    found = training_resources(request, "algo-2")
    assert found["current_host"] == "algo-2"
    assert found["hosts"] == found["instance_groups"][0]["hosts"] == ["algo-1", "algo-2", "algo-3"]


def test_several_hosts_without_a_network_are_refused(tmp_path: Path) -> None:
    isolated = Container("job", "image", JobFolder(tmp_path), tmp_path / "log", is_isolated=True)
    with pytest.raises(SandboxError, match="InstanceCount is 2 and EnableNetworkIsolation is set"):
        meeting([isolated] * 2, ["algo-1", "algo-2"])
