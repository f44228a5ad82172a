"""The hosts of a job: how they are named, meet, and divide the work."""

import json
import socket
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import cv2
import lmdb
import pytest

from ocr_processing.failure import UserError
from ocr_processing.folders import Folders
from ocr_processing.gathering import Gathering
from ocr_processing.hosts import Hosts, check_replicated, read_hosts
from ocr_processing.preprocess import parse_arguments, preprocess


def write(job: Any, content: str) -> Path:
    path: Path = job.base / "config" / "resourceconfig.json"
    path.parent.mkdir(parents=True)
    path.write_text(content, encoding="utf-8")
    return path


def hosts(count: int) -> list[Hosts]:
    names = [f"algo-{number + 1}" for number in range(count)]
    return [Hosts(current_host=name, hosts=names) for name in names]


@pytest.fixture
def meeting_point(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    monkeypatch.setenv("MASTER_ADDR", "127.0.0.1")
    monkeypatch.setenv("MASTER_PORT", str(port))


def test_without_the_file_there_is_one_host(tmp_path: Path) -> None:
    assert read_hosts(tmp_path / "resourceconfig.json").hosts == ["algo-1"]


def test_one_host_is_the_usual_case(job: Any) -> None:
    write(job, json.dumps({"current_host": "algo-1", "hosts": ["algo-1"], "network_interface_name": "eth0"}))
    job.label_file(job.some_lines())
    assert job.run() == 0


@pytest.mark.parametrize(
    "content",
    ["", "[]", '{"hosts": []}', "not json", '{"current_host": "algo-3", "hosts": ["algo-1", "algo-2"]}'],
)
def test_a_file_of_another_form_is_named(job: Any, content: str) -> None:
    path = write(job, content)
    with pytest.raises(UserError, match=str(path)):
        read_hosts(path)


def test_hosts_are_in_the_order_of_their_numbers() -> None:
    found = Hosts(current_host="algo-10", hosts=["algo-10", "algo-9", "algo-1"])
    assert (found.hosts, found.number, found.leads) == (["algo-1", "algo-9", "algo-10"], 2, False)


def test_every_document_has_one_owner_and_the_shares_are_equal() -> None:
    owners = [[host.number for host in hosts(3) if host.has(f"img/{number}.png")] for number in range(600)]
    assert all(len(found) == 1 for found in owners)
    assert all(150 < sum(found == [number] for found in owners) < 250 for number in range(3))


@pytest.mark.usefixtures("meeting_point")
def test_all_hear_what_all_say_in_the_hosts_order() -> None:
    def tell(host: Hosts) -> tuple[list[bytes], list[bytes]]:
        with Gathering(host, seconds=30) as gathering:
            said = f"I am {host.current_host}".encode()
            return gathering.to_all(said), gathering.to_leader(said * 2)

    with ThreadPoolExecutor(3) as pool:
        heard = list(pool.map(tell, hosts(3)))
    assert [everything for everything, _ in heard] == [[b"I am algo-1", b"I am algo-2", b"I am algo-3"]] * 3
    assert [led for _, led in heard[1:]] == [[], []]
    assert heard[0][1][2] == b"I am algo-3I am algo-3"


@pytest.mark.usefixtures("meeting_point")
def test_a_stranger_at_the_meeting_point_is_sent_away() -> None:
    first, second = hosts(2)
    with ThreadPoolExecutor(1) as pool:
        leader = pool.submit(Gathering, first, 30)
        while True:
            try:
                stranger = socket.create_connection(first.meeting_point(), 5)
                break
            except ConnectionRefusedError:
                continue
        with stranger:
            stranger.sendall(len(b"algo-9").to_bytes(8, "big") + b"algo-9")
            assert stranger.recv(1) == b""
        with Gathering(second, 30), leader.result():
            pass


@pytest.mark.usefixtures("meeting_point")
def test_a_host_that_ends_is_named_by_those_that_wait_for_it() -> None:
    first, second = hosts(2)
    with ThreadPoolExecutor(1) as pool:
        leader = pool.submit(Gathering, first, 30)
        with Gathering(second, 30):
            pass
        with leader.result() as gathering, pytest.raises(UserError, match="algo-2 is gone"):
            gathering.to_all(b"")


@pytest.mark.usefixtures("meeting_point")
def test_hosts_that_do_not_meet_say_what_to_look_at() -> None:
    with pytest.raises(UserError, match=r"did not meet.*security group"):
        Gathering(hosts(2)[1], seconds=0.1)


def test_files_dealt_out_by_the_platform_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "processingjobconfig.json"
    source = {"S3Uri": "s3://b/p", "S3DataDistributionType": "ShardedByS3Key"}
    path.write_text(json.dumps({"ProcessingInputs": [{"InputName": "documents", "S3Input": source}]}))
    with pytest.raises(UserError, match="documents has S3DataDistributionType ShardedByS3Key"):
        check_replicated(path, hosts(2)[0])
    check_replicated(path, hosts(1)[0])


Lines = dict[str, list[tuple[str, int, str, bytes]]]


def lines_of(outputs: list[Path], folders: str = "*/lines-*") -> Lines:
    """What is in each split: document, line (0 for a page), text, picture."""
    found: Lines = defaultdict(list)
    for folder in (folder for output in outputs for folder in output.glob(folders)):
        with lmdb.open(str(folder), readonly=True, lock=False) as environment, environment.begin() as transaction:
            for number in range(1, int(transaction.get(b"num-samples")) + 1):
                meta = json.loads(transaction.get(b"meta-%09d" % number))
                label = transaction.get(b"label-%09d" % number).decode()
                place = meta["document"], meta.get("line", 0)
                found[folder.parent.name].append((*place, label, transaction.get(b"image-%09d" % number)))
    return {split: sorted(lines) for split, lines in found.items()}


@pytest.fixture
def documents(job: Any) -> Path:
    """Lines with exact and near copies, a broken picture, a missing one, one without a label; nine pages."""
    lines = job.some_lines(40)
    job.label_file(lines)
    for number in range(0, 40, 4):
        picture = job.documents / f"img/{number:03d}.png"
        job.text(f"copy/{number:03d}.png", picture.read_bytes())
        assert cv2.imwrite(str(job.documents / f"copy/{number:03d}.jpg"), cv2.imread(str(picture)))
    rows = [f"copy/{number:03d}.{kind}\tline {number}\n" for number in range(0, 40, 4) for kind in ("png", "jpg")]
    job.text("broken.png", "no picture")
    job.picture("unlabelled.png", cv2.imread(str(job.documents / "img/001.png")))
    labels = job.documents / "rec_gt.txt"
    rows += ["broken.png\tx\n", "missing.png\ty\n", "img/001.png\t\n", "img/002.png\tline 2\n"]
    job.text("rec_gt.txt", labels.read_text(encoding="utf-8") + "".join(rows))
    for number in range(9):
        job.page(f"pages/{number}.png", 50 + number)
        job.text(f"pages/{number}.txt", "10,2,110,2,110,20,10,20,written\n10,22,110,22,110,40,10,40,###\n")
    folder: Path = job.documents
    return folder


@pytest.fixture
def run_hosts(documents: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], list[Path]]:
    """Runs the job on so many hosts; the outputs, the leading host's first."""

    def run(count: int) -> list[Path]:
        bases = [tmp_path_factory.mktemp(f"host-{number}") for number in range(count)]
        for base, host in zip(bases, hosts(count), strict=True):
            (base / "config").mkdir()
            (base / "config" / "resourceconfig.json").write_text(host.model_dump_json())
            (base / "processing" / "input").mkdir(parents=True)
            (base / "processing" / "input" / "documents").symlink_to(documents)
        options = parse_arguments(["--workers", "1", "--task", "both"])
        with ThreadPoolExecutor(count) as pool:
            list(pool.map(lambda base: preprocess(options, Folders(base)), bases))
        return [base / "processing" / "output" for base in bases]

    return run


@pytest.mark.usefixtures("meeting_point")
def test_three_hosts_make_the_dataset_that_one_makes(run_hosts: Callable[[int], list[Path]]) -> None:
    (alone,), together = run_hosts(1), run_hosts(3)
    assert lines_of(together) == lines_of([alone])
    assert sum(map(len, lines_of([alone]).values())) == 59
    assert lines_of(together, "detection/*/pages-*") == lines_of([alone], "detection/*/pages-*")
    assert 5 <= sum(map(len, lines_of([alone], "detection/*/pages-*").values())) <= 9
    for name in ("rejects.jsonl", "duplicates.jsonl", "dict.txt"):
        assert (together[0] / name).read_bytes() == (alone / name).read_bytes(), name
    assert {path.name for path in (alone / "pages").iterdir()} == {
        path.name for path in (together[0] / "pages").iterdir()
    }
    assert (together[0] / "dataset.json").read_bytes() == (alone / "dataset.json").read_bytes()


@pytest.mark.usefixtures("meeting_point")
def test_hosts_write_no_file_of_the_same_name(run_hosts: Callable[[int], list[Path]]) -> None:
    outputs = run_hosts(2)
    names = [str(path.relative_to(output)) for output in outputs for path in output.rglob("*") if path.is_file()]
    assert len(set(names)) == len(names)
    assert "train/lines-00000/data.mdb" in names
    assert "train/lines-00001/data.mdb" in names
    assert {"detection/train/pages-00000/data.mdb", "detection/train/pages-00001/data.mdb"} <= set(names)
