"""Lake Formation's settings and tags, which an account has once."""

from access import deploys
from aws_cdk import aws_lakeformation as lf

from .account import AccountStack

# A tag needs a value before there is a job that gives one.
NONE_YET = "none"


class AccountCatalog(AccountStack):
    """Lake Formation's settings and tags, which an account has once."""

    concern = "catalog"

    def build(self) -> None:
        settings = self.lake_settings()
        jobs = [job for phase in self.phases for job in phase.layout.jobs]
        values = {
            "phase": [phase.layout.phase for phase in self.phases],
            "level": self.layout.levels,
            "layer": ["lake", "quarantine"],
            "source": sorted({job["source"] for job in jobs} | {NONE_YET}),
            "database": sorted(
                {each["database"] for phase in self.phases for each in phase.layout.said["databases"]} | {NONE_YET}
            ),
        }
        for key, said in values.items():
            lf.CfnTag(self, f"tag-{key}", catalog_id=self.layout.account, tag_key=key, tag_values=said).add_resource_dependency(
                settings
            )

    def lake_settings(self) -> lf.CfnDataLakeSettings:
        """Nobody sees a new table by IAM alone, and the roles that CloudFormation deploys with are the only administrators."""
        of = lf.CfnDataLakeSettings
        admins = [
            of.DataLakePrincipalProperty(
                data_lake_principal_identifier=self.layout.role_arn(deploys(phase.layout, phase.settings))
            )
            for phase in self.phases
        ]
        return of(
            self,
            "settings",
            admins=admins,
            mutation_type="REPLACE",
            create_database_default_permissions=[],
            create_table_default_permissions=[],
            parameters={"CROSS_ACCOUNT_VERSION": "4"},
        )
