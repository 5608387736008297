//! The kinds of tables that sequences are about.

use super::append::Append;
use super::definition::Definition;
use super::replace::{ReplacePartitions, ReplaceTable};
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
const PLAIN: &[&str] = &["id", "name", "amount", "region"];

impl Kind {
    /// The definition as it is at first.
    pub(crate) fn definition(&self) -> Definition {
        Definition::new(self.settings, self.columns)
    }

    pub(crate) fn is_partitioned(&self) -> bool {
        self.settings.contains("@partition")
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
