"""CodeBuild: a buildspec run by its phases."""

from sandbox.codebuild.build import BuildResult, run_build

__all__ = ["BuildResult", "run_build"]
