"""What a pipeline is built from: settings read from the environment, validated where they are read."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, Json, StringConstraints, ValidationError

# The account that AWS's own documentation uses for examples: it is nobody's.
PLACEHOLDERS = {
    "ARTIFACT_BUCKET": "artifact-bucket",
    "AWS_REGION": "us-east-1",
    "SAGEMAKER_PIPELINE_ROLE_ARN": "arn:aws:iam::111122223333:role/pipeline-execution",
}

# Hyperparameters of training that are parameters of the pipeline.
PIPELINE_HYPERPARAMETERS = {
    "task": "Task",
    "epoch_num": "EpochNum",
    "max_seconds": "MaxTrainSeconds",
    "learning_rate": "LearningRate",
    "batch_size_per_card": "BatchSize",
    "replay_share": "ReplayShare",
    "detection_epoch_num": "DetectionEpochNum",
    "detection_max_seconds": "DetectionMaxTrainSeconds",
    "detection_learning_rate": "DetectionLearningRate",
    "detection_batch_size": "DetectionBatchSize",
    "seed": "Seed",
}

S3Uri = Annotated[str, StringConstraints(pattern=r"^s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/.*)?$")]
InstanceType = Annotated[str, StringConstraints(pattern=r"^ml\.[a-z0-9-]+\.[a-z0-9]+$")]
Share = Annotated[float, Field(ge=0, le=1)]
Task = Literal["recognition", "detection", "both"]
Identifiers = tuple[Annotated[str, StringConstraints(pattern=r"^[a-z]+-[0-9a-f]{3,}$")], ...]


class ConfigurationError(Exception):
    """A setting is missing or has a value that cannot be used; the message names it and says what to do."""


class Settings(BaseModel):
    """What the pipeline's definition depends on besides this code. Aliases are the environment variables."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    project_name: str = Field(
        "ocr",
        alias="SAGEMAKER_PROJECT_NAME",
        pattern=r"^[a-zA-Z](-*[a-zA-Z0-9]){0,31}$",
        description="name of the SageMaker project",
    )
    project_id: str = Field(
        "local",
        alias="SAGEMAKER_PROJECT_ID",
        pattern=r"^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,19}$",
        description="identifier of the SageMaker project",
    )
    artifact_bucket: str = Field(
        alias="ARTIFACT_BUCKET",
        pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$",
        description="name of the S3 bucket that receives what the steps write",
    )
    pipeline_name: str = Field(
        "ocr-local",
        alias="SAGEMAKER_PIPELINE_NAME",
        pattern=r"^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,255}$",
        description="name of the pipeline to create or update",
    )
    role_arn: str = Field(
        alias="SAGEMAKER_PIPELINE_ROLE_ARN",
        pattern=r"^arn:aws[a-z-]*:iam::\d{12}:role/.+$",
        description="ARN of the IAM role that the pipeline and its jobs run as",
    )
    model_package_group_name: str = Field(
        "",
        alias="MODEL_PACKAGE_GROUP_NAME",
        pattern=r"^([a-zA-Z0-9](-*[a-zA-Z0-9]){0,62})?$",
        description="model package group that models are registered in",
    )
    region: str = Field(
        alias="AWS_REGION", pattern=r"^[a-z]{2}(-[a-z]+)+-\d$", description="AWS region of everything here"
    )
    processing_instance_type: InstanceType = Field(
        "ml.m5.xlarge", alias="PROCESSING_INSTANCE_TYPE", description="instance type of Preprocess and Baseline"
    )
    training_instance_type: InstanceType = Field(
        "ml.g4dn.xlarge", alias="TRAINING_INSTANCE_TYPE", description="instance type of Train"
    )
    evaluation_instance_type: InstanceType = Field(
        "ml.m5.xlarge", alias="EVALUATION_INSTANCE_TYPE", description="instance type of Evaluate"
    )
    task: Task = Field("recognition", alias="TASK", description="model to train: the recogniser, the detector, or both")
    min_exact_match: Share = Field(
        0.8, alias="MIN_EXACT_MATCH", description="share of test lines, between 0 and 1, that a model must read exactly"
    )
    max_regression: Share = Field(
        0.02,
        alias="MAX_REGRESSION",
        description="share of test lines, between 0 and 1, by which a model may lie below the champion",
    )
    min_detection_f: Share = Field(
        0.0,
        alias="MIN_DETECTION_F",
        description="F, between 0 and 1, that a model must reach in finding the lines of the test pages",
    )
    min_end_to_end_f: Share = Field(
        0.0,
        alias="MIN_END_TO_END_F",
        description="F, between 0 and 1, that a model must reach in finding lines and reading them exactly",
    )
    commit: str = Field(
        "unknown",
        alias="COMMIT",
        pattern=r"^[a-zA-Z0-9_.:/=+@-]{1,256}$",
        description="commit that the pipeline is built from",
    )
    documents_uri: S3Uri | None = Field(
        None, alias="DOCUMENTS_URI", description="S3 folder of the documents to learn from"
    )
    pretrained_uri: S3Uri | None = Field(
        None, alias="PRETRAINED_URI", description="S3 folder of the model that training starts from"
    )
    processing_image: str | None = Field(
        None, alias="PROCESSING_IMAGE_URI", min_length=1, description="image of the Preprocess step"
    )
    training_image: str | None = Field(
        None, alias="TRAINING_IMAGE_URI", min_length=1, description="image of the Train step"
    )
    inference_image: str | None = Field(
        None,
        alias="INFERENCE_IMAGE_URI",
        min_length=1,
        description="image of the Evaluate step and of the endpoint",
    )
    use_cache: bool = Field(
        True,
        alias="STEP_CACHE",
        description="whether Preprocess and Train may be answered from the step cache",
    )
    use_spot: bool = Field(True, alias="TRAINING_USE_SPOT", description="whether training runs on spot capacity")
    max_training_seconds: int = Field(
        86_400,
        alias="TRAINING_MAX_RUNTIME_SECONDS",
        ge=60,
        le=28 * 86_400,
        description="seconds after which SageMaker stops a training job",
    )
    training_hyperparameters: Json[dict[str, str]] = Field(
        {},
        alias="TRAINING_HYPERPARAMETERS",
        description="JSON object of further hyperparameters of training, texts by name",
    )
    mlflow_tracking_uri: str | None = Field(
        None,
        alias="MLFLOW_TRACKING_URI",
        pattern=r"^(arn:aws[a-z-]*:sagemaker:|https?://).+$",
        description="MLflow server that training reports to: an ARN, or an address",
    )
    mlflow_experiment_name: str = Field(
        "", alias="MLFLOW_EXPERIMENT_NAME", description="MLflow experiment of the runs; by default the pipeline's name"
    )
    kms_key_arn: str | None = Field(
        None,
        alias="KMS_KEY_ARN",
        pattern=r"^arn:aws[a-z-]*:kms:.+$",
        description="KMS key that the steps' outputs are encrypted with",
    )
    subnet_ids: Identifiers = Field((), alias="SUBNET_IDS", description="comma-separated subnets that the jobs run in")
    security_group_ids: Identifiers = Field(
        (), alias="SECURITY_GROUP_IDS", description="comma-separated security groups of the jobs"
    )

    @classmethod
    def from_environment(cls, environment: Mapping[str, str], *, placeholders: bool = False) -> Self:
        """Read the settings from environment variables; an empty variable counts as unset.

        With placeholders, a definition can be built with no AWS account: what is required and unset
        becomes the example value of PLACEHOLDERS.

        Raises ConfigurationError naming every variable that is missing or wrong.
        """
        values: dict[str, Any] = dict(PLACEHOLDERS) if placeholders else {}
        values.update(_read(environment))
        try:
            settings = cls.model_validate(values)
        except ValidationError as error:
            raise ConfigurationError(_explain(error)) from error
        if bool(settings.subnet_ids) != bool(settings.security_group_ids):
            raise ConfigurationError(
                "SUBNET_IDS and SECURITY_GROUP_IDS: only one of them is set; set both to run the jobs "
                "in your network, or neither"
            )
        if twice := sorted(PIPELINE_HYPERPARAMETERS.keys() & settings.training_hyperparameters.keys()):
            raise ConfigurationError(
                f"TRAINING_HYPERPARAMETERS: found {twice[0]!r}, which the pipeline's parameter "
                f"{PIPELINE_HYPERPARAMETERS[twice[0]]} sets; leave it out, and give the execution that parameter"
            )
        return settings

    @property
    def model_package_group(self) -> str:
        """The model package group, by default `<project name>-<project id>`."""
        return self.model_package_group_name or f"{self.project_name}-{self.project_id}"

    @property
    def documents_default(self) -> str:
        """Where the documents are looked for when an execution does not say."""
        return self.documents_uri or f"s3://{self.artifact_bucket}/documents/"

    @property
    def tags(self) -> list[dict[str, str]]:
        """The project's tags, in the form of AWS requests."""
        return [
            {"Key": "sagemaker:project-id", "Value": self.project_id},
            {"Key": "sagemaker:project-name", "Value": self.project_name},
        ]


# Other names under which AWS's services and tools give the same setting; the first one set counts.
FALLBACKS = {
    "AWS_REGION": ("AWS_DEFAULT_REGION",),
    "COMMIT": ("CODEBUILD_RESOLVED_SOURCE_VERSION",),
}
LISTS = {"SUBNET_IDS", "SECURITY_GROUP_IDS"}


def missing(environment: Mapping[str, str]) -> list[str]:
    """Names of the required variables that the environment does not set."""
    return [name for name in PLACEHOLDERS if name not in _read(environment)]


def _read(environment: Mapping[str, str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for field in Settings.model_fields.values():
        name = str(field.alias)
        for candidate in (name, *FALLBACKS.get(name, ())):
            if text := environment.get(candidate, "").strip():
                values[name] = _items(text) if name in LISTS else text
                break
    return values


def _items(text: str) -> tuple[str, ...]:
    return tuple(item.strip() for item in text.split(",") if item.strip())


def _explain(error: ValidationError) -> str:
    problems: dict[str, str] = {}
    for detail in error.errors():
        name = str(detail["loc"][0])
        description = next(f.description for f in Settings.model_fields.values() if f.alias == name)
        if detail["type"] == "missing":
            problems[name] = f"{name}: not set; expected the {description}; set it in the environment"
        else:
            problems[name] = f"{name}: found {detail['input']!r}; expected the {description} ({detail['msg']})"
    return "\n".join(problems.values())
