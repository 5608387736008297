"""What the templates promise, each as a question over all resources of all phases, and a change that must break it.

A promise is a function from templates to faults; `@breaks_by` gives it a mutation, without which nobody would know that it looks.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import policies
from templates import PHASES, Resource, Templates, as_list, level_of, words

HUMANS = ("engineer", "analyst", "marketer", "auditor", "steward", "studio")
LOADS = ("glue", "naru", "task")


@dataclass
class Promise:
    name: str
    faults: Callable[[Templates], Iterator[str]]
    break_it: Callable[[Templates], None]


PROMISES: list[Promise] = []


def breaks_by(break_it: Callable[[Templates], None]):
    def keep(function):
        PROMISES.append(Promise(function.__name__, function, break_it))
        return function

    return keep


# Storage


def is_access_log(bucket: Resource) -> bool:
    return "-access" in bucket.properties["BucketName"]


def buckets(of: Templates) -> list[Resource]:
    return [each for each in of.of_type("AWS::S3::Bucket") if not is_access_log(each)]


def encryption(bucket: Resource) -> dict:
    return bucket.properties["BucketEncryption"]["ServerSideEncryptionConfiguration"][0]


def bucket(of: Templates, name: str) -> Resource:
    return next(each for each in of.of_type("AWS::S3::Bucket") if each.properties["BucketName"] == name)


def shares_a_key(of: Templates) -> None:
    encryption(bucket(of, "acme-prod-lake-p3"))["ServerSideEncryptionByDefault"] = encryption(bucket(of, "acme-prod-lake-p2"))[
        "ServerSideEncryptionByDefault"
    ]


@breaks_by(shares_a_key)
def every_bucket_has_a_key_of_its_own(of: Templates) -> Iterator[str]:
    seen = {}
    for each in buckets(of):
        default = encryption(each)["ServerSideEncryptionByDefault"]
        key = default.get("KMSMasterKeyID", {}).get("Fn::GetAtt", [None])[0]
        if default["SSEAlgorithm"] != "aws:kms" or key is None:
            yield f"{each} is not encrypted by a key of its stack"
        elif (each.stack, key) in seen:
            yield f"{each} has the key of {seen[each.stack, key]}"
        seen[each.stack, key] = each


@breaks_by(lambda of: encryption(bucket(of, "acme-dev-code")).update(BucketKeyEnabled=False))
def every_bucket_key_is_on(of: Templates) -> Iterator[str]:
    for each in buckets(of):
        if encryption(each).get("BucketKeyEnabled") is not True:
            yield f"{each} asks KMS for each object"


@breaks_by(lambda of: of.of_type("AWS::KMS::Alias")[3].properties.update(AliasName="alias/other"))
def names_are_those_of_the_layout(of: Templates) -> Iterator[str]:
    aliases = {
        (each.stack, each.properties["TargetKeyId"]["Ref"]): each.properties["AliasName"]
        for each in of.of_type("AWS::KMS::Alias")
    }
    for phase, layout in of.layouts.items():
        made = {each.properties["BucketName"]: each for each in buckets(of) if each.phase == phase}
        said = {each["name"]: each["key_alias"] for each in layout["buckets"]}
        for name in made.keys() ^ said.keys():
            yield f"{phase}: bucket {name} is only in {'the templates' if name in made else 'the layout'}"
        for name in made.keys() & said.keys():
            key = encryption(made[name])["ServerSideEncryptionByDefault"]["KMSMasterKeyID"]["Fn::GetAtt"][0]
            if aliases[(made[name].stack, key)] != said[name]:
                yield f"{name}: its key is not {said[name]}"
        workgroups = {each.properties["Name"] for each in of.of_type("AWS::Athena::WorkGroup") if each.phase == phase}
        if workgroups != {each["name"] for each in layout["workgroups"]}:
            yield f"{phase}: workgroups are {workgroups}"
        for job in layout["glue"]["jobs"]:
            configurations = [each.properties["Name"] for each in of.of_type("AWS::Glue::SecurityConfiguration")]
            if job["role"] not in policies.roles(of) or job["security_configuration"] not in configurations:
                yield f"{job['role']}, {job['security_configuration']}: not in the templates"


def without_block(of: Templates) -> None:
    bucket(of, "acme-qa-results-p1").properties["PublicAccessBlockConfiguration"]["BlockPublicPolicy"] = False


@breaks_by(without_block)
def no_bucket_is_public(of: Templates) -> Iterator[str]:
    for each in of.of_type("AWS::S3::Bucket"):
        block = each.properties.get("PublicAccessBlockConfiguration", {})
        if list(block.values()) != [True] * 4:
            yield f"{each} may be made public"
        if each.properties["OwnershipControls"]["Rules"] != [{"ObjectOwnership": "BucketOwnerEnforced"}]:
            yield f"{each} has access lists"


@breaks_by(lambda of: bucket(of, "acme-prod-lake-p1").properties.pop("VersioningConfiguration"))
def every_bucket_keeps_versions_for_a_while(of: Templates) -> Iterator[str]:
    for each in of.of_type("AWS::S3::Bucket"):
        rules = each.properties["LifecycleConfiguration"]["Rules"]
        if each.properties.get("VersioningConfiguration") != {"Status": "Enabled"}:
            yield f"{each} keeps no versions"
        if not any("NoncurrentVersionExpiration" in rule and "AbortIncompleteMultipartUpload" in rule for rule in rules):
            yield f"{each} keeps old versions or unfinished uploads for ever"


def expires_tables(of: Templates) -> None:
    bucket(of, "acme-dev-lake-p0").properties["LifecycleConfiguration"]["Rules"][0]["ExpirationInDays"] = 30


@breaks_by(expires_tables)
def files_of_tables_never_expire_by_age(of: Templates) -> Iterator[str]:
    for each in buckets(of):
        name, rules = each.properties["BucketName"], each.properties["LifecycleConfiguration"]["Rules"]
        expires = any("ExpirationInDays" in rule for rule in rules)
        if re.search("-(lake|quarantine)-", name) and expires:
            yield f"{each}: a table whose files go by age is broken"
        if re.search("-(landing|results)-", name) and not expires:
            yield f"{each} keeps personal data for ever"


@breaks_by(lambda of: bucket(of, "acme-dev-defs").properties.pop("LoggingConfiguration"))
def every_bucket_logs_its_accesses(of: Templates) -> Iterator[str]:
    names = {each.properties["BucketName"] for each in of.of_type("AWS::S3::Bucket")}
    for each in buckets(of):
        into = each.properties.get("LoggingConfiguration", {}).get("DestinationBucketName")
        if of.resolved(each.stack, into) not in names:
            yield f"{each} does not log who reads it"


def without_tls(of: Templates) -> None:
    policy = next(each for each in of.of_type("AWS::S3::BucketPolicy") if each.properties["Bucket"] == "acme-qa-audit")
    policy.properties["PolicyDocument"]["Statement"][0]["Resource"].pop()


@breaks_by(without_tls)
def only_tls_reaches_a_bucket(of: Templates) -> Iterator[str]:
    said = {
        each.properties["Bucket"]: each.properties["PolicyDocument"]["Statement"] for each in of.of_type("AWS::S3::BucketPolicy")
    }
    for each in of.of_type("AWS::S3::Bucket"):
        name = each.properties["BucketName"]
        wanted = {
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": [f"arn:aws:s3:::{name}", f"arn:aws:s3:::{name}/*"],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
        if not any({**statement, "Sid": ""} == {**wanted, "Sid": ""} for statement in said.get(name, [])):
            yield f"{each} can be reached without TLS"


def notified(of: Templates) -> list[Resource]:
    return [each for each in buckets(of) if "NotificationConfiguration" in each.properties]


@breaks_by(lambda of: notified(of)[0].properties.pop("NotificationConfiguration"))
def landed_files_and_definitions_are_told(of: Templates) -> Iterator[str]:
    told = {name for rule in of.of_type("AWS::Events::Rule") for name in words(rule.properties.get("EventPattern", {}))}
    for phase, layout in of.layouts.items():
        for named in layout["buckets"]:
            if named["layer"] in ("landing", "defs"):
                sends = bucket(of, named["name"]).properties.get("NotificationConfiguration")
                if sends != {"EventBridgeConfiguration": {"EventBridgeEnabled": True}} or named["name"] not in told:
                    yield f"{phase}: nobody is told of new objects in {named['name']}"


def deletes_in_prod(of: Templates) -> None:
    next(each for each in of.of_type("AWS::KMS::Key") if each.phase == "prod").deletion_policy = "Delete"


@breaks_by(deletes_in_prod)
def prod_outlives_its_stacks(of: Templates) -> Iterator[str]:
    kept = of.of_type(
        "AWS::S3::Bucket",
        "AWS::S3::BucketPolicy",
        "AWS::KMS::Key",
        "AWS::KMS::Alias",
        "AWS::CloudTrail::Trail",
        "AWS::Glue::Database",
        "AWS::Logs::LogGroup",
        "AWS::SageMaker::Domain",
    )
    for each in kept:
        if each.phase == "prod" and (each.deletion_policy, each.replace_policy) != ("Retain", "Retain"):
            yield f"{each} goes with its stack"
    for stack, protected in of.termination_protection.items():
        if stack.split("-")[1] == "prod" and not protected:
            yield f"{stack} can be deleted"


def without_lock(of: Templates) -> None:
    bucket(of, "acme-prod-audit").properties["ObjectLockConfiguration"]["Rule"]["DefaultRetention"]["Mode"] = "GOVERNANCE"


@breaks_by(without_lock)
def what_is_recorded_is_locked(of: Templates) -> Iterator[str]:
    for each in buckets(of):
        if re.search("-(audit|records)", each.properties["BucketName"]):
            retention = each.properties.get("ObjectLockConfiguration", {}).get("Rule", {}).get("DefaultRetention", {})
            wanted = ("COMPLIANCE",) if each.phase in ("prod", "account") else ("COMPLIANCE", "GOVERNANCE")
            if retention.get("Mode") not in wanted or not each.properties.get("ObjectLockEnabled"):
                yield f"{each} can be written over"


# Keys


@breaks_by(lambda of: of.of_type("AWS::KMS::Key")[0].properties.update(EnableKeyRotation=False))
def every_key_rotates(of: Templates) -> Iterator[str]:
    for each in of.of_type("AWS::KMS::Key"):
        if each.properties.get("EnableKeyRotation") is not True:
            yield f"{each} is never changed"
        if not 7 <= each.properties.get("PendingWindowInDays", 0) <= 30 or (
            each.phase == "prod" and each.properties["PendingWindowInDays"] < 30
        ):
            yield f"{each} is gone too soon"


USE = re.compile(r"kms:(\*|Decrypt|Encrypt|GenerateDataKey|ReEncrypt|CreateGrant)")
ADMINISTRATION = re.compile(r"kms:(\*|Put|Schedule|Disable|Create(?!Grant)|Delete|Update)")


def administrator_decrypts(of: Templates) -> None:
    of.of_type("AWS::KMS::Key")[5].properties["KeyPolicy"]["Statement"][0]["Action"].append("kms:Decrypt")


@breaks_by(administrator_decrypts)
def who_administers_a_key_does_not_use_it(of: Templates) -> Iterator[str]:
    for statement in policies.about_who(of):
        if statement.resource.type == "AWS::KMS::Key" and statement.allows:
            uses = [action for action in statement.actions if USE.match(action)]
            if uses and [action for action in statement.actions if ADMINISTRATION.match(action)]:
                yield f"{statement} administers and uses"
            if uses and not statement.conditions:
                yield f"{statement} is for whoever IAM lets"
    for role, statements in policies.of_roles(of).items():
        for statement in statements:
            if [action for action in statement.actions if ADMINISTRATION.match(action)]:
                yield f"{role} administers keys"


def key_for_a_stranger(of: Templates) -> None:
    statement = next(each for each in policies.about_who(of) if each.resource.type == "AWS::KMS::Key" and each.roles)
    statement.said["Condition"]["ArnEquals"]["aws:PrincipalArn"].append("arn:aws:iam::123456789012:role/acme-dev-analyst")


@breaks_by(key_for_a_stranger)
def keys_and_roles_agree(of: Templates) -> Iterator[str]:
    """Whom a key's policy names may use it by a policy of its own, and the reverse: neither is enough alone."""
    by_alias = key_aliases(of)
    by_key = {
        (alias, role, action)
        for statement in policies.about_who(of)
        if statement.resource.type == "AWS::KMS::Key"
        for alias in [by_alias.get((statement.resource.stack, statement.resource.id))]
        for role in statement.roles
        for action in statement.actions
    }
    by_role = {
        (alias, role, action)
        for role, statements in policies.of_roles(of).items()
        for statement in statements
        for alias in statement.aliases
        for action in statement.actions
        if USE.match(action)
    }
    through_sqs = {(alias, role, action) for alias, role, action in by_key if role.endswith("-airflow")}
    secrets = {alias for alias in by_alias.values() if alias.endswith("-treatment-key")}
    for alias, role, action in by_key - by_role - through_sqs:
        # Roles of `cdk bootstrap` are not this app's.
        if USE.match(action) and not role.startswith("cdk-"):
            yield f"{alias} lets {role} {action}; its own policy does not"
    for alias, role, action in by_role - by_key:
        if role.split("-")[1] in PHASES:
            yield f"{role} may {action} with {alias} by its policy; the key's does not say so"
    assert len(by_key & by_role) > 100 and secrets


def key_aliases(of: Templates) -> dict[tuple[str, str], str]:
    return {
        (each.stack, each.properties["TargetKeyId"]["Ref"]): each.properties["AliasName"]
        for each in of.of_type("AWS::KMS::Alias")
    }


# Who


def opened(of: Templates) -> None:
    of.of_type("AWS::IAM::Role")[7].properties["AssumeRolePolicyDocument"]["Statement"][0]["Principal"] = {"AWS": "*"}


@breaks_by(opened)
def no_principal_is_everybody(of: Templates) -> Iterator[str]:
    for statement in policies.about_who(of):
        if statement.allows and (
            "NotPrincipal" in statement.said or any(str(each).strip() == "*" for each in statement.principals)
        ):
            yield f"{statement} is for everybody"
        services = [each for each in statement.principals if str(each).endswith(".amazonaws.com")]
        if statement.allows and services and not statement.conditions:
            yield f"{statement}: a service that acts for anybody"
        if statement.allows and statement.resource.type == "AWS::IAM::Role" and not statement.conditions:
            yield f"{statement} is entered without a condition"
    for endpoint in of.of_type(policies.ENDPOINT):
        for statement in policies.of(endpoint, endpoint.properties.get("PolicyDocument", {"Statement": []})):
            if statement.resources == ["*"] and not statement.conditions:
                yield f"{statement}: an endpoint to everywhere"


def crosses(of: Templates) -> None:
    policy = next(
        each for each in of.of_type("AWS::IAM::ManagedPolicy") if each.properties["ManagedPolicyName"] == "acme-dev-glue-p2"
    )
    statements = policy.properties["PolicyDocument"]["Statement"]
    next(each for each in statements if each.get("Sid") == "ObjectsRead")["Resource"].append(
        "arn:aws:s3:::acme-prod-landing-p2/*"
    )


def phase_of(role: str) -> str:
    """dev, qa, prod; of the account's roles that build a phase, that phase; else account."""
    return next((phase for phase in PHASES if phase in role.split("-")), "account")


@breaks_by(crosses)
def no_role_crosses_phases(of: Templates) -> Iterator[str]:
    qualifiers = {"dev": "narudev", "qa": "naruqa", "prod": "naruprod"}
    for role, statements in policies.of_roles(of).items():
        for other in set(PHASES) - {phase_of(role)} if phase_of(role) != "account" else ():
            foreign = re.compile(rf"(-{other}-|\b{other}_|/{other}/|-{other}\b|{qualifiers[other]})")
            for statement in statements:
                for word in words(statement.said):
                    if foreign.search(word):
                        yield f"{role} is let into {other}: {word}"
    for statement in policies.about_who(of):
        for other in set(PHASES) - {statement.resource.phase} if statement.resource.phase in PHASES else ():
            if any(f"-{other}-" in word for word in words(statement.said)):
                yield f"{statement} names {other}"


def crosses_levels(of: Templates) -> None:
    policy = next(
        each for each in of.of_type("AWS::IAM::ManagedPolicy") if each.properties["ManagedPolicyName"] == "acme-prod-naru-p1"
    )
    statements = policy.properties["PolicyDocument"]["Statement"]
    next(each for each in statements if each.get("Sid") == "ObjectsRead")["Resource"].append(
        "arn:aws:s3:::acme-prod-landing-p2/*"
    )


@breaks_by(crosses_levels)
def no_load_role_crosses_levels(of: Templates) -> Iterator[str]:
    for role, statements in policies.of_roles(of).items():
        if level := level_of(role):
            for word in (word for statement in statements for word in words(statement.said)):
                others = set(re.findall(r"(?:-|__)(p\d)\b", word.replace("__", "-"))) - {level}
                if others:
                    yield f"{role} is let into {others}: {word}"


def analyst_reads_the_lake(of: Templates) -> None:
    policy = next(
        each for each in of.of_type("AWS::IAM::ManagedPolicy") if each.properties["ManagedPolicyName"] == "acme-prod-analyst"
    )
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme-prod-lake-p1/*"}
    policy.properties["PolicyDocument"]["Statement"].append(statement)


@breaks_by(analyst_reads_the_lake)
def people_reach_no_object_but_results(of: Templates) -> Iterator[str]:
    for role, statements in policies.of_roles(of).items():
        if role.split("-")[-1] not in HUMANS:
            continue
        levels = set()
        for statement in statements:
            touches = [action for action in statement.actions if re.match(r"(s3|kms):|\*", action)]
            where = statement.aliases if any(action.startswith("kms:") for action in touches) else statement.resources
            for each in where if touches else ():
                found = re.search(r"-results-(p\d)(/\*)?$", str(each))
                if not found:
                    yield f"{role} reaches {each}"
                else:
                    levels.add(found.group(1))
            if "athena:StartQueryExecution" in statement.actions:
                levels |= {level_of(each) for each in statement.resources}
        granted = {
            level for grant in grants(of, role) if "SELECT" in grant["Permissions"] for level in tags(grant).get("level", [])
        }
        if levels != granted:
            yield f"{role} queries at {levels}, and is granted {granted}"


def grants(of: Templates, role: str) -> list[dict]:
    found = [each.properties for each in of.of_type("AWS::LakeFormation::PrincipalPermissions")]
    return [each for each in found if each["Principal"]["DataLakePrincipalIdentifier"].endswith(f":role/{role}")]


def tags(grant: dict) -> dict[str, list[str]]:
    return {each["TagKey"]: each["TagValues"] for each in grant["Resource"].get("LFTagPolicy", {}).get("Expression", [])}


def analyst_inserts(of: Templates) -> None:
    grant = next(each for each in grants(of, "acme-qa-analyst") if each["Resource"]["LFTagPolicy"]["ResourceType"] == "TABLE")
    grant["Permissions"].append("INSERT")


@breaks_by(analyst_inserts)
def grants_are_by_tags_of_the_own_phase(of: Templates) -> Iterator[str]:
    names = {role: resource.phase for role, resource in policies.roles(of).items()}
    for each in of.of_type("AWS::LakeFormation::PrincipalPermissions"):
        role = each.properties["Principal"]["DataLakePrincipalIdentifier"].rsplit("/", 1)[-1]
        said, resource = each.properties["Permissions"], each.properties["Resource"]
        if names.get(role) != each.phase:
            yield f"{each}: {role} is no role of this phase"
        if each.properties["PermissionsWithGrantOption"]:
            yield f"{each}: {role} may grant on"
        if "LFTagPolicy" in resource and tags(each.properties).get("phase") != [each.phase]:
            yield f"{each}: not only this phase's"
        if role.split("-")[-1] in HUMANS and set(said) - {"SELECT", "DESCRIBE", "ASSOCIATE"}:
            yield f"{each}: {role} may {said}"
        level = level_of(role)
        if level and tags(each.properties).get("level", [level]) != [level]:
            yield f"{each}: {role} is let into another level"
        if level and "DataLocation" in resource and not resource["DataLocation"]["ResourceArn"].endswith(level):
            yield f"{each}: {role} makes tables at another level"


def open_by_default(of: Templates) -> None:
    everybody = {"Principal": {"DataLakePrincipalIdentifier": "IAM_ALLOWED_PRINCIPALS"}, "Permissions": ["ALL"]}
    of.of_type("AWS::LakeFormation::DataLakeSettings")[0].properties["CreateTableDefaultPermissions"] = [everybody]


@breaks_by(open_by_default)
def a_new_table_is_nobodys_by_iam_alone(of: Templates) -> Iterator[str]:
    settings = of.of_type("AWS::LakeFormation::DataLakeSettings")
    if len(settings) != 1:
        yield "an account has Lake Formation's settings once"
    for each in settings:
        for key in ("CreateDatabaseDefaultPermissions", "CreateTableDefaultPermissions"):
            if each.properties.get(key) != []:
                yield f"{each}: {key} is {each.properties.get(key)}"
    registered = {each.properties["ResourceArn"] for each in of.of_type("AWS::LakeFormation::Resource")}
    for layout in of.layouts.values():
        for named in layout["buckets"]:
            if named["layer"] in ("lake", "quarantine") and f"arn:aws:s3:::{named['name']}" not in registered:
                yield f"{named['name']} is not registered"


# Actions that IAM lets nobody narrow to a resource, or that only look: Service Authorization Reference.
WITHOUT_RESOURCE = re.compile(
    r"ec2:(Describe.*|CreateNetworkInterface|DeleteNetworkInterface)|lakeformation:.*|ecr:GetAuthorizationToken|logs:DescribeLogGroups"
    r"|glue:(GetJobs|ListJobs)|s3:GetAccountPublicAccessBlock|cloudwatch:.*|access-analyzer:List.*|cloudtrail:.*"
    r"|config:.*|guardduty:(Get|List).*|iam:(Get|List|Generate|Simulate).*|securityhub:GetFindings|sagemaker:List.*"
)


def anywhere(of: Templates) -> None:
    policy = of.of_type("AWS::IAM::ManagedPolicy")[0]
    policy.properties["PolicyDocument"]["Statement"].append({"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"})


@breaks_by(anywhere)
def no_role_may_anything_anywhere(of: Templates) -> Iterator[str]:
    for role, statements in policies.of_roles(of).items():
        for statement in statements:
            if wide := [action for action in statement.actions if re.search(r"^\*|:\*$", action)]:
                yield f"{role} may {wide}"
            if statement.resources == ["*"]:
                for action in statement.actions:
                    if not WITHOUT_RESOURCE.fullmatch(action):
                        yield f"{role} may {action} anywhere"
            narrowed = statement.aliases or "kms:ViaService" in json.dumps(statement.conditions)
            if any(str(each).endswith(":key/*") for each in statement.resources) and not narrowed:
                yield f"{role} may use every key"
            if "iam:PassRole" in statement.actions and "iam:PassedToService" not in json.dumps(statement.conditions):
                yield f"{role} may pass a role to any service"


def too_long(of: Templates) -> None:
    statements = of.of_type("AWS::IAM::ManagedPolicy")[0].properties["PolicyDocument"]["Statement"]
    statements += [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{'x' * 60}{n}/*"} for n in range(80)]


@breaks_by(too_long)
def policies_fit_into_iam(of: Templates) -> Iterator[str]:
    """6,144 characters of a managed policy, 2,048 of a trust policy, 32,768 bytes of a key's: IAM and KMS quotas."""
    for each in of.of_type("AWS::IAM::ManagedPolicy"):
        length = len(json.dumps(of.resolved(each.stack, each.properties["PolicyDocument"]), separators=(",", ":")))
        if length > 6144:
            yield f"{each} has {length} characters"
    for each in of.of_type("AWS::IAM::Role"):
        if len(json.dumps(each.properties["AssumeRolePolicyDocument"], separators=(",", ":"))) > 2048:
            yield f"{each}: its trust policy is too long"
        if len(each.properties["RoleName"]) > 64 or each.properties.get("Policies"):
            yield f"{each}: its name is too long, or it has inline policies"
    for each in of.of_type("AWS::KMS::Key"):
        if len(json.dumps(each.properties["KeyPolicy"], separators=(",", ":"))) > 32768:
            yield f"{each}: its policy is too long"


# What keeps and moves data


@breaks_by(lambda of: of.of_type("AWS::Logs::LogGroup")[4].properties.pop("KmsKeyId"))
def every_log_is_encrypted(of: Templates) -> Iterator[str]:
    for each in of.of_type("AWS::Logs::LogGroup"):
        if "KmsKeyId" not in each.properties or "RetentionInDays" not in each.properties:
            yield f"{each} is not encrypted, or kept for ever"
    for each in of.of_type("AWS::CloudTrail::Trail"):
        if (
            "KMSKeyId" not in each.properties
            or not each.properties["EnableLogFileValidation"]
            or not each.properties["IsLogging"]
        ):
            yield f"{each} is not encrypted, not validated, or off"
    for each in of.of_type("AWS::SQS::Queue", "AWS::SNS::Topic"):
        if "KmsMasterKeyId" not in each.properties:
            yield f"{each} is not encrypted"


def glue_in_the_clear(of: Templates) -> None:
    configuration = of.of_type("AWS::Glue::SecurityConfiguration")[2].properties["EncryptionConfiguration"]
    configuration["CloudWatchEncryption"]["CloudWatchEncryptionMode"] = "DISABLED"


@breaks_by(glue_in_the_clear)
def glue_encrypts_objects_logs_and_bookmarks(of: Templates) -> Iterator[str]:
    for each in of.of_type("AWS::Glue::SecurityConfiguration"):
        said = each.properties["EncryptionConfiguration"]
        modes = (
            said["S3Encryptions"][0]["S3EncryptionMode"],
            said["CloudWatchEncryption"]["CloudWatchEncryptionMode"],
            said["JobBookmarksEncryption"]["JobBookmarksEncryptionMode"],
        )
        if modes != ("SSE-KMS", "SSE-KMS", "CSE-KMS"):
            yield f"{each} encrypts by {modes}"
        key = of.resolved(each.stack, said["S3Encryptions"][0]["KmsKeyArn"])
        if f"lake{level_of(each.properties['Name'])}" not in key:
            yield f"{each} encrypts by {key}"


@breaks_by(
    lambda of: (
        of.of_type("AWS::Athena::WorkGroup")[1].properties["WorkGroupConfiguration"].update(EnforceWorkGroupConfiguration=False)
    )
)
def workgroups_are_what_check_live_wants(of: Templates) -> Iterator[str]:
    for each in of.of_type("AWS::Athena::WorkGroup"):
        said = each.properties["WorkGroupConfiguration"]
        level = level_of(each.properties["Name"])
        result = said["ResultConfiguration"]
        wanted = next(of_level for of_level in of.layouts[each.phase]["workgroups"] if of_level["level"] == level)[
            "results_bucket"
        ]
        key = of.resolved(each.stack, result["EncryptionConfiguration"]["KmsKey"])
        if not said["EnforceWorkGroupConfiguration"] or each.properties["State"] != "ENABLED":
            yield f"{each} lets a query say otherwise"
        if said["BytesScannedCutoffPerQuery"] < 10**7 or not said["PublishCloudWatchMetricsEnabled"]:
            yield f"{each} has no limit or no metrics"
        if said["EngineVersion"]["SelectedEngineVersion"] != "Athena engine version 3":
            yield f"{each} has another engine"
        if result["OutputLocation"] != f"s3://{wanted}/" or f"results{level}" not in key:
            yield f"{each}: results go to {result}"


def reaches_out(of: Templates) -> None:
    of.of_type("AWS::EC2::SecurityGroup")[0].properties["SecurityGroupEgress"][0]["CidrIp"] = "0.0.0.0/0"


@breaks_by(reaches_out)
def the_network_has_no_way_out(of: Templates) -> Iterator[str]:
    for each in of.of_type(
        "AWS::EC2::InternetGateway", "AWS::EC2::NatGateway", "AWS::EC2::EIP", "AWS::EC2::VPCGatewayAttachment"
    ):
        yield f"{each} is a way out"
    for each in of.of_type("AWS::EC2::Subnet"):
        if each.properties.get("MapPublicIpOnLaunch") is not False:
            yield f"{each} gives public addresses"
    for each in of.of_type("AWS::EC2::SecurityGroup"):
        rules = each.properties.get("SecurityGroupEgress", [])
        if [rule["CidrIp"] for rule in rules] != ["255.255.255.255/32"] or "SecurityGroupIngress" in each.properties:
            yield f"{each} has rules beside the table's"
    for each in of.of_type("AWS::EC2::SecurityGroupEgress", "AWS::EC2::SecurityGroupIngress"):
        if "CidrIp" in each.properties or not each.properties.get("Description"):
            yield f"{each} is about addresses, or says no reason"
    logged = {each.stack for each in of.of_type("AWS::EC2::FlowLog") if each.properties["TrafficType"] == "ALL"}
    for each in of.of_type("AWS::EC2::VPC"):
        if each.stack not in logged:
            yield f"{each} has no flow log"
    for each in of.of_type("AWS::Lambda::Function"):
        if not each.properties.get("VpcConfig", {}).get("SubnetIds"):
            yield f"{each} is outside of the network"


@breaks_by(lambda of: of.of_type("AWS::Lambda::Function")[2].properties["Code"].update(S3Key="lambda/latest.zip"))
def each_level_has_its_function_and_task(of: Templates) -> Iterator[str]:
    for phase, layout in of.layouts.items():
        functions = {each.properties["FunctionName"]: each for each in of.of_type("AWS::Lambda::Function") if each.phase == phase}
        tasks = {each.properties["Family"]: each for each in of.of_type("AWS::ECS::TaskDefinition") if each.phase == phase}
        for level in layout["levels"]:
            name, task = f"acme-{phase}-naru-{level}", f"acme-{phase}-task-{level}"
            if name not in functions or task not in tasks:
                yield f"{phase} has no {name} or {task}"
                continue
            said = functions[name].properties
            code = {"S3Bucket": f"acme-{phase}-code", "S3Key": "lambda/0.1.0/bootstrap.zip"}
            if said["Code"] != code or said["Architectures"] != ["arm64"] or said["Runtime"] != "provided.al2023":
                yield f"{name} runs {said['Code']}"
            if of.resolved(functions[name].stack, said["Role"]) != f"{functions[name].stack}/{role_id(of, name)}.Arn":
                yield f"{name} runs as {said['Role']}"
            environment = said["Environment"]["Variables"]
            if environment["NARU_PHASE"] != phase or environment["NARU_DEFS_BUCKET"] != f"acme-{phase}-defs":
                yield f"{name} is told {environment}"
            container = tasks[task].properties["ContainerDefinitions"][0]
            if not container["ReadonlyRootFilesystem"] or container["Privileged"]:
                yield f"{task} may change its image"


def role_id(of: Templates, name: str) -> str:
    return policies.roles(of)[name].id


def public_airflow(of: Templates) -> None:
    of.of_type("AWS::MWAA::Environment")[0].properties["WebserverAccessMode"] = "PUBLIC_ONLY"


@breaks_by(public_airflow)
def airflow_and_studio_are_private(of: Templates) -> Iterator[str]:
    for each in of.of_type("AWS::MWAA::Environment"):
        said = each.properties
        if said["WebserverAccessMode"] != "PRIVATE_ONLY" or "KmsKey" not in said or said["EnvironmentClass"] != "mw1.micro":
            yield f"{each} is open, not encrypted, or larger than it needs to be"
        if said["SourceBucketArn"] != f"arn:aws:s3:::acme-{each.phase}-dags":
            yield f"{each} reads {said['SourceBucketArn']}"
    for each in of.of_type("AWS::SageMaker::Domain"):
        if each.properties["AppNetworkAccessType"] != "VpcOnly" or "KmsKeyId" not in each.properties:
            yield f"{each} is open or not encrypted"


def without_alarm(of: Templates) -> None:
    of.resources = [each for each in of.resources if "ScheduleKeyDeletion" not in words(each.properties)]


@breaks_by(without_alarm)
def somebody_hears_of_it(of: Templates) -> Iterator[str]:
    rules = [each for each in of.of_type("AWS::Events::Rule") if each.phase == "account"]
    heard = {word for rule in rules for word in words(rule.properties["EventPattern"])}
    for call in ("ScheduleKeyDeletion", "DisableKey", "PutKeyPolicy", "StopLogging", "DeleteTrail", "StopConfigurationRecorder"):
        if call not in heard:
            yield f"nobody hears of {call}"
    for phase in PHASES:
        names = {each.properties.get("AlarmName") for each in of.of_type("AWS::CloudWatch::Alarm") if each.phase == phase}
        for name in ("rejected-rows", "failed-events", "errors-p2"):
            if f"acme-{phase}-{name}" not in names:
                yield f"{phase}: no alarm {name}"
        if not [each for each in of.of_type("AWS::Budgets::Budget") if each.phase == phase]:
            yield f"{phase}: no budget"
        failed = [
            each for each in of.of_type("AWS::Events::Rule") if each.phase == phase and "aws.glue" in words(each.properties)
        ]
        if not failed:
            yield f"{phase}: nobody hears of failed Glue runs"
    for each in of.of_type("AWS::CloudWatch::Alarm"):
        if not each.properties.get("AlarmActions"):
            yield f"{each} tells nobody"


def unguarded(of: Templates) -> None:
    role = policies.roles(of)["acme-prod-sync"]
    conditions = role.properties["AssumeRolePolicyDocument"]["Statement"][0]["Condition"]["StringEquals"]
    conditions["token.actions.githubusercontent.com:sub"] = "repo:acme/bank-lake:pull_request"


@breaks_by(unguarded)
def a_pull_request_cannot_write(of: Templates) -> Iterator[str]:
    subject = "token.actions.githubusercontent.com:sub"
    for name, role in policies.roles(of).items():
        for statement in policies.of(role, role.properties["AssumeRolePolicyDocument"]):
            claim = statement.conditions.get("StringEquals", {}).get(subject)
            if claim and ("*" in claim or (claim.endswith("pull_request") != name.endswith("-plan"))):
                yield f"{name} is entered by {claim}"
    for name, statements in policies.of_roles(of).items():
        if name.endswith("-plan"):
            for action in (action for statement in statements for action in statement.actions):
                if not re.match(r"\w+:(Get|List|Describe|Decrypt)", action):
                    yield f"{name} may {action}"


@breaks_by(lambda of: of.of_type("AWS::S3::Bucket")[6].properties.update(Tags=[]))
def everything_says_whose_it_is(of: Templates) -> Iterator[str]:
    for each in of.of_type("AWS::S3::Bucket", "AWS::KMS::Key", "AWS::IAM::Role", "AWS::Lambda::Function"):
        said = {tag["Key"]: tag["Value"] for tag in as_list(each.properties.get("Tags"))}
        if said != {"org": "acme", "phase": each.phase}:
            yield f"{each} is tagged {said}"
