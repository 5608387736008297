"""How changes come in: GitHub's identity, and the pipeline that deploys this app phase by phase."""

from aws_cdk import aws_codebuild as codebuild
from aws_cdk import aws_codepipeline as codepipeline
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from parts.bucket import Bucket, lifecycle
from parts.key import Key, used_by
from parts.logs import log_group
from parts.policy import allow, key_use
from parts.role import role, service

from .account import AccountStack
from .delivery import GITHUB

# CDK's command line that reads what aws-cdk-lib 2.275.0 writes.
CDK = "aws-cdk@2.1148.1"
IMAGE = "aws/codebuild/amazonlinux-x86_64-standard:5.0"


class AccountDelivery(AccountStack):
    """How changes come in: GitHub's identity, and the pipeline that deploys this app phase by phase."""

    concern = "delivery"

    def build(self) -> None:
        iam.CfnOIDCProvider(self, "github", url=f"https://{GITHUB}", client_id_list=["sts.amazonaws.com"])
        if self.settings.connection_arn:
            self.pipeline()

    def pipeline(self) -> None:
        self.alias = f"alias/{self.name}-artifacts"
        self.bucket_name = f"{self.name}-artifacts-{self.layout.account}"
        builds = [f"{self.name}-build-{phase.layout.phase}" for phase in self.phases]
        self.key = Key(
            self,
            "key",
            account=self.layout.account,
            alias=self.alias,
            description="encrypts what the pipeline hands from step to step, and its logs",
            users=[
                used_by(
                    self.layout.account,
                    "Pipeline",
                    [self.layout.role_arn(name) for name in (f"{self.name}-pipeline", *builds)],
                    USES,
                ),
                self.logs_use(),
            ],
            window_days=30,
            retain=False,
        )
        access = f"{self.name}-access-{self.layout.account}"
        Bucket(
            self,
            "artifacts",
            name=self.bucket_name,
            key_arn=self.key.arn,
            lifetime=lifecycle(noncurrent_days=7, expire_days=30),
            retain=False,
            logging_configuration=s3.CfnBucket.LoggingConfigurationProperty(
                destination_bucket_name=access, log_file_prefix="artifacts/"
            ),
        )
        stages = [self.stage("Source", [self.source()])]
        for phase in self.phases:
            name = phase.layout.phase
            project = self.project(phase)
            steps = [self.approval()] if name == "prod" else []
            steps.append(self.deploys(name, project, order=len(steps) + 1))
            stages.append(self.stage(name, steps))
        codepipeline.CfnPipeline(
            self,
            "pipeline",
            name=self.name,
            pipeline_type="V2",
            execution_mode="QUEUED",
            role_arn=self.pipeline_role(builds).role_arn,
            artifact_store=codepipeline.CfnPipeline.ArtifactStoreProperty(
                type="S3",
                location=self.bucket_name,
                encryption_key=codepipeline.CfnPipeline.EncryptionKeyProperty(id=self.key.arn, type="KMS"),
            ),
            stages=stages,
        )

    def logs_use(self) -> dict:
        groups = {
            "ArnLike": {"kms:EncryptionContext:aws:logs:arn": self.layout.arn("logs", f"log-group:/{self.layout.org}/account/*")}
        }
        return {
            "Sid": "Logs",
            "Effect": "Allow",
            "Principal": {"Service": f"logs.{self.layout.region}.amazonaws.com"},
            "Action": [*USES, "kms:Encrypt", "kms:ReEncrypt*"],
            "Resource": "*",
            "Condition": groups,
        }

    def stage(self, name: str, actions: list) -> codepipeline.CfnPipeline.StageDeclarationProperty:
        return codepipeline.CfnPipeline.StageDeclarationProperty(name=name, actions=actions)

    def action(self, name: str, category: str, provider: str, configuration: dict, order: int = 1, **more):
        of = codepipeline.CfnPipeline
        kind = of.ActionTypeIdProperty(category=category, owner="AWS", provider=provider, version="1")
        return of.ActionDeclarationProperty(name=name, action_type_id=kind, configuration=configuration, run_order=order, **more)

    def source(self):
        configuration = {
            "ConnectionArn": self.settings.connection_arn,
            "FullRepositoryId": self.settings.repository,
            "BranchName": "main",
            "OutputArtifactFormat": "CODE_ZIP",
        }
        output = [codepipeline.CfnPipeline.OutputArtifactProperty(name="source")]
        return self.action("main", "Source", "CodeStarSourceConnection", configuration, output_artifacts=output)

    def approval(self):
        return self.action(
            "approve", "Approval", "Manual", {"CustomData": "Look at what qa has become, and at the log of its deployment."}
        )

    def deploys(self, name: str, project: codebuild.CfnProject, order: int):
        artifact = [codepipeline.CfnPipeline.InputArtifactProperty(name="source")]
        return self.action("deploy", "Build", "CodeBuild", {"ProjectName": project.ref}, order, input_artifacts=artifact)

    def project(self, phase) -> codebuild.CfnProject:
        """Deploys one phase, as its own role, which enters that phase's deploy role and no other."""
        name = f"{self.name}-build-{phase.layout.phase}"
        group = log_group(
            self, f"{name}-log", f"/{self.layout.org}/account/build-{phase.layout.phase}", self.settings.log_days, self.key.arn
        )
        deploy = self.layout.role_arn(f"{phase.layout.prefix}-deploy")
        runs_as = role(
            self,
            name,
            trusted=service(self.layout, "codebuild"),
            description=f"deploys {phase.layout.phase}",
            statements=[
                allow("Deploy", ["sts:AssumeRole"], [deploy]),
                allow(
                    "Artifacts", ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"], [f"arn:aws:s3:::{self.bucket_name}/*"]
                ),
                key_use(self.layout, "ArtifactsKey", USES, [self.alias]),
                allow("Logs", ["logs:CreateLogStream", "logs:PutLogEvents"], [group.attr_arn]),
            ],
        )
        of = codebuild.CfnProject
        variables = {"PHASE": phase.layout.phase, "DEPLOY_ROLE": deploy, "CDK": CDK}
        return of(
            self,
            f"{name}-project",
            name=name,
            description=f"deploys {phase.layout.phase}",
            service_role=runs_as.role_arn,
            encryption_key=self.key.arn,
            concurrent_build_limit=1,
            timeout_in_minutes=120,
            source=of.SourceProperty(type="CODEPIPELINE", build_spec="infra/buildspec.yml"),
            artifacts=of.ArtifactsProperty(type="CODEPIPELINE"),
            environment=of.EnvironmentProperty(
                type="LINUX_CONTAINER",
                compute_type="BUILD_GENERAL1_MEDIUM",
                image=IMAGE,
                privileged_mode=False,
                environment_variables=[of.EnvironmentVariableProperty(name=key, value=value) for key, value in variables.items()],
            ),
            logs_config=of.LogsConfigProperty(
                cloud_watch_logs=of.CloudWatchLogsConfigProperty(status="ENABLED", group_name=group.ref)
            ),
        )

    def pipeline_role(self, builds: list[str]) -> iam.Role:
        return role(
            self,
            f"{self.name}-pipeline",
            trusted=service(self.layout, "codepipeline"),
            description="hands a commit from phase to phase",
            statements=[
                allow(
                    "Connection",
                    ["codestar-connections:UseConnection", "codeconnections:UseConnection"],
                    [self.settings.connection_arn],
                ),
                allow(
                    "Artifacts", ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"], [f"arn:aws:s3:::{self.bucket_name}/*"]
                ),
                allow("ArtifactsBucket", ["s3:GetBucketVersioning"], [f"arn:aws:s3:::{self.bucket_name}"]),
                key_use(self.layout, "ArtifactsKey", USES, [self.alias]),
                allow(
                    "Builds",
                    ["codebuild:StartBuild", "codebuild:BatchGetBuilds"],
                    [self.layout.arn("codebuild", f"project/{name}") for name in builds],
                ),
            ],
        )


USES = ["kms:Decrypt", "kms:GenerateDataKey", "kms:DescribeKey"]
