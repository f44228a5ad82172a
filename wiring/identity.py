"""What a resource is called once it exists: its physical name, its Ref and its attributes, by type.

Source: "Return values" of each type in the CloudFormation template reference.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

NAME = "{name}"


@dataclass(frozen=True)
class Kind:
    """How resources of one type are named. Texts are formats over `name`, `partition`, `region`, `account`, `hash`."""

    property: str | None
    """The property that gives the name; CloudFormation makes one up where it is not set."""

    arn: str = ""
    ref: str = NAME
    attributes: Mapping[str, str] = field(default_factory=dict)
    arn_attributes: tuple[str, ...] = ("Arn",)
    """Attributes that are the ARN."""

    made_up: str = "{stack}-{logical}-{hash}"


def _sagemaker(kind: str, property_name: str, *arns: str, **attributes: str) -> Kind:
    arn = f"arn:{{partition}}:sagemaker:{{region}}:{{account}}:{kind}/{{name}}"
    return Kind(property_name, arn, ref=arn, arn_attributes=arns, attributes=attributes)


_S3 = "s3.{suffix}"
KINDS: dict[str, Kind] = {
    "AWS::ApiGateway::Account": Kind(None),
    "AWS::ApiGateway::ApiKey": Kind(None, attributes={"APIKeyId": NAME}, made_up="{hash}"),
    "AWS::ApiGateway::Authorizer": Kind(None, attributes={"AuthorizerId": NAME}, made_up="{hash}"),
    "AWS::ApiGateway::Deployment": Kind(None, attributes={"DeploymentId": NAME}, made_up="{hash}"),
    "AWS::ApiGateway::Method": Kind(None),
    "AWS::ApiGateway::Model": Kind(None),
    "AWS::ApiGateway::RequestValidator": Kind(None, attributes={"RequestValidatorId": NAME}, made_up="{hash}"),
    "AWS::ApiGateway::Resource": Kind(None, attributes={"ResourceId": NAME}, made_up="{hash}"),
    "AWS::ApiGateway::RestApi": Kind(
        None,
        "arn:{partition}:apigateway:{region}::/restapis/{name}",
        attributes={"RestApiId": NAME, "RootResourceId": "root{hash}"},
        arn_attributes=(),
        made_up="{hash}",
    ),
    "AWS::ApiGateway::GatewayResponse": Kind(None),
    "AWS::ApiGateway::Stage": Kind("StageName"),
    "AWS::ApiGateway::UsagePlan": Kind(None, attributes={"Id": NAME}, made_up="{hash}"),
    "AWS::ApiGateway::UsagePlanKey": Kind(None),
    "AWS::ApplicationAutoScaling::ScalableTarget": Kind(None, attributes={"Id": NAME}),
    "AWS::ApplicationAutoScaling::ScalingPolicy": Kind(
        "PolicyName",
        "arn:{partition}:autoscaling:{region}:{account}:scalingPolicy:{hash}:policyName/{name}",
        ref="arn:{partition}:autoscaling:{region}:{account}:scalingPolicy:{hash}:policyName/{name}",
    ),
    "AWS::Budgets::Budget": Kind(None),
    "AWS::CloudWatch::Alarm": Kind("AlarmName", "arn:{partition}:cloudwatch:{region}:{account}:alarm:{name}"),
    "AWS::CloudWatch::CompositeAlarm": Kind("AlarmName", "arn:{partition}:cloudwatch:{region}:{account}:alarm:{name}"),
    "AWS::CloudWatch::Dashboard": Kind("DashboardName", "arn:{partition}:cloudwatch::{account}:dashboard/{name}"),
    "AWS::CodeBuild::Project": Kind("Name", "arn:{partition}:codebuild:{region}:{account}:project/{name}"),
    "AWS::CodeCommit::Repository": Kind(
        "RepositoryName",
        "arn:{partition}:codecommit:{region}:{account}:{name}",
        ref="{hash}",
        attributes={
            "Name": NAME,
            "CloneUrlHttp": "https://git-codecommit.{region}.{suffix}/v1/repos/{name}",
            "CloneUrlSsh": "ssh://git-codecommit.{region}.{suffix}/v1/repos/{name}",
        },
    ),
    "AWS::CodePipeline::Pipeline": Kind(
        "Name", "arn:{partition}:codepipeline:{region}:{account}:{name}", attributes={"Version": "1"}, arn_attributes=()
    ),
    "AWS::Cognito::UserPool": Kind(
        None,
        "arn:{partition}:cognito-idp:{region}:{account}:userpool/{name}",
        attributes={"UserPoolId": NAME, "ProviderName": "cognito-idp.{region}.{suffix}/{name}"},
        made_up="{region}_{hash}",
    ),
    "AWS::Cognito::UserPoolClient": Kind(None, attributes={"ClientId": NAME}, made_up="{hash}"),
    "AWS::Cognito::UserPoolDomain": Kind("Domain"),
    "AWS::Cognito::UserPoolResourceServer": Kind("Identifier"),
    "AWS::ECR::Repository": Kind(
        "RepositoryName",
        "arn:{partition}:ecr:{region}:{account}:repository/{name}",
        attributes={"RepositoryUri": "{account}.dkr.ecr.{region}.{suffix}/{name}"},
    ),
    "AWS::Events::Rule": Kind("Name", "arn:{partition}:events:{region}:{account}:rule/{name}"),
    "AWS::IAM::ManagedPolicy": Kind(
        "ManagedPolicyName",
        "arn:{partition}:iam::{account}:policy/{name}",
        ref="arn:{partition}:iam::{account}:policy/{name}",
        arn_attributes=("PolicyArn",),
    ),
    "AWS::IAM::Policy": Kind("PolicyName"),
    "AWS::IAM::Role": Kind(
        "RoleName", "arn:{partition}:iam::{account}:role/{name}", attributes={"RoleId": "AROA{hash}"}
    ),
    "AWS::KMS::Alias": Kind("AliasName"),
    "AWS::KMS::Key": Kind(
        None,
        "arn:{partition}:kms:{region}:{account}:key/{name}",
        attributes={"KeyId": NAME},
        made_up="1234abcd-12ab-34cd-56ef-{hash}",
    ),
    "AWS::Logs::LogGroup": Kind("LogGroupName", "arn:{partition}:logs:{region}:{account}:log-group:{name}:*"),
    "AWS::Logs::ResourcePolicy": Kind("PolicyName"),
    "AWS::Logs::MetricFilter": Kind("FilterName"),
    "AWS::S3::Bucket": Kind(
        "BucketName",
        "arn:{partition}:s3:::{name}",
        attributes={
            "DomainName": "{name}.s3.{suffix}",
            "RegionalDomainName": "{name}.s3.{region}.{suffix}",
        },
        made_up="{stack}-{logical}-{hash}",
    ),
    "AWS::S3::BucketPolicy": Kind(None),
    "AWS::SNS::Subscription": Kind(None),
    "AWS::SNS::Topic": Kind(
        "TopicName",
        "arn:{partition}:sns:{region}:{account}:{name}",
        ref="arn:{partition}:sns:{region}:{account}:{name}",
        attributes={"TopicName": NAME},
        arn_attributes=("TopicArn",),
    ),
    "AWS::SNS::TopicPolicy": Kind(None),
    "AWS::SageMaker::Endpoint": _sagemaker("endpoint", "EndpointName", EndpointName=NAME),
    "AWS::SageMaker::EndpointConfig": _sagemaker("endpoint-config", "EndpointConfigName", EndpointConfigName=NAME),
    "AWS::SageMaker::Image": _sagemaker("image", "ImageName", "ImageArn"),
    "AWS::SageMaker::Model": _sagemaker("model", "ModelName", ModelName=NAME),
    "AWS::SageMaker::ModelPackageGroup": _sagemaker(
        "model-package-group", "ModelPackageGroupName", "ModelPackageGroupArn"
    ),
    "AWS::Scheduler::Schedule": Kind("Name", "arn:{partition}:scheduler:{region}:{account}:schedule/default/{name}"),
    "AWS::Scheduler::ScheduleGroup": Kind("Name", "arn:{partition}:scheduler:{region}:{account}:schedule-group/{name}"),
    "AWS::ServiceCatalog::CloudFormationProduct": Kind(
        None, attributes={"ProductName": "{logical}"}, made_up="prod-{hash}", arn_attributes=()
    ),
    "AWS::ServiceCatalog::LaunchRoleConstraint": Kind(None),
    "AWS::ServiceCatalog::Portfolio": Kind(None, attributes={"PortfolioName": "{logical}"}, made_up="port-{hash}"),
    "AWS::ServiceCatalog::PortfolioPrincipalAssociation": Kind(None),
    "AWS::ServiceCatalog::PortfolioProductAssociation": Kind(None),
    "AWS::WAFv2::WebACL": Kind(
        "Name",
        "arn:{partition}:wafv2:{region}:{account}:regional/webacl/{name}/{hash}",
        ref="{name}|{hash}|REGIONAL",
        attributes={"Id": "{hash}"},
    ),
    "AWS::WAFv2::LoggingConfiguration": Kind(None),
    "AWS::WAFv2::WebACLAssociation": Kind(None),
}


@dataclass(frozen=True)
class Identity:
    """One resource's names."""

    name: str
    ref: str
    arn: str
    attributes: Mapping[str, str]


def identity(
    kind_name: str, properties: Mapping[str, Any], logical: str, stack: str, pseudo: Mapping[str, str]
) -> Identity:
    """A resource's names, from its type and its resolved properties.

    Raises:
        KeyError: the type is not in KINDS.
    """
    if kind_name not in KINDS:
        raise KeyError(f"wiring/identity.py does not say how {kind_name} is named; add it there")
    kind = KINDS[kind_name]
    words = {
        "partition": pseudo["AWS::Partition"],
        "region": pseudo["AWS::Region"],
        "account": pseudo["AWS::AccountId"],
        "suffix": pseudo["AWS::URLSuffix"],
        "stack": stack,
        "logical": logical,
        "hash": hashlib.sha256(f"{stack}/{logical}".encode()).hexdigest()[:12],
    }
    made_up = kind.made_up.format_map(words)
    if kind_name in ("AWS::S3::Bucket", "AWS::ECR::Repository"):
        made_up = made_up.lower()
    words["name"] = str((properties.get(kind.property) if kind.property else None) or made_up)
    arn = kind.arn.format_map(words)
    attributes = {name: value.format_map(words) for name, value in kind.attributes.items()}
    if arn:
        attributes |= dict.fromkeys(kind.arn_attributes, arn)
    return Identity(words["name"], kind.ref.format_map(words), arn, attributes)
