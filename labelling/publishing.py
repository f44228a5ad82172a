"""The Lambda functions as a zip in S3, from where labeling.yaml takes them."""

import hashlib
import io
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from labelling.pictures import join_address, split_address

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

PACKAGE = Path(__file__).parent
EARLIEST = (1980, 1, 1, 0, 0, 0)
"""The first moment that a zip can tell: the same files are the same bytes whenever they are packed."""


def functions_zip() -> bytes:
    """`labelling/functions` and no more of the package, as Lambda unpacks it."""
    content = io.BytesIO()
    files = [PACKAGE / "__init__.py", *sorted((PACKAGE / "functions").glob("*.py"))]
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in files:
            entry = zipfile.ZipInfo(f"{PACKAGE.name}/{path.relative_to(PACKAGE).as_posix()}", EARLIEST)
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, path.read_bytes())
    return content.getvalue()


def publish_functions(client: "S3Client", prefix: str) -> tuple[str, str]:
    """Upload the functions below an address; bucket and key of the zip, which names it by its content.

    Raises LabellingError for an address that is none, botocore's ClientError where S3 refuses.
    """
    content = functions_zip()
    name = f"labelling-functions-{hashlib.sha256(content).hexdigest()[:16]}.zip"
    bucket, key = split_address(join_address(prefix, name))
    client.put_object(Bucket=bucket, Key=key, Body=content, ContentType="application/zip")
    return bucket, key
