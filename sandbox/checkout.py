"""What the sandbox knows of the git checkout that it runs from."""

from pathlib import Path


def commit_of(checkout: Path) -> str:
    """The checkout's commit, read without running git; `unknown` outside a repository."""
    head = checkout / ".git" / "HEAD"
    try:
        text = head.read_text().strip()
        if not text.startswith("ref: "):
            return text
        return (checkout / ".git" / text.removeprefix("ref: ")).read_text().strip()
    except OSError:
        return "unknown"
