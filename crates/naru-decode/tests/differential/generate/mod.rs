//! Sources to read: mostly well-formed CSV of a dialect and its columns, then damaged here and there.

mod cell;
mod columns;
mod damage;
mod dialect;
mod random;
mod source;
mod time;

use std::fmt;

use naru_core::Dialect;
use naru_core::plan::PlanColumn;
use naru_decode::Kernel;
use proptest::prelude::*;

/// A source, and how it is read.
#[derive(Clone)]
pub(crate) struct Case {
    pub(crate) dialect: Dialect,
    pub(crate) columns: Vec<PlanColumn>,
    pub(crate) bytes: Vec<u8>,
}

impl fmt::Debug for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let column = |column: &PlanColumn| {
            let (target, format) = (column.target.is_some(), column.format.as_deref());
            format!("{} loaded {target} required {} {format:?}", column.column_type, column.required)
        };
        let columns: Vec<String> = self.columns.iter().map(column).collect();
        f.debug_struct("Case").field("dialect", &self.dialect).field("columns", &columns).finish_non_exhaustive()
    }
}

/// Any case. Rows, cells and damage are seeds, so that shrinking takes them away one by one.
pub(crate) fn case() -> impl Strategy<Value = Case> {
    let read = (dialect::dialect(), columns::columns())
        .prop_filter("a dialect that the kernel takes", |(dialect, columns)| Kernel::new(dialect, columns).is_ok());
    (read, source::source(), damage::damages()).prop_map(|((dialect, columns), source, damages)| {
        let text = source.text(&dialect, &columns);
        let mut bytes = source.encode(&dialect, &text);
        for damage in damages {
            damage.apply(&mut bytes);
        }
        Case { dialect, columns, bytes }
    })
}
