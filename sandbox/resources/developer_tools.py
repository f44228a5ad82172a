"""CodeCommit, CodeBuild and CodePipeline: what a project's lanes are made of."""

from typing import ClassVar

from moto.codebuild.models import CodeBuild, codebuild_backends

from sandbox.project.repositories import Repositories
from sandbox.resources.resource import Properties, Resource


class Repository(Resource):
    """A repository that is a bare git repository of the sandbox, too."""

    resource_type = "AWS::CodeCommit::Repository"
    name_property = "RepositoryName"
    service = "codecommit"
    attribute_names = ("Arn", "CloneUrlHttp", "CloneUrlSsh", "Name")
    repositories: ClassVar[Repositories]

    def _create(self) -> None:
        described = self.only("RepositoryDescription")
        metadata = self.call("create_repository", described, RepositoryName=self.name)["repositoryMetadata"]
        self.repositories.create(self.name, self._seed(), branch=self.properties.get("Code", {}).get("BranchName"))
        self.ref = metadata["repositoryId"]
        self.attributes = {
            "Arn": metadata["Arn"],
            "Name": self.name,
            # Where it can really be cloned from.
            "CloneUrlHttp": self.repositories.path(self.name).as_uri(),
            "CloneUrlSsh": metadata["cloneUrlSsh"],
        }

    def _seed(self) -> bytes | None:
        code = self.properties.get("Code")
        if code is None:
            return None
        place = {name: code["S3"][name] for name in ("Bucket", "Key")}
        version = {"VersionId": code["S3"]["ObjectVersion"]} if code["S3"].get("ObjectVersion") else {}
        body: bytes = self.calls("s3", "get_object", {**place, **version})["Body"].read()
        return body

    def _change(self, before: Properties) -> None:
        # Code seeds a new repository, and never touches one that exists.
        del before

    def _remove(self) -> None:
        self.call("delete_repository", RepositoryName=self.name)
        self.repositories.delete(self.name)


class BuildProject(Resource):
    """A CodeBuild project, with all that the template says of it.

    moto's own call keeps a part, and refuses artifacts of CodePipeline; so it is put into moto's backend.
    """

    resource_type = "AWS::CodeBuild::Project"
    name_property = "Name"
    service = "codebuild"
    attribute_names = ("Arn",)

    def _create(self) -> None:
        given = self.without("Triggers", "Visibility", "ResourceAccessRole")
        values = self.calls.fitted("codebuild", "create_project", {**given, "Name": self.name})
        project = CodeBuild(
            self.account_id,
            self.region,
            project_name=self.name,
            description=values.get("description"),
            project_source=values["source"],
            artifacts=values["artifacts"],
            environment=values["environment"],
            serviceRole=values["serviceRole"],
            tags=values.get("tags", []),
        )
        project.project_metadata.update(values)
        backend = codebuild_backends[self.account_id][self.region]
        backend.codebuild_projects[self.name] = project
        backend.build_history.setdefault(self.name, [])
        self.attributes = {"Arn": project.arn}

    def _change(self, before: Properties) -> None:
        del before
        self._create()

    def _remove(self) -> None:
        self.call("delete_project", Name=self.name)


class Pipeline(Resource):
    """A pipeline of CodePipeline, declared as `get_pipeline` gives it."""

    resource_type = "AWS::CodePipeline::Pipeline"
    name_property = "Name"
    service = "codepipeline"
    attribute_names = ("Version",)
    _NOT_OF_THE_CALL = ("Name", "Tags", "RestartExecutionOnUpdate", "DisableInboundStageTransitions")

    def _create(self) -> None:
        answer = self.call("create_pipeline", pipeline=self._declaration(), **self.only("Tags"))
        self._describe(answer)

    def _change(self, before: Properties) -> None:
        del before
        self._describe(self.call("update_pipeline", pipeline=self._declaration()))

    def _declaration(self) -> Properties:
        return {**self.without(*self._NOT_OF_THE_CALL), "name": self.name}

    def _describe(self, answer: Properties) -> None:
        self.attributes = {"Version": str(answer["pipeline"]["version"])}

    def _remove(self) -> None:
        self.call("delete_pipeline", Name=self.name)
