//! What `naru sync` has to do: what a project must have in its buckets, against what is there.
//!
//! ```text
//!  the project's files ─▶ WantedFile ─┐                        put: definitions ▸ program ▸ [jobs] ▸ manifest ▸ DAG files
//!  the buckets' objects ─▶ FoundFile ─┴─▶ file_steps ─▶ order ─┤
//!                                                              remove: DAG files ▸ [jobs] ▸ definitions
//! ```
//!
//! The order is the promise: whatever is used is there before what uses it, and what uses it goes first. So a sync that
//! fails anywhere leaves what ran before running, and the same sync again goes on.

mod claim;
mod record;

use std::collections::BTreeMap;

use serde::Serialize;

pub use claim::{CLAIM_KEY, ClaimState, ClaimStatus, ProcessName, STALE_MINUTES, SyncClaim};
pub use record::{SyncCounts, SyncRecord, SyncStatus};

/// What a file is, in the order in which they are put.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// `naru.toml` and the table definitions.
    Definitions,
    /// The Spark program of one version.
    Program,
    /// The manifest.
    Manifest,
    /// DAG files.
    Dags,
}

impl Part {
    /// What one of it is called.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Definitions => "definition",
            Self::Program => "program",
            Self::Manifest => "manifest",
            Self::Dags => "DAG file",
        }
    }
}

/// A file that must be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WantedFile {
    /// What it is.
    pub part: Part,
    /// Its key in the bucket of its part, or its name in the directory.
    pub key: String,
    /// SHA-256 of its content, in hexadecimal digits.
    pub digest: String,
}

/// A file that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundFile {
    /// What it is.
    pub part: Part,
    /// Its key.
    pub key: String,
    /// SHA-256 of its content as it was put; none: it was not put by naru.
    pub digest: Option<String>,
}

/// What is done about a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FileChange {
    /// There is none.
    Create,
    /// It has another content.
    Update,
    /// The project has it no more.
    Remove,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileStep {
    /// What it is about.
    pub part: Part,
    /// What is done.
    pub change: FileChange,
    /// The file.
    pub key: String,
}

/// A version's program is there with another content, which never changes: jobs may run it at this moment.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{key} is there with another content, and a version's program never changes")]
pub struct ProgramDiffers {
    /// The file.
    pub key: String,
}

/// The steps that make what is there what must be there, in the order of their parts, removals last and in the reverse
/// order. What naru has not put is never removed; a program of another version neither, since a run may be using it.
///
/// # Errors
/// A file of the program that has another content, unless `replace_program`.
pub fn file_steps(
    wanted: &[WantedFile],
    found: &[FoundFile],
    replace_program: bool,
) -> Result<Vec<FileStep>, ProgramDiffers> {
    let there: BTreeMap<(Part, &str), Option<&str>> =
        found.iter().map(|file| ((file.part, file.key.as_str()), file.digest.as_deref())).collect();
    let mut steps = Vec::new();
    for file in wanted {
        let change = match there.get(&(file.part, file.key.as_str())) {
            None => FileChange::Create,
            Some(Some(digest)) if *digest == file.digest => continue,
            Some(_) if file.part == Part::Program && !replace_program => {
                return Err(ProgramDiffers { key: file.key.clone() });
            }
            Some(_) => FileChange::Update,
        };
        steps.push(FileStep { part: file.part, change, key: file.key.clone() });
    }
    let kept: BTreeMap<(Part, &str), ()> = wanted.iter().map(|file| ((file.part, file.key.as_str()), ())).collect();
    let is_gone = |file: &&FoundFile| {
        file.digest.is_some() && file.part != Part::Program && !kept.contains_key(&(file.part, file.key.as_str()))
    };
    let gone = found.iter().filter(is_gone);
    steps.extend(gone.map(|file| FileStep { part: file.part, change: FileChange::Remove, key: file.key.clone() }));
    steps.sort_by(|one, other| place(one).cmp(&place(other)));
    Ok(steps)
}

/// Where a step stands among all.
fn place(step: &FileStep) -> (bool, i8, &str) {
    let is_removal = step.change == FileChange::Remove;
    let part = step.part as i8;
    (is_removal, if is_removal { -part } else { part }, &step.key)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use proptest::prelude::*;

    use super::*;

    const PARTS: [Part; 4] = [Part::Definitions, Part::Program, Part::Manifest, Part::Dags];

    fn wanted(part: Part, key: &str, digest: &str) -> WantedFile {
        WantedFile { part, key: key.into(), digest: digest.into() }
    }

    fn found(part: Part, key: &str, digest: Option<&str>) -> FoundFile {
        FoundFile { part, key: key.into(), digest: digest.map(Into::into) }
    }

    fn told(steps: &[FileStep]) -> Vec<String> {
        steps.iter().map(|step| format!("{:?} {}", step.change, step.key)).collect()
    }

    #[test]
    fn what_is_used_is_put_before_what_uses_it_and_removed_after_it() {
        let wanted = [
            wanted(Part::Dags, "dags/b.py", "2"),
            wanted(Part::Manifest, "m", "1"),
            wanted(Part::Definitions, "d/b.csv", "1"),
            wanted(Part::Program, "main.py", "1"),
            wanted(Part::Dags, "dags/same.py", "1"),
        ];
        let found = [
            found(Part::Definitions, "d/a.csv", Some("1")),
            found(Part::Dags, "dags/a.py", Some("1")),
            found(Part::Dags, "dags/b.py", Some("1")),
            found(Part::Dags, "dags/same.py", Some("1")),
            found(Part::Dags, "dags/others.py", None),
        ];
        let steps = file_steps(&wanted, &found, false).unwrap();
        let right =
            ["Create d/b.csv", "Create main.py", "Create m", "Update dags/b.py", "Remove dags/a.py", "Remove d/a.csv"];
        assert_eq!(told(&steps), right);
    }

    #[test]
    fn a_versions_program_never_changes_by_itself() {
        let (wanted, found) = ([wanted(Part::Program, "main.py", "2")], [found(Part::Program, "main.py", Some("1"))]);
        assert_eq!(file_steps(&wanted, &found, false), Err(ProgramDiffers { key: "main.py".into() }));
        assert_eq!(told(&file_steps(&wanted, &found, true).unwrap()), ["Update main.py"]);
    }

    proptest! {
        #[test]
        fn done_in_any_number_of_tries_it_ends_the_same(
            wanted_files in proptest::collection::btree_map((0_usize..4, "[a-c]"), "[0-2]", 0..10),
            found_files in proptest::collection::btree_map((0_usize..4, "[a-c]"), proptest::option::of("[0-2]"), 0..10),
            stops_after in 0_usize..12,
        ) {
            let wanted: Vec<_> = wanted_files.iter().map(|((part, key), digest)| wanted(PARTS[*part], key, digest)).collect();
            let mut there: BTreeMap<(Part, String), Option<String>> =
                found_files.iter().map(|((part, key), digest)| ((PARTS[*part], key.clone()), digest.clone())).collect();
            let look = |there: &BTreeMap<(Part, String), Option<String>>| there.iter()
                .map(|((part, key), digest)| found(*part, key, digest.as_deref())).collect::<Vec<_>>();
            let carry_out = |there: &mut BTreeMap<(Part, String), Option<String>>, steps: &[FileStep]| {
                for step in steps {
                    let key = (step.part, step.key.clone());
                    match step.change {
                        FileChange::Remove => { there.remove(&key); }
                        _ => {
                            let file = wanted.iter().find(|file| file.part == step.part && file.key == step.key).unwrap();
                            there.insert(key, Some(file.digest.clone()));
                        }
                    }
                }
            };
            let steps = file_steps(&wanted, &look(&there), true).unwrap();
            carry_out(&mut there, &steps[..stops_after.min(steps.len())]);
            let rest = file_steps(&wanted, &look(&there), true).unwrap();
            prop_assert_eq!(rest.len(), steps.len().saturating_sub(stops_after));
            carry_out(&mut there, &rest);
            prop_assert_eq!(file_steps(&wanted, &look(&there), true).unwrap(), vec![]);
            for file in &wanted {
                prop_assert_eq!(there.get(&(file.part, file.key.clone())), Some(&Some(file.digest.clone())));
            }
        }
    }
}
