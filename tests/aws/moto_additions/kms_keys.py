"""Key states in KMS: in moto 5.2 a disabled key, or one pending deletion, still encrypts and decrypts.

AWS KMS Developer Guide, "Key states of AWS KMS keys"
(https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html), for cryptographic operations:

- Disabled: the operation fails with `DisabledException`;
- PendingDeletion: the operation fails with `KMSInvalidStateException`.

AWS KMS API Reference, GenerateDataKey: DisabledException, "The request was rejected because the specified KMS key is not
enabled." KMSInvalidStateException, "The request was rejected because the state of the specified resource is not valid for
this request." Both have HTTP status code 400.
"""

import functools

from moto.core.exceptions import JsonRESTError
from moto.kms.models import KmsBackend

_CRYPTOGRAPHIC = ["encrypt", "generate_data_key", "sign", "verify", "generate_mac", "verify_mac"]


class KeyUnusable(JsonRESTError):
    """A cryptographic operation by a key that is not enabled."""

    code = 400


def problem(key) -> tuple[str, str] | None:
    """The exception's name and message, if a key cannot be used."""
    if key.key_state == "Disabled":
        return "DisabledException", f"{key.arn} is disabled."
    if key.key_state != "Enabled":
        return "KMSInvalidStateException", f"{key.arn} is {key.key_state.lower()}."
    return None


def install() -> None:
    """Adds the check to every cryptographic operation of moto's KMS."""
    for name in _CRYPTOGRAPHIC:
        if original := getattr(KmsBackend, name, None):
            setattr(KmsBackend, name, _checked(original))
    original_decrypt = KmsBackend.decrypt

    @functools.wraps(original_decrypt)
    def decrypt(backend, *arguments, **named):
        # Which key it is stands in the ciphertext.
        plaintext, key_id = original_decrypt(backend, *arguments, **named)
        _require_usable(backend, key_id)
        return plaintext, key_id

    KmsBackend.decrypt = decrypt


def _checked(original):
    @functools.wraps(original)
    def operation(backend, key_id, *arguments, **named):
        _require_usable(backend, key_id)
        return original(backend, key_id, *arguments, **named)

    return operation


def _require_usable(backend: KmsBackend, key_id: str) -> None:
    key = backend.keys.get(backend.any_id_to_key_id(key_id))
    if key is not None and (found := problem(key)):
        raise KeyUnusable(*found)
