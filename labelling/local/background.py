"""The server beside other work of the same process, such as a notebook's."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn

from labelling.local.folder import LabelledFolder
from labelling.local.serve import HOST, configuration, listening
from labelling.reading import Read


@contextmanager
def labelling_server(folder: Path, read: Read | None = None, kind: str = "printed", port: int = 0) -> Iterator[str]:
    """The address of a server of a folder's pages, which runs in a thread until the context ends.

    With port 0 on a free one. Raises LabellingError where the folder or the port cannot be had.
    """
    labelled = LabelledFolder(folder, read, kind)
    try:
        with listening(port) as listener:
            server = uvicorn.Server(configuration(labelled))
            thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
            thread.start()
            try:
                yield f"http://{HOST}:{listener.getsockname()[1]}"
            finally:
                server.should_exit = True
                thread.join()
    finally:
        labelled.labels.close()
