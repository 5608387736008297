"""Every request of a merge on S3 and Glue, gone wrong in every way: a reader finds the table as before or after, and another
run, of either track, ends as one clean run.

A seeded sample; NARU_SPARK_FAULTS=60 runs so many, from NARU_SPARK_FAULTS_SEED on.
"""

import os
import random
from collections.abc import Callable

import pytest

from aws import AwsProject
from between import Between, Wrong
from cases import DAY1, DAY2
from merge_cases import COLUMNS, ORDERED, many
from naru_spark import aws, bucket_keys
from support import Job

SAMPLE = 3
# More requests than the sources of a fault would be looked for among; a merge of this size makes about as many.
REQUESTS = 70

# What goes wrong, at one request or at all from there on; and the exit codes that a run may have then. By its tries (two)
# the SDK gets over what happens once, wherever it may ask again.
ONCE = {
    "an error of the server": Wrong(is_passed_on=False, status=500, code="InternalError"),
    "asked to be slower": Wrong(is_passed_on=False, status=503, code="SlowDown"),
    "throttled": Wrong(is_passed_on=False, status=400, code="ThrottlingException"),
    "another came first": Wrong(is_passed_on=False, status=400, code="ConcurrentModificationException"),
    "no answer, and not done": Wrong(is_passed_on=False, is_lost=True),
    "no answer, and done": Wrong(is_lost=True),
    "an error, and done": Wrong(status=500, code="InternalServiceException"),
    "an answer that breaks off": Wrong(cut_at=20),
    "a late answer": Wrong(after_seconds=2),
}
FROM_THERE_ON = {
    "AWS is away": Wrong(is_passed_on=False, status=503, code="ServiceUnavailable"),
    "the network is away": Wrong(is_passed_on=False, is_lost=True),
    "no answer, and done": Wrong(is_lost=True),
    "the credentials have expired": Wrong(is_passed_on=False, status=400, code="ExpiredToken"),
}


def trials() -> list[tuple[int, str, bool, int]]:
    """(number, what goes wrong, only once, at which request)."""
    first = int(os.environ.get("NARU_SPARK_FAULTS_SEED", "0"))
    numbers = range(first, first + int(os.environ.get("NARU_SPARK_FAULTS", str(SAMPLE))))
    found = []
    for number in numbers:
        chosen = random.Random(number)
        is_once = chosen.random() < 0.6
        found.append((number, chosen.choice(list(ONCE if is_once else FROM_THERE_ON)), is_once, chosen.randrange(REQUESTS)))
    return found


@pytest.fixture(scope="module")
def merged(spark, tmp_path_factory) -> tuple[AwsProject, dict, dict]:  # noqa: ANN001
    """A project, and its tables before the second interval's run and after it."""
    found = AwsProject(tmp_path_factory.mktemp("faults") / "project",
                       Job("merge", '@reject_limit,5\n@partition,"bucket(2, id)"\n' + ORDERED + COLUMNS, []), spark)
    begin(found)
    before = found.tables()
    assert found.run_naru(DAY2) == (0, "loaded")
    return found, before, found.tables()


def begin(found: AwsProject) -> None:
    """The first interval is loaded, the second has landed."""
    found.start_again()
    found.drop(DAY1, {"a.csv": many(range(60), "a", 1)})
    found.drop(DAY2, {"a.csv": many(range(40, 80), "b", 2) + b"x,y,1,2026-11-02 00:00:00,\n"})
    assert found.run_naru(DAY1) == (0, "loaded")


@pytest.mark.parametrize("trial", trials(), ids=str)
def test_whatever_becomes_of_a_request_the_next_run_ends_as_one_clean_run(trial, merged, monkeypatch):
    number, name, is_once, at = trial
    found, before, after = merged
    begin(found)
    wrong = (ONCE if is_once else FROM_THERE_ON)[name]
    (code, told), between = run_through(found, monkeypatch,
                                        lambda seen: wrong if seen == at or seen > at and not is_once else None)
    assert code in (0, 1, 75), told
    if name == "the credentials have expired" or name == "another came first":
        assert code != 1 or "AWS" in told or "cannot" in told, told
    else:
        assert code != 1, told
    now = found.tables()
    target, quarantine = f"{found.database}.account", f"{found.database}.account_quarantine"
    assert now[target] in (before[target], after[target]), "a reader finds the table as before or after"
    assert code != 0 or now == after, "who is told that rows are loaded finds them"
    assert now[target] == before[target] or now.get(quarantine) == after[quarantine], "quarantine comes first"
    again = found.run_spark(DAY2) if number % 2 else found.run_naru(DAY2)
    assert again == (0, "unchanged" if now[target] == after[target] else "loaded"), again
    assert found.tables() == after
    found.checked()


def run_through(found: AwsProject, monkeypatch: pytest.MonkeyPatch, wrong: Callable[[int], Wrong | None]
                ) -> tuple[tuple[int, str], Between]:
    """Runs the second interval with requests going wrong: all but those for landed files, which executors make."""
    plan, between = found.plan(DAY2), Between(lambda *_: True, wrong)
    with monkeypatch.context() as through:
        through.setenv("AWS_ENDPOINT_URL", between.endpoint)
        forget_clients()
        try:
            return found.run_spark(DAY2, plan=plan), between
        finally:
            forget_clients()


def forget_clients() -> None:
    aws.client.cache_clear()
    bucket_keys.verified.cache_clear()
