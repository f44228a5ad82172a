"""The event of a push, put by git's post-receive hook.

Run as `python push.py STATE_FILE REGION ACCOUNT REPOSITORY` with the lines that git gives a hook. It stands
alone and imports little: whoever pushes waits for it, and what it prints is what they read after `remote:`.
"""

import http.client
import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

_NONE = "0" * 40
_SECONDS = 30.0


def events(lines: Iterable[str], region: str, account: str, repository: str) -> list[dict[str, Any]]:
    """Entries of PutEvents for `OLD NEW REF` lines, as CodeCommit tells of a branch or a tag."""
    arn = f"arn:aws:codecommit:{region}:{account}:{repository}"
    return [_entry(arn, *line.split()) for line in lines]


def _entry(arn: str, old: str, new: str, reference: str) -> dict[str, Any]:
    _, kind, name = reference.split("/", 2)
    happened = "referenceCreated" if old == _NONE else "referenceDeleted" if new == _NONE else "referenceUpdated"
    detail = {
        "event": happened,
        "repositoryName": arn.rsplit(":", 1)[-1],
        "referenceType": {"heads": "branch", "tags": "tag"}.get(kind, kind),
        "referenceName": name,
        "referenceFullName": reference,
        "commitId": old if new == _NONE else new,
        "callerUserArn": f"arn:aws:iam::{arn.split(':')[4]}:user/sandbox",
    }
    if _NONE not in (old, new):
        detail["oldCommitId"] = old
    return {
        "Source": "aws.codecommit",
        "DetailType": "CodeCommit Repository State Change",
        "Resources": [arn],
        "Detail": json.dumps(detail),
    }


def put(port: int, region: str, entries: list[dict[str, Any]]) -> None:
    """Call PutEvents of the sandbox on this port. Raises OSError when it does not take them."""
    scope = f"sandbox/20260101/{region}/events/aws4_request"
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_SECONDS)
    connection.request(
        "POST",
        "/",
        json.dumps({"Entries": entries}),
        {
            "Content-Type": "application/x-amz-json-1.1",
            "X-Amz-Target": "AWSEvents.PutEvents",
            "Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=none",
        },
    )
    answer = connection.getresponse()
    said = answer.read().decode("utf-8", "replace")
    if answer.status != http.client.OK or json.loads(said).get("FailedEntryCount"):
        message = f"PutEvents answered {answer.status}: {said}"
        raise OSError(message)


def main(arguments: list[str]) -> int:
    """Put the events of the lines on standard input."""
    state_file, region, account, repository = arguments
    entries = events(sys.stdin.read().splitlines(), region, account, repository)
    try:
        state = json.loads(Path(state_file).read_text())
        put(state["port"], region, entries)
    except (OSError, ValueError, KeyError) as error:
        print(
            f"The push is kept, but it starts nothing: the sandbox did not take its event ({error}). "
            "Start it with `python -m sandbox up`, then push a new commit.",
            file=sys.stderr,
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
