"""Inside a serving container, which has no network: `ask.py PATH [FILE]` gets PATH, or posts FILE to it as a JPEG.

Prints JSON: `status` and `body`; status 0 where nothing listens.
"""

import http.client
import json
import sys
from pathlib import Path

PORT = 8080
SECONDS = 60


def main(path: str, file: str = "") -> None:
    """Ask and print."""
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=SECONDS)
    try:
        if file:
            connection.request("POST", path, Path(file).read_bytes(), {"Content-Type": "image/jpeg"})
        else:
            connection.request("GET", path)
        response = connection.getresponse()
        answer = {"status": response.status, "body": response.read().decode()}
    except ConnectionRefusedError:
        answer = {"status": 0, "body": ""}
    print(json.dumps(answer))


if __name__ == "__main__":
    main(*sys.argv[1:])
