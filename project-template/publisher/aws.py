"""Every call to AWS that the publisher makes."""

import base64
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

import boto3
from botocore.exceptions import ClientError

from publisher.errors import PublishError

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_s3 import S3Client

CorsRule = dict[str, Any]

_NOT_THERE = {"404", "NoSuchKey", "NotFound"}
_KEYS_A_CALL = 1000


@dataclass(frozen=True)
class StoredObject:
    """What S3 says of an object."""

    sha256: str | None
    """In hexadecimal digits; None when the object was uploaded without that checksum."""

    content_type: str


@dataclass(frozen=True)
class ProjectTemplate:
    """The template that a SageMaker project was made from."""

    status: str
    name: str
    url: str
    parameters: Mapping[str, str]


class Aws:
    """S3, SageMaker and CloudFormation, as far as publishing needs them.

    Every method raises botocore's ClientError where AWS refuses.
    """

    def __init__(self, client: Callable[[str], Any]) -> None:
        """`client` makes a boto3 client by the service's name."""
        self._client = client

    @cached_property
    def s3(self) -> "S3Client":
        """The client of S3."""
        return cast("S3Client", self._client("s3"))

    @cached_property
    def sagemaker(self) -> Any:
        """The client of SageMaker."""
        return self._client("sagemaker")

    @cached_property
    def cloudformation(self) -> "CloudFormationClient":
        """The client of CloudFormation."""
        return cast("CloudFormationClient", self._client("cloudformation"))

    @classmethod
    def of_session(cls, profile: str | None = None, region: str | None = None) -> "Aws":
        """With the credentials, region and endpoints that boto3 finds in its usual ways."""
        session: Any = boto3.Session(profile_name=profile, region_name=region)
        return cls(session.client)

    def bucket_of_stack(self, stack: str) -> str:
        """The template bucket of a bootstrap stack.

        Raises:
            PublishError: the stack has no such output.
        """
        (found,) = self.cloudformation.describe_stacks(StackName=stack)["Stacks"]
        for output in found.get("Outputs", []):
            if output.get("OutputKey") == "TemplateBucketName":
                return output["OutputValue"]
        message = f"The stack {stack} has no output TemplateBucketName; expected a stack of bootstrap.yaml."
        raise PublishError(message)

    def require_bucket(self, bucket: str) -> None:
        """Raise an error that names the bucket, rather than one of its objects, when it is not ours to use."""
        try:
            self.s3.head_bucket(Bucket=bucket)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            message = (
                f"The bucket {bucket} cannot be used ({code}): 404 means that there is none, 403 that these "
                "credentials may not list it. The stack of bootstrap.yaml makes one."
            )
            raise PublishError(message) from error

    def stored(self, bucket: str, key: str) -> StoredObject | None:
        """What lies there; None when nothing does."""
        try:
            answer = self.s3.head_object(Bucket=bucket, Key=key, ChecksumMode="ENABLED")
        except ClientError as error:
            if error.response["Error"]["Code"] in _NOT_THERE:
                return None
            raise
        checksum = answer.get("ChecksumSHA256")
        return StoredObject(base64.b64decode(checksum).hex() if checksum else None, answer["ContentType"])

    def get(self, bucket: str, key: str) -> bytes | None:
        """An object's content; None when there is none."""
        try:
            return self.s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        except ClientError as error:
            if error.response["Error"]["Code"] in _NOT_THERE:
                return None
            raise

    def put(self, bucket: str, key: str, content: bytes, content_type: str, sha256: str) -> None:
        """Upload; S3 itself refuses bytes that are not those of the checksum."""
        self.s3.put_object(
            Bucket=bucket,
            Key=key,
            Body=content,
            ContentType=content_type,
            ChecksumAlgorithm="SHA256",
            ChecksumSHA256=base64.b64encode(bytes.fromhex(sha256)).decode(),
        )

    def keys(self, bucket: str, prefix: str) -> list[str]:
        """The keys that begin with `prefix`, sorted."""
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        return sorted(entry["Key"] for page in pages for entry in page.get("Contents", []))

    def delete(self, bucket: str, keys: Iterable[str]) -> None:
        """Delete objects; in a versioned bucket their versions stay."""
        named = list(keys)
        for begin in range(0, len(named), _KEYS_A_CALL):
            part = named[begin : begin + _KEYS_A_CALL]
            answer = self.s3.delete_objects(
                Bucket=bucket, Delete={"Objects": [{"Key": key} for key in part], "Quiet": True}
            )
            if refused := answer.get("Errors", []):
                first = refused[0]
                message = (
                    f"{len(refused)} objects of {bucket} were not deleted; first: {first.get('Key')} "
                    f"({first.get('Code')}: {first.get('Message')})."
                )
                raise PublishError(message)

    def object_tags(self, bucket: str, key: str) -> dict[str, str]:
        """An object's tags."""
        answer = self.s3.get_object_tagging(Bucket=bucket, Key=key)
        return {tag["Key"]: tag["Value"] for tag in answer["TagSet"]}

    def tag_object(self, bucket: str, key: str, tags: Mapping[str, str]) -> None:
        """Give an object these tags and no others."""
        self.s3.put_object_tagging(
            Bucket=bucket,
            Key=key,
            Tagging={"TagSet": [{"Key": name, "Value": value} for name, value in tags.items()]},
        )

    def cors(self, bucket: str) -> list[CorsRule]:
        """The bucket's CORS rules."""
        try:
            return [dict(rule) for rule in self.s3.get_bucket_cors(Bucket=bucket)["CORSRules"]]
        except ClientError as error:
            if error.response["Error"]["Code"] == "NoSuchCORSConfiguration":
                return []
            raise

    def set_cors(self, bucket: str, rules: list[CorsRule]) -> None:
        """Give the bucket these CORS rules and no others."""
        if rules:
            configuration: Any = {"CORSRules": rules}
            self.s3.put_bucket_cors(Bucket=bucket, CORSConfiguration=configuration)
        else:
            self.s3.delete_bucket_cors(Bucket=bucket)

    def domain_tag(self, domain_id: str, name: str) -> str | None:
        """A tag of a SageMaker domain; None when it does not have it."""
        pages = self.sagemaker.get_paginator("list_tags").paginate(ResourceArn=self._domain_arn(domain_id))
        return next((tag["Value"] for page in pages for tag in page["Tags"] if tag["Key"] == name), None)

    def tag_domain(self, domain_id: str, name: str, value: str) -> None:
        """Set a tag of a SageMaker domain."""
        self.sagemaker.add_tags(ResourceArn=self._domain_arn(domain_id), Tags=[{"Key": name, "Value": value}])

    def untag_domain(self, domain_id: str, name: str) -> None:
        """Remove a tag from a SageMaker domain."""
        self.sagemaker.delete_tags(ResourceArn=self._domain_arn(domain_id), TagKeys=[name])

    def _domain_arn(self, domain_id: str) -> str:
        return str(self.sagemaker.describe_domain(DomainId=domain_id)["DomainArn"])

    def project_template(self, project: str) -> ProjectTemplate:
        """The template of a SageMaker project.

        Raises:
            PublishError: it was not made from a template in S3.
        """
        answer = self.sagemaker.describe_project(ProjectName=project)
        details = [
            provider["CfnTemplateProviderDetail"]
            for provider in answer.get("TemplateProviderDetails", [])
            if "CfnTemplateProviderDetail" in provider
        ]
        if not details:
            message = (
                f"The project {project} was not made from a template in S3; expected one that was. A project made from "
                "a Service Catalog product is updated there: choose the product's new version for it."
            )
            raise PublishError(message)
        (detail,) = details
        return ProjectTemplate(
            status=answer["ProjectStatus"],
            name=detail["TemplateName"],
            url=detail["TemplateURL"],
            parameters={entry["Key"]: entry.get("Value", "") for entry in detail.get("Parameters", [])},
        )

    def start_update(self, project: str, template: str, url: str, parameters: Mapping[str, str]) -> None:
        """Start the update of a project's stack to another template."""
        provider = {
            "TemplateName": template,
            "TemplateURL": url,
            "Parameters": [{"Key": key, "Value": value} for key, value in parameters.items()],
        }
        self.sagemaker.update_project(
            ProjectName=project, TemplateProvidersToUpdate=[{"CfnTemplateProvider": provider}]
        )
