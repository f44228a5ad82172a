"""What a project's resources are called: the names that its users, its code and its roles' policies count on."""

from dataclasses import dataclass

from wiring.stack import PSEUDO

LANES = {"Processing": "processingimagebuild", "Training": "trainingimagebuild", "Inference": "inferenceimagebuild"}
"""Suffixes of the three image lanes, by the prefix of their logical ids."""

REPOSITORIES = {
    "processingimagebuild": "image-build-processing",
    "trainingimagebuild": "image-build-train",
    "inferenceimagebuild": "image-build-inference",
    "modelbuild": "model-build",
    "modeldeploy": "model-deploy",
}
"""The folder of each seed repository, by the suffix of its names."""

PREFIXES = {
    **{suffix: lane for lane, suffix in LANES.items()},
    "modelbuild": "ModelBuild",
    "modeldeploy": "ModelDeploy",
}
"""The prefix of the logical ids, by suffix."""


@dataclass(frozen=True)
class Names:
    """A project's names and ARNs, written without looking at the template."""

    project: str
    id: str
    account: str = PSEUDO["AWS::AccountId"]
    region: str = PSEUDO["AWS::Region"]

    def arn(self, service: str, resource: str) -> str:
        """ARN of something in this account and region."""
        return f"arn:aws:{service}:{self.region}:{self.account}:{resource}"

    def short(self, suffix: str) -> str:
        """Name of an ECR repository, SageMaker Image, build project, pipeline or rule."""
        return f"sagemaker-{self.id}-{suffix}"

    def repository(self, suffix: str) -> str:
        """Name of a CodeCommit repository."""
        return f"sagemaker-{self.project}-{self.id}-{suffix}"

    @property
    def group(self) -> str:
        """Name of the model package group and of the SageMaker pipeline."""
        return f"{self.project}-{self.id}"

    @property
    def bucket(self) -> str:
        """Name of the artifact bucket."""
        return f"sagemaker-{self.id}-{self.account}-{self.region}"

    @property
    def bucket_arn(self) -> str:
        """ARN of the artifact bucket."""
        return f"arn:aws:s3:::{self.bucket}"

    def objects(self, key: str) -> str:
        """ARN of an object of the artifact bucket."""
        return f"{self.bucket_arn}/{key}"

    def endpoint(self, stage: str) -> str:
        """Name of a stage's endpoint."""
        return f"{self.project}-{stage}"

    def log_group(self, suffix: str) -> str:
        """Name of a build project's log group."""
        return f"/aws/codebuild/{self.short(suffix)}"


OURS = Names("ocr", "p-abcdefghijkl")
NEIGHBOUR = Names("payments", "p-zyxwvutsrqpo")
LONGEST = Names("A" + "b-1" * 10 + "z", "p-" + "x" * 18)
