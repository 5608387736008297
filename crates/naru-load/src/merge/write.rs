//! Writes what a merge changes: new rows, and the files that lose rows, each in the way that costs less.

use std::collections::{BTreeMap, HashMap};
use std::sync::Mutex;

use arrow_array::RecordBatch;
use futures::executor::block_on;
use iceberg::spec::Struct;
use naru_core::merge::MergeWrite;
use naru_core::merge::cost::{FileChange, Way, choose};
use naru_lake::{DataFile, LakeTable, LiveFile};
use naru_merge::{Changes, MergeCounts};

use crate::LoadError;
use crate::data_files::DataFiles;
use crate::merge::MergeBounds;
use crate::merge::search::{Match, Searched};
use crate::partitions::Partitions;
use crate::row_writer::RowWriter;
use crate::side_by_side::side_by_side;
use crate::write_target::WriteTarget;

/// Files of a merge, durable and in no table yet.
#[derive(Debug, Default)]
pub(crate) struct MergeFiles {
    /// With rows of the run's interval.
    pub(crate) added: Vec<DataFile>,
    /// With rows of other intervals.
    pub(crate) rewritten: Vec<DataFile>,
    pub(crate) deletes: Vec<DataFile>,
    /// Locations of data files that are no longer part of the table.
    pub(crate) removed: Vec<String>,
    /// Locations of data files that `deletes` refer to.
    pub(crate) referenced: Vec<String>,
}

impl MergeFiles {
    /// All that was written.
    pub(crate) fn written(&self) -> impl Iterator<Item = &DataFile> {
        self.added.iter().chain(&self.rewritten).chain(&self.deletes)
    }
}

/// The rows that go, by the file that they are in.
#[derive(Default)]
pub(crate) struct Gone(BTreeMap<String, GoneRows>);

struct GoneRows {
    file: LiveFile,
    /// Positions of rows that were gone before.
    before: Vec<u64>,
    /// Positions of those that go now.
    now: Vec<u64>,
}

impl Gone {
    /// Adds what one bucket's rows take away.
    pub(crate) fn add(&mut self, changes: &Changes, matches: &[Match], searched: &Searched) {
        for index in &changes.gone {
            let found = matches[*index];
            let file = &searched.files[found.file];
            let rows = self.0.entry(file.location().to_owned()).or_insert_with(|| GoneRows {
                file: file.clone(),
                before: searched.deleted.of(file.location()).to_vec(),
                now: Vec::new(),
            });
            rows.now.push(found.position);
        }
    }
}

impl MergeFiles {
    /// Writes the new rows of a bucket.
    pub(crate) fn write_rows(
        &mut self,
        changes: &Changes,
        target: &WriteTarget<'_>,
        bounds: MergeBounds<'_>,
    ) -> Result<(), LoadError> {
        self.added.extend(write_rows(&changes.own, target, bounds)?);
        self.rewritten.extend(write_rows(&changes.others, target, bounds)?);
        Ok(())
    }
}

fn write_rows(
    batches: &[RecordBatch],
    target: &WriteTarget<'_>,
    bounds: MergeBounds<'_>,
) -> Result<Vec<DataFile>, LoadError> {
    let files = DataFiles::new(target);
    let partitions = Partitions::new(target);
    let writer = RowWriter::new((target, &files, &partitions), bounds.worker_bytes, bounds.progress);
    let written = writer.and_then(|mut writer| {
        batches.iter().try_for_each(|batch| writer.write(batch.clone()))?;
        writer.finish()
    });
    match written.and_then(|()| partitions.write(&files, (bounds.threads, bounds.worker_bytes), bounds.progress)) {
        Ok(()) => files.finish(),
        Err(error) => {
            target.delete(files.abandon().iter());
            Err(error)
        }
    }
}

/// Takes the rows that go out of their files, each file in the way that costs less.
pub(crate) fn take_away(
    gone: Gone,
    table: &LakeTable,
    (way, threads): (MergeWrite, usize),
    (files, counts): (&mut MergeFiles, &mut MergeCounts),
) -> Result<(), LoadError> {
    let mut rewrites = Vec::new();
    let mut deletes: HashMap<(i32, Struct), BTreeMap<String, Vec<u64>>> = HashMap::new();
    for GoneRows { file, before, now: mut positions } in gone.0.into_values() {
        positions.sort_unstable();
        let change = FileChange {
            rows: file.record_count(),
            size_bytes: file.size_bytes(),
            deleted_before: before.len() as u64,
            deleted_now: positions.len() as u64,
        };
        match choose(way, &change) {
            Way::Remove => files.removed.push(file.location().to_owned()),
            Way::Rewrite => {
                files.removed.push(file.location().to_owned());
                positions.extend(&before);
                positions.sort_unstable();
                rewrites.push((file, positions));
            }
            Way::PositionDeletes => {
                files.referenced.push(file.location().to_owned());
                counts.position_deletes += positions.len() as u64;
                let partition = (file.spec_id(), file.partition().clone());
                deletes.entry(partition).or_default().insert(file.location().to_owned(), positions);
            }
        }
    }
    counts.rewritten_files = rewrites.len() as u64;
    // Kept where others can see them, so that an error leaves none behind.
    let written = Mutex::new(Vec::new());
    let rewrite = side_by_side(threads, &rewrites, |(file, positions)| {
        let file = block_on(table.rewrite_without(file, positions))?;
        written.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).push(file);
        Ok(())
    });
    files.rewritten.extend(written.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner()));
    rewrite?;
    for ((spec_id, partition), rows) in deletes {
        files.deletes.push(block_on(table.write_position_deletes(spec_id, &partition, &rows))?);
    }
    Ok(())
}
