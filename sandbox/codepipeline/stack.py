"""Deploys an endpoint stack as CodePipeline's CloudFormation action does."""

import json
import logging
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from sandbox.clients import client
from sandbox.codepipeline.stop import StopRequest
from sandbox.errors import SandboxError
from sandbox.settings import Settings

logger = logging.getLogger(__name__)

POLL_SECONDS = 0.2
_NO_CHANGE = "No updates are to be performed"
# There is nothing that it could be rolled back to.
_NEVER_CREATED = ("CREATE_FAILED", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED")


class StackDeployer:
    """Creates and updates stacks and waits until their endpoints serve."""

    def __init__(self, settings: Settings, endpoint_url: str):
        self._settings = settings
        self._endpoint_url = endpoint_url

    @property
    def _client(self) -> Any:
        return client("cloudformation", self._settings, self._endpoint_url)

    def deploy(
        self,
        stack_name: str,
        template: str,
        config: Mapping[str, Any],
        log: Path,
        *,
        replaces_failed: bool = False,
        stop: StopRequest | None = None,
    ) -> list[str]:
        """Create or update the stack with a template configuration; returns the endpoints that changed.

        `config` is CloudFormation's template configuration: `{"Parameters": {}, "Tags": {}}`. A stack that could not
        be created takes no update: with `replaces_failed` it is deleted and created anew. Raises SandboxError when the
        stack fails, and when `stop` abandons it, which leaves the stack to itself.
        """
        log.parent.mkdir(parents=True, exist_ok=True)
        arguments = {
            "StackName": stack_name,
            "TemplateBody": template,
            "Parameters": [
                {"ParameterKey": name, "ParameterValue": str(value)}
                for name, value in config.get("Parameters", {}).items()
            ],
            "Tags": [{"Key": name, "Value": str(value)} for name, value in config.get("Tags", {}).items()],
            "Capabilities": ["CAPABILITY_NAMED_IAM"],
        }
        changed = self._apply(stack_name, arguments, replaces_failed=replaces_failed)
        status, reason = self._wait(stack_name, stop)
        outcome = {"stack": stack_name, "changed": changed, "status": status, "reason": reason}
        log.write_text(json.dumps(outcome) + "\n")
        if not status.endswith("_COMPLETE"):
            message = f"stack {stack_name} ended as {status}: {reason}"
            raise SandboxError(message)
        return self.endpoint_names(stack_name) if changed else []

    def endpoint_names(self, stack_name: str) -> list[str]:
        """Names of the endpoints that belong to a stack."""
        resources = self._client.describe_stack_resources(StackName=stack_name)["StackResources"]
        return [
            resource["PhysicalResourceId"].rsplit("/", 1)[-1]
            for resource in resources
            if resource["ResourceType"] == "AWS::SageMaker::Endpoint"
        ]

    def _apply(self, stack_name: str, arguments: dict[str, Any], *, replaces_failed: bool) -> bool:
        status = self._status(stack_name)
        if status in _NEVER_CREATED:
            if not replaces_failed:
                message = (
                    f"stack {stack_name} is {status}, and CloudFormation takes no update of such a stack: delete "
                    "it, or give the action the mode REPLACE_ON_FAILURE"
                )
                raise SandboxError(message)
            self._client.delete_stack(StackName=stack_name)
            status = None
        if status is None:
            self._client.create_stack(**arguments, OnFailure="DO_NOTHING")
            return True
        try:
            self._client.update_stack(**arguments)
        except ClientError as error:
            if _NO_CHANGE in str(error):
                return False
            raise
        return True

    def _status(self, stack_name: str) -> str | None:
        try:
            status: str = self._client.describe_stacks(StackName=stack_name)["Stacks"][0]["StackStatus"]
        except ClientError as error:
            if "does not exist" in str(error):
                return None
            raise
        return status

    def _wait(self, stack_name: str, stop: StopRequest | None) -> tuple[str, str | None]:
        while not (stop and stop.is_abandoned):
            stack = self._client.describe_stacks(StackName=stack_name)["Stacks"][0]
            if not stack["StackStatus"].endswith("_IN_PROGRESS"):
                return stack["StackStatus"], stack.get("StackStatusReason")
            time.sleep(POLL_SECONDS)
        message = f"stack {stack_name} was not waited for"
        raise SandboxError(message)
