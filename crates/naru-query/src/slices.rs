//! Large tables in slices, for queries that look at one row at a time.
//!
//! Polars decodes row groups as a whole, and keeps eight or so: a gigabyte, where a row group has a million rows. A query
//! without WHERE, joins, groups, windows and order gives the same rows when it runs over one slice of a file after the
//! other. With WHERE Polars' own scan is better: it passes over row groups by their statistics.

use std::fs::File;
use std::ops::ControlFlow;

use naru_core::ColumnType;
use polars::prelude::{ParquetReader, SerReader};
use sqlparser::ast::{Expr, GroupByExpr, Query, Select, SetExpr, TableFactor, Visit, Visitor};

use crate::functions;
use crate::registered::DATE_TRUNC;
use crate::{QueryColumn, QueryTable};

/// Rows of a data file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FileSlice {
    /// Path.
    pub(crate) file: String,
    /// Rows before it, deleted ones included.
    pub(crate) offset: usize,
    /// Number of rows, deleted ones included.
    pub(crate) rows: usize,
}

/// About how large a slice is, decoded.
const SLICE_BYTES: usize = 16 * 1024 * 1024;

/// Smaller tables are not worth a look at their files.
const MANY_ROWS: u64 = 200_000;

/// Whether each of the query's rows comes of one row of one table.
pub(crate) fn is_row_by_row(query: &Query) -> bool {
    let Query { with: None, body, order_by: None, limit_clause: None, fetch: None, .. } = query else { return false };
    let SetExpr::Select(select) = &**body else { return false };
    let Select { distinct: None, having: None, qualify: None, selection: None, .. } = &**select else { return false };
    let one_table = match &select.from[..] {
        [from] => from.joins.is_empty() && matches!(from.relation, TableFactor::Table { .. }),
        _ => false,
    };
    one_table
        && matches!(&select.group_by, GroupByExpr::Expressions(keys, _) if keys.is_empty())
        && select.projection.visit(&mut RowByRow).is_continue()
}

/// The slices of a table's files, in order; none where the files' row groups are small, or cannot be read.
pub(crate) fn of(table: &QueryTable) -> Option<Vec<FileSlice>> {
    if table.rows.is_some_and(|rows| rows < MANY_ROWS) {
        return None;
    }
    let row_bytes: usize = table.columns.iter().map(decoded_bytes).sum();
    let mut slices = Vec::new();
    let mut is_large = false;
    for file in &table.files {
        let mut reader = ParquetReader::new(File::open(&file.path).ok()?);
        let mut offset = 0;
        for row_group in &reader.get_metadata().ok()?.row_groups {
            let rows = row_group.num_rows();
            let bytes = row_group.total_byte_size().max(rows * row_bytes);
            is_large |= bytes > 2 * SLICE_BYTES;
            let parts = bytes.div_ceil(SLICE_BYTES).max(1);
            let slice_rows = rows.div_ceil(parts).max(1);
            for start in (0..rows).step_by(slice_rows) {
                let rows = slice_rows.min(rows - start);
                slices.push(FileSlice { file: file.path.clone(), offset: offset + start, rows });
            }
            offset += rows;
        }
    }
    is_large.then_some(slices)
}

/// At least what Polars takes for a value in memory.
fn decoded_bytes(column: &QueryColumn) -> usize {
    match column.column_type {
        ColumnType::Boolean => 1,
        ColumnType::Float | ColumnType::Date => 4,
        ColumnType::Int | ColumnType::Bigint | ColumnType::Double | ColumnType::Timestamp | ColumnType::Timestamptz => {
            8
        }
        ColumnType::Decimal { .. } | ColumnType::String | ColumnType::Binary => 16,
    }
}

/// Breaks at what looks at more than one row.
struct RowByRow;

impl Visitor for RowByRow {
    type Break = ();

    fn pre_visit_query(&mut self, _: &Query) -> ControlFlow<()> {
        ControlFlow::Break(())
    }

    fn pre_visit_expr(&mut self, expression: &Expr) -> ControlFlow<()> {
        const FUNCTIONS: [&str; 26] = [
            "abs",
            "ceil",
            "coalesce",
            "concat",
            "concat_ws",
            "floor",
            "greatest",
            "if",
            "ifnull",
            "least",
            "left",
            "length",
            "lower",
            "lpad",
            "ltrim",
            "nullif",
            "replace",
            "right",
            "round",
            "rpad",
            "rtrim",
            "split_part",
            "strftime",
            "strpos",
            "substr",
            "upper",
        ];
        match expression {
            Expr::Function(function) => {
                let name = functions::name_of(function);
                let known = FUNCTIONS.contains(&&*name) || name.starts_with(DATE_TRUNC);
                if known && function.over.is_none() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
            }
            _ => ControlFlow::Continue(()),
        }
    }
}
