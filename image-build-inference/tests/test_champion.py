import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import boto3
import httpx
import onnx
import pytest
from moto.server import ThreadedMotoServer

from ocr_inference.evaluate import main
from ocr_inference.evaluation.champion import fetch_champion
from ocr_inference.failure import UserError

WriteLmdb = Callable[[Path, Sequence[tuple[str, str]]], None]
Pack = Callable[[Path, Path, str], None]
GROUP = "cards"
BUCKET = "models"


@pytest.fixture(scope="module")
def aws() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(autouse=True)
def registry(aws: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An empty account with a bucket and a model package group."""
    for name, value in {
        "AWS_ENDPOINT_URL": aws,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }.items():
        monkeypatch.setenv(name, value)
    boto3.client("s3").create_bucket(Bucket=BUCKET)
    boto3.client("sagemaker").create_model_package_group(ModelPackageGroupName=GROUP)
    yield
    httpx.post(f"{aws}/moto-api/reset").raise_for_status()


def _register(url: str | None, status: str = "Approved") -> str:
    container: dict[str, str] = {"Image": "image"} | ({"ModelDataUrl": url} if url else {})
    answer = boto3.client("sagemaker").create_model_package(
        ModelPackageGroupName=GROUP,
        ModelApprovalStatus=status,
        InferenceSpecification={
            "Containers": [container],
            "SupportedContentTypes": ["image/jpeg"],
            "SupportedResponseMIMETypes": ["application/json"],
        },
    )
    return str(answer["ModelPackageArn"])


def _upload(model: Path, pack: Pack, tmp_path: Path, key: str = "champion/model.tar.gz") -> str:
    pack(model, tmp_path / "upload.tar.gz", "")
    boto3.client("s3").upload_file(str(tmp_path / "upload.tar.gz"), BUCKET, key)
    return f"s3://{BUCKET}/{key}"


@pytest.fixture
def job(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write_lmdb: WriteLmdb, pack: Pack, swapped_model: Path
) -> Path:
    """A job whose new model mistakes A for B, in 10 of 40 lines."""
    base = tmp_path / "job"
    monkeypatch.setenv("SAGEMAKER_BASE_DIR", str(base))
    write_lmdb(base / "processing" / "input" / "test" / "lines-00000", [("FACE", "x")] * 10 + [("FED", "x")] * 30)
    pack(swapped_model, base / "processing" / "input" / "model" / "model.tar.gz", "")
    return base


def _evaluation(job: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((job / "processing" / "output" / "evaluation.json").read_text())
    return content


def test_the_newest_approved_version_is_the_champion(tmp_path: Path, pack: Pack, stripe_model: Path) -> None:
    url = _upload(stripe_model, pack, tmp_path)
    _register("s3://models/older")
    newest = _register(url)
    _register("s3://models/rejected", status="Rejected")
    _register("s3://models/pending", status="PendingManualApproval")
    champion = fetch_champion(GROUP, tmp_path / "champion")
    assert champion is not None
    assert champion.model_package_arn == newest
    assert (champion.folder / "model.onnx").read_bytes() == (stripe_model / "model.onnx").read_bytes()


@pytest.mark.parametrize("group", [GROUP, "never-made"])
def test_nothing_approved_is_no_champion(tmp_path: Path, group: str) -> None:
    _register("s3://models/pending", status="PendingManualApproval")
    assert fetch_champion(group, tmp_path) is None


def test_a_better_champion_is_a_regression(job: Path, tmp_path: Path, pack: Pack, stripe_model: Path) -> None:
    arn = _register(_upload(stripe_model, pack, tmp_path))
    assert main(["--model-package-group", GROUP]) == 0
    found = _evaluation(job)
    assert found["champion"]["status"] == "compared"
    assert found["champion"]["model_package_arn"] == arn
    assert found["champion"]["exact_match"] == 1.0
    assert found["champion"]["exact_match_difference"]["value"] == pytest.approx(-0.25)
    assert found["gate"]["no_regression"] is False


def test_with_the_models_swapped_the_gate_opens(
    job: Path, tmp_path: Path, pack: Pack, stripe_model: Path, swapped_model: Path
) -> None:
    pack(stripe_model, job / "processing" / "input" / "model" / "model.tar.gz", "")
    _register(_upload(swapped_model, pack, tmp_path))
    assert main(["--model-package-group", GROUP]) == 0
    found = _evaluation(job)
    assert found["gate"]["no_regression"] is True
    assert (found["champion"]["mended"], found["champion"]["regressions"]) == (10, 0)
    report = (job / "processing" / "output" / "report.html").read_text()
    assert "None: it reads every line that the champion reads." in report


def test_an_equal_champion_is_no_regression(job: Path, tmp_path: Path, pack: Pack, swapped_model: Path) -> None:
    _register(_upload(swapped_model, pack, tmp_path))
    assert main(["--model-package-group", GROUP, "--max-regression", "0"]) == 0
    found = _evaluation(job)
    assert found["champion"]["exact_match_difference"] == {"value": 0, "lower": 0, "upper": 0}
    assert found["gate"]["no_regression"] is True


def test_a_champion_with_a_detector_of_its_own_is_compared_on_pages_too(
    job: Path, tmp_path: Path, pack: Pack, block_model: Path, write_blocks: Callable[..., None]
) -> None:
    write_blocks(job / "processing" / "input" / "pages", pages=2)
    _register(_upload(block_model, pack, tmp_path))
    assert main(["--model-package-group", GROUP]) == 0  # only the recogniser was trained
    found = _evaluation(job)
    assert found["pages"]["detector"] == "PP-OCRv6_det_small"
    assert found["pages"]["champion"]["detector"].startswith("sha256:")
    assert found["pages"]["champion"]["detection"]["f"] == 1.0
    assert found["gate"]["detection_passed"] is False
    assert "Against the champion the F of detection changes by -1.0000" in " ".join(found["gate"]["reasons"])


def test_a_champion_with_the_same_detector_does_not_read_the_pages_again(
    job: Path, tmp_path: Path, pack: Pack, stripe_model: Path, write_blocks: Callable[..., None]
) -> None:
    write_blocks(job / "processing" / "input" / "pages", pages=1)
    _register(_upload(stripe_model, pack, tmp_path))
    assert main(["--model-package-group", GROUP]) == 0
    assert _evaluation(job)["pages"]["champion"] is None


def test_a_champion_whose_detector_is_broken_fails_the_job(
    job: Path, tmp_path: Path, pack: Pack, block_model: Path, write_blocks: Callable[..., None]
) -> None:
    write_blocks(job / "processing" / "input" / "pages", pages=1)
    shutil.copytree(block_model, tmp_path / "broken")
    (tmp_path / "broken" / "detector" / "model.onnx").write_bytes(b"junk")
    arn = _register(_upload(tmp_path / "broken", pack, tmp_path))
    assert main(["--model-package-group", GROUP]) == 1
    message = (job / "output" / "message").read_text()
    assert message.startswith(f"The champion {arn} cannot be read")
    assert "detector/model.onnx" in message


def test_no_champion_is_a_note(job: Path) -> None:
    assert main(["--model-package-group", GROUP]) == 0
    assert _evaluation(job)["champion"] == {
        "status": "none",
        "note": "Model package group cards has no approved version yet: there is no champion to compare with.",
    }


def test_a_champion_whose_archive_is_gone_fails_the_job(job: Path) -> None:
    _register(f"s3://{BUCKET}/gone/model.tar.gz")
    assert main(["--model-package-group", GROUP]) == 1
    message = (job / "output" / "message").read_text()
    assert "champion" in message
    assert "gone/model.tar.gz" in message
    assert not (job / "processing" / "output").exists()


def test_a_champion_that_is_no_model_fails_the_job(job: Path, tmp_path: Path, pack: Pack) -> None:
    (tmp_path / "junk").mkdir()
    (tmp_path / "junk" / "model.onnx").write_bytes(b"junk")
    arn = _register(_upload(tmp_path / "junk", pack, tmp_path))
    assert main(["--model-package-group", GROUP]) == 1
    assert arn in (job / "output" / "message").read_text()


def test_a_champion_that_fails_on_the_lines_fails_the_job(
    job: Path, tmp_path: Path, pack: Pack, stripe_model: Path
) -> None:
    shutil.copytree(stripe_model, tmp_path / "fixed")
    model = onnx.load(stripe_model / "model.onnx")
    model.graph.input[0].type.tensor_type.shape.dim[3].dim_value = 640  # other widths are refused when it runs
    onnx.save(model, tmp_path / "fixed" / "model.onnx")
    arn = _register(_upload(tmp_path / "fixed", pack, tmp_path))
    assert main(["--model-package-group", GROUP]) == 1
    message = (job / "output" / "message").read_text()
    assert message.startswith(f"The champion {arn} cannot be read")
    assert "reject that version" in message


def test_a_champion_that_is_no_archive_is_refused(tmp_path: Path) -> None:
    boto3.client("s3").put_object(Bucket=BUCKET, Key="junk", Body=b"junk")
    arn = _register(f"s3://{BUCKET}/junk")
    with pytest.raises(UserError, match=f"{arn}.*cannot be fetched.*unpacked"):
        fetch_champion(GROUP, tmp_path)


@pytest.mark.parametrize("url", ["https://elsewhere/model.tar.gz", "s3://models", None])
def test_a_champion_without_an_address_in_s3_is_refused(tmp_path: Path, url: str | None) -> None:
    _register(url)
    with pytest.raises(UserError, match="ModelDataUrl"):
        fetch_champion(GROUP, tmp_path)


def test_a_registry_that_cannot_be_reached_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    with pytest.raises(UserError, match="cannot be asked"):
        fetch_champion(GROUP, tmp_path)
