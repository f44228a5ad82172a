"""Environment variables of everything that the sandbox starts.

They point boto3 at the sandbox, keep every cache inside the state folder and leave the rest as it was.
"""

import os
from collections.abc import Mapping

from sandbox.layout import Layout
from sandbox.settings import Settings

# Real credentials or profiles of the person who runs this must never reach a job.
_LEAKING = ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN", "AWS_ROLE_ARN", "AWS_CONFIG_FILE")


def aws_environment(settings: Settings, endpoint_url: str) -> dict[str, str]:
    """What makes plain boto3 talk to the sandbox and to nothing else."""
    return {
        "AWS_ENDPOINT_URL": endpoint_url,
        "AWS_ACCESS_KEY_ID": "sandbox",
        "AWS_SECRET_ACCESS_KEY": "sandbox",
        "AWS_DEFAULT_REGION": settings.region,
        "AWS_REGION": settings.region,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }


def confined_environment(layout: Layout) -> dict[str, str]:
    """Homes, caches and temporary folders below the state folder, so that nothing is written elsewhere."""
    home, scratch = str(layout.home), str(layout.scratch)
    return {
        "HOME": home,
        "TMPDIR": scratch,
        "XDG_CACHE_HOME": str(layout.home / ".cache"),
        "XDG_CONFIG_HOME": str(layout.home / ".config"),
        "XDG_DATA_HOME": str(layout.home / ".local" / "share"),
        "MPLCONFIGDIR": str(layout.home / ".config" / "matplotlib"),
        "PADDLE_HOME": str(layout.home / ".cache" / "paddle"),
        "PPOCR_HOME": str(layout.home / ".cache" / "paddleocr"),
        "HF_HOME": str(layout.home / ".cache" / "huggingface"),
        "NUMBA_CACHE_DIR": str(layout.home / ".cache" / "numba"),
        "PYTHONUNBUFFERED": "1",
    }


def child_environment(settings: Settings, endpoint_url: str, extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Whole environment of a job, a server or a command of a seed repository."""
    layout = Layout(settings.state_folder)
    inherited = {name: value for name, value in os.environ.items() if name not in _LEAKING}
    return inherited | confined_environment(layout) | aws_environment(settings, endpoint_url) | dict(extra or {})
