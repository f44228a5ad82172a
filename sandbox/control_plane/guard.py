"""Parent of the daemon: when the daemon ends, however it ends, nothing that it started lives on.

Run as `python -m sandbox.control_plane.guard STATE_FOLDER`. It holds no state; its only work is to wait.
"""

import signal
import subprocess
import sys
from pathlib import Path
from types import FrameType


def main(arguments: list[str]) -> int:
    """Start the daemon, hand SIGTERM on to it, wait for its end, clear up after it."""
    state_folder = Path(arguments[0])
    daemon = subprocess.Popen([sys.executable, "-m", "sandbox.control_plane.daemon", str(state_folder)])  # noqa: S603

    def hand_on(number: int, _frame: FrameType | None) -> None:
        daemon.send_signal(number)

    signal.signal(signal.SIGTERM, hand_on)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Imported only now, so that the daemon does not wait for it.
    from sandbox.docker.containers import remove_left_over
    from sandbox.errors import SandboxError
    from sandbox.layout import Layout
    from sandbox.processes.children import kill_recorded

    layout = Layout(state_folder)
    code = daemon.wait()
    for pid in kill_recorded(layout.children):
        print(f"the daemon ended with {code}; killed its child {pid}", flush=True)
    try:
        for name in remove_left_over(layout):
            print(f"the daemon ended with {code}; removed its container {name}", flush=True)
    except SandboxError as error:
        # `down` and the next `up` try again, and tell a person who is there to read it.
        print(error, flush=True)
    layout.state_file.unlink(missing_ok=True)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
