"""Paddle is installed by hash, or resolved once so that the next build is; from a package index on this machine."""

import base64
import hashlib
import os
import subprocess
import venv
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

SCRIPT = Path(__file__).parents[1] / "install_paddle.py"
LOCKED = "requirements-cu118.lock"


def wheel(folder: Path, name: str, version: str, requires: Sequence[str] = ()) -> str:
    """Write a wheel with one empty module into an index's folder; its SHA-256."""
    module = name.replace("-", "_")
    info = f"{module}-{version}.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    files = {
        f"{module}.py": b"",
        f"{info}/METADATA": (metadata + "".join(f"Requires-Dist: {r}\n" for r in requires)).encode(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    digests = {path: base64.urlsafe_b64encode(hashlib.sha256(files[path]).digest()).rstrip(b"=") for path in files}
    record = "".join(f"{path},sha256={digests[path].decode()},{len(files[path])}\n" for path in files)
    path = folder / name / f"{module}-{version}-py3-none-any.whl"
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for inside, content in {**files, f"{info}/RECORD": f"{record}{info}/RECORD,,\n".encode()}.items():
            archive.writestr(inside, content)
    return hashlib.sha256(path.read_bytes()).hexdigest()


@dataclass(frozen=True)
class Build:
    """A build context, a package index and a fresh virtual environment."""

    folder: Path
    url: str
    builder: str

    @property
    def python(self) -> Path:
        return self.folder / "venv/bin/python"

    def pin(self, lock: str, name: str, version: str, digest: str) -> None:
        with (self.folder / lock).open("a", encoding="utf-8") as file:
            file.write(f"{name}=={version} ; sys_platform == 'linux' \\\n    --hash=sha256:{digest}\n")

    def install(self, device: str, index: str | None = None) -> "subprocess.CompletedProcess[str]":
        index = f"{self.url}/{device}/" if index is None else index
        return subprocess.run(
            [
                *(self.builder, str(SCRIPT), "--device", device, "--index", index),
                *("--python", str(self.python), "--used", str(self.folder / "opt")),
            ],
            env={
                **{name: value for name, value in os.environ.items() if not name.startswith("PIP_")},
                "PIP_CONFIG_FILE": os.devnull,
                "PIP_INDEX_URL": f"{self.url}/pypi/",
                "PIP_NO_CACHE_DIR": "1",
                "PIP_DISABLE_PIP_VERSION_CHECK": "1",
                "PIP_RETRIES": "0",
            },
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )

    def installed(self) -> dict[str, str]:
        said = subprocess.check_output(
            [
                self.python,
                "-c",
                "from importlib import metadata as m\nfor d in m.distributions(): print(d.name, d.version)",
            ],
            text=True,
        )
        return dict(line.split() for line in said.splitlines())


@pytest.fixture(scope="module")
def builder(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A Python with pip, as the base image has one."""
    folder = tmp_path_factory.mktemp("builder")
    venv.create(folder, with_pip=True, symlinks=True)
    return str(folder / "bin/python")


@pytest.fixture
def build(tmp_path: Path, builder: str) -> Iterator[Build]:
    """numpy is locked and installed at 1.0; the index has a newer one, and Paddle for CPUs and for CUDA 11.8."""
    index = tmp_path / "index"
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(index)))
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    build = Build(tmp_path, f"http://127.0.0.1:{server.server_port}", builder)
    venv.create(tmp_path / "venv", with_pip=False, symlinks=True)
    (tmp_path / "opt").mkdir()
    build.pin("requirements.lock", "numpy", "1.0", wheel(index / "pypi", "numpy", "1.0"))
    wheel(index / "pypi", "numpy", "2.0")
    build.pin("requirements-cpu.lock", "paddlepaddle", "3.3.1", wheel(index / "pypi", "paddlepaddle", "3.3.1"))
    wheel(index / "cu118", "paddlepaddle-gpu", "3.3.1", ["numpy", "nvidia_cublas-cu11>=11"])
    wheel(index / "cu118", "paddlepaddle-gpu", "3.4.0", ["numpy"])
    wheel(index / "cu118", "nvidia-cublas-cu11", "11.11.3.6")
    subprocess.run(
        [
            *(builder, "-m", "pip", "--python", str(build.python), "install", "--quiet", "--no-index"),
            str(index / "pypi/numpy/numpy-1.0-py3-none-any.whl"),
        ],
        check=True,
    )
    yield build
    server.shutdown()
    thread.join()
    server.server_close()


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


def test_a_cpu_build_installs_its_lock(build: Build) -> None:
    done = build.install("cpu", index="")
    assert done.returncode == 0, done.stderr
    assert build.installed() == {"numpy": "1.0", "paddlepaddle": "3.3.1"}
    kept = build.folder / "opt/requirements-cpu.lock"
    assert kept.read_bytes() == (build.folder / "requirements-cpu.lock").read_bytes()


def test_a_gpu_build_without_a_lock_keeps_what_is_locked(build: Build) -> None:
    done = build.install("cu118")
    assert done.returncode == 0, done.stderr
    assert build.installed() == {"numpy": "1.0", "paddlepaddle-gpu": "3.3.1", "nvidia-cublas-cu11": "11.11.3.6"}


def test_a_gpu_build_without_a_lock_prints_the_lock_to_commit(build: Build) -> None:
    done = build.install("cu118")
    lock = (build.folder / "opt" / LOCKED).read_text(encoding="utf-8")
    assert f"commit this as {LOCKED}" in done.stdout
    assert lock in done.stdout
    wheels = (build.folder / "index/cu118").rglob("*.whl")
    digests = {path.name.split("-")[0]: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(wheels)[:2]}
    assert lock.splitlines()[1:] == [
        "nvidia-cublas-cu11==11.11.3.6 \\",
        f"    --hash=sha256:{digests['nvidia_cublas_cu11']}",
        "paddlepaddle-gpu==3.3.1 \\",
        f"    --hash=sha256:{digests['paddlepaddle_gpu']}",
    ]


def test_a_lock_has_sha256_where_the_index_states_another_hash(build: Build) -> None:
    folder = build.folder / "index/cu118/nvidia-cublas-cu11"
    (path,) = folder.iterdir()
    stated = hashlib.md5(path.read_bytes()).hexdigest()
    (folder / "index.html").write_text(f'<a href="{path.name}#md5={stated}">{path.name}</a>', encoding="utf-8")
    done = build.install("cu118")
    assert done.returncode == 0, done.stderr
    lock = (build.folder / "opt" / LOCKED).read_text(encoding="utf-8")
    assert f"--hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}" in lock


@pytest.fixture
def locked(build: Build) -> Build:
    """The same once the printed lock is committed, on a machine that has only the lock's packages."""
    build.install("cu118")
    (build.folder / "opt" / LOCKED).rename(build.folder / LOCKED)
    venv.create(build.folder / "venv", with_pip=False, symlinks=True, clear=True)
    return build


def test_the_printed_lock_installs_the_same_again(locked: Build) -> None:
    done = locked.install("cu118")
    assert done.returncode == 0, done.stderr
    assert locked.installed() == {"paddlepaddle-gpu": "3.3.1", "nvidia-cublas-cu11": "11.11.3.6"}
    assert (locked.folder / "opt" / LOCKED).read_bytes() == (locked.folder / LOCKED).read_bytes()


def test_a_wheel_that_is_not_the_locked_one_is_refused(locked: Build) -> None:
    wheel(locked.folder / "index/cu118", "paddlepaddle-gpu", "3.3.1", ["somebody-else"])
    done = locked.install("cu118")
    assert done.returncode == 1
    assert "THESE PACKAGES DO NOT MATCH THE HASHES" in done.stderr
    assert locked.installed() == {}


def test_a_gpu_build_that_needs_another_version_of_what_is_locked_is_refused(build: Build) -> None:
    wheel(build.folder / "index/cu118", "paddlepaddle-gpu", "3.3.1", ["numpy>=2"])
    done = build.install("cu118")
    assert done.returncode == 1
    *_, said = done.stderr.splitlines()
    assert said.startswith(
        "error: pip could not install paddlepaddle-gpu==3.3.1 beside what requirements.lock pins from"
    )
    assert build.installed() == {"numpy": "1.0"}


@pytest.mark.parametrize(("name", "version"), [("paddlepaddle-gpu", "3.4.0"), ("Numpy", "2.0")])
def test_a_lock_that_disagrees_with_the_others_is_refused(build: Build, name: str, version: str) -> None:
    for pinned, number in {"paddlepaddle-gpu": "3.3.1", name: version}.items():
        build.pin(LOCKED, pinned, number, "0" * 64)
    done = build.install("cu118")
    assert done.returncode == 1
    assert f"{LOCKED} has {name.lower()} {version}, and requirements" in done.stderr
    assert f"delete {LOCKED}, build, and commit the lock that the build prints" in done.stderr


@pytest.mark.parametrize("device", ["cu112", "", "gpu", "../cpu"])
def test_an_unknown_device_is_refused_and_the_known_ones_are_explained(build: Build, device: str) -> None:
    done = build.install(device)
    assert done.returncode == 1
    for words in (
        f"DEVICE is {device!r}",
        "cpu (instances",
        "cu118 (CUDA 11.8, driver 450",
        "cu126 (CUDA 12.6, driver 550",
    ):
        assert words in done.stderr
    assert build.installed() == {"numpy": "1.0"}


def test_an_index_without_paddle_is_named_without_its_password(build: Build) -> None:
    done = build.install("cu126", index=build.url.replace("//", "//user:secret@") + "/cu126/")
    assert done.returncode == 1
    *_, said = done.stderr.splitlines()
    assert f"from {build.url}/cu126/, and says why above; set PADDLE_INDEX to an index" in said
    assert "secret" not in done.stdout + done.stderr


def test_an_environment_that_has_paddle_already_is_refused(build: Build) -> None:
    build.install("cu118")
    done = build.install("cu118")
    assert done.returncode == 1
    assert "has paddlepaddle-gpu==3.3.1 already; start from what requirements.lock lists" in done.stderr


def test_a_missing_lock_is_named(build: Build) -> None:
    (build.folder / "requirements-cpu.lock").unlink()
    done = build.install("cpu")
    assert (done.returncode, done.stderr) == (
        1,
        "error: there is no requirements-cpu.lock; it belongs into the build context\n",
    )


def test_it_needs_the_standard_library_only(build: Build) -> None:
    done = subprocess.run([build.python, "-I", str(SCRIPT), "--help"], capture_output=True, check=False)
    assert done.returncode == 0
