"""Following a labelling job, against answers of the service's own form."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from labelling.progress import Progress, progress, wait


def test_a_running_job_says_how_far_it_is_and_where_people_label(aws: Any) -> None:
    aws.will_describe_job("InProgress", labelled=3, left=6, failed=1)
    aws.will_describe_team()
    assert str(progress(aws.sagemaker, "cards-1")) == (
        "cards-1: InProgress, 3 of 10 pages labelled, 1 failed, people label at "
        "https://abc.labeling.us-east-1.sagemaker.aws"
    )


def test_a_failed_job_says_why(aws: Any) -> None:
    aws.will_describe_job("Failed", left=2, FailureReason="ClientError: no access")
    aws.will_describe_team()
    found = progress(aws.sagemaker, "cards-1")
    assert found.ended
    assert str(found) == "cards-1: Failed, 0 of 2 pages labelled: ClientError: no access"


def test_waiting_tells_what_has_changed_until_the_end(aws: Any) -> None:
    for labelled, status in ((0, "Initializing"), (0, "Initializing"), (1, "InProgress"), (2, "Completed")):
        aws.will_describe_job(status, labelled=labelled, left=2 - labelled)
        aws.will_describe_team()
    told: list[Progress] = []
    pauses: list[float] = []
    ended = wait(aws.sagemaker, "cards-1", told.append, 5, pauses.append)
    assert [(each.status, each.labelled) for each in told] == [("Initializing", 0), ("InProgress", 1), ("Completed", 2)]
    assert ended is told[-1]
    assert pauses == [5, 5, 5]


def test_a_job_that_is_none_is_the_service_s_error(aws: Any) -> None:
    aws.answers.add_client_error("describe_labeling_job", "ValidationException", "Requested resource not found.")
    with pytest.raises(ClientError, match="not found"):
        wait(aws.sagemaker, "cards-1", print, 0)
