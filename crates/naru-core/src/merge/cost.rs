//! How changed rows are taken away from a data file: by rewriting it, or by position deletes.

use super::MergeWrite;

/// How often a file is read before compaction takes its position deletes away: a daily table that is compacted after
/// one or two weeks.
pub const READS: u64 = 10;

/// What opening one more file costs a reader, in bytes that it could have read instead: a request of some milliseconds.
pub const OPEN_BYTES: u64 = 128 * 1024;

/// Rewriting reads a file and writes it.
const REWRITE_PASSES: u64 = 2;

/// One data file of the table, and how many of its rows a merge takes away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileChange {
    /// Rows in the file, those deleted before included.
    pub rows: u64,
    /// Size of the file, in bytes.
    pub size_bytes: u64,
    /// Rows that delete files take away already.
    pub deleted_before: u64,
    /// Rows that this merge takes away besides.
    pub deleted_now: u64,
}

/// What is done with a data file that loses rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Taken out of the table: no row of it is left.
    Remove,
    /// Written anew without the rows.
    Rewrite,
    /// Kept beside a file of position deletes.
    PositionDeletes,
}

/// How a file that loses rows is written.
///
/// A file of which no row is left is removed. [`MergeWrite::CopyOnWrite`] and [`MergeWrite::PositionDeletes`] decide
/// the rest. [`MergeWrite::Auto`] takes the cheaper, counted in bytes read and written; ties rewrite:
///
/// ```text
/// share            = (deleted_before + deleted_now) / rows
/// rewrite          = 2 × size_bytes                              read once, written once
/// position deletes = READS × (share × size_bytes + OPEN_BYTES)   what later readers read in vain, and one more file
/// ```
///
/// Position deletes are the cheaper where `share < 20 % − OPEN_BYTES / size_bytes`: never in a file of up to 640 KiB.
pub fn choose(write: MergeWrite, file: &FileChange) -> Way {
    let deleted = file.deleted_before.saturating_add(file.deleted_now);
    if deleted >= file.rows {
        return Way::Remove;
    }
    match write {
        MergeWrite::CopyOnWrite => Way::Rewrite,
        MergeWrite::PositionDeletes => Way::PositionDeletes,
        MergeWrite::Auto => cheaper(file, deleted),
    }
}

/// Both costs times the file's rows, so that all is exact in integers.
fn cheaper(file: &FileChange, deleted: u64) -> Way {
    let [rows, size, deleted] = [file.rows, file.size_bytes, deleted].map(u128::from);
    let rewrite = u128::from(REWRITE_PASSES).saturating_mul(size).saturating_mul(rows);
    let in_vain = deleted.saturating_mul(size).saturating_add(u128::from(OPEN_BYTES).saturating_mul(rows));
    let position_deletes = u128::from(READS).saturating_mul(in_vain);
    if position_deletes < rewrite { Way::PositionDeletes } else { Way::Rewrite }
}

/// A table as it is before a merge.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TableSize {
    /// Live rows.
    pub rows: u64,
    /// Size of the data files, in bytes.
    pub size_bytes: u64,
    /// Number of data files.
    pub files: u64,
}

/// One sentence on how a merge of so many rows would be written, without a full stop.
///
/// It is an upper bound made without looking at keys: every incoming row may change a row of the table.
pub fn estimate(write: MergeWrite, table: &TableSize, incoming_rows: u64) -> String {
    if table.rows == 0 {
        return format!("the table has no rows: {} are new", counted(incoming_rows));
    }
    let changed = incoming_rows.min(table.rows);
    let head = format!("at most {} of {} change", grouped(changed), counted(table.rows));
    let tail = match write {
        MergeWrite::CopyOnWrite => "the files that hold them are rewritten".to_owned(),
        MergeWrite::PositionDeletes => "position deletes mark them in their files".to_owned(),
        MergeWrite::Auto => match threshold_percent(table) {
            0 => "the files that hold them are small, and are rewritten".to_owned(),
            percent => format!(
                "position deletes where fewer than {percent} % of a file's rows change, else the file is rewritten"
            ),
        },
    };
    format!("{head}: {tail}")
}

/// The share of changed rows below which position deletes are the cheaper in a file of average size, in whole percent.
fn threshold_percent(table: &TableSize) -> u64 {
    let average = table.size_bytes.checked_div(table.files).unwrap_or(0);
    let opening = OPEN_BYTES.saturating_mul(100).checked_div(average).unwrap_or(u64::MAX);
    (REWRITE_PASSES * 100 / READS).saturating_sub(opening)
}

fn counted(rows: u64) -> String {
    let noun = if rows == 1 { "row" } else { "rows" };
    format!("{} {noun}", grouped(rows))
}

/// Digits in groups of three: `10,000,000`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
#[path = "cost_tests.rs"]
mod tests;
