"""What a changed approval sets off: the deploy repository's build, staging, its test, production."""

import json
import logging
import queue
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sandbox.deployment_record import Action, Deployment, save_deployments
from sandbox.endpoints import Endpoints
from sandbox.environment import child_environment
from sandbox.errors import SandboxError
from sandbox.files import last_line
from sandbox.jobs import JobContext
from sandbox.package_events import Event
from sandbox.stack import StackDeployer
from sandbox.stage_floor import stage_config_arguments

logger = logging.getLogger(__name__)

TEMPLATE = "template-export.yml"
STAGES = {"staging": "staging-config-export.json", "prod": "prod-config-export.json"}

# (log of the action, folder for exports) -> seconds that the project's own programs took
Run = Callable[[Path, Path], float]


class DeployPipeline:
    """Runs deployments one after another, in the order of their events."""

    def __init__(self, context: JobContext, endpoints: Endpoints):
        self._context = context
        self._endpoints = endpoints
        self._deployments: list[Deployment] = []
        self._queue: queue.SimpleQueue[Deployment] = queue.SimpleQueue()
        self._stacks = StackDeployer(context.settings, context.endpoint_url)
        threading.Thread(target=self._work, name="deploy", daemon=True).start()

    def on_event(self, event: Event) -> None:
        """Queue a deployment for a package whose approval changed.

        Pending versions need none; a rejected one does, since the newest approved may now be another.
        """
        detail = event["detail"]
        if detail["ModelApprovalStatus"] not in ("Approved", "Rejected"):
            return
        deployment = Deployment(
            number=len(self._deployments) + 1,
            model_package_arn=detail["ModelPackageArn"],
            approval_status=detail["ModelApprovalStatus"],
            start=datetime.now(UTC),
        )
        self._deployments.append(deployment)
        self._save()
        self._queue.put(deployment)

    def _work(self) -> None:
        while True:
            deployment = self._queue.get()
            deployment.status = "InProgress"
            self._save()
            try:
                self._deploy(deployment)
                deployment.status = "Succeeded"
            except SandboxError as error:
                deployment.status, deployment.failure_reason = "Failed", str(error)
            except Exception as error:
                logger.exception("deployment %d", deployment.number)
                deployment.status, deployment.failure_reason = "Failed", f"{type(error).__name__}: {error}"
            deployment.end = datetime.now(UTC)
            self._save()

    def _deploy(self, deployment: Deployment) -> None:
        exports = self._context.layout.deployments / str(deployment.number)
        exports.mkdir(parents=True, exist_ok=True)
        self._act(deployment, "Build", self._build)
        if not (exports / TEMPLATE).exists():
            deployment.note = "no approved version: nothing to deploy"
            return
        self._act(deployment, "DeployStaging", self._deploy_stage("staging"))
        self._act(deployment, "TestStaging", self._test_stage("staging"))
        self._act(deployment, "DeployProd", self._deploy_stage("prod"))
        self._act(deployment, "TestProd", self._test_stage("prod"))

    def _act(self, deployment: Deployment, name: str, run: Run) -> None:
        log = self._context.layout.logs / f"deployment-{deployment.number}" / f"{name}.log"
        action = Action(name=name, status="InProgress", start=datetime.now(UTC), log=str(log))
        deployment.actions.append(action)
        self._save()
        try:
            action.work_seconds = run(log, self._context.layout.deployments / str(deployment.number))
            action.status = "Succeeded"
        except Exception as error:
            action.status, action.failure_reason = "Failed", str(error)
            raise
        finally:
            action.end = datetime.now(UTC)
            self._save()

    def _build(self, log: Path, exports: Path) -> float:
        return self._run_repository(["build.py"], log, exports)

    def _deploy_stage(self, stage: str) -> Run:
        def deploy(log: Path, exports: Path) -> float:
            config = json.loads((exports / STAGES[stage]).read_text())
            template = (exports / TEMPLATE).read_text()
            names = self._stacks.deploy(self._context.settings.endpoint_name(stage), template, config, log)
            servers = [self._endpoints.server(name) for name in names]
            return sum(server.seconds_to_ready for server in servers if server)

        return deploy

    def _test_stage(self, stage: str) -> Run:
        def test(log: Path, exports: Path) -> float:
            results = exports / f"{stage}-test-results.json"
            config = exports / STAGES[stage]
            command = ["test.py", "--build-config", str(config), "--export-test-results", str(results)]
            command += stage_config_arguments(self._context.settings, stage, exports)
            return self._run_repository(command, log, exports)

        return test

    def _run_repository(self, command: list[str], log: Path, exports: Path) -> float:
        """Run a script of the deploy repository as its CodeBuild project would."""
        start = datetime.now(UTC)
        process = self._context.children.start(
            [sys.executable, *command],
            environment=child_environment(
                self._context.settings, self._context.endpoint_url, self._build_variables(exports)
            ),
            folder=self._context.settings.checkout / "model-deploy",
            log=log,
        )
        code = self._context.children.wait(process)
        if code != 0:
            message = f"{command[0]} of model-deploy ended with {code}: {last_line(log)}"
            raise SandboxError(message)
        return (datetime.now(UTC) - start).total_seconds()

    def _build_variables(self, exports: Path) -> dict[str, Any]:
        settings = self._context.settings
        return {
            "SAGEMAKER_PROJECT_NAME": settings.project_name,
            "SAGEMAKER_PROJECT_ID": settings.project_id,
            "SOURCE_MODEL_PACKAGE_GROUP_NAME": settings.project,
            "MODEL_EXECUTION_ROLE_ARN": settings.role_arn,
            "ARTIFACT_BUCKET": settings.bucket,
            "EXPORT_TEMPLATE_NAME": str(exports / TEMPLATE),
            "EXPORT_TEMPLATE_STAGING_CONFIG": str(exports / STAGES["staging"]),
            "EXPORT_TEMPLATE_PROD_CONFIG": str(exports / STAGES["prod"]),
        }

    def _save(self) -> None:
        save_deployments(self._context.layout.deployments_file, self._deployments)
