"""Makes what synthesized templates say, by the service APIs, in what `AWS_ENDPOINT_URL` names: moto, for a test.

    python infra/proofs/make.py OUT PREFIX…       as in: infra/cdk.out acme-account- acme-dev-

CloudFormation itself is no help there: moto's passes over half of these types without a word. Here what is not understood is an
error, a type as much as a property; what is left out on purpose stands in `LEFT_OUT`, with why.
"""

import sys
from collections import Counter
from pathlib import Path

import make_catalog
import make_compute
import make_storage
from clients import Clients
from properties import Properties
from templates import Resource, TemplateError, Templates

MAKERS = {
    "AWS::KMS::Key": make_storage.key,
    "AWS::KMS::Alias": make_storage.alias,
    "AWS::S3::Bucket": make_storage.bucket,
    "AWS::S3::BucketPolicy": make_storage.bucket_policy,
    "AWS::Glue::Database": make_catalog.database,
    "AWS::Glue::SecurityConfiguration": make_catalog.security_configuration,
    "AWS::Glue::Connection": make_catalog.connection,
    "AWS::Athena::WorkGroup": make_catalog.workgroup,
    "AWS::LakeFormation::DataLakeSettings": make_catalog.lake_settings,
    "AWS::LakeFormation::Tag": make_catalog.lf_tag,
    "AWS::LakeFormation::TagAssociation": make_catalog.lf_tag_association,
    "AWS::LakeFormation::Resource": make_catalog.location,
    "AWS::LakeFormation::PrincipalPermissions": make_catalog.grant,
    "AWS::IAM::Role": make_compute.role,
    "AWS::IAM::ManagedPolicy": make_compute.managed_policy,
    "AWS::EC2::VPC": make_compute.vpc,
    "AWS::EC2::Subnet": make_compute.subnet,
    "AWS::EC2::SecurityGroup": make_compute.security_group,
    "AWS::Logs::LogGroup": make_compute.log_group,
    "AWS::SQS::Queue": make_compute.queue,
    "AWS::SQS::QueuePolicy": make_compute.queue_policy,
    "AWS::Lambda::Function": make_compute.function,
}
NO_PACKETS = "nothing here filters or carries packets"
NO_WATCH = "nothing here watches"
NOT_RUN = "nothing here runs it"
LEFT_OUT = {
    **dict.fromkeys(
        ["AWS::EC2::VPCEndpoint", "AWS::EC2::SecurityGroupEgress", "AWS::EC2::SecurityGroupIngress", "AWS::EC2::NetworkAcl",
         "AWS::EC2::NetworkAclEntry", "AWS::EC2::RouteTable", "AWS::EC2::SubnetRouteTableAssociation",
         "AWS::EC2::SubnetNetworkAclAssociation", "AWS::EC2::FlowLog"],
        NO_PACKETS,
    ),
    **dict.fromkeys(
        ["AWS::CloudTrail::Trail", "AWS::CloudWatch::Alarm", "AWS::CloudWatch::Dashboard", "AWS::Logs::MetricFilter",
         "AWS::Budgets::Budget", "AWS::SNS::Topic", "AWS::SNS::TopicPolicy", "AWS::SNS::Subscription", "AWS::Config::ConfigRule",
         "AWS::Config::ConfigurationRecorder", "AWS::Config::DeliveryChannel", "AWS::GuardDuty::Detector", "AWS::SecurityHub::Hub",
         "AWS::SecurityHub::Standard", "AWS::AccessAnalyzer::Analyzer"],
        NO_WATCH,
    ),
    **dict.fromkeys(
        ["AWS::MWAA::Environment", "AWS::SageMaker::Domain", "AWS::ECS::Cluster", "AWS::ECS::TaskDefinition", "AWS::ECR::Repository",
         "AWS::Events::Rule", "AWS::Lambda::Permission", "AWS::CodePipeline::Pipeline", "AWS::CodeBuild::Project"],
        NOT_RUN,
    ),
    "AWS::IAM::OIDCProvider": "nobody signs in here",
}  # fmt: skip


class Maker:
    """Makes resources, and remembers what they have become."""

    def __init__(self, templates: Templates, aws: Clients):
        self.templates, self.aws = templates, aws
        self.made: dict[Resource, dict] = {}

    def attribute(self, resource: Resource, name: str | None):
        """Of what is left out there is nothing but a text that says so."""
        if resource.type in LEFT_OUT:
            arn = f"arn:aws:left-out:{self.aws.region}:{self.aws.account}:{resource.id}"
            return arn if name and name.endswith("Arn") else f"left-out-{resource.id}-{name or 'Ref'}"
        try:
            return self.made[resource][name or ""]
        except KeyError:
            raise TemplateError(f"{resource} has no {name or 'Ref'}") from None

    def make(self, resource: Resource) -> None:
        resolved = self.templates.resolve(resource.properties, resource.stack, self.attribute)
        of = Properties(str(resource), resolved)
        self.made[resource] = MAKERS[resource.type](of, self.aws)
        of.finish()


def make(templates: Templates) -> tuple[Counter, Counter]:
    """How many resources of each type were made, and were left out."""
    if unknown := {resource.type for resource in templates.resources.values()} - MAKERS.keys() - LEFT_OUT.keys():
        raise TemplateError(f"no way to make {', '.join(sorted(unknown))}")
    maker, made, left = Maker(templates, Clients(templates.region, templates.account)), Counter(), Counter()
    for resource in templates.ordered():
        if resource.type in LEFT_OUT:
            left[resource.type] += 1
        else:
            maker.make(resource)
            made[resource.type] += 1
    return made, left


def main(out: str, *prefixes: str) -> None:
    made, left = make(Templates.read(Path(out), list(prefixes)))
    for type, count in sorted(made.items()):
        print(f"made {count} {type}")
    for type, count in sorted(left.items()):
        print(f"left out {count} {type}: {LEFT_OUT[type]}")


if __name__ == "__main__":
    main(*sys.argv[1:])
