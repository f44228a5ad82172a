"""Operations that moto lacks or pretends, put in place before its server starts."""

import http.client
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from moto.core.responses import ActionResult
from moto.sagemaker.exceptions import ValidationError
from moto.sagemaker.models import ModelPackage, SageMakerModelBackend
from moto.sagemaker.responses import SageMakerResponse
from moto.sagemakerruntime.responses import SageMakerRuntimeResponse

from sandbox.endpoints.captures import Body
from sandbox.endpoints.service import Endpoints
from sandbox.errors import SandboxError
from sandbox.events.packages import PackageEvents
from sandbox.pipelines.service import PipelinesService
from sandbox.registry.requests import check_card, check_metadata

logger = logging.getLogger(__name__)

_FORWARDED = ("content-type", "accept", "x-amzn-sagemaker-custom-attributes", "x-amzn-sagemaker-inference-id")

# What moto itself does, kept once so that installing twice does not wrap our own functions.
_MOTO_CREATE_ENDPOINT = SageMakerModelBackend.create_endpoint
_MOTO_DELETE_ENDPOINT = SageMakerModelBackend.delete_endpoint
_MOTO_CREATE_PIPELINE_EXECUTION = SageMakerModelBackend.start_pipeline_execution
_MOTO_DESCRIBE_EXECUTION = SageMakerModelBackend.describe_pipeline_execution
_MOTO_LIST_EXECUTIONS = SageMakerModelBackend.list_pipeline_executions
_MOTO_CREATE_PACKAGE = SageMakerModelBackend.create_model_package
_MOTO_CREATE_PACKAGE_RESPONSE = SageMakerResponse.create_model_package
_MOTO_DESCRIBED_PACKAGE = ModelPackage.gen_response_object


@dataclass(frozen=True)
class Services:
    """Our own parts, which moto's answers are backed by."""

    pipelines: PipelinesService
    endpoints: Endpoints
    events: PackageEvents


def install(services: Services) -> None:
    """Replace moto's methods for this process."""
    _install_pipelines(services.pipelines)
    _install_packages(services.events)
    _install_endpoints(services.endpoints)
    _install_runtime(services.endpoints)


def _asking(call: Callable[[], Any]) -> Any:
    """`call`, its SandboxError as the ValidationException that a client of the service would get."""
    try:
        return call()
    except SandboxError as error:
        raise ValidationError(str(error)) from error


def _install_pipelines(pipelines: PipelinesService) -> None:
    def start_pipeline_execution(
        self: Any, pipeline_name: str, display_name: str, parameters: Any, *others: Any
    ) -> dict[str, str]:
        given = {entry["Name"]: entry["Value"] for entry in parameters or []}
        _asking(lambda: pipelines.check(pipeline_name, given))
        answer: dict[str, str] = _MOTO_CREATE_PIPELINE_EXECUTION(self, pipeline_name, display_name, parameters, *others)
        _asking(lambda: pipelines.start(pipeline_name, answer["PipelineExecutionArn"], given))
        return answer

    def describe_pipeline_execution(self: Any, arn: str) -> dict[str, Any]:
        answer: dict[str, Any] = _MOTO_DESCRIBE_EXECUTION(self, arn)
        reason = _asking(lambda: pipelines.failure_reason(arn))
        return {**answer, "FailureReason": reason} if reason else _without(answer, "FailureReason")

    def list_pipeline_executions(self: Any, pipeline_name: str) -> dict[str, Any]:
        entries = _MOTO_LIST_EXECUTIONS(self, pipeline_name)["PipelineExecutionSummaries"]
        told = [
            _without(entry, "PipelineExecutionFailureReason")
            if entry["PipelineExecutionFailureReason"] == "None"
            else entry
            for entry in entries
        ]
        return {"PipelineExecutionSummaries": told[::-1]}

    def list_pipeline_execution_steps(self: Any) -> ActionResult:
        arn = self._get_param("PipelineExecutionArn")
        steps = _asking(lambda: pipelines.steps(arn))
        if self._get_param("SortOrder") == "Ascending":
            steps = steps[::-1]
        return ActionResult({"PipelineExecutionSteps": steps})

    def stop_pipeline_execution(self: Any) -> ActionResult:
        arn = self._get_param("PipelineExecutionArn")
        _asking(lambda: pipelines.stop(arn))
        return ActionResult({"PipelineExecutionArn": arn})

    SageMakerModelBackend.start_pipeline_execution = start_pipeline_execution
    SageMakerModelBackend.describe_pipeline_execution = describe_pipeline_execution
    SageMakerModelBackend.list_pipeline_executions = list_pipeline_executions
    SageMakerResponse.list_pipeline_execution_steps = list_pipeline_execution_steps
    SageMakerResponse.stop_pipeline_execution = stop_pipeline_execution


def _without(answer: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in answer.items() if key != name}


def _install_packages(events: PackageEvents) -> None:
    def create_model_package(self: Any, **arguments: Any) -> str:
        arn: str = _MOTO_CREATE_PACKAGE(self, **arguments)
        events.emit(self.describe_model_package(arn), [])
        return arn

    def create_model_package_request(self: Any) -> ActionResult:
        card = self._get_param("ModelCard")
        _asking(lambda: check_card(card))
        _asking(lambda: check_metadata(self._get_param("CustomerMetadataProperties")))
        answer: ActionResult = _MOTO_CREATE_PACKAGE_RESPONSE(self)
        # moto has no place for the card; the package is told of it before anybody can ask.
        self.sagemaker_backend.describe_model_package(answer.result["ModelPackageArn"]).model_card = card
        return answer

    def described_model_package(self: Any) -> dict[str, Any]:
        card = getattr(self, "model_card", None)
        return {**_MOTO_DESCRIBED_PACKAGE(self), **({"ModelCard": card} if card else {})}

    def update_model_package(self: Any) -> ActionResult:
        backend = self.sagemaker_backend
        package = backend.describe_model_package(self._get_param("ModelPackageArn"))
        given = {
            name: self._get_param(name)
            for name in ("ModelApprovalStatus", "ApprovalDescription", "CustomerMetadataProperties")
            if self._get_param(name) is not None
        }
        if "ModelApprovalStatus" in given:
            package.set_model_approval_status(given["ModelApprovalStatus"])
        if "ApprovalDescription" in given:
            package.approval_description = given["ApprovalDescription"]
        if "CustomerMetadataProperties" in given:
            package.customer_metadata_properties = {
                **(package.customer_metadata_properties or {}),
                **given["CustomerMetadataProperties"],
            }
        if (card := self._get_param("ModelCard")) is not None:
            changed = {**(getattr(package, "model_card", None) or {}), **card}
            _asking(lambda: check_card(changed))
            package.model_card = changed
        package.remove_customer_metadata_property(self._get_param("CustomerMetadataPropertiesToRemove") or [])
        added = self._get_param("AdditionalInferenceSpecificationsToAdd")
        if added:
            package.add_additional_inference_specifications(added)
        package.modifications_done()
        events.emit(package, sorted(given))
        return ActionResult({"ModelPackageArn": package.arn})

    SageMakerModelBackend.create_model_package = create_model_package
    SageMakerResponse.create_model_package = create_model_package_request
    ModelPackage.gen_response_object = described_model_package
    SageMakerResponse.update_model_package = update_model_package


def _install_endpoints(endpoints: Endpoints) -> None:
    def create_endpoint(self: Any, endpoint_name: str, endpoint_config_name: str, tags: Any) -> Any:
        if endpoint_name in self.endpoints:
            message = f"Cannot create already existing endpoint {endpoint_name!r}."
            raise ValidationError(message)
        record = _MOTO_CREATE_ENDPOINT(self, endpoint_name, endpoint_config_name, tags)
        endpoints.create(record)
        return record

    def delete_endpoint(self: Any, endpoint_name: str) -> None:
        _MOTO_DELETE_ENDPOINT(self, endpoint_name)
        endpoints.delete(endpoint_name)

    def update_endpoint(self: Any) -> ActionResult:
        backend = self.sagemaker_backend
        name, config = self._get_param("EndpointName"), self._get_param("EndpointConfigName")
        backend.describe_endpoint(name)
        backend.describe_endpoint_config(config)
        record = backend.endpoints[name]
        if record.endpoint_status != "InService":
            message = f"Cannot update endpoint {name!r} while it is {record.endpoint_status}."
            raise ValidationError(message)
        endpoints.update(record, config)
        return ActionResult({"EndpointArn": record.arn})

    SageMakerModelBackend.create_endpoint = create_endpoint
    SageMakerModelBackend.delete_endpoint = delete_endpoint
    SageMakerResponse.update_endpoint = update_endpoint


def _install_runtime(endpoints: Endpoints) -> None:
    def invoke_endpoint(self: Any) -> tuple[int, dict[str, str], bytes]:
        name = self.path.split("/")[2]
        server = endpoints.server(name)
        if server is None:
            message = f"Endpoint {name} of account {self.current_account} not found."
            return _runtime_error(400, "ValidationError", {"Message": message})
        headers = {key: value for key, value in self.headers.items() if key.lower() in _FORWARDED}
        try:
            answer = server.request(self.raw_body, headers)
        except (OSError, http.client.HTTPException) as error:
            return _model_error(name, server.log, 0, str(error))
        if not http.client.OK <= answer.status < http.client.MULTIPLE_CHOICES:
            return _model_error(name, server.log, answer.status, answer.body.decode("utf-8", "replace"))
        answered_type = answer.headers.get("content-type", "application/octet-stream")
        if server.model.capture is not None:
            asked = Body(self.raw_body, self.headers.get("Content-Type", "application/octet-stream"))
            endpoints.capture(name, server, asked, Body(answer.body, answered_type))
        told = {
            "Content-Type": answered_type,
            "x-Amzn-Invoked-Production-Variant": server.model.variant,
        }
        attributes = answer.headers.get("x-amzn-sagemaker-custom-attributes")
        if attributes:
            told["X-Amzn-SageMaker-Custom-Attributes"] = attributes
        return 200, told, answer.body

    SageMakerRuntimeResponse.use_raw_body = True
    SageMakerRuntimeResponse.invoke_endpoint = invoke_endpoint


def _model_error(name: str, log: Path, status: int, said: str) -> tuple[int, dict[str, str], bytes]:
    message = (
        f"Received server error ({status}) from the container of endpoint {name} with message "
        f"{json.dumps(said, ensure_ascii=False)}. See {log} for more information."
    )
    body = {
        "Message": message,
        "OriginalStatusCode": status,
        "OriginalMessage": said,
        "LogStreamArn": str(log),
    }
    return _runtime_error(424, "ModelError", body)


def _runtime_error(status: int, code: str, body: dict[str, Any]) -> tuple[int, dict[str, str], bytes]:
    # moto takes the status from the headers.
    headers = {"Content-Type": "application/json", "x-amzn-ErrorType": code, "status": str(status)}
    return status, headers, json.dumps(body).encode()
