//! The treatment key of an executor: from its environment, or from a file that the environment names.

use naru_decode::{KeyError, TreatmentKey};
use pyo3::create_exception;
use pyo3::exceptions::PyException;
use pyo3::prelude::*;
use zeroize::Zeroizing;

/// Holds the key itself.
const KEY_VARIABLE: &str = "NARU_TREATMENT_KEY";

/// Names a file that holds the key.
const FILE_VARIABLE: &str = "NARU_TREATMENT_KEY_FILE";

/// A file that is longer than this holds something else.
const GREATEST_FILE_BYTES: u64 = 4096;

create_exception!(naru_decode, TreatmentKeyError, PyException, "There is no treatment key, or what is given is none.");

/// The key that the caller gives, with where it has it from; or, as `naru run` looks for it, that of the environment.
pub(crate) fn treatment_key(given: Option<(Vec<u8>, String)>) -> PyResult<TreatmentKey> {
    let key = match given {
        Some((key, place)) => TreatmentKey::parse(&Zeroizing::new(key), &place),
        None => read(),
    };
    key.map_err(|error| {
        let hint = if let KeyError::Missing { remedy } = &error { format!("; {remedy}") } else { String::new() };
        TreatmentKeyError::new_err(format!("{error}{hint}"))
    })
}

fn read() -> Result<TreatmentKey, KeyError> {
    let set = |name| std::env::var_os(name).filter(|value| !value.is_empty());
    let key = set(KEY_VARIABLE).map(|key| Zeroizing::new(key.into_encoded_bytes()));
    match (key, set(FILE_VARIABLE)) {
        (Some(_), Some(_)) => Err(KeyError::Ambiguous(KEY_VARIABLE.into(), FILE_VARIABLE.into())),
        (Some(key), None) => TreatmentKey::parse(&key, KEY_VARIABLE),
        (None, Some(file)) => {
            let place = file.to_string_lossy().into_owned();
            let unreadable = |e: std::io::Error| KeyError::Unreadable { place: place.clone(), reason: e.to_string() };
            if std::fs::metadata(&file).map_err(unreadable)?.len() > GREATEST_FILE_BYTES {
                return Err(KeyError::Malformed { place });
            }
            let text = Zeroizing::new(std::fs::read(&file).map_err(unreadable)?);
            TreatmentKey::parse(&text, &place)
        }
        (None, None) => {
            let remedy = format!("set {KEY_VARIABLE}, or {FILE_VARIABLE} to its file, on the driver and all executors");
            Err(KeyError::Missing { remedy })
        }
    }
}
