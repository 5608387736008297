//! Table definitions: `table-defs/<database>/<table>.csv`, what the source columns are called and what they become.
//!
//! ```text
//!  bytes ──text──▶ UTF-8 ──records──▶ rows ─┬─ @name,…  ──settings──▶ Settings ──┐
//!                                           ├─ header   ──header────▶ HeaderRow  ├─ checks ─▶ TableDefinition
//!                                           └─ the rest ──column────▶ drafts ────┘     └────▶ every fault, with its place
//! ```
//!
//! `docs/table-definitions.md` describes the file for its authors.

mod column;
mod column_checks;
mod control;
mod control_checks;
mod digest;
mod faults;
mod header;
mod merge_checks;
mod merge_settings;
mod mode_checks;
mod order;
mod order_checks;
mod parse;
mod records;
mod rename_checks;
mod reserved;
mod setting;
mod setting_checks;
mod setting_value;
mod settings;
mod table;
mod text;
mod treatment_checks;

pub use column::DefinedColumn;
pub(crate) use column_checks::{MAX_NAME_BYTES, suggest_name};
pub use faults::Place;
pub use header::{ColumnPlace, Field};
pub(crate) use reserved::is_reserved;
pub use setting::Setting;
pub use table::{IS_CURRENT_DESCRIPTION, LOAD_INTERVAL_DESCRIPTION, VALID_FROM_DESCRIPTION, VALID_TO_DESCRIPTION};

use crate::control::Control;
use crate::landing::CompleteWhen;
use crate::merge::MergeRules;
use crate::plan::{EmptyPolicy, PlanColumn, RejectLimit, ReplaceScope};
use crate::table_spec::{FileSettings, PartitionField, SortField};
use crate::{Dialect, Fault, Level, Mode};

/// A table definition without a fault of its own.
#[derive(Debug, Clone, PartialEq)]
pub struct TableDefinition {
    file: String,
    dialect: Dialect,
    file_settings: FileSettings,
    partition: Vec<(PartitionField, Place)>,
    sort: Vec<(SortField, Place)>,
    columns: Vec<DefinedColumn>,
    reject_limit: RejectLimit,
    empty: EmptyPolicy,
    replace: ReplaceScope,
    control: Option<Control>,
    complete: Option<CompleteWhen>,
    merge: MergeRules,
    /// Where each setting of merging that stands in the file has its first value.
    merge_places: Vec<(Setting, Place)>,
}

impl TableDefinition {
    /// Reads a definition file's content; `file` is its path as faults should name it.
    ///
    /// # Errors
    /// Every fault of the file, in the order of their places.
    pub fn parse(bytes: &[u8], file: &str) -> Result<Self, Vec<Fault>> {
        parse::parse(bytes, file)
    }

    /// The path that it was read from.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// How the source files are written.
    pub fn dialect(&self) -> &Dialect {
        &self.dialect
    }

    /// The columns in the file's order, those passed over included.
    pub fn columns(&self) -> &[DefinedColumn] {
        &self.columns
    }

    /// How many bad rows a run may have; none unless the file says otherwise.
    pub fn reject_limit(&self) -> RejectLimit {
        self.reject_limit
    }

    /// Whether a run without sources or rows is fine.
    pub fn empty(&self) -> EmptyPolicy {
        self.empty
    }

    /// What `replace` replaces.
    pub fn replace(&self) -> ReplaceScope {
        self.replace
    }

    /// Where control totals stand; none: the source declares none.
    pub fn control(&self) -> Option<&Control> {
        self.control.as_ref()
    }

    /// When all files of an interval are there; none: as `[landing]` of `naru.toml` says. It is no part of the digest, since it
    /// says nothing of how a load is done.
    pub fn complete(&self) -> Option<&CompleteWhen> {
        self.complete.as_ref()
    }

    /// How the modes `merge` and `scd2` find and change earlier rows of a key.
    pub fn merge(&self) -> &MergeRules {
        &self.merge
    }

    /// The columns as a load plan has them. One without a level counts as the job's: nobody has said that it is less.
    pub fn plan_columns(&self, job_level: Level) -> Vec<PlanColumn> {
        self.columns.iter().map(|column| column.plan(job_level)).collect()
    }

    /// The faults of this definition under a job of this level: columns above it, whether loaded or passed over (landing
    /// holds the raw value of both), and partition fields that would show values of columns without a level of their own.
    pub fn check_level(&self, job_level: Level) -> Vec<Fault> {
        let highest = self.columns.iter().filter_map(|column| column.level).max().unwrap_or(job_level);
        let needed = order_checks::level_name(highest);
        let mut faults = faults::Faults::new(&self.file);
        for column in &self.columns {
            let Some(level) = column.level.filter(|level| *level > job_level) else { continue };
            let name = column.target.as_ref().unwrap_or(&column.source);
            let (level, job) = (order_checks::level_name(level), order_checks::level_name(job_level));
            let message = format!("column \"{name}\" is {level}, above its job's {job}");
            let hint = format!("the job's name needs the level {needed}");
            faults.add_hint(column.place.of(Field::Level), message, hint);
        }
        if job_level >= Level::P2 {
            self.check_unclassified_partition(job_level, &mut faults);
        }
        faults.into_sorted()
    }

    /// The faults of this definition under a job of this mode: a key that is missing, settings that the mode does not
    /// heed, and columns that are named as those that the mode adds.
    pub fn check_mode(&self, mode: Mode) -> Vec<Fault> {
        let mut faults = faults::Faults::new(&self.file);
        mode_checks::check(self, mode, &mut faults);
        faults.into_sorted()
    }

    /// The faults of this definition where Glue's runs have no treatment key: columns that are loaded under it.
    pub fn check_glue_key(&self) -> Vec<Fault> {
        let mut faults = faults::Faults::new(&self.file);
        for column in &self.columns {
            let Some((name, treatment)) = column.target.as_ref().zip(column.treatment) else { continue };
            if treatment.needs_key() {
                let message =
                    format!("column \"{name}\" is treated with a key, which the job's runs on Glue do not have");
                let hint = "write [glue] treatment_key_secret in naru.toml (docs/treatments.md says more), or `pl` as the \
                            engine in the job's name";
                faults.add_hint(column.place.of(Field::Treatment), message, hint);
            }
        }
        faults.into_sorted()
    }

    /// SHA-256 of what the definition says, as 64 hexadecimal digits. Layout of the file (blank rows, spaces, order of
    /// settings, words for the same value) does not change it.
    pub fn digest(&self) -> String {
        digest::digest(self)
    }

    fn check_unclassified_partition(&self, job_level: Level, faults: &mut faults::Faults) {
        for (field, place) in self.partition.iter().filter(|(field, _)| order_checks::shows_values(field.transform)) {
            let mut named = self.columns.iter().filter(|column| column.target.as_ref() == Some(&field.column));
            if named.any(|column| column.level.is_none()) {
                let (message, hint) = order_checks::exposure(field, job_level);
                let hint = format!("{hint}; or write the column's level, if it is p0 or p1");
                faults.add_hint(*place, message, hint);
            }
        }
    }
}
