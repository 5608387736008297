"""The catalog, who may see what of it, and the workgroups, from their templates, by the service APIs."""

from clients import Clients
from properties import Properties


def database(of: Properties, aws: Clients) -> dict:
    said = of.part("DatabaseInput")
    name = said.take("Name")
    input = {"Name": name, "Description": said.take("Description", "")}
    aws.glue.create_database(CatalogId=of.take("CatalogId"), DatabaseInput=input)
    return {"": name}


def security_configuration(of: Properties, aws: Clients) -> dict:
    name, said = of.take("Name"), of.part("EncryptionConfiguration")
    encryption = {part: said.take(part) for part in ("CloudWatchEncryption", "JobBookmarksEncryption")}
    encryption["S3Encryption"] = said.take("S3Encryptions")
    aws.glue.create_security_configuration(Name=name, EncryptionConfiguration=encryption)
    return {"": name}


def connection(of: Properties, aws: Clients) -> dict:
    said = of.part("ConnectionInput")
    of.leave("Tags")
    names = ("Name", "Description", "ConnectionType", "PhysicalConnectionRequirements")
    input = {name: said.take(name) for name in names} | {"ConnectionProperties": said.take("ConnectionProperties", {})}
    aws.glue.create_connection(CatalogId=of.take("CatalogId"), ConnectionInput=input)
    return {"": input["Name"]}


def workgroup(of: Properties, aws: Clients) -> dict:
    name, said = of.take("Name"), of.part("WorkGroupConfiguration")
    of.only("State", "ENABLED")
    # Whether a workgroup that has run queries may be deleted.
    of.leave("RecursiveDeleteOption")
    names = ("EnforceWorkGroupConfiguration", "BytesScannedCutoffPerQuery", "EngineVersion", "ResultConfiguration")
    configuration = {name: said.take(name) for name in names}
    for name_of in ("PublishCloudWatchMetricsEnabled", "RequesterPaysEnabled"):
        configuration[name_of] = said.take(name_of, False)
    aws.athena.create_work_group(Name=name, Description=of.take("Description", ""), Configuration=configuration, Tags=of.tags())
    return {"": name}


def lake_settings(of: Properties, aws: Clients) -> dict:
    of.only("MutationType", "REPLACE")
    settings = {
        "DataLakeAdmins": of.take("Admins"),
        "CreateDatabaseDefaultPermissions": of.take("CreateDatabaseDefaultPermissions"),
        "CreateTableDefaultPermissions": of.take("CreateTableDefaultPermissions"),
        "Parameters": of.take("Parameters", {}),
    }
    aws.lakeformation.put_data_lake_settings(DataLakeSettings=settings)
    return {}


def lf_tag(of: Properties, aws: Clients) -> dict:
    aws.lakeformation.create_lf_tag(**{name: of.take(name) for name in ("CatalogId", "TagKey", "TagValues")})
    return {}


def lf_tag_association(of: Properties, aws: Clients) -> dict:
    aws.lakeformation.add_lf_tags_to_resource(Resource=of.take("Resource"), LFTags=of.take("LFTags"))
    return {}


def location(of: Properties, aws: Clients) -> dict:
    of.only("UseServiceLinkedRole", False)
    arn = of.take("ResourceArn")
    aws.lakeformation.register_resource(ResourceArn=arn, RoleArn=of.take("RoleArn"))
    return {"": arn}


def grant(of: Properties, aws: Clients) -> dict:
    of.only("PermissionsWithGrantOption", [])
    aws.lakeformation.grant_permissions(
        CatalogId=of.take("Catalog"),
        Principal=of.take("Principal"),
        Resource=_in_api_words(of.take("Resource")),
        Permissions=of.take("Permissions"),
    )
    return {}


def _in_api_words(resource: dict) -> dict:
    """The template's words and the API's are the same but for those that begin with LFTag: the API has no other."""
    known = {"LFTagPolicy", "LFTag", "DataLocation", "Database", "Table", "Catalog"}
    of = Properties("Resource", resource)
    found = {name: value for name in sorted(known) if (value := of.take(name, None))}
    of.finish()
    return found
