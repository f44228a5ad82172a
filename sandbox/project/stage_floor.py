"""How much of the test pages the stages must read, when that is not what the deploy repository says.

Its stage configurations are made for cards. Whoever tries the loop on other documents can lower the floor.
"""

import tempfile
from pathlib import Path

from sandbox.layout import Layout
from sandbox.project.repositories import DEFAULT_BRANCH, Repositories
from sandbox.project.stage_thresholds import change_threshold
from sandbox.project.working_copy import WorkingCopy
from sandbox.settings import Settings


def set_page_floor(settings: Settings, floor: float) -> None:
    """Commit to model-deploy the share of lines that the test pages must give exactly.

    The repository tells nobody: the approval that follows starts the deployment. Raises SandboxError before the
    project exists.
    """
    repository = Repositories(settings).path(settings.repository_name("modeldeploy"))
    scratch = Layout(settings.state_folder).scratch
    scratch.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        copy = WorkingCopy(repository, Path(folder) / "model-deploy", DEFAULT_BRANCH)
        change_threshold(copy.folder, "MinPageExactMatch", floor)
        if copy.commit(f"Stages must read {floor:.0%} of the lines"):
            copy.push(starts_pipelines=False)
