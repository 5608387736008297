//! Writes what a merge changes: new rows, and the files that lose rows, each in the way that costs less.

use std::collections::{BTreeMap, HashMap};
use std::sync::Mutex;

use arrow_array::RecordBatch;
use futures::executor::block_on;
use iceberg::spec::Struct;
use naru_core::merge::MergeWrite;
use naru_core::merge::cost::{FileChange, Way, choose};
use naru_lake::{DataFile, LakeTable};

use crate::LoadError;
use crate::data_files::DataFiles;
use crate::merge::MergeBounds;
use crate::merge::changes::{Changes, MergeCounts};
use crate::merge::search::{Match, Searched, side_by_side};
use crate::row_writer::RowWriter;
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

/// Writes all files; on an error none of them is left, as well as storage allows.
pub(crate) fn write(
    changes: &Changes,
    matches: &[Match],
    searched: &Searched,
    target: &WriteTarget<'_>,
    (way, bounds): (MergeWrite, MergeBounds<'_>),
) -> Result<(MergeFiles, MergeCounts), LoadError> {
    let mut files = MergeFiles::default();
    let mut counts = changes.counts;
    let result = write_rows(&changes.own, target, bounds)
        .map(|added| files.added = added)
        .and_then(|()| write_rows(&changes.others, target, bounds))
        .map(|rewritten| files.rewritten = rewritten)
        .and_then(|()| {
            take_away(changes, matches, searched, target.table, (way, bounds.threads), (&mut files, &mut counts))
        });
    match result {
        Ok(()) => Ok((files, counts)),
        Err(error) => {
            target.delete(files.written());
            Err(error)
        }
    }
}

fn write_rows(
    batches: &[RecordBatch],
    target: &WriteTarget<'_>,
    bounds: MergeBounds<'_>,
) -> Result<Vec<DataFile>, LoadError> {
    let files = DataFiles::new(target);
    let mut writer = RowWriter::new(target, &files, bounds.worker_bytes, bounds.progress);
    let written = batches.iter().try_for_each(|batch| writer.write(batch.clone())).and_then(|()| writer.finish());
    match written {
        Ok(()) => files.finish(),
        Err(error) => {
            target.delete(files.abandon().iter());
            Err(error)
        }
    }
}

/// Takes the rows that are gone out of their files.
fn take_away(
    changes: &Changes,
    matches: &[Match],
    searched: &Searched,
    table: &LakeTable,
    (way, threads): (MergeWrite, usize),
    (files, counts): (&mut MergeFiles, &mut MergeCounts),
) -> Result<(), LoadError> {
    let mut gone: BTreeMap<usize, Vec<u64>> = BTreeMap::new();
    for index in &changes.gone {
        gone.entry(matches[*index].file).or_default().push(matches[*index].position);
    }
    let mut rewrites = Vec::new();
    let mut deletes: HashMap<(i32, Struct), BTreeMap<String, Vec<u64>>> = HashMap::new();
    for (index, mut positions) in gone {
        positions.sort_unstable();
        let file = &searched.files[index];
        let before = searched.deleted.of(file.location());
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
                positions.extend(before);
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
