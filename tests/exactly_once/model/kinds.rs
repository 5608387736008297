//! The kinds of tables that sequences are about.

use super::append::Append;
use super::batch::DAYS;
use super::definition::Definition;
use super::merge::Merge;
use super::replace::{ReplacePartitions, ReplaceTable};
use super::scd2::Scd2;
use super::table_model::TableModel;

/// A kind of table: its definition and its model.
pub(crate) struct Kind {
    /// A word for messages.
    pub(crate) name: &'static str,
    pub(crate) job: &'static str,
    /// Setting rows of the definition.
    pub(crate) settings: &'static str,
    /// The definition's columns at first.
    pub(crate) columns: &'static [&'static str],
    /// Whether the definition changes.
    pub(crate) evolves: bool,
    pub(crate) model: fn() -> Box<dyn TableModel>,
}

const APPEND: &str = "core__deposit__account__p1__append__pl__d";
const REPLACE: &str = "core__deposit__account__p1__replace__pl__d";
const MERGE: &str = "core__deposit__account__p1__merge__pl__d";
const SCD2: &str = "core__deposit__account__p1__scd2__pl__d";
const PLAIN: &[&str] = &["id", "name", "amount", "region"];
const CHANGES: &[&str] = &["id", "name", "amount", "region", "changed_at", "state"];

impl Kind {
    /// The definition as it is at first.
    pub(crate) fn definition(&self) -> Definition {
        Definition::new(self.settings, self.columns)
    }

    pub(crate) fn is_partitioned(&self) -> bool {
        self.settings.contains("@partition")
    }

    /// The columns that tell rows of one batch apart; none: rows may be equal in all columns.
    pub(crate) fn unique(&self) -> &'static [&'static str] {
        match (self.job, self.settings.contains("@valid_from")) {
            (SCD2, true) => &["id", "changed_at"],
            (MERGE | SCD2, _) => &["id"],
            _ => &[],
        }
    }

    pub(crate) fn has_history(&self) -> bool {
        self.job == SCD2
    }
}

pub(crate) fn append() -> Kind {
    Kind {
        name: "append",
        job: APPEND,
        settings: "",
        columns: PLAIN,
        evolves: false,
        model: || Box::new(Append::default()),
    }
}

pub(crate) fn append_to_partitions() -> Kind {
    let settings = "@partition,\"bucket(2, id)\",region\n@sort,name,amount desc\n";
    Kind { name: "append to partitions", settings, ..append() }
}

pub(crate) fn replace() -> Kind {
    Kind {
        name: "replace",
        job: REPLACE,
        settings: "",
        columns: PLAIN,
        evolves: false,
        model: || Box::new(ReplaceTable::default()),
    }
}

pub(crate) fn replace_partitions() -> Kind {
    Kind {
        name: "replace partitions",
        settings: "@partition,region\n@replace,partitions\n",
        model: || Box::new(ReplacePartitions::by("region")),
        ..replace()
    }
}

pub(crate) fn append_evolving() -> Kind {
    Kind { name: "append to a table whose definition changes", evolves: true, ..append() }
}

pub(crate) fn replace_evolving() -> Kind {
    Kind { name: "replace a table whose definition changes", evolves: true, ..replace() }
}

/// Without an order: an interval older than the newest loaded one is refused.
pub(crate) fn merge() -> Kind {
    Kind {
        name: "merge",
        job: MERGE,
        settings: "",
        columns: PLAIN,
        evolves: false,
        model: || Box::new(Merge::default()),
    }
}

pub(crate) fn merge_deleting() -> Kind {
    Kind {
        name: "merge with deletions, by position deletes",
        settings: "@deleted,state,D\n@merge_write,position-deletes\n",
        columns: &["id", "name", "amount", "state"],
        model: || Box::new(Merge::default().deleting("state", "D")),
        ..merge()
    }
}

pub(crate) fn merge_ordered() -> Kind {
    Kind {
        name: "merge by order",
        settings: "@order_by,changed_at\n@deleted,state,D\n@merge_write,position-deletes\n",
        columns: CHANGES,
        model: || Box::new(Merge::ordered_by("changed_at").deleting("state", "D")),
        ..merge()
    }
}

/// Partitioned by the key: a key's rows are always in one partition.
pub(crate) fn merge_by_key_partitions() -> Kind {
    let settings = "@partition,\"bucket(2, id)\"\n@order_by,changed_at\n@deleted,state,D\n\
        @merge_write,position-deletes\n";
    Kind { name: "merge into partitions of the key", settings, ..merge_ordered() }
}

/// Partitioned by another column: a row that changes may go to another partition.
pub(crate) fn merge_into_partitions() -> Kind {
    let settings = "@partition,region\n@order_by,changed_at\n@deleted,state,D\n@merge_write,copy-on-write\n";
    Kind { name: "merge into partitions of a column that changes", settings, ..merge_ordered() }
}

pub(crate) fn merge_evolving() -> Kind {
    Kind {
        name: "merge into a table whose definition changes",
        settings: "@order_by,changed_at\n@merge_write,position-deletes\n",
        columns: &["id", "name", "amount", "region", "changed_at"],
        evolves: true,
        model: || Box::new(Merge::ordered_by("changed_at")),
        ..merge()
    }
}

/// The starts of the intervals in the project's time zone, which is nine hours ahead of UTC, as a reader sees them.
fn starts() -> Vec<String> {
    let days: [&str; DAYS.len()] = ["2026-11-17", "2026-11-18", "2026-11-19", "2026-11-20", "2026-11-21"];
    days.iter().map(|day| format!("{day}T15:00:00")).collect()
}

pub(crate) fn scd2() -> Kind {
    Kind {
        name: "scd2",
        job: SCD2,
        settings: "@valid_from,changed_at\n@deleted,state,D\n@merge_write,position-deletes\n",
        columns: CHANGES,
        evolves: false,
        model: || Box::new(Scd2::new(Some("changed_at"), starts()).deleting("state", "D")),
    }
}

pub(crate) fn scd2_in_partitions() -> Kind {
    let settings = "@partition,\"bucket(2, id)\"\n@valid_from,changed_at\n@deleted,state,D\n";
    Kind { name: "scd2 in partitions", settings, ..scd2() }
}

/// Without times of change: they are the intervals' starts.
pub(crate) fn scd2_by_interval() -> Kind {
    Kind {
        name: "scd2 by interval",
        settings: "@deleted,state,D\n",
        columns: &["id", "name", "state"],
        model: || Box::new(Scd2::new(None, starts()).deleting("state", "D")),
        ..scd2()
    }
}

pub(crate) fn scd2_evolving() -> Kind {
    Kind {
        name: "scd2 in a table whose definition changes",
        settings: "@valid_from,changed_at\n",
        columns: &["id", "name", "amount", "changed_at"],
        evolves: true,
        model: || Box::new(Scd2::new(Some("changed_at"), starts())),
        ..scd2()
    }
}
