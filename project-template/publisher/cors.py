"""The CORS rule by which Studio, a page of sagemaker.aws, reads the template."""

from typing import Any

from publisher.aws import CorsRule

ORIGIN = "https://*.sagemaker.aws"

STUDIO_RULE: CorsRule = {
    "ID": "ocr-publisher-studio",
    "AllowedOrigins": [ORIGIN],
    "AllowedMethods": ["DELETE", "GET", "HEAD", "POST", "PUT"],
    "AllowedHeaders": ["*"],
    "ExposeHeaders": [
        "ETag",
        "x-amz-delete-marker",
        "x-amz-id-2",
        "x-amz-request-id",
        "x-amz-server-side-encryption",
        "x-amz-version-id",
    ],
}
"""As Amazon asks for it. CORS lets a page use permissions that its user has, and grants none
(https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-projects-templates-custom.html)."""


def with_studio(rules: list[CorsRule]) -> list[CorsRule]:
    """The rules, and ours where none of them does the same."""
    if any(_serves_studio(rule) for rule in rules):
        return rules
    return [*without_studio(rules), STUDIO_RULE]


def without_studio(rules: list[CorsRule]) -> list[CorsRule]:
    """The rules but ours; somebody else's that serves Studio stays."""
    return [rule for rule in rules if rule.get("ID") != STUDIO_RULE["ID"]]


def _serves_studio(rule: CorsRule) -> bool:
    def holds(name: str, *any_of: Any) -> bool:
        given = set(rule.get(name, []))
        return "*" in given or given >= set(any_of)

    return (
        holds("AllowedOrigins", ORIGIN)
        and set(rule.get("AllowedMethods", [])) >= set(STUDIO_RULE["AllowedMethods"])
        and holds("AllowedHeaders", *STUDIO_RULE["AllowedHeaders"])
    )
