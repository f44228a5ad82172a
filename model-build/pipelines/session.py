"""Sessions of the SageMaker SDK: one that talks to AWS, and one that needs neither account nor network."""

import functools
import logging
import os
import warnings
from typing import Any

from pipelines.config import Settings

# Defaults that a person keeps in their own SageMaker configuration files must not reach the definition:
# the same inputs give the same bytes on every machine. A session that is given a configuration reads no other.
SDK_CONFIGURATION: dict[str, Any] = {
    "SchemaVersion": "1.0",
    "SageMaker": {"PythonSDK": {"Modules": {"TelemetryOptOut": True}}},
}


def prepare_sdk(settings: Settings, *, offline: bool) -> None:
    """Set what the SDK reads from the process's environment. Call it before importing `sagemaker`.

    Importing the SDK makes boto3 clients, so the region must be known by then, and so must the (dummy)
    credentials when there are to be none: boto3 would otherwise search the network for them.
    """
    _quieten()
    os.environ.setdefault("AWS_DEFAULT_REGION", settings.region)
    # The role is checked by the service that assumes it; the SDK's own check needs
    # iam:SimulatePrincipalPolicy, which a build role should not have.
    os.environ["SAGEMAKER_VALIDATE_ROLE"] = "false"
    if offline:
        os.environ["AWS_EC2_METADATA_DISABLED"] = "true"
        os.environ.setdefault("AWS_ACCESS_KEY_ID", "offline")
        os.environ.setdefault("AWS_SECRET_ACCESS_KEY", "offline")


def open_session(settings: Settings, *, offline: bool) -> Any:
    """Open a PipelineSession, which records what a step would request instead of requesting it.

    Offline, it is given credentials of no account. Otherwise boto3 finds credentials and endpoints in
    its usual ways.
    """
    prepare_sdk(settings, offline=offline)
    import boto3
    from sagemaker.core.config.config_manager import SageMakerConfig
    from sagemaker.core.workflow.pipeline_context import PipelineSession
    from sagemaker.mlops.workflow import steps

    dummy = "offline" if offline else None
    session = PipelineSession(
        boto_session=boto3.Session(region_name=settings.region, aws_access_key_id=dummy, aws_secret_access_key=dummy),
        default_bucket=settings.artifact_bucket,
        sagemaker_config=SDK_CONFIGURATION,
    )
    # The session has just validated the configuration. The SDK would do so again at each of the 45 look-ups
    # of one definition, which takes ten times as long as all the rest of it.
    SageMakerConfig.validate_sagemaker_config = staticmethod(lambda _: None)
    # Each ProcessingStep makes a client of local mode, with sessions of its own, to ask it for the name of a method.
    # That takes most of the time of a definition, and one client can say it as well.
    if not hasattr(steps.LocalSagemakerClient, "cache_info"):
        steps.LocalSagemakerClient = functools.cache(steps.LocalSagemakerClient)
    return session


def _quieten() -> None:
    # The SDK gives a root logger that nobody has configured the level INFO, and building a definition
    # then prints pages of notes. A level that is already set stays.
    logging.basicConfig(level=logging.WARNING)
    for name in ("sagemaker", "sagemaker.config"):
        logging.getLogger(name).setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", message="Running within a PipelineSession")
