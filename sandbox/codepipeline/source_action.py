"""Source actions: the files of a repository at the head of a branch."""

from sandbox.codepipeline.action import ActionRun, Outcome
from sandbox.codepipeline.record import Revision
from sandbox.errors import SandboxError
from sandbox.project.repositories import Repositories

# Detection of changes is the rules' work here as on AWS, so PollForSourceChanges may only be false.
_SETTINGS = {"RepositoryName", "BranchName", "PollForSourceChanges", "OutputArtifactFormat"}


class CodeCommitAction:
    """Takes what a CodeCommit repository holds."""

    def __init__(self, repositories: Repositories):
        self._repositories = repositories

    def run(self, run: ActionRun) -> Outcome:
        """Export the head of the branch as the output artifact."""
        run.only(_SETTINGS)
        if run.configuration.get("PollForSourceChanges", "true").lower() != "false":
            message = f"action {run.owner} polls for changes: expected PollForSourceChanges false, and a rule instead"
            raise SandboxError(message)
        if run.configuration.get("OutputArtifactFormat", "CODE_ZIP") != "CODE_ZIP":
            message = f"action {run.owner}: expected OutputArtifactFormat CODE_ZIP"
            raise SandboxError(message)
        name, branch = run.setting("RepositoryName"), run.setting("BranchName")
        commit = self._repositories.head(name, branch)
        if commit is None:
            message = f"repository {name} has no branch {branch!r}: push one"
            raise SandboxError(message)
        for artifact in run.action.output_artifacts:
            self._repositories.export(name, commit, run.artifacts.room(artifact.name))
            run.artifacts.keep(artifact.name)
        revision = Revision(action=run.action.name, repository=name, commit=commit)
        with run.journal.change(run.execution):
            others = [known for known in run.execution.revisions if known.action != run.action.name]
            run.execution.revisions[:] = [*others, revision]
        run.log.write_text(f"{name} {branch} {commit}\n")
        variables = {"RepositoryName": name, "BranchName": branch, "CommitId": commit}
        return Outcome(variables, summary=f"{branch} at {commit[:8]}")
