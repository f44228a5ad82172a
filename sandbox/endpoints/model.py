"""From an endpoint configuration to the container that its server must run."""

from dataclasses import dataclass, field
from typing import Any

from sandbox.endpoints.captures import DataCapture
from sandbox.errors import SandboxError


@dataclass(frozen=True)
class ServedModel:
    """Image, model archive and environment of one production variant."""

    variant: str
    image: str
    model_data_url: str
    environment: dict[str, str] = field(default_factory=dict)
    model_package_arn: str | None = None
    capture: DataCapture | None = None


def served_model(client: Any, endpoint_config_name: str) -> ServedModel:
    """What the (one) variant of an endpoint configuration serves.

    Raises SandboxError for several variants or containers, which one machine has no use for, and for a
    model without an archive.
    """
    config = client.describe_endpoint_config(EndpointConfigName=endpoint_config_name)
    variants = config["ProductionVariants"]
    if len(variants) != 1:
        message = f"endpoint config {endpoint_config_name} has {len(variants)} variants; the sandbox serves one"
        raise SandboxError(message)
    model = client.describe_model(ModelName=variants[0]["ModelName"])
    container = model.get("PrimaryContainer") or _only(model.get("Containers", []), variants[0]["ModelName"])
    package_arn = container.get("ModelPackageName")
    packaged: dict[str, Any] = {}
    if package_arn:
        package = client.describe_model_package(ModelPackageName=package_arn)
        packaged = _only(package["InferenceSpecification"]["Containers"], package_arn)
    merged = {**packaged, **{name: value for name, value in container.items() if value}}
    if not merged.get("ModelDataUrl") or not merged.get("Image"):
        message = f"model {variants[0]['ModelName']}: expected an Image and a ModelDataUrl, found {merged}"
        raise SandboxError(message)
    return ServedModel(
        variant=variants[0]["VariantName"],
        image=merged["Image"],
        model_data_url=merged["ModelDataUrl"],
        environment={**packaged.get("Environment", {}), **container.get("Environment", {})},
        model_package_arn=package_arn,
        capture=DataCapture.of(config.get("DataCaptureConfig") or {}),
    )


def _only(containers: list[dict[str, Any]], owner: str) -> dict[str, Any]:
    if len(containers) != 1:
        message = f"{owner} has {len(containers)} containers; the sandbox serves one"
        raise SandboxError(message)
    return containers[0]
