//! The treatment key: one secret of a lake, from which each treatment derives its own.
//!
//! ```text
//!  32 or 64 random bytes ─ HKDF-SHA-256 (RFC 5869), no salt ─┬─ info "naru.treatment.hash.v1"    ─▶ 32 bytes
//!                        │                                   └─ info "naru.treatment.encrypt.v1" ─▶ 64 bytes
//!                        └ SHA-256("naru.treatment.key-id.v1" ‖ 0x00 ‖ secret), first 16 hexadecimal digits ─▶ id
//! ```

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hkdf::Hkdf;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// Key of HMAC-SHA-256.
pub(crate) type HashKey = [u8; 32];

/// Key of AES-256-SIV: half for the synthetic IV, half for the encryption.
pub(crate) type EncryptionKey = [u8; 64];

const HASH_INFO: &[u8] = b"naru.treatment.hash.v1";
const ENCRYPT_INFO: &[u8] = b"naru.treatment.encrypt.v1";
const KEY_ID_DOMAIN: &[u8] = b"naru.treatment.key-id.v1\0";

/// Bytes of the digest that make the id.
const ID_BYTES: usize = 8;

/// A lake's treatment key. Its bytes are wiped when it is dropped, and nothing prints them.
#[derive(Clone)]
pub struct TreatmentKey {
    id: String,
    hash: Zeroizing<HashKey>,
    encryption: Zeroizing<EncryptionKey>,
}

/// Where the treatment key comes from: an environment, a file, a key service.
pub trait KeySource: Sync {
    /// The lake's treatment key. Asked for once a run, before a row is read, and only if the plan needs it; asking again
    /// gives the same key.
    ///
    /// # Errors
    /// [`KeyError::Missing`] where there is none; the others where it cannot be had. None of them holds a part of it.
    fn treatment_key(&self) -> Result<TreatmentKey, KeyError>;
}

/// Why there is no treatment key. Never holds a part of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// None is given.
    #[error("no treatment key is given")]
    Missing {
        /// Where it may be given, as a clause: `set NARU_TREATMENT_KEY`.
        remedy: String,
    },
    /// Two places give one, and nothing says which counts.
    #[error("both {0} and {1} give a treatment key")]
    Ambiguous(String, String),
    /// The place that should hold it cannot be read.
    #[error("cannot read the treatment key from {place}: {reason}")]
    Unreadable {
        /// A variable or a path.
        place: String,
        /// What the system says.
        reason: String,
    },
    /// What is given is no key.
    #[error(
        "what {place} holds is no treatment key: 32 or 64 bytes in hexadecimal (64 or 128 digits) or base64 (44 or 88 characters)"
    )]
    Malformed {
        /// A variable or a path.
        place: String,
    },
}

impl TreatmentKey {
    /// Derives the keys from a secret of 32 or 64 random bytes; none if it has another length.
    pub fn from_secret(secret: &[u8]) -> Option<Self> {
        if !matches!(secret.len(), 32 | 64) {
            return None;
        }
        let derivation = Hkdf::<Sha256>::new(None, secret);
        let mut key = Self { id: id(secret), hash: Zeroizing::new([0; 32]), encryption: Zeroizing::new([0; 64]) };
        derivation.expand(HASH_INFO, key.hash.as_mut_slice()).ok()?;
        derivation.expand(ENCRYPT_INFO, key.encryption.as_mut_slice()).ok()?;
        Some(key)
    }

    /// Reads a secret's text: hexadecimal (any case) or padded standard base64, told apart by the length; white space,
    /// which `openssl rand -base64 64` puts in, is passed over. `place` is where it was found, for the error.
    ///
    /// # Errors
    /// [`KeyError::Malformed`].
    pub fn parse(text: &[u8], place: &str) -> Result<Self, KeyError> {
        let text: Zeroizing<Vec<u8>> =
            Zeroizing::new(text.iter().filter(|byte| !byte.is_ascii_whitespace()).copied().collect());
        let secret = match text.len() {
            64 | 128 => parse_hex(&text),
            44 | 88 => STANDARD.decode(&*text).ok().map(Zeroizing::new),
            _ => None,
        };
        let key = secret.and_then(|secret| Self::from_secret(&secret));
        key.ok_or_else(|| KeyError::Malformed { place: place.into() })
    }

    /// Tells keys apart without telling anything of them: 16 hexadecimal digits.
    pub fn id(&self) -> &str {
        &self.id
    }

    pub(crate) fn hash_key(&self) -> Zeroizing<HashKey> {
        self.hash.clone()
    }

    pub(crate) fn encryption_key(&self) -> Zeroizing<EncryptionKey> {
        self.encryption.clone()
    }
}

impl fmt::Debug for TreatmentKey {
    /// The id alone.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TreatmentKey({})", self.id)
    }
}

fn id(secret: &[u8]) -> String {
    let digest = Sha256::new().chain_update(KEY_ID_DOMAIN).chain_update(secret).finalize();
    digest.iter().take(ID_BYTES).map(|byte| format!("{byte:02x}")).collect()
}

fn parse_hex(text: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).map(|digit| digit as u8);
    let (pairs, _) = text.as_chunks::<2>();
    let mut secret = Zeroizing::new(Vec::with_capacity(pairs.len()));
    for [high, low] in pairs {
        secret.push(digit(*high)? << 4 | digit(*low)?);
    }
    Some(secret)
}
