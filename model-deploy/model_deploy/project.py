"""The SageMaker project that is deployed, as far as its stacks need to know."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Project:
    """What the project's template tells the build. An optional text is empty where the project has no such thing."""

    name: str
    id: str
    artifact_bucket: str
    model_execution_role: str
    kms_key: str = ""
    subnets: str = ""
    """Separated by commas, as the security groups."""

    security_groups: str = ""
    alarm_topic: str = ""
    front_door_role: str = ""
    drift_role: str = ""
    drift_schedule_role: str = ""

    def endpoint(self, stage: str, half: str = "") -> str:
        """Name of a stage's endpoint, or of the one that a half of the reader, a task, has of its own."""
        return f"{self.name}-{stage}-{half}" if half else f"{self.name}-{stage}"

    @property
    def parameters(self) -> dict[str, str]:
        """Parameters that every template of this repository takes."""
        return {
            "SageMakerProjectName": self.name,
            "SageMakerProjectId": self.id,
            "KmsKeyArn": self.kms_key,
            "AlarmTopicArn": self.alarm_topic,
        }

    @property
    def network(self) -> dict[str, str]:
        """Parameters of a template whose containers can be in the project's VPC."""
        return {"SubnetIds": self.subnets, "SecurityGroupIds": self.security_groups}

    def tags(self, stage: str) -> dict[str, str]:
        """Tags of a stage's stack, and so of all that is in it."""
        return {
            "sagemaker:project-name": self.name,
            "sagemaker:project-id": self.id,
            "sagemaker:deployment-stage": stage,
        }
