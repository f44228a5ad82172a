"""The labels of a labelling job and their pictures, in one folder or S3 prefix that Preprocess takes as it is."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from botocore.exceptions import ClientError

from labelling.destination import Destination, LocalFolder, S3Folder
from labelling.errors import LabellingError
from labelling.functions.texts import METADATA_END, PREFILL_KEY, SOURCE_KEY
from labelling.pictures import S3_SCHEME, join_address, split_address
from labelling.progress import ENDED
from labelling.rows import Row, merged, rows_of

INTERMEDIATE = "annotations/intermediate"
"""Where Ground Truth writes the labels of the batch that is being labelled:
https://docs.aws.amazon.com/sagemaker/latest/dg/sms-data-output.html"""


@dataclass(frozen=True)
class Fetched:
    """What was fetched of a job."""

    manifest: str
    labelled: int
    """Pages with labels, of this job."""
    failed: int
    """Pages that it could not label; Preprocess tells why."""
    total: int
    """Pages of the job."""
    status: str

    def __str__(self) -> str:
        """One line for a terminal."""
        failed = f", {self.failed} failed" if self.failed else ""
        more = "" if self.status in ENDED else "; fetch again for the rest"
        return f"{self.labelled} of {self.total} pages labelled{failed} ({self.status}): {self.manifest}{more}"


def fetch(client: Callable[[str], Any], name: str, target: str | Path) -> Fetched:
    """Fetch what a job has labelled so far, with the pictures, into a folder or below `s3://BUCKET/PREFIX`.

    `client` makes a boto3 client by the service's name. Where the target has labels already, those of both are kept,
    and of a page the newest. Raises LabellingError where nothing is labelled yet, or the target holds other pictures
    by these names; botocore's ClientError where there is no such job.
    """
    job = client("sagemaker").describe_labeling_job(LabelingJobName=name)
    s3 = client("s3")
    given = rows_of(*_content(s3, job["InputConfig"]["DataSource"]["S3DataSource"]["ManifestS3Uri"]))
    attribute = job["LabelAttributeName"]
    rows = [row for row in merged(_manifests(s3, job)) if attribute in row or attribute + METADATA_END in row]
    status = job["LabelingJobStatus"]
    if not rows:
        raise LabellingError(
            f"The job {name} ({status}) has labelled none of its {len(given)} pages: `wait` for it, or see `status`."
        )
    top = top_of(row[SOURCE_KEY] for row in given)
    with destination(s3, target) as kept:
        manifest = kept.add([_named(row, kept.store(row[SOURCE_KEY], _name(row[SOURCE_KEY], top))) for row in rows])
    failed = sum(not isinstance((row.get(attribute) or {}).get("texts"), list) for row in rows)
    return Fetched(manifest, len(rows) - failed, failed, len(given), status)


def destination(s3: Any, target: str | Path) -> Destination:
    """The folder or prefix that a user named."""
    if str(target).startswith(S3_SCHEME):
        return S3Folder(s3, str(target))
    return LocalFolder(s3, Path(target))


def top_of(addresses: Iterable[str]) -> str:
    """The deepest address that all the addresses lie below, without a slash at its end."""
    parents = [address.rpartition("/")[0].split("/") for address in addresses]
    shared = zip(*parents, strict=False)
    same: list[str] = []
    for parts in shared:
        if len(set(parts)) > 1:
            break
        same.append(parts[0])
    return "/".join(same)


def _manifests(s3: Any, job: Any) -> Iterable[list[Row]]:
    """The output manifest where there is one, and as long as the job has not ended those of its batches."""
    output = join_address(job["OutputConfig"]["S3OutputPath"], job["LabelingJobName"])
    told = job.get("LabelingJobOutput", {}).get("OutputDatasetS3Uri", "")
    try:
        yield rows_of(*_content(s3, told or join_address(output, "manifests/output/output.manifest")))
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchKey":
            raise
    if job["LabelingJobStatus"] == "Completed":
        return
    bucket, prefix = split_address(join_address(output, f"{INTERMEDIATE}/"))
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    for key in sorted(entry["Key"] for page in pages for entry in page.get("Contents", [])):
        if key.endswith(".manifest"):
            yield rows_of(*_content(s3, f"{S3_SCHEME}{bucket}/{key}"))


def _content(s3: Any, address: str) -> tuple[bytes, str]:
    bucket, key = split_address(address)
    return s3.get_object(Bucket=bucket, Key=key)["Body"].read(), address


def _name(address: str, top: str) -> str:
    """The picture's path relative to the pictures' folder."""
    name = address.removeprefix(f"{top}/")
    if not address.startswith(S3_SCHEME) or any(part in ("", ".", "..") for part in name.split("/")):
        raise LabellingError(f"The job has the picture {address!r}; expected an address in S3 that can be a path.")
    return PurePosixPath(name).as_posix()


def _named(row: Row, name: str) -> Row:
    """The row as `make label` writes it: the picture by its path, and nothing of what a model read."""
    return {key: value for key, value in row.items() if key != PREFILL_KEY} | {SOURCE_KEY: name}
