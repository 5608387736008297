"""Roles and what runs with them, from their templates, by the service APIs."""

import io
import json
import zipfile

from clients import Clients
from properties import Properties


def role(of: Properties, aws: Clients) -> dict:
    name = of.take("RoleName")
    made = aws.iam.create_role(
        RoleName=name,
        Path=of.take("Path", "/"),
        AssumeRolePolicyDocument=json.dumps(of.take("AssumeRolePolicyDocument")),
        Description=of.take("Description", ""),
        MaxSessionDuration=of.take("MaxSessionDuration", 3600),
        Tags=of.tags(),
    )["Role"]
    for policy in of.take("ManagedPolicyArns", []):
        aws.iam.attach_role_policy(RoleName=name, PolicyArn=policy)
    for policy in of.take("Policies", []):
        aws.iam.put_role_policy(RoleName=name, PolicyName=policy["PolicyName"], PolicyDocument=json.dumps(policy["PolicyDocument"]))
    return {"": name, "Arn": made["Arn"], "RoleId": made["RoleId"]}


def managed_policy(of: Properties, aws: Clients) -> dict:
    document = json.dumps(of.take("PolicyDocument"))
    made = aws.iam.create_policy(
        PolicyName=of.take("ManagedPolicyName"), Path=of.take("Path", "/"), Description=of.take("Description", ""), PolicyDocument=document
    )["Policy"]
    for name in of.take("Roles", []):
        aws.iam.attach_role_policy(RoleName=name, PolicyArn=made["Arn"])
    return {"": made["Arn"]}


def vpc(of: Properties, aws: Clients) -> dict:
    made = aws.ec2.create_vpc(CidrBlock=of.take("CidrBlock"), TagSpecifications=_ec2_tags("vpc", of))["Vpc"]["VpcId"]
    for name in ("EnableDnsSupport", "EnableDnsHostnames"):
        aws.ec2.modify_vpc_attribute(VpcId=made, **{name: {"Value": of.take(name)}})
    return {"": made, "VpcId": made}


def subnet(of: Properties, aws: Clients) -> dict:
    of.only("MapPublicIpOnLaunch", False)
    where = {name: of.take(name) for name in ("VpcId", "CidrBlock", "AvailabilityZone")}
    made = aws.ec2.create_subnet(**where, TagSpecifications=_ec2_tags("subnet", of))["Subnet"]["SubnetId"]
    return {"": made, "SubnetId": made}


def security_group(of: Properties, aws: Clients) -> dict:
    # Rules are left out: no packet is filtered here.
    of.leave("SecurityGroupEgress")
    made = aws.ec2.create_security_group(
        GroupName=of.take("GroupName"),
        Description=of.take("GroupDescription"),
        VpcId=of.take("VpcId"),
        TagSpecifications=_ec2_tags("security-group", of),
    )["GroupId"]
    return {"": made, "GroupId": made}


def _ec2_tags(kind: str, of: Properties) -> list[dict]:
    return [{"ResourceType": kind, "Tags": of.tags()}]


def log_group(of: Properties, aws: Clients) -> dict:
    name = of.take("LogGroupName")
    aws.logs.create_log_group(logGroupName=name, kmsKeyId=of.take("KmsKeyId"), tags={tag["Key"]: tag["Value"] for tag in of.tags()})
    aws.logs.put_retention_policy(logGroupName=name, retentionInDays=of.take("RetentionInDays"))
    return {"": name, "Arn": f"arn:aws:logs:{aws.region}:{aws.account}:log-group:{name}:*"}


def queue(of: Properties, aws: Clients) -> dict:
    name = of.take("QueueName")
    attributes = {each: str(of.take(each)) for each in ("KmsMasterKeyId", "MessageRetentionPeriod")}
    url = aws.sqs.create_queue(QueueName=name, Attributes=attributes, tags={tag["Key"]: tag["Value"] for tag in of.tags()})["QueueUrl"]
    return {"": url, "Arn": f"arn:aws:sqs:{aws.region}:{aws.account}:{name}", "QueueName": name}


def queue_policy(of: Properties, aws: Clients) -> dict:
    document = json.dumps(of.take("PolicyDocument"))
    for url in of.take("Queues"):
        aws.sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": document})
    return {}


def function(of: Properties, aws: Clients) -> dict:
    code = of.take("Code")
    _put_program(code, aws)
    name = of.take("FunctionName")
    said = {each: of.take(each) for each in ("Handler", "Runtime", "Role", "Timeout", "MemorySize", "Environment", "VpcConfig")}
    optional = ("Architectures", "DeadLetterConfig", "EphemeralStorage", "LoggingConfig")
    said |= {each: value for each in optional if (value := of.take(each, None))}
    said["KMSKeyArn"] = of.take("KmsKeyArn")
    tags = {tag["Key"]: tag["Value"] for tag in of.tags()}
    made = aws.lambda_.create_function(FunctionName=name, Description=of.take("Description", ""), Code=code, Tags=tags, **said)
    aws.lambda_.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=of.take("ReservedConcurrentExecutions"))
    return {"": name, "Arn": made["FunctionArn"]}


def _put_program(code: dict, aws: Clients) -> None:
    """A function's program must be there before the function is; an empty archive stands for it, since nothing runs it."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("bootstrap", "")
    aws.s3.put_object(Bucket=code["S3Bucket"], Key=code["S3Key"], Body=archive.getvalue())
