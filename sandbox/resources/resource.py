"""The base of the resource types that the sandbox adds to moto's CloudFormation, or does more truly than moto."""

from collections.abc import Mapping
from typing import Any, ClassVar

from moto.cloudformation.exceptions import UnformattedGetAttTemplateException
from moto.core.common_models import CloudFormationModel

from sandbox.resources.service_calls import ServiceCalls

Properties = dict[str, Any]


class Resource(CloudFormationModel):  # type: ignore[misc]  # moto has no types
    """One resource of a stack, which lives in a service and is made by calls to it.

    A type says what its calls are; they leave `ref` and `attributes` as `Ref` and `GetAtt` give them. Properties are
    those of the template with every intrinsic resolved.
    """

    resource_type: ClassVar[str] = ""
    name_property: ClassVar[str] = ""
    service: ClassVar[str] = ""
    attribute_names: ClassVar[tuple[str, ...]] = ()
    # Properties that the service cannot change: another value makes CloudFormation replace the resource.
    fixed: ClassVar[tuple[str, ...]] = ()

    types: ClassVar[dict[str, type["Resource"]]] = {}
    calls: ClassVar[ServiceCalls]

    def __init_subclass__(cls, **named: Any):
        super().__init_subclass__(**named)
        if "resource_type" in vars(cls):
            Resource.types[cls.resource_type] = cls

    def __init__(self, name: str, properties: Properties, account_id: str, region: str):
        self.name = name
        self.properties = properties
        self.account_id = account_id
        self.region = region
        self.ref = name
        self.attributes: dict[str, str] = {}

    def _create(self) -> None:
        """Make the resource in its service."""
        raise NotImplementedError

    def _change(self, before: Properties) -> None:
        """Give the resource its new `properties`; by default it is made anew."""
        after, self.properties = self.properties, before
        self._remove()
        self.properties = after
        self._create()

    def _remove(self) -> None:
        """Remove the resource from its service."""
        raise NotImplementedError

    def call(self, operation: str, values: Mapping[str, Any] | None = None, **more: Any) -> dict[str, Any]:
        """Call this resource's service."""
        return self.calls(self.service, operation, {**(values or {}), **more})

    def without(self, *names: str) -> Properties:
        """The properties but for those named."""
        return {key: value for key, value in self.properties.items() if key not in names}

    def only(self, *names: str) -> Properties:
        """Those of the properties that are named here and given in the template."""
        return {key: value for key, value in self.properties.items() if key in names}

    def arn(self, service: str, resource: str) -> str:
        """ARN of a resource of this account and region."""
        return f"arn:aws:{service}:{self.region}:{self.account_id}:{resource}"

    @property
    def physical_resource_id(self) -> str:
        """What `Ref` gives."""
        return self.ref

    @classmethod
    def cloudformation_type(cls) -> str:
        """Name of the type in templates."""
        return cls.resource_type

    @classmethod
    def cloudformation_name_type(cls) -> str:
        """The property that names the resource, or nothing."""
        return cls.name_property

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        """Whether `GetAtt` knows this attribute."""
        return attr in cls.attribute_names

    def get_cfn_attribute(self, attribute_name: str) -> str:
        """What `GetAtt` gives. Raises moto's error for an attribute that the type does not have."""
        if attribute_name not in self.attribute_names:
            raise UnformattedGetAttTemplateException
        return self.attributes[attribute_name]

    @classmethod
    def create_from_cloudformation_json(
        cls,
        resource_name: str,
        cloudformation_json: dict[str, Any],
        account_id: str,
        region_name: str,
        **_named: Any,
    ) -> "Resource":
        """Make a resource; called by moto."""
        resource = cls(resource_name, cloudformation_json["Properties"], account_id, region_name)
        resource._create()
        return resource

    @classmethod
    def update_from_cloudformation_json(
        cls,
        original_resource: Any,
        new_resource_name: str,
        cloudformation_json: dict[str, Any],
        account_id: str,
        region_name: str,
    ) -> "Resource":
        """Change a resource, or replace it where what changes cannot be changed."""
        before, after = original_resource.properties, cloudformation_json["Properties"]
        names = (cls.name_property, *cls.fixed)
        if any(before.get(name) != after.get(name) for name in names if name):
            original_resource._remove()  # noqa: SLF001 - one of us
            return cls.create_from_cloudformation_json(new_resource_name, cloudformation_json, account_id, region_name)
        if before != after:
            original_resource.properties = after
            original_resource._change(before)  # noqa: SLF001 - one of us
        resource: Resource = original_resource
        return resource

    def delete(self, _account_id: str, _region_name: str) -> None:
        """Remove the resource; called by moto."""
        self._remove()
