//! The example project: a small bank, its definitions, its DAG files, and two days of drops.

mod bank;
mod drops;
mod random;

use std::path::{Path, PathBuf};

use crate::error::CommandError;

pub(crate) use drops::{BAD_DROP, drops};

/// Days that have drops, in order.
pub(crate) const DAYS: [&str; 2] = ["2026-11-20", "2026-11-21"];

macro_rules! example {
    ($($path:literal),* $(,)?) => {
        &[$(($path, include_str!(concat!("../../../../", $path)))),*]
    };
}

/// The example project's files: the same that stand at the top of naru's repository.
const FILES: &[(&str, &str)] = example![
    "table-defs/card/approval.csv",
    "table-defs/deposit/account.csv",
    "table-defs/deposit/transaction.csv",
    "table-defs/market/exchange_rate.csv",
    "table-defs/organization/branch.csv",
    "dags/cardsys__card__approval__p3__append__auto__d.py",
    "dags/corebank__deposit__account__p2__replace__auto__d.py",
    "dags/corebank__deposit__transaction__p2__append__auto__d.py",
    "dags/hr__organization__branch__p0__replace__pl__m.py",
    "dags/market__market__exchange_rate__p0__append__pl__d.py",
];

/// Refuses a directory that holds jobs of another project: they would mix with the example's.
pub(crate) fn refuse_other_project(root: &Path) -> Result<(), CommandError> {
    let is_ours = FILES.iter().any(|(relative, _)| root.join(relative).exists());
    let entries = std::fs::read_dir(root.join("dags")).into_iter().flatten().flatten();
    let has_jobs = entries.into_iter().any(|entry| entry.path().extension().is_some_and(|e| e == "py"));
    if is_ours || !has_jobs {
        return Ok(());
    }
    Err(CommandError::usage(format!("{} holds another project", root.display()))
        .hint("give the demo a directory of its own: `naru demo DIR`"))
}

/// Writes the example project's files where they are not there yet; the paths written.
pub(crate) fn write_files(root: &Path) -> Result<Vec<PathBuf>, CommandError> {
    let mut written = Vec::new();
    for (relative, text) in FILES {
        let path = root.join(relative);
        if write_new(&path, text.as_bytes())? {
            written.push(path);
        }
    }
    Ok(written)
}

/// Writes a file unless it is there; whether it was written. It appears under its name complete or not at all.
pub(crate) fn write_new(path: &Path, bytes: &[u8]) -> Result<bool, CommandError> {
    if path.exists() {
        return Ok(false);
    }
    let parent = path.parent().unwrap_or(path);
    std::fs::create_dir_all(parent).map_err(|error| CommandError::io("create", parent, &error))?;
    let mut hidden = path.as_os_str().to_owned();
    hidden.push(".tmp");
    let hidden = PathBuf::from(hidden);
    std::fs::write(&hidden, bytes).map_err(|error| CommandError::io("write", path, &error))?;
    std::fs::rename(&hidden, path).map_err(|error| CommandError::io("write", path, &error))?;
    Ok(true)
}
