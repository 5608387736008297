"""What a command has asked AWS for, as questions to the policies: may this role do that?

    requests that moto has written down ─▶ actions and resources by the Service Authorization Reference ─▶ Question
"""

import json
from collections.abc import Iterator
from pathlib import Path

from permissions import Guarded, Permissions, Question, Role


class Recording:
    """The requests of moto's record from here on."""

    def __init__(self, file: Path):
        self._file, self._from = file, file.stat().st_size if file.exists() else 0

    def requests(self) -> list[dict]:
        with self._file.open() as file:
            file.seek(self._from)
            return [json.loads(line) for line in file]


class Asked:
    """Questions about requests that `role` is to make. A request that is not understood is an error. `aliases`: of keys, by the ids
    that moto has given them."""

    def __init__(self, permissions: Permissions, role: Role, aliases: dict[str, str]):
        self.permissions, self.role, self.aliases = permissions, role, aliases

    def questions(self, requests: list[dict]) -> list[Question]:
        return list(dict.fromkeys(question for request in requests for question in self._of(request)))

    def _of(self, request: dict) -> Iterator[Question]:
        if "target" not in request:
            yield from self._of_s3(request)
            return
        service, operation = request["target"].rsplit(".", 1)
        match service:
            case "TrentService":
                yield self._of_key(operation, request["body"]["KeyId"])
            case "AWSGlue":
                yield from (self._plain(f"glue:{operation}", "glue", rest) for rest in glue_resources(operation, request["body"]))
            case "AmazonAthena":
                yield self._plain(f"athena:{operation}", "athena", f"workgroup/{request['body']['WorkGroup']}")
            case _:
                raise ValueError(f"{request['target']} is not known here")

    def _of_key(self, operation: str, named: str) -> Question:
        alias = named if named.startswith("alias/") else self.aliases[named.rsplit("/", 1)[-1]]
        return self.permissions.use_of_key(self.role, f"kms:{operation}", self.permissions.keys[alias])

    def _plain(self, action: str, service: str, rest: str) -> Question:
        return Question(self.role, action, rest if rest == "*" else self.permissions.arn(service, rest))

    def _of_s3(self, request: dict) -> Iterator[Question]:
        name, _, key = request["path"].lstrip("/").partition("/")
        bucket = self.permissions.buckets[name]
        action, of_key = s3_action(request["method"], key, request["query"])
        if not key:
            yield self.permissions.use_of_bucket(self.role, action, bucket)
            return
        # S3 asks KMS for whoever asks S3: Amazon S3 User Guide, "Using server-side encryption with AWS KMS keys".
        if of_key:
            yield self.permissions.use_of_key(self.role, of_key, self.permissions.keys[f"alias/{name}"], "s3")
        yield Question(self.role, action, f"{bucket.arn}/{key}", bucket, self._encryption(request, bucket))

    def _encryption(self, request: dict, bucket: Guarded) -> tuple[tuple[str, str], ...]:
        """What an upload says of encryption; moto's ARN of the bucket's key stands for the template's."""
        said = {f"s3:{name}": value for name, value in request["headers"].items()}
        key = "s3:x-amz-server-side-encryption-aws-kms-key-id"
        if key in said:
            said[key] = self.permissions.keys[f"alias/{bucket.name}"].arn
        return tuple(sorted(said.items()))


def s3_action(method: str, key: str, query: dict) -> tuple[str, str | None]:
    """The action that a request to S3 needs, and what S3 does with the key for it. Service Authorization Reference, Amazon S3."""
    if not key:
        of_bucket = {"encryption": "s3:GetEncryptionConfiguration", "policy": "s3:GetBucketPolicy",
                     "publicAccessBlock": "s3:GetBucketPublicAccessBlock", "list-type": "s3:ListBucket"}  # fmt: skip
        (found,) = [of_bucket[name] for name in query if name in of_bucket] or ["s3:ListBucket"] * (method == "HEAD")
        return found, None
    match method:
        case "GET":
            return "s3:GetObject", "kms:Decrypt"
        case "HEAD":
            return "s3:GetObject", None
        case "PUT" | "POST" if "uploadId" in query:
            # Parts are decrypted when they are put together.
            return "s3:PutObject", "kms:Decrypt"
        case "PUT":
            return "s3:PutObject", "kms:GenerateDataKey"
        case "POST" if "uploads" in query:
            return "s3:PutObject", "kms:GenerateDataKey"
        case "DELETE" if "uploadId" in query:
            return "s3:AbortMultipartUpload", None
        case "DELETE":
            return "s3:DeleteObject", None
    raise ValueError(f"{method} {key} {query} is not known here")


def glue_resources(operation: str, body: dict) -> list[str]:
    """ARNs' ends. Glue asks for the catalog and the database with a table: Service Authorization Reference, AWS Glue."""
    if operation in ("GetTable", "UpdateTable", "CreateTable"):
        name = body.get("Name") or body["TableInput"]["Name"]
        return ["catalog", f"database/{body['DatabaseName']}", f"table/{body['DatabaseName']}/{name}"]
    if operation == "GetTables":
        return ["catalog", f"database/{body['DatabaseName']}", f"table/{body['DatabaseName']}/*"]
    if operation in ("GetDatabase", "CreateDatabase"):
        return ["catalog", f"database/{body.get('Name') or body['DatabaseInput']['Name']}"]
    if operation in ("GetJob", "CreateJob", "UpdateJob", "DeleteJob"):
        return [f"job/{body.get('JobName') or body['Name']}"]
    if operation in ("GetTags", "TagResource", "UntagResource"):
        return [body["ResourceArn"].split(":", 5)[5]]
    if operation in ("GetJobs", "ListJobs"):
        return ["*"]  # no resource can be named
    raise ValueError(f"glue:{operation} is not known here")
