"""Lake Formation's tags on tables: who may read a table follows from them. Deployed when the tables are there."""

from aws_cdk import aws_lakeformation as lf

from .base import Phase, PhaseStack

# CloudFormation: at most 500 resources in a stack.
TABLES_OF_A_STACK = 450


class Tables(PhaseStack):
    """Lake Formation's tags on tables: who may read a table follows from them. Deployed when the tables are there."""

    concern = "tables"

    def __init__(self, scope, phase: Phase, part: int, jobs: list[dict]):
        self.jobs = jobs
        if part:
            self.concern = f"tables{part + 1}"
        super().__init__(scope, phase)

    def build(self) -> None:
        for job in self.jobs:
            self.tag(job, job["glue_table"], "lake")

    def tag(self, job: dict, table: str, layer: str) -> None:
        account = self.layout.account
        pairs = [
            lf.CfnTagAssociation.LFTagPairProperty(catalog_id=account, tag_key=key, tag_values=[value])
            for key, value in (("level", job["level"]), ("source", job["source"]), ("layer", layer))
        ]
        named = lf.CfnTagAssociation.TableResourceProperty(catalog_id=account, database_name=job["glue_database"], name=table)
        resource = lf.CfnTagAssociation.ResourceProperty(table=named)
        lf.CfnTagAssociation(self, f"tags-{job['glue_database']}-{table}", lf_tags=pairs, resource=resource)
