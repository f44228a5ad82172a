"""S3 buckets with what the template says of them: moto's own type keeps encryption and tags only."""

from collections.abc import Callable
from typing import Any

from moto.iam.access_control import PermissionResult
from moto.s3.models import FakeBucket, s3_backends

from sandbox.errors import SandboxError
from sandbox.resources.resource import Properties, Resource

# Property of the template -> call, its parameter, and the key below it where there is one.
_SETTINGS = {
    "VersioningConfiguration": ("put_bucket_versioning", "VersioningConfiguration"),
    "PublicAccessBlockConfiguration": ("put_public_access_block", "PublicAccessBlockConfiguration"),
    "OwnershipControls": ("put_bucket_ownership_controls", "OwnershipControls"),
    "BucketEncryption": ("put_bucket_encryption", "ServerSideEncryptionConfiguration"),
    "CorsConfiguration": ("put_bucket_cors", "CORSConfiguration"),
    "LifecycleConfiguration": ("put_bucket_lifecycle_configuration", "LifecycleConfiguration"),
    "LoggingConfiguration": ("put_bucket_logging", "BucketLoggingStatus"),
    "NotificationConfiguration": ("put_bucket_notification_configuration", "NotificationConfiguration"),
    "Tags": ("put_bucket_tagging", "Tagging"),
}


def install() -> None:
    """Have S3 keep policies and not follow them, for this process.

    The sandbox checks none, and moto would deny every request for a policy that denies those without TLS: it leaves
    conditions out of account.
    """
    FakeBucket.get_permission = lambda *_: PermissionResult.NEUTRAL
    # AWS takes a bucket's logging before its target lets logs in; moto does not.
    FakeBucket._log_permissions_enabled_policy = staticmethod(lambda **_: True)  # noqa: SLF001 - where moto asks


class Bucket(Resource):
    """A bucket."""

    resource_type = "AWS::S3::Bucket"
    name_property = "BucketName"
    service = "s3"
    attribute_names = ("Arn", "DomainName", "RegionalDomainName", "DualStackDomainName", "WebsiteURL")

    def _create(self) -> None:
        if self.name in s3_backends[self.account_id]["aws"].buckets:
            # In us-east-1 S3 lets the owner create a bucket again; CloudFormation does not.
            message = f"{self.name} already exists"
            raise SandboxError(message)
        # The one region that must not be named.
        place = {} if self.region == "us-east-1" else {"LocationConstraint": self.region}
        self.call("create_bucket", Bucket=self.name, **({"CreateBucketConfiguration": place} if place else {}))
        self._configure()
        host = f"{self.name}.s3"
        self.attributes = {
            "Arn": f"arn:aws:s3:::{self.name}",
            "DomainName": f"{host}.amazonaws.com",
            "RegionalDomainName": f"{host}.{self.region}.amazonaws.com",
            "DualStackDomainName": f"{host}.dualstack.{self.region}.amazonaws.com",
            "WebsiteURL": f"http://{host}-website-{self.region}.amazonaws.com",
        }

    def _change(self, before: Properties) -> None:
        del before
        self._configure()

    def _configure(self) -> None:
        for name, value in self.without("BucketName").items():
            operation, parameter = _SETTINGS[name]
            shaped = _SHAPES[name](value) if name in _SHAPES else value
            self.call(operation, {"Bucket": self.name, parameter: shaped})

    def _remove(self) -> None:
        self.call("delete_bucket", Bucket=self.name)


class BucketPolicy(Resource):
    """The policy of a bucket; the sandbox checks none."""

    resource_type = "AWS::S3::BucketPolicy"
    service = "s3"
    fixed = ("Bucket",)

    def _create(self) -> None:
        self.ref = self.properties["Bucket"]
        self.call("put_bucket_policy", Bucket=self.ref, Policy=self.properties["PolicyDocument"])

    def _change(self, before: Properties) -> None:
        del before
        self._create()

    def _remove(self) -> None:
        self.call("delete_bucket_policy", Bucket=self.ref)


def _encryption(given: Properties) -> Properties:
    rules = []
    for rule in given["ServerSideEncryptionConfiguration"]:
        names = {"ServerSideEncryptionByDefault": "ApplyServerSideEncryptionByDefault"}
        rules.append({names.get(key, key): value for key, value in rule.items()})
    return {"Rules": rules}


def _cors(given: Properties) -> Properties:
    names = {"ExposedHeaders": "ExposeHeaders", "MaxAge": "MaxAgeSeconds", "Id": "ID"}
    return {"CORSRules": [{names.get(key, key): value for key, value in rule.items()} for rule in given["CorsRules"]]}


def _logging(given: Properties) -> Properties:
    names = {"DestinationBucketName": "TargetBucket", "LogFilePrefix": "TargetPrefix"}
    return {"LoggingEnabled": {"TargetPrefix": "", **{names.get(key, key): value for key, value in given.items()}}}


def _lifecycle(given: Properties) -> Properties:
    return {"Rules": [_lifecycle_rule(rule) for rule in given["Rules"]]}


_SIZES = ("ObjectSizeGreaterThan", "ObjectSizeLessThan")


def _lifecycle_rule(given: Properties) -> Properties:
    sizes = {key: int(given[key]) for key in _SIZES if key in given}
    prefix = {"Prefix": given.get("Prefix", "")}
    rule: Properties = {"Filter": {"And": {**prefix, **sizes}} if sizes else prefix}
    expiration: dict[str, Any] = {}
    for key, value in given.items():
        if key == "ExpirationInDays":
            expiration["Days"] = value
        elif key == "ExpiredObjectDeleteMarker":
            expiration[key] = value
        elif key == "Transitions":
            rule[key] = [{"Days": one["TransitionInDays"], "StorageClass": one["StorageClass"]} for one in value]
        elif key == "Id":
            rule["ID"] = value
        elif key not in ("Prefix", *_SIZES):
            rule[key] = value
    return {**rule, **({"Expiration": expiration} if expiration else {})}


_SHAPES: dict[str, Callable[[Any], Properties]] = {
    "BucketEncryption": _encryption,
    "CorsConfiguration": _cors,
    "LoggingConfiguration": _logging,
    "LifecycleConfiguration": _lifecycle,
    "Tags": lambda tags: {"TagSet": tags},
}
