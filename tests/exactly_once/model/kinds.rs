//! The kinds of tables that sequences are about.

use super::append::Append;
use super::replace::{ReplacePartitions, ReplaceTable};
use super::table_model::TableModel;

/// A kind of table: its definition and its model.
pub(crate) struct Kind {
    /// A word for messages.
    pub(crate) name: &'static str,
    pub(crate) job: &'static str,
    /// Setting rows of the definition.
    pub(crate) settings: &'static str,
    /// The definition's columns; a source's column has the target's name.
    pub(crate) columns: &'static [&'static str],
    pub(crate) model: fn() -> Box<dyn TableModel>,
}

/// Every column that a definition can have, with its row.
const COLUMNS: [(&str, &str); 6] = [
    ("id", "id,id,bigint,1,y,p0"),
    ("name", "name,name,string,,,p0"),
    ("amount", "amount,amount,\"decimal(12,2)\",,,p0"),
    ("region", "region,region,string,,,p0"),
    ("changed_at", "changed_at,changed_at,timestamp,,y,p0"),
    ("state", "state,state,string,,,p0"),
];

const APPEND: &str = "core__deposit__account__p1__append__pl__d";
const REPLACE: &str = "core__deposit__account__p1__replace__pl__d";
const PLAIN: &[&str] = &["id", "name", "amount", "region"];

impl Kind {
    /// The definition's text.
    pub(crate) fn definition(&self) -> String {
        let rows = COLUMNS.iter().filter(|(name, _)| self.columns.contains(name));
        let rows: String = rows.map(|(_, row)| format!("{row}\n")).collect();
        format!("{}source,target,type,key,required,level\n{rows}", self.settings)
    }

    pub(crate) fn is_partitioned(&self) -> bool {
        self.settings.contains("@partition")
    }
}

pub(crate) fn append() -> Kind {
    Kind { name: "append", job: APPEND, settings: "", columns: PLAIN, model: || Box::new(Append::default()) }
}

pub(crate) fn append_to_partitions() -> Kind {
    let settings = "@partition,\"bucket(2, id)\",region\n@sort,name,amount desc\n";
    Kind { name: "append to partitions", settings, ..append() }
}

pub(crate) fn replace() -> Kind {
    Kind { name: "replace", job: REPLACE, settings: "", columns: PLAIN, model: || Box::new(ReplaceTable::default()) }
}

pub(crate) fn replace_partitions() -> Kind {
    Kind {
        name: "replace partitions",
        settings: "@partition,region\n@replace,partitions\n",
        model: || Box::new(ReplacePartitions::by("region")),
        ..replace()
    }
}
