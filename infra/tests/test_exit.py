"""The two steps of an exit (docs/exit.md): a bucket that is closed, and one that is destroyed. One phase, in this process."""

import dataclasses

import app
import layout
import pytest
import settings
from aws_cdk.assertions import Match, Template
from stacks.athena import Athena
from stacks.base import Phase
from stacks.catalog import Catalog
from stacks.compute import Compute
from stacks.network import Network
from stacks.storage import Storage


class Stacks:
    """The stacks of prod whose resources have to do with buckets."""

    def __init__(self, layouts, **changes):
        phase = Phase(layout.Layout(layouts["prod"]), dataclasses.replace(settings.load("prod"), **changes))
        scope = app.App(analytics_reporting=False)
        made = {kind.concern: kind(scope, phase) for kind in (Storage, Network, Catalog, Athena)}
        made["compute"] = Compute(scope, phase, made["network"])
        self.templates = {concern: Template.from_stack(stack) for concern, stack in made.items()}

    def __getitem__(self, concern: str) -> Template:
        return self.templates[concern]


@pytest.fixture(scope="module")
def opened(layouts) -> Stacks:
    return Stacks(layouts)


@pytest.fixture(scope="module")
def closed(layouts) -> Stacks:
    return Stacks(layouts, closed=("lake-p3", "results-p2"))


@pytest.fixture(scope="module")
def destroyed(layouts) -> Stacks:
    return Stacks(layouts, destroyed=("lake-p3", "results-p2"))


def names(template: Template, kind: str, property: str) -> set[str]:
    return {each["Properties"][property] for each in template.find_resources(kind).values()}


def test_a_closed_key_is_off_and_goes_with_its_resource_while_the_bucket_stays(opened, closed):
    key = {
        "Properties": {"Description": "encrypts acme-prod-lake-p3", "Enabled": False, "PendingWindowInDays": 30},
        "DeletionPolicy": "Delete",
    }
    closed["storage"].has_resource("AWS::KMS::Key", Match.object_like(key))
    for kind, property in (("AWS::S3::Bucket", "BucketName"), ("AWS::S3::BucketPolicy", "Bucket")):
        closed["storage"].has_resource(
            kind, Match.object_like({"Properties": {property: "acme-prod-lake-p3"}, "DeletionPolicy": "Retain"})
        )
    opened["storage"].has_resource(
        "AWS::KMS::Key", Match.object_like({"Properties": {"Enabled": True}, "DeletionPolicy": "Retain"})
    )
    off = [each for each in closed["storage"].find_resources("AWS::KMS::Key").values() if not each["Properties"]["Enabled"]]
    assert len(off) == 2


def test_nobody_has_a_right_to_a_closed_bucket(opened, closed):
    said = {"opened": opened, "closed": closed}
    for lake in ("acme-prod-lake-p3", "acme-prod-results-p2"):
        for concern in ("catalog", "compute"):
            policies = {which: str(stacks[concern].find_resources("AWS::IAM::ManagedPolicy")) for which, stacks in said.items()}
            assert lake not in policies["closed"]
        assert any(lake in str(opened[concern].find_resources("AWS::IAM::ManagedPolicy")) for concern in ("catalog", "compute"))
    key = next(
        each
        for each in closed["storage"].find_resources("AWS::KMS::Key").values()
        if "lake-p3" in each["Properties"]["Description"]
    )
    assert "role/" not in str(key["Properties"]["KeyPolicy"])


def test_what_cannot_be_without_a_closed_bucket_goes(opened, closed):
    gone = names(opened["athena"], "AWS::Athena::WorkGroup", "Name") - names(closed["athena"], "AWS::Athena::WorkGroup", "Name")
    assert gone == {"acme-prod-p2"}
    kind = "AWS::Glue::SecurityConfiguration"
    assert names(opened["compute"], kind, "Name") - names(closed["compute"], kind, "Name") == {"acme-prod-glue-p3"}
    kind = "AWS::LakeFormation::Resource"
    gone = names(opened["catalog"], kind, "ResourceArn") - names(closed["catalog"], kind, "ResourceArn")
    assert gone == {"arn:aws:s3:::acme-prod-lake-p3"}


def test_exports_stay_while_a_bucket_is_closed_so_that_the_stacks_can_be_deployed_one_after_the_other(opened, closed, destroyed):
    exports = {
        which: set(stacks["storage"].find_outputs("*")) for which, stacks in (("o", opened), ("c", closed), ("d", destroyed))
    }
    assert exports["o"] == exports["c"]
    assert len(exports["c"] - exports["d"]) == 2


def test_a_destroyed_bucket_and_its_key_leave_the_templates_and_nothing_else_does(opened, destroyed):
    for kind, property in (
        ("AWS::S3::Bucket", "BucketName"),
        ("AWS::S3::BucketPolicy", "Bucket"),
        ("AWS::KMS::Alias", "AliasName"),
    ):
        gone = names(opened["storage"], kind, property) - names(destroyed["storage"], kind, property)
        assert {each.removeprefix("alias/") for each in gone} == {"acme-prod-lake-p3", "acme-prod-results-p2"}
    count = len(opened["storage"].find_resources("AWS::KMS::Key"))
    destroyed["storage"].resource_count_is("AWS::KMS::Key", count - 2)


def test_an_unknown_bucket_is_refused(layouts):
    with pytest.raises(ValueError, match="lake-p4"):
        Stacks(layouts, closed=("lake-p4",))
