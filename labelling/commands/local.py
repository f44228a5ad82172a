"""The commands that work on files: labelling a folder, looking at its labels, making one manifest of several."""

import argparse
import webbrowser
from pathlib import Path

from labelling.commands.options import (
    Commands,
    add_account,
    add_command,
    add_type,
    clients_of,
    content_at,
    write_at,
)
from labelling.local.serve import serve
from labelling.preview import PAGES, preview
from labelling.reading import from_server
from labelling.rows import content_of, merged, rows_of


def add_local_commands(commands: Commands) -> None:
    """`serve`, `preview` and `merge`."""
    command = add_command(commands, "serve", "label the pictures of a folder on this machine", _serve)
    command.add_argument("folder", type=Path, help="folder with pictures; labels.manifest is written there")
    command.add_argument("--port", type=int, default=8770, help="port on loopback, 0 for a free one (default: 8770)")
    command.add_argument("--endpoint", default="", help="http://HOST:PORT of a running OCR server that reads first")
    command.add_argument("--open", action="store_true", help="open the page in the browser")
    add_type(command)

    command = add_command(commands, "preview", "draw a folder's labels over its pages, in one HTML file", _preview)
    command.add_argument("folder", type=Path, help="folder with pictures and labels.manifest")
    command.add_argument("--output", default="labels.html", help="file that is written (default: %(default)s)")
    command.add_argument("--pages", type=int, default=PAGES, help="pages that are shown (default: %(default)s)")
    command.add_argument("--open", action="store_true", help="open the file in the browser")

    command = add_command(commands, "merge", "make one manifest of several, of a picture the newest labels", _merge)
    command.add_argument("manifest", nargs="+", help="file, or s3://BUCKET/KEY, of labels")
    command.add_argument("--output", required=True, help="file, or s3://BUCKET/KEY, that is written")
    add_account(command)


def _serve(given: argparse.Namespace) -> None:
    read = from_server(given.endpoint) if given.endpoint else None
    serve(given.folder, given.port, read, given.type, given.open)


def _preview(given: argparse.Namespace) -> None:
    drawn = preview(given.folder, given.pages)
    path = Path(given.output).resolve()
    drawn.write(path)
    print(f"{drawn}: {path}")
    if given.open:
        webbrowser.open(path.as_uri())


def _merge(given: argparse.Namespace) -> None:
    clients = clients_of(given)
    rows = merged(rows_of(content_at(clients, address), address) for address in given.manifest)
    write_at(clients, given.output, content_of(rows), "application/jsonlines")
    print(f"{len(rows)} pages: {given.output}")
