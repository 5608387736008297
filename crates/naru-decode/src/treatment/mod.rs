//! Treatments: what becomes of a value's text before it leaves the kernel.
//!
//! ```text
//!  field's text ─▶ null? ─▶ cast of the declared type fits? ─▶ hash │ encrypt │ redact │ last4 ─▶ Utf8 column
//!                  stays null   otherwise a reject, without the value
//! ```
//!
//! The text that is treated is the field's, as UTF-8: transcoded, its quotes taken off, its escapes resolved, trimmed if
//! the dialect trims. `docs/treatments.md` gives the recipes for other systems.

mod encrypt;
mod hash;
mod key;
mod mask;

use std::fmt;

use naru_core::{ColumnType, Treatment};
use zeroize::Zeroizing;

pub use self::key::{KeyError, KeySource, TreatmentKey};

use self::encrypt::Encryptor;
use self::hash::Hasher;
use self::key::{EncryptionKey, HashKey};
use crate::KernelError;

/// A column's treatment with its key.
pub(crate) enum TextTreatment {
    Hash(Zeroizing<HashKey>),
    Encrypt(Zeroizing<EncryptionKey>),
    Redact,
    Last4,
}

impl TextTreatment {
    /// Compiles a loaded column's treatment.
    pub(crate) fn new(
        treatment: Treatment,
        column: &str,
        column_type: ColumnType,
        key: Option<&TreatmentKey>,
    ) -> Result<Self, KernelError> {
        let column = || column.to_owned();
        if let Some((refusal, _)) = treatment.refusal(column_type) {
            return Err(KernelError::Treatment { column: column(), refusal });
        }
        let need_key = || key.ok_or_else(|| KernelError::NoTreatmentKey { column: column() });
        Ok(match treatment {
            Treatment::Hash => Self::Hash(need_key()?.hash_key()),
            Treatment::Encrypt => Self::Encrypt(need_key()?.encryption_key()),
            Treatment::Redact => Self::Redact,
            Treatment::Last4 => Self::Last4,
            Treatment::Drop => {
                let refusal = "a dropped column has no values to be loaded".into();
                return Err(KernelError::Treatment { column: column(), refusal });
            }
        })
    }

    /// A treater for one block's column.
    pub(crate) fn treater(&self) -> Treater {
        match self {
            Self::Hash(key) => Treater::Hash(Box::new(Hasher::new(key))),
            Self::Encrypt(key) => Treater::Encrypt(Box::new(Encryptor::new(key))),
            Self::Redact => Treater::Redact,
            Self::Last4 => Treater::Last4,
        }
    }
}

impl fmt::Debug for TextTreatment {
    /// The treatment's word; never its key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Hash(_) => "hash",
            Self::Encrypt(_) => "encrypt",
            Self::Redact => "redact",
            Self::Last4 => "last4",
        })
    }
}

/// Treats texts one after the other.
pub(crate) enum Treater {
    Hash(Box<Hasher>),
    Encrypt(Box<Encryptor>),
    Redact,
    Last4,
}

/// A text that could not be encrypted; nothing of it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NotTreated;

impl Treater {
    /// Appends what a text (UTF-8) is treated to.
    pub(crate) fn treat_into(&mut self, text: &[u8], out: &mut Vec<u8>) -> Result<(), NotTreated> {
        match self {
            Self::Hash(hasher) => hasher.hash_into(text, out),
            Self::Encrypt(encryptor) => return encryptor.encrypt_into(text, out),
            Self::Redact => out.extend_from_slice(mask::REDACTED),
            Self::Last4 => out.extend_from_slice(mask::last4(text)),
        }
        Ok(())
    }
}
