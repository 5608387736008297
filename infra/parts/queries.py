"""What whoever asks Athena needs: the workgroups of their levels, names in the catalog, results. Never the lake itself."""

from access import AccessTable
from aws_cdk import aws_iam as iam
from layout import Layout

from .policy import allow, bucket_statements

WORKGROUP = [
    "athena:BatchGetQueryExecution",
    "athena:GetQueryExecution",
    "athena:GetQueryResults",
    "athena:GetQueryResultsStream",
    "athena:GetWorkGroup",
    "athena:ListQueryExecutions",
    "athena:StartQueryExecution",
    "athena:StopQueryExecution",
]
LOOK_UP = ["glue:GetDatabase", "glue:GetDatabases", "glue:GetTable", "glue:GetTables", "glue:GetPartition", "glue:GetPartitions"]


def catalog_arns(layout: Layout) -> list[str]:
    """The phase's databases and their tables; Glue asks for the catalog with each of them."""
    return [
        layout.arn("glue", rest)
        for rest in ("catalog", f"database/{layout.database_pattern}", f"table/{layout.database_pattern}/*")
    ]


def query_statements(layout: Layout, access: AccessTable, role: str, levels: tuple[str, ...]) -> list[iam.PolicyStatement]:
    said = [allow("Names", LOOK_UP, catalog_arns(layout))]
    if levels:
        workgroups = [layout.arn("athena", f"workgroup/{layout.workgroup(level)['name']}") for level in levels]
        said += [
            allow("Queries", WORKGROUP, workgroups),
            # Lake Formation decides row by row what is handed out; the action has no resource.
            allow("Data", ["lakeformation:GetDataAccess"], ["*"]),
        ]
    return [*said, *bucket_statements(layout, access.of_role(role))]
