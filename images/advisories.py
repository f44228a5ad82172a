"""A copy of OSV's advisories, answering on this machine as OSV's own service does.

The format is https://ossf.github.io/osv-schema/, the query https://google.github.io/osv.dev/post-v1-query/, and a copy
for PyPI is at https://storage.googleapis.com/osv-vulnerabilities/PyPI/all.zip.
"""

import json
import threading
import zipfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from images.errors import ImageError

Advisory = dict[str, Any]


class Advisories:
    """Advisories on PyPI packages, by package."""

    def __init__(self, records: list[Advisory]) -> None:
        self.newest = max((record["modified"] for record in records), default="")
        """When the newest of them was last changed: the age of the copy."""
        self._affected: dict[str, list[tuple[Advisory, Mapping[str, Any]]]] = defaultdict(list)
        for record in records:
            for affected in record.get("affected", []):
                package = affected.get("package", {})
                if package.get("ecosystem") == "PyPI":
                    # pip-audit finds the fixed versions by the name that it asked for, which is the canonical one.
                    package["name"] = canonicalize_name(package["name"])
                    self._affected[package["name"]].append((record, affected))

    @classmethod
    def read(cls, path: Path) -> "Advisories":
        """Read OSV's all.zip for PyPI, or a folder of its JSON files.

        Raises:
            ImageError: there is nothing, or nothing on PyPI packages, or it is not in OSV's format.
        """
        try:
            advisories = cls([json.loads(text) for text in _texts(path)])
        except (OSError, zipfile.BadZipFile, ValueError, KeyError, TypeError) as error:
            raise ImageError(
                f"{path} is no copy of OSV's advisories ({error}): expected all.zip or a folder of *.json."
            ) from error
        if not advisories._affected:
            raise ImageError(
                f"{path} holds no advisory on a PyPI package: expected OSV's PyPI/all.zip or a folder of *.json."
            )
        return advisories

    def on(self, name: str, version: str) -> list[Advisory]:
        """The advisories that this version of this package is affected by."""
        found = self._affected.get(canonicalize_name(name), [])
        return list({record["id"]: record for record, affected in found if _is_affected(version, affected)}.values())


def _texts(path: Path) -> Iterator[bytes]:
    if path.is_dir():
        yield from (file.read_bytes() for file in sorted(path.rglob("*.json")))
        return
    with zipfile.ZipFile(path) as archive:
        yield from (archive.read(name) for name in sorted(archive.namelist()) if name.endswith(".json"))


def _is_affected(version: str, affected: Mapping[str, Any]) -> bool:
    if version in affected.get("versions", []):
        return True
    ranges = [entry["events"] for entry in affected.get("ranges", []) if entry["type"] == "ECOSYSTEM"]
    return any(_within(Version(version), events) for events in ranges)


def _within(version: Version, events: list[Mapping[str, str]]) -> bool:
    """Whether ``version`` is in a range, by the evaluation algorithm of OSV's schema."""
    try:
        ordered = sorted(((_version(text), kind) for event in events for kind, text in event.items()))
    except InvalidVersion:
        # Some old packages had versions that cannot be ordered; OSV lists the affected ones of those one by one.
        return False
    inside = False
    for bound, kind in ordered:
        if kind == "introduced" and version >= bound:
            inside = True
        elif (kind == "fixed" and version >= bound) or (kind == "last_affected" and version > bound):
            inside = False
    return inside


def _version(text: str) -> Version:
    """A bound of a range; "0" stands for before every version."""
    return Version("0.dev0" if text == "0" else text)


@contextmanager
def serving(advisories: Advisories) -> Iterator[str]:
    """Answer OSV's queries on a free port of the loopback address; yields the address to post them to."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            found = advisories.on(query["package"]["name"], query["version"])
            answer = json.dumps({"vulns": found} if found else {}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """A line a package would drown the table."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/v1/query"
        server.shutdown()
        thread.join()
