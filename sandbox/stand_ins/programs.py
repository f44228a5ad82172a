"""The folder of programs that comes first on the PATH of a build."""

import shlex
import sys
from pathlib import Path

STAND_INS = ("aws", "docker", "pip", "smoke_test")

_CALL = """\
#!/bin/sh
export STAND_IN={state}
exec {python} -IBc {code} {name} "$@"
"""

_CODE = "import sys; sys.path.insert(0, {root!r}); from sandbox.stand_ins.command import main; sys.exit(main())"

_PYTHON = """\
#!/bin/sh
case "$1 $2" in
  "-m pip") shift 2; exec {folder}/pip "$@" ;;
{smoke_test}esac
exec {python} "$@"
"""

_SMOKE_TEST = '  "smoke_test.py "*) shift; exec {folder}/smoke_test "$@" ;;\n'


def write_programs(folder: Path, state: Path, *, docker: Path | None = None) -> Path:
    """Write the programs into `folder`, which is returned; what they keep is in `state`, the same for all builds.

    `aws` calls the server that AWS_ENDPOINT_URL names. `docker` keeps images of its own and the smoke tests of images
    are passed over, unless `docker` names the real program: then only the registry is stood in for. `pip` compares
    with what is installed. `python` and `python3` are this Python.
    """
    folder.mkdir(parents=True, exist_ok=True)
    state.mkdir(parents=True, exist_ok=True)
    names = {
        "python": shlex.quote(sys.executable),
        "folder": shlex.quote(str(folder)),
        "code": shlex.quote(_CODE.format(root=str(Path(__file__).parents[2]))),
        "state": shlex.quote(str(state)),
    }
    programs = {name: _CALL.format(**names, name=name) for name in STAND_INS}
    if docker is not None:
        engine = f"export STAND_IN_DOCKER={shlex.quote(str(docker))}\n"
        programs["docker"] = programs["docker"].replace("exec ", f"{engine}exec ", 1)
    smoke_test = "" if docker else _SMOKE_TEST.format(**names)
    programs["pip3"] = programs["pip"]
    programs["python"] = programs["python3"] = _PYTHON.format(**names, smoke_test=smoke_test)
    for name, text in programs.items():
        (folder / name).write_text(text, encoding="utf-8")
        (folder / name).chmod(0o755)
    return folder
