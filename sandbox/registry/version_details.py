"""What a version in the registry says of itself: what a person looks at before approving it."""

import json
from collections.abc import Iterator
from typing import Any

from rich.markup import escape
from rich.table import Table


def version_table(sagemaker: Any, arn: str) -> Table:
    """A table of a version's figures, its baseline, its model card and where it comes from."""
    described = sagemaker.describe_model_package(ModelPackageName=arn)
    title = f"version {described['ModelPackageVersion']}, {described['ModelApprovalStatus']}"
    table = Table(title=title, title_justify="left", show_header=False, expand=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in _rows(described):
        table.add_row(escape(name), escape(value))
    return table


def _rows(described: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield from described.get("CustomerMetadataProperties", {}).items()
    baseline = described.get("DriftCheckBaselines", {}).get("ModelDataQuality", {}).get("Statistics")
    if baseline:
        yield "baseline", str(baseline["S3Uri"])
    card = described.get("ModelCard")
    if card:
        risk = json.loads(card["ModelCardContent"]).get("intended_uses", {}).get("risk_rating", "Unknown")
        yield "model card", f"{card['ModelCardStatus']}, risk rating {risk}"
