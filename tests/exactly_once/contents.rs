//! What a reader that is not naru's sees in a table, and which files it needs for that.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use arrow_array::RecordBatch;
use arrow_cast::display::{ArrayFormatter, FormatOptions};
use futures::TryStreamExt;
use iceberg::TableIdent;
use iceberg::spec::{ManifestList, TableMetadata};
use iceberg::table::StaticTable;
use naru_lake::{Lake, LakeTable};
use naru_local::{location_to_path, path_to_location};

use crate::sandbox::Sandbox;

/// What stands for null.
pub(crate) const NULL: &str = "␀";

/// A table's rows, by iceberg's own reader: each with how often it is there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Contents {
    /// Names in order; none for a table that does not exist.
    pub(crate) columns: Vec<String>,
    pub(crate) rows: BTreeMap<Vec<String>, usize>,
}

impl Contents {
    /// The newest state.
    pub(crate) fn of(lake: &Lake, (database, table): (&str, &str)) -> Self {
        let table = futures::executor::block_on(lake.table(database, table)).unwrap();
        table.map_or_else(Self::default, |table| on_runtime(read(&table)))
    }

    /// The rows that did not fit, without the time at which they were refused.
    pub(crate) fn of_quarantine(sandbox: &Sandbox) -> Self {
        let Self { mut columns, rows } = Self::of(sandbox.lake().lake(), sandbox.quarantine());
        let Some(at) = columns.iter().position(|column| column == "quarantined_at") else { return Self::default() };
        columns.remove(at);
        let mut timeless = BTreeMap::new();
        for (mut row, count) in rows {
            row.remove(at);
            *timeless.entry(row).or_default() += count;
        }
        Self { columns, rows: timeless }
    }

    /// Whether a reader can tell the two apart. A table without rows is as none.
    pub(crate) fn is_as(&self, other: &Self) -> bool {
        self.rows == other.rows && (self.columns == other.columns || self.rows.is_empty())
    }
}

/// All rows of a table's newest state, in the columns of its schema.
pub(crate) async fn batches(table: &LakeTable) -> Vec<RecordBatch> {
    let identifier = TableIdent::from_strs([table.database(), table.name()]).unwrap();
    let metadata = in_newest_schema(table.metadata());
    let readable = StaticTable::from_metadata(metadata, identifier, table.file_io().clone()).await.unwrap();
    readable.scan().build().unwrap().to_arrow().await.unwrap().try_collect().await.unwrap()
}

/// The metadata with all snapshots in the newest schema. iceberg reads a snapshot in the schema that it was made in, other
/// readers read the newest one in the table's: the two differ after a change of the schema alone.
fn in_newest_schema(metadata: &TableMetadata) -> TableMetadata {
    let mut json = serde_json::to_value(metadata).unwrap();
    let newest = json["current-schema-id"].clone();
    for snapshot in json["snapshots"].as_array_mut().into_iter().flatten() {
        snapshot["schema-id"] = newest.clone();
    }
    serde_json::from_value(json).unwrap()
}

async fn read(table: &LakeTable) -> Contents {
    let fields = table.metadata().current_schema().as_struct().fields().to_vec();
    let columns: Vec<String> = fields.iter().map(|field| field.name.clone()).collect();
    let mut rows = BTreeMap::new();
    let options = FormatOptions::default().with_null(NULL);
    for batch in batches(table).await {
        let column = |name: &String| ArrayFormatter::try_new(batch.column_by_name(name).unwrap(), &options).unwrap();
        let values: Vec<_> = columns.iter().map(column).collect();
        for n in 0..batch.num_rows() {
            *rows.entry(values.iter().map(|value| value.value(n).to_string()).collect()).or_default() += 1;
        }
    }
    Contents { columns, rows }
}

/// Paths of all files that the table's metadata refers to.
pub(crate) fn referred(table: &LakeTable) -> BTreeSet<String> {
    on_runtime(async {
        let metadata = table.metadata();
        let mut files = BTreeSet::from([table.metadata_location().to_string()]);
        files.extend(metadata.metadata_log().iter().map(|entry| entry.metadata_file.clone()));
        for snapshot in metadata.snapshots() {
            files.insert(snapshot.manifest_list().into());
            let list = table.file_io().new_input(snapshot.manifest_list()).unwrap().read().await.unwrap();
            let list = ManifestList::parse_with_version(&list, metadata.format_version()).unwrap();
            for file in list.entries() {
                files.insert(file.manifest_path.clone());
                let manifest = file.load_manifest(table.file_io()).await.unwrap();
                let live = manifest.entries().iter().filter(|entry| entry.is_alive());
                files.extend(live.map(|entry| entry.file_path().to_string()));
            }
        }
        files
    })
}

/// Locations of all files in a table's directory.
pub(crate) fn stored(location: &str) -> BTreeSet<String> {
    let mut files = BTreeSet::new();
    collect(&location_to_path(location).unwrap(), &mut files);
    files
}

fn collect(directory: &Path, files: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(directory).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else {
            files.insert(path_to_location(&path).unwrap());
        }
    }
}

/// Runs a future of iceberg's, which asks for tokio.
pub(crate) fn on_runtime<T>(future: impl Future<Output = T>) -> T {
    thread_local! {
        static RUNTIME: tokio::runtime::Runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    }
    RUNTIME.with(|runtime| runtime.block_on(future))
}
