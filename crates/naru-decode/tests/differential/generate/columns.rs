//! Columns of every type and format.

use naru_core::Level;
use naru_core::plan::PlanColumn;
use proptest::prelude::*;
use proptest::sample::select;

const TYPES: &[(&str, Option<&str>)] = &[
    ("string", None),
    ("string", None),
    ("boolean", None),
    ("int", None),
    ("bigint", None),
    ("float", None),
    ("double", None),
    ("decimal(18,2)", None),
    ("decimal(9,0)", None),
    ("decimal(19,19)", None),
    ("decimal(38,10)", None),
    ("decimal(38,0)", None),
    ("decimal(1,1)", None),
    ("date", None),
    ("date", Some("%m/%d/%Y")),
    ("date", Some("%d %b %Y")),
    ("timestamp", None),
    ("timestamp", None),
    ("timestamp", Some("%Y%m%d%H%M%S%3f")),
    ("timestamp", Some("%m/%d/%Y %I:%M:%S.%f %p")),
    ("timestamp", Some("%p%I %d%b%Y")),
    ("timestamp", Some("%Y-%m-%d %H:%M:%S.%9f")),
    ("timestamp", Some("%H시%M분 %F")),
    ("timestamptz", None),
    ("timestamptz", None),
    ("timestamptz", Some("%F %T%z")),
    ("timestamptz", Some("%z %Y%m%d%H")),
    ("timestamptz", Some("%FT%T.%f%z")),
    ("binary", None),
    ("binary", Some("hex")),
    ("binary", Some("base64")),
];

prop_compose! {
    fn column()(
        (column_type, format) in select(TYPES),
        is_loaded in prop::bool::weighted(0.9),
        required in prop::bool::weighted(0.2),
    ) -> PlanColumn {
        PlanColumn {
            source: String::new(),
            target: is_loaded.then(String::new),
            column_type: column_type.parse().unwrap(),
            required,
            level: Level::P1,
            format: format.map(Into::into),
            treatment: None,
        }
    }
}

/// One to six columns, named by their places.
pub(crate) fn columns() -> impl Strategy<Value = Vec<PlanColumn>> {
    prop::collection::vec(column(), 1..7).prop_map(|mut columns| {
        for (n, column) in columns.iter_mut().enumerate() {
            column.source = if n == 1 { "둘".into() } else { format!("c{n}") };
            column.target = column.target.take().map(|_| format!("t{n}"));
        }
        columns
    })
}
