"""Who may do what, as sentences about every role and every bucket and key of the templates, not about examples.

A role reads a bucket's objects if S3 hands them out and KMS decrypts for it; the sentences ask for both, each for itself.
"""

import dataclasses
import json
import re

import pytest
from permissions import Guarded, Permissions, Question, Role

KEY_ACTIONS = ("kms:Decrypt", "kms:GenerateDataKey")
OBJECT_ACTIONS = ("s3:GetObject", "s3:PutObject")
HUMANS = ("engineer", "analyst", "marketer", "auditor", "steward", "studio")
LOADS = ("glue", "naru", "task")
PHASES = ("dev", "qa", "prod")
# What ends a key or opens it to others, and what ends a bucket's protection.
ENDS = ("kms:ScheduleKeyDeletion", "kms:DisableKey", "kms:PutKeyPolicy", "kms:CreateGrant", "kms:DeleteAlias", "kms:UpdateAlias")
OPENS = ("s3:PutBucketPolicy", "s3:DeleteBucketPolicy", "s3:DeleteBucket", "s3:PutEncryptionConfiguration", "s3:PutBucketPublicAccessBlock")


@pytest.fixture(scope="module")
def permissions(templates) -> Permissions:
    return Permissions(templates)


@pytest.fixture(scope="module")
def of_keys(permissions) -> set[Question]:
    """Every use of every key that any role is allowed, by itself or by way of a service that a policy names."""
    questions = [
        permissions.use_of_key(role, action, key, via)
        for role in permissions.roles.values()
        for key in permissions.keys.values()
        for via in (None, *services(permissions, role, key))
        for action in KEY_ACTIONS
    ]
    assert len(questions) >= 2 * len(permissions.roles) * len(permissions.keys)
    return permissions.allowed(questions)


@pytest.fixture(scope="module")
def of_objects(permissions) -> set[Question]:
    """Every use of any object that any role is allowed: an object of an arbitrary key, and one of each key that policies name."""
    questions = [
        permissions.use_of_object(role, action, bucket, key)
        for role in permissions.roles.values()
        for bucket in permissions.buckets.values()
        for key in object_keys(role, bucket)
        for action in OBJECT_ACTIONS
    ]
    return permissions.allowed(questions)


def services(permissions: Permissions, role: Role, key: Guarded) -> set[str]:
    """Services that a policy of either tells apart; all others are alike to it, and so to no service."""
    said = " ".join((*role.policies, key.policy))
    return set(re.findall(rf"([a-z.]+)\.{permissions.region}\.amazonaws\.com", said)) if "kms:ViaService" in said else set()


def object_keys(role: Role, bucket: Guarded) -> set[str]:
    patterns = re.findall(re.escape(f'"{bucket.arn}/') + r'([^"]+)"', " ".join(role.policies))
    return {"a/b/c.parquet", *(pattern.replace("*", "x") for pattern in patterns)}


def split(name: str) -> tuple[str, str, str | None]:
    """Phase, what it is, and level, of `acme-dev-glue-p2` or `alias/acme-dev-landing-p2`; of `alias/acme-account` it is nothing."""
    found = re.fullmatch(r"(?:alias/)?acme-(dev|qa|prod|account)(?:-(.+?))?(?:-(p\d))?", name)
    return found[1], found[2] or "", found[3]


def lines(questions) -> list[str]:
    return sorted(str(question) for question in questions)


def crosses_phases(question: Question) -> bool:
    return split(question.role.name)[0] != split(question.on.name)[0]


def crosses_levels(question: Question) -> bool:
    of_role, of_data = split(question.role.name)[2], split(question.on.name)[2]
    return of_role is not None and of_data is not None and of_role != of_data


def test_no_role_uses_a_key_of_another_phase(of_keys):
    assert lines(filter(crosses_phases, of_keys)) == []


def test_no_role_touches_an_object_of_another_phase(of_objects):
    assert lines(filter(crosses_phases, of_objects)) == []


def test_a_role_of_a_level_uses_keys_of_that_level_only(of_keys):
    assert lines(filter(crosses_levels, of_keys)) == []


def test_a_role_of_a_level_touches_objects_of_that_level_only(of_objects):
    assert lines(filter(crosses_levels, of_objects)) == []


def test_people_have_nothing_but_results_of_queries(of_keys, of_objects):
    """The lake's rows come to them by way of Lake Formation, or not at all."""
    is_other = lambda question: split(question.role.name)[1] in HUMANS and split(question.on.name)[1] != "results"  # noqa: E731
    # The key of logs, queues and file systems is used for them by those services, never by themselves.
    platform = {use for use in of_keys if split(use.on.name)[1] == "platform" and use.context}
    assert lines(filter(is_other, of_keys - platform)) == []
    assert lines(filter(is_other, of_objects)) == []


def test_people_have_the_results_of_their_levels(of_objects, permissions):
    """Which levels: infra/phases.toml, by way of the workgroups that they may ask."""
    for role in permissions.roles.values():
        phase, what, _ = split(role.name)
        if what not in HUMANS:
            continue
        asks = [Question(role, "athena:StartQueryExecution", permissions.arn("athena", f"workgroup/acme-{phase}-p{n}")) for n in range(4)]
        levels = {question.arn[-2:] for question in permissions.allowed(asks)}
        reads = {split(use.on.name)[2] for use in of_objects if use.role == role and use.action == "s3:GetObject"}
        assert reads == levels, role.name


def test_who_gets_an_object_can_decrypt_it_and_the_reverse(of_keys, of_objects, permissions):
    """But for access logs, whose bucket has no key. The key of the DAG files is Airflow's own, too, for its queue: that is no use
    of objects, and by way of other services than S3."""
    encrypted = {bucket for bucket in permissions.buckets if f"alias/{bucket}" in permissions.keys}
    got = {(use.role.name, use.on.name) for use in of_objects if use.action == "s3:GetObject" and use.on.name in encrypted}
    put = {(use.role.name, use.on.name) for use in of_objects if use.action == "s3:PutObject" and use.on.name in encrypted}
    bucket = lambda use: use.on.name.removeprefix("alias/")  # noqa: E731
    by_s3 = lambda use: not use.context or dict(use.context)["kms:ViaService"].startswith("s3.")  # noqa: E731
    uses = {
        action: {(use.role.name, bucket(use)) for use in of_keys if use.action == action and bucket(use) in encrypted and by_s3(use)}
        for action in KEY_ACTIONS
    }
    assert got - uses["kms:Decrypt"] == set()
    assert put - uses["kms:GenerateDataKey"] == set()
    assert uses["kms:Decrypt"] - got - put == set()
    assert uses["kms:GenerateDataKey"] - put == set()


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("level", ["p0", "p1", "p2", "p3"])
def test_loads_do_what_they_must(of_keys, of_objects, phase, level):
    """Or everything above would hold of roles that may do nothing."""
    for kind in LOADS:
        role = f"acme-{phase}-{kind}-{level}"
        may = {(use.action, split(use.on.name)[1:]) for use in of_objects | of_keys if use.role.name == role}
        wanted = {("s3:GetObject", (layer, level)) for layer in ("landing", "lake", "quarantine")}
        wanted |= {("s3:PutObject", (layer, level)) for layer in ("lake", "quarantine")}
        wanted |= {("kms:Decrypt", (layer, level)) for layer in ("landing", "lake", "quarantine")}
        wanted |= {("kms:GenerateDataKey", (layer, level)) for layer in ("lake", "quarantine")}
        assert wanted <= may, role
        never = {("s3:PutObject", ("landing", level)), ("s3:GetObject", ("results", level)), ("s3:GetObject", ("audit", None))}
        assert not never & may, role


def test_the_dev_job_role_cannot_decrypt_a_prod_key(of_keys):
    """The sentence by its own words, beside the one about all roles."""
    uses = {use.on.name for use in of_keys if use.role.name.startswith("acme-dev-glue-") and use.action == "kms:Decrypt"}
    assert uses and not any(name.startswith("alias/acme-prod-") for name in uses)


def test_who_plans_writes_nothing(of_keys, of_objects):
    plans = {f"acme-{phase}-plan" for phase in PHASES}
    writes = {use for use in of_keys | of_objects if use.role.name in plans and use.action in ("kms:GenerateDataKey", "s3:PutObject")}
    assert lines(writes) == []


def test_nobody_ends_or_opens_a_key_or_a_bucket(permissions):
    """Administration is by no role of these templates: whoever deploys does it, and CloudTrail tells of it."""
    questions = [permissions.use_of_key(role, action, key) for role in permissions.roles.values()
                 for key in sample(role, permissions.keys) for action in ENDS]  # fmt: skip
    questions += [permissions.use_of_bucket(role, action, bucket) for role in permissions.roles.values()
                  for bucket in sample(role, permissions.buckets) for action in OPENS]  # fmt: skip
    assert lines(permissions.allowed(questions)) == []


def sample(role: Role, guarded: dict[str, Guarded]) -> list[Guarded]:
    """One of each kind of the role's phase, and of every other phase one: levels differ in who uses them, not in who administers them."""
    kinds = {split(name)[:2]: each for name, each in sorted(guarded.items(), reverse=True)}
    return [each for (phase, kind), each in kinds.items() if phase == split(role.name)[0] or kind == "lake"]


def test_roles_are_passed_to_the_service_they_are_for_and_by_those_who_make_jobs(permissions):
    questions = [permissions.passing(role, passed, service) for role in permissions.roles.values()
                 for passed in permissions.roles.values() if split(role.name)[0] == split(passed.name)[0]
                 for service in ("glue.amazonaws.com", "lambda.amazonaws.com")]  # fmt: skip
    questions += [permissions.passing(role, permissions.roles["acme-prod-glue-p0"], "glue.amazonaws.com")
                  for role in permissions.roles.values() if split(role.name)[0] != "prod"]  # fmt: skip
    passes = {(question.role.name, question.arn.rsplit("/", 1)[1], dict(question.context)["iam:PassedToService"])
              for question in permissions.allowed(questions)}  # fmt: skip
    expected = set()
    for phase in PHASES:
        for level in ("p0", "p1", "p2", "p3"):
            glue = f"acme-{phase}-glue-{level}"
            expected.add((f"acme-{phase}-sync", glue, "glue.amazonaws.com"))
            # In dev a run makes its own Glue job, with the role of its level.
            expected |= {(f"acme-{phase}-{kind}-{level}", glue, "glue.amazonaws.com") for kind in ("naru", "task") if phase == "dev"}
    assert passes == expected


def test_a_request_without_tls_is_denied(permissions):
    role, bucket = permissions.roles["acme-dev-glue-p2"], permissions.buckets["acme-dev-landing-p2"]
    by_tls = permissions.use_of_object(role, "s3:GetObject", bucket)
    plain = dataclasses.replace(by_tls, context=(("aws:SecureTransport", "false"),))
    assert permissions.allowed([by_tls, plain]) == {by_tls}


def test_an_upload_by_another_key_is_denied(permissions):
    role, bucket = permissions.roles["acme-dev-glue-p2"], permissions.buckets["acme-dev-lake-p2"]
    ours, other = permissions.keys["alias/acme-dev-lake-p2"].arn, permissions.keys["alias/acme-dev-lake-p1"].arn
    header, algorithm = "s3:x-amz-server-side-encryption-aws-kms-key-id", "s3:x-amz-server-side-encryption"
    put = lambda *context: dataclasses.replace(permissions.use_of_object(role, "s3:PutObject", bucket), context=context)  # noqa: E731
    right = [put(), put((algorithm, "aws:kms"), (header, ours))]
    wrong = [put((algorithm, "aws:kms"), (header, other)), put((algorithm, "AES256"))]
    assert permissions.allowed(right + wrong) == set(right)


def test_the_evaluator_sees_what_is_added(permissions):
    """A sentence about all pairs is worth what it notices: a key opened to a role of another level, on both sides, is noticed."""
    role, key = permissions.roles["acme-dev-glue-p0"], permissions.keys["alias/acme-prod-lake-p3"]
    statement = {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*"}
    more = dataclasses.replace(role, policies=(*role.policies, json.dumps({"Version": "2012-10-17", "Statement": [statement]})))
    policy = json.loads(key.policy)
    policy["Statement"].append({**statement, "Principal": {"AWS": role.arn}})
    opened = dataclasses.replace(key, policy=json.dumps(policy))
    one_side = [permissions.use_of_key(more, "kms:Decrypt", key)]
    both = [permissions.use_of_key(more, "kms:Decrypt", opened)]
    assert permissions.allowed(one_side) == set()
    assert permissions.allowed(both) == set(both) and crosses_phases(both[0])
