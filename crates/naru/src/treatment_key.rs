//! The treatment key of a phase: from the environment, or from a file that the environment or, for an embedded lake,
//! `naru.toml` names.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use naru_load::{KeyError, KeySource, TreatmentKey};
use zeroize::Zeroizing;

/// Holds the key itself. No option has this name: arguments are seen by every user of the machine.
const KEY_VARIABLE: &str = "NARU_TREATMENT_KEY";

/// Names a file that holds the key.
const FILE_VARIABLE: &str = "NARU_TREATMENT_KEY_FILE";

/// A file that is longer than this holds something else.
const GREATEST_FILE_BYTES: u64 = 4096;

/// Where the key of a phase is looked for.
pub(crate) struct LocalKey {
    /// The file that `naru.toml` names for the phase.
    pub(crate) configured_file: Option<PathBuf>,
}

impl LocalKey {
    /// The file that a program must be told to read, since it looks for a key in the environment only.
    pub(crate) fn file_to_pass_on(&self) -> Option<&Path> {
        let is_said = set(KEY_VARIABLE).is_some() || set(FILE_VARIABLE).is_some();
        self.configured_file.as_deref().filter(|_| !is_said)
    }
}

impl KeySource for LocalKey {
    fn treatment_key(&self) -> Result<TreatmentKey, KeyError> {
        let key = set(KEY_VARIABLE).map(|key| Zeroizing::new(key.into_encoded_bytes()));
        let file = set(FILE_VARIABLE);
        match (key, file) {
            (Some(_), Some(_)) => Err(KeyError::Ambiguous(KEY_VARIABLE.into(), FILE_VARIABLE.into())),
            (Some(key), None) => TreatmentKey::parse(&key, KEY_VARIABLE),
            (None, Some(file)) => read(Path::new(&file)),
            (None, None) => match &self.configured_file {
                Some(file) => read(file),
                None => {
                    Err(KeyError::Missing { remedy: format!("set {KEY_VARIABLE}, or {FILE_VARIABLE} to its file") })
                }
            },
        }
    }
}

/// An environment variable; none if it is not set, or empty.
fn set(variable: &str) -> Option<OsString> {
    std::env::var_os(variable).filter(|value| !value.is_empty())
}

fn read(file: &Path) -> Result<TreatmentKey, KeyError> {
    let place = file.display().to_string();
    let unreadable = |error: std::io::Error| KeyError::Unreadable { place: place.clone(), reason: error.to_string() };
    let length = std::fs::metadata(file).map_err(unreadable)?.len();
    if length > GREATEST_FILE_BYTES {
        return Err(KeyError::Malformed { place });
    }
    let text = Zeroizing::new(std::fs::read(file).map_err(unreadable)?);
    TreatmentKey::parse(&text, &place)
}
