"""The network: private subnets without a way out, endpoints of the services in use, and two tables of who talks to whom."""

from dataclasses import dataclass
from ipaddress import ip_network

from aws_cdk import CfnTag
from aws_cdk import aws_ec2 as ec2
from parts.logs import log_group
from parts.policy import allow
from parts.role import role, service

from .base import PhaseStack


@dataclass(frozen=True)
class Flow:
    """Who may talk to whom. `to` is a group or "s3"; ports are TCP's."""

    who: str
    to: str
    port: int | tuple[int, int]
    why: str


GROUPS = {
    "loads": "Lambda functions, ECS tasks and workers of Glue",
    "airflow": "scheduler, workers and web server of Airflow",
    "studio": "notebooks of analysts",
    "endpoints": "interface endpoints of AWS services",
}

FLOWS = [
    Flow("loads", "endpoints", 443, "catalog, KMS, logs, secrets"),
    Flow("loads", "s3", 443, "landed files and tables, by the gateway endpoint"),
    Flow("loads", "loads", (0, 65535), "driver and executors of Spark; Glue refuses a connection whose group lacks this"),
    Flow("airflow", "endpoints", 443, "starts loads, keeps its queue, writes logs"),
    Flow("airflow", "s3", 443, "DAG files and the manifest"),
    Flow("airflow", "airflow", (0, 65535), "its parts, their database and web server, which MWAA puts into this group"),
    Flow("studio", "endpoints", 443, "Athena, Studio itself, logs"),
    Flow("studio", "s3", 443, "query results"),
    Flow("studio", "studio", 2049, "home directories on EFS"),
    Flow("studio", "studio", (8192, 65535), "notebooks and their kernels"),
]

# The subnets' own list forgets what it has let through: answers need rules of their own. S3's addresses are public ones. The port
# of remote desktops is left out.
BELOW_RDP, ABOVE_RDP = (1024, 3388), (3390, 65535)


@dataclass(frozen=True)
class AclRule:
    """`whom` is "vpc" or "anywhere"; rules are looked at in their order, and what none lets through is refused."""

    number: int
    egress: bool
    whom: str
    ports: tuple[int, int]
    why: str


ACL = [
    AclRule(100, False, "vpc", (0, 65535), "what the groups let through within the network"),
    AclRule(110, False, "anywhere", BELOW_RDP, "answers of S3"),
    AclRule(120, False, "anywhere", ABOVE_RDP, "answers of S3"),
    AclRule(100, True, "vpc", (0, 65535), "what the groups let through within the network"),
    AclRule(110, True, "anywhere", (443, 443), "requests to S3"),
]

# Interface endpoints, each of which costs by the hour and zone, and what for.
ALWAYS = {
    "athena": "naru query, from Studio and Airflow",
    "ecr.api": "the image of ECS tasks",
    "ecr.dkr": "the image of ECS tasks",
    "glue": "catalog and jobs",
    "kms": "keys of buckets",
    "lakeformation": "what Lake Formation lends queries",
    "logs": "logs of all compute",
    "monitoring": "metrics of Glue and Airflow",
    "secretsmanager": "the treatment key",
    "sts": "who the caller is",
}
OF_AIRFLOW = {
    "airflow.api": "Airflow's own control plane",
    "airflow.env": "Airflow's own control plane",
    "ecs": "starts tasks",
    "lambda": "calls the functions",
    "sqs": "Airflow's queue of tasks",
}
OF_STUDIO = {
    "sagemaker.api": "Studio in VPC-only mode",
    "sagemaker.runtime": "Studio in VPC-only mode",
    "studio": "Studio's page",
}


class Network(PhaseStack):
    """The network: private subnets without a way out, endpoints of what is used, tables of who talks to whom."""

    concern = "network"

    def build(self) -> None:
        self.vpc = ec2.CfnVPC(
            self,
            "vpc",
            cidr_block=self.settings.cidr,
            enable_dns_hostnames=True,
            enable_dns_support=True,
            tags=[CfnTag(key="Name", value=self.layout.prefix)],
        )
        self.subnets = [self.subnet(n, zone) for n, zone in enumerate(self.settings.zones)]
        self.groups = {name: self.group(name, what) for name, what in GROUPS.items() if self.is_used(name)}
        for flow in FLOWS:
            if self.is_used(flow.who):
                self.let(flow)
        self.access_list()
        self.endpoints()
        self.flow_logs()

    def is_used(self, group: str) -> bool:
        return {"airflow": self.settings.airflow, "studio": self.settings.studio}.get(group, True)

    @property
    def subnet_ids(self) -> list[str]:
        return [subnet.ref for subnet in self.subnets]

    def group_id(self, name: str) -> str:
        return self.groups[name].attr_group_id

    def subnet(self, n: int, zone: str) -> ec2.CfnSubnet:
        subnet = ec2.CfnSubnet(
            self,
            f"private-{zone}",
            vpc_id=self.vpc.ref,
            availability_zone=f"{self.layout.region}{zone}",
            cidr_block=str(list(ip_network(self.settings.cidr).subnets(prefixlen_diff=2))[n]),
            map_public_ip_on_launch=False,
            tags=[CfnTag(key="Name", value=f"{self.layout.prefix}-private-{zone}")],
        )
        table = ec2.CfnRouteTable(self, f"routes-{zone}", vpc_id=self.vpc.ref)
        ec2.CfnSubnetRouteTableAssociation(self, f"routes-of-{zone}", route_table_id=table.ref, subnet_id=subnet.ref)
        self.route_tables = [*getattr(self, "route_tables", []), table]
        return subnet

    def group(self, name: str, what: str) -> ec2.CfnSecurityGroup:
        # Without an egress rule of our own, AWS adds one to everywhere: this one reaches nothing.
        nothing = ec2.CfnSecurityGroup.EgressProperty(
            ip_protocol="icmp",
            from_port=252,
            to_port=86,
            cidr_ip="255.255.255.255/32",
            description="nothing: keeps the rule to everywhere away",
        )
        return ec2.CfnSecurityGroup(
            self,
            f"group-{name}",
            vpc_id=self.vpc.ref,
            group_name=f"{self.layout.prefix}-{name}",
            group_description=what,
            security_group_egress=[nothing],
        )

    def let(self, flow: Flow) -> None:
        first, last = flow.port if isinstance(flow.port, tuple) else (flow.port, flow.port)
        id = f"{flow.who}-to-{flow.to}-{first}"
        rule = {"ip_protocol": "tcp", "from_port": first, "to_port": last, "description": flow.why}
        if flow.to == "s3":
            prefix = self.settings.s3_prefix_list[self.layout.region]
            ec2.CfnSecurityGroupEgress(
                self, f"out-{id}", group_id=self.group_id(flow.who), destination_prefix_list_id=prefix, **rule
            )
            return
        there = self.group_id(flow.to)
        ec2.CfnSecurityGroupEgress(
            self, f"out-{id}", group_id=self.group_id(flow.who), destination_security_group_id=there, **rule
        )
        ec2.CfnSecurityGroupIngress(self, f"in-{id}", group_id=there, source_security_group_id=self.group_id(flow.who), **rule)

    def access_list(self) -> None:
        acl = ec2.CfnNetworkAcl(self, "acl", vpc_id=self.vpc.ref)
        for rule in ACL:
            first, last = rule.ports
            ec2.CfnNetworkAclEntry(
                self,
                f"acl-{'out' if rule.egress else 'in'}-{rule.number}",
                network_acl_id=acl.ref,
                rule_number=rule.number,
                egress=rule.egress,
                protocol=6,
                rule_action="allow",
                cidr_block=self.settings.cidr if rule.whom == "vpc" else "0.0.0.0/0",
                port_range=ec2.CfnNetworkAclEntry.PortRangeProperty(from_=first, to=last),
            )
        for n, subnet in enumerate(self.subnets):
            ec2.CfnSubnetNetworkAclAssociation(self, f"acl-of-{n}", network_acl_id=acl.ref, subnet_id=subnet.ref)

    def endpoints(self) -> None:
        # Buckets of this account, and those that AWS keeps layers of images and Airflow's own files in.
        own = {
            "Effect": "Allow",
            "Principal": {"AWS": "*"},
            "Action": "s3:*",
            "Resource": "*",
            "Condition": {"StringEquals": {"aws:ResourceAccount": self.layout.account}},
        }
        layers = {
            "Effect": "Allow",
            "Principal": {"AWS": "*"},
            "Action": "s3:GetObject",
            "Resource": f"arn:aws:s3:::prod-{self.layout.region}-starport-layer-bucket/*",
        }
        ec2.CfnVPCEndpoint(
            self,
            "endpoint-s3",
            vpc_id=self.vpc.ref,
            vpc_endpoint_type="Gateway",
            service_name=f"com.amazonaws.{self.layout.region}.s3",
            route_table_ids=[table.ref for table in self.route_tables],
            policy_document={"Version": "2012-10-17", "Statement": [own, layers]},
        )
        wanted = {**ALWAYS, **(OF_AIRFLOW if self.settings.airflow else {}), **(OF_STUDIO if self.settings.studio else {})}
        for name in wanted:
            prefix = "aws.sagemaker" if name == "studio" else "com.amazonaws"
            ec2.CfnVPCEndpoint(
                self,
                f"endpoint-{name}",
                vpc_id=self.vpc.ref,
                vpc_endpoint_type="Interface",
                service_name=f"{prefix}.{self.layout.region}.{name}",
                private_dns_enabled=True,
                subnet_ids=self.subnet_ids,
                security_group_ids=[self.group_id("endpoints")],
            )

    def flow_logs(self) -> None:
        group = log_group(self, "flow-log", self.layout.prefix_of_logs + "network", self.settings.log_days, self.platform_key_arn)
        name = f"{self.layout.prefix}-flow-logs"
        writes = role(
            self,
            name,
            trusted=service(self.layout, "vpc-flow-logs"),
            description="writes the network's flow logs",
            statements=[
                allow("Write", ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"], [group.attr_arn])
            ],
        )
        ec2.CfnFlowLog(
            self,
            "flow-logs",
            resource_id=self.vpc.ref,
            resource_type="VPC",
            traffic_type="ALL",
            deliver_logs_permission_arn=writes.role_arn,
            log_group_name=group.ref,
        )
