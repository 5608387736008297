"""A workgroup for each level, which says where results go, by which key, and how much a query may scan."""

from aws_cdk import aws_athena as athena

from .base import PhaseStack

GB = 10**9


class Athena(PhaseStack):
    """A workgroup for each level, which says where results go, by which key, and how much a query may scan."""

    concern = "athena"

    def build(self) -> None:
        for level in self.layout.levels:
            results = self.layout.bucket("results", level)
            if self.phase.is_open(results):
                self.workgroup(level, results)

    def workgroup(self, level: str, results) -> None:
        of = athena.CfnWorkGroup
        encryption = of.EncryptionConfigurationProperty(encryption_option="SSE_KMS", kms_key=self.key_arn(results))
        result = of.ResultConfigurationProperty(
            output_location=f"s3://{results.name}/",
            encryption_configuration=encryption,
            expected_bucket_owner=self.layout.account,
        )
        of(
            self,
            f"workgroup-{level}",
            name=self.layout.workgroup(level)["name"],
            description=f"queries whose highest level is {level}",
            state="ENABLED",
            recursive_delete_option=False,
            work_group_configuration=of.WorkGroupConfigurationProperty(
                bytes_scanned_cutoff_per_query=self.settings.scan_limit_gb * GB,
                enforce_work_group_configuration=True,
                engine_version=of.EngineVersionProperty(selected_engine_version="Athena engine version 3"),
                publish_cloud_watch_metrics_enabled=True,
                requester_pays_enabled=False,
                result_configuration=result,
            ),
        )
