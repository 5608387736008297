"""Key states in S3: in moto 5.2 an object that is encrypted by SSE-KMS is written and read whatever its key's state.

Amazon S3 User Guide, "Using server-side encryption with AWS KMS keys (SSE-KMS)": S3 asks KMS for a data key when an object
is written (`kms:GenerateDataKey`) and has it decrypted when the object is read (`kms:Decrypt`); to complete a multipart
upload it decrypts, too. KMS refuses both by the key's state, see `kms_keys`. S3 passes the refusal on as an error with HTTP
status code 400 whose code is that of KMS after `KMS.` (Amazon S3 API Reference, "Error responses", codes `KMS.*`).

`HEAD` reads no data.
"""

import functools

from moto.kms.models import kms_backends
from moto.s3.exceptions import S3ClientError
from moto.s3.models import FakeBucket, S3Backend

from . import kms_keys


def install() -> None:
    """Adds the check to writing and reading objects."""
    _check_before("put_object", _write)
    _check_before("create_multipart_upload", _start)
    _check_before("upload_part", _write_part)
    original_get = S3Backend.get_object

    @functools.wraps(original_get)
    def get_object(backend, bucket_name, *arguments, **named):
        found = original_get(backend, bucket_name, *arguments, **named)
        if getattr(found, "encryption", None) == "aws:kms":
            _require_usable(backend, backend.get_bucket(bucket_name), found.kms_key_id)
        return found

    def head_object(backend, bucket_name, key_name, version_id=None, part_number=None):
        return original_get(backend, bucket_name, key_name, version_id, part_number)

    S3Backend.get_object = get_object
    S3Backend.head_object = head_object


def _check_before(name: str, check) -> None:
    original = getattr(S3Backend, name)

    @functools.wraps(original)
    def operation(backend, bucket_name, *arguments, **named):
        check(backend, backend.get_bucket(bucket_name), arguments, named)
        return original(backend, bucket_name, *arguments, **named)

    setattr(S3Backend, name, operation)


def _write(backend: S3Backend, bucket: FakeBucket, _arguments: tuple, named: dict) -> None:
    _require_usable_for_write(backend, bucket, named.get("encryption"), named.get("kms_key_id"))


def _start(backend: S3Backend, bucket: FakeBucket, arguments: tuple, named: dict) -> None:
    # key, metadata, storage class, tags, ACL, encryption, KMS key
    algorithm, key_id = arguments[5:7] if len(arguments) > 6 else (named.get("sse_encryption"), named.get("kms_key_id"))
    _require_usable_for_write(backend, bucket, algorithm, key_id)


def _write_part(backend: S3Backend, bucket: FakeBucket, arguments: tuple, named: dict) -> None:
    upload = bucket.multiparts.get(arguments[0] if arguments else named.get("multipart_id"))
    if upload is not None:
        _require_usable_for_write(backend, bucket, upload.sse_encryption, upload.kms_key_id)


def _require_usable_for_write(backend: S3Backend, bucket: FakeBucket, algorithm: str | None, key_id: str | None) -> None:
    if bucket.encryption:
        default = bucket.encryption["Rule"]["ApplyServerSideEncryptionByDefault"]
        algorithm = algorithm or default["SSEAlgorithm"]
        key_id = key_id or default.get("KMSMasterKeyID")
    if algorithm == "aws:kms":
        _require_usable(backend, bucket, key_id)


def _require_usable(backend: S3Backend, bucket: FakeBucket, key_id: str | None) -> None:
    if key_id is None:
        return  # the key that AWS manages
    kms = kms_backends[backend.account_id][bucket.region_name]
    key = kms.keys.get(kms.any_id_to_key_id(key_id))
    if key is None:
        raise S3ClientError("KMS.NotFoundException", f"Invalid keyId '{key_id}'")
    if found := kms_keys.problem(key):
        raise S3ClientError(f"KMS.{found[0]}", found[1])
