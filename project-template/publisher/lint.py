"""cfn-lint over what is about to be published."""

import subprocess
import sys
import tempfile
from pathlib import Path

from publisher.errors import PublishError
from publisher.layout import TEMPLATE
from publisher.release import Release

DEPLOY_FOLDER = "model-deploy"


def lint(root: Path, release: Release) -> None:
    """Check the release's project template, and those that its seed code deploys.

    Raises:
        PublishError: cfn-lint found something, or could not run; the message is its report.
    """
    with tempfile.TemporaryDirectory() as folder:
        published = Path(folder) / TEMPLATE
        published.write_text(release.template, encoding="utf-8")
        templates = [published, *_templates(root / DEPLOY_FOLDER)]
        done = subprocess.run(  # noqa: S603  cfn-lint, with arguments of this project's own
            [_cfn_lint(), "--format", "parseable", "--", *map(str, templates)],
            cwd=root,
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        report = (done.stdout + done.stderr).strip().replace(f"{folder}/", "")
        message = f"cfn-lint refuses the templates, so nothing is published:\n{report}\nMend them, or use --no-lint."
        raise PublishError(message)


def _cfn_lint() -> str:
    # Beside this Python, as the environment of this project has it: that one reads its templates.
    command = Path(sys.executable).with_name("cfn-lint")
    if not command.is_file():
        raise PublishError(f"{command} is not there; expected cfn-lint: run `make setup`, or use --no-lint.")
    return str(command)


def _templates(folder: Path) -> list[Path]:
    return sorted(
        path for path in folder.glob("*.yaml") if "AWSTemplateFormatVersion" in path.read_text(encoding="utf-8")
    )
