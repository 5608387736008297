//! Functions that Polars' SQL lacks, registered with its context under names that no user writes.
//!
//! | name | gives |
//! | --- | --- |
//! | `date_trunc_month(x)` and so on | the start of the unit that `x` is in, of `x`'s type |
//! | `window_order_aldf('…', x, y)` | bytes that sort like `ORDER BY x ASC NULLS LAST, y DESC NULLS FIRST` |

use polars::chunked_array::ops::row_encode::_get_rows_encoded_ca;
use polars::prelude::udf::UserDefinedFunction;
use polars::prelude::{
    BaseColumnUdf, Column, DataType, Field, IntoColumn, IntoSeries, NewChunkedArray, PlSmallStr, PolarsResult,
    PolarsTruncate, Schema, StringChunked, polars_bail, polars_ensure,
};
use polars::sql::{FunctionOptions, FunctionRegistry};

/// What every truncating function's name starts with.
pub(crate) const DATE_TRUNC: &str = "date_trunc_";

/// What the name of every function for a window's order starts with; two letters per key follow: `a` or `d` for the
/// direction, `f` or `l` for where nulls stand.
pub(crate) const WINDOW_ORDER: &str = "window_order_";

/// Units of `date_trunc`, as Athena names them, and Polars' spelling of the duration.
pub(crate) const UNITS: [(&str, &str); 8] = [
    ("second", "1s"),
    ("minute", "1m"),
    ("hour", "1h"),
    ("day", "1d"),
    ("week", "1w"),
    ("month", "1mo"),
    ("quarter", "1q"),
    ("year", "1y"),
];

/// The functions, for Polars' SQL context.
pub(crate) struct RegisteredFunctions;

impl FunctionRegistry for RegisteredFunctions {
    fn register(&mut self, name: &str, _: UserDefinedFunction) -> PolarsResult<()> {
        polars_bail!(InvalidOperation: "the function {name} cannot be registered")
    }

    fn get_udf(&self, name: &str) -> PolarsResult<Option<UserDefinedFunction>> {
        let plain = PlSmallStr::from_str(name);
        let mut function = if let Some(every) = every(name) {
            let body = move |columns: &mut [Column]| truncate(columns, every);
            let field = |_: &Schema, fields: &[Field]| {
                polars_ensure!(fields.len() == 1, InvalidOperation: "date_trunc takes a unit and a time");
                Ok(fields[0].clone())
            };
            UserDefinedFunction::new(plain, BaseColumnUdf::new(body, field))
        } else if let Some(directions) = directions(name) {
            let body = move |columns: &mut [Column]| window_order(columns, &directions);
            let field = |_: &Schema, _: &[Field]| Ok(Field::new(PlSmallStr::from_static("order"), DataType::Binary));
            UserDefinedFunction::new(plain, BaseColumnUdf::new(body, field))
        } else {
            return Ok(None);
        };
        function.options = FunctionOptions::elementwise();
        Ok(Some(function))
    }

    fn contains(&self, name: &str) -> bool {
        every(name).is_some() || directions(name).is_some()
    }
}

fn every(name: &str) -> Option<&'static str> {
    let unit = name.strip_prefix(DATE_TRUNC)?;
    UNITS.iter().find(|(known, _)| *known == unit).map(|(_, every)| *every)
}

/// Of each key: whether it descends, and whether nulls stand last.
fn directions(name: &str) -> Option<Vec<(bool, bool)>> {
    let letters = name.strip_prefix(WINDOW_ORDER)?.as_bytes();
    Some(letters.chunks(2).map(|key| (key[0] == b'd', key.get(1) == Some(&b'l'))).collect())
}

fn truncate(columns: &[Column], every: &str) -> PolarsResult<Column> {
    let [column] = columns else { polars_bail!(InvalidOperation: "date_trunc takes a unit and a time") };
    let every = StringChunked::from_slice(PlSmallStr::EMPTY, &[every]);
    let series = column.as_materialized_series();
    let truncated = match series.dtype() {
        DataType::Date => series.date()?.truncate(None, &every)?.into_series(),
        // Our timestamps have no zone or UTC; neither needs a zone's rules.
        DataType::Datetime(_, _) => series.datetime()?.truncate(None, &every)?.into_series(),
        other => polars_bail!(InvalidOperation: "date_trunc of a value of type {other}"),
    };
    Ok(truncated.into_column())
}

fn window_order(columns: &[Column], directions: &[(bool, bool)]) -> PolarsResult<Column> {
    // The first argument only tells one order from another.
    let columns = columns.get(1..).unwrap_or_default();
    let height = columns.iter().map(Column::len).max().unwrap_or(0);
    let keys: Vec<Column> =
        columns.iter().map(|key| if key.len() == 1 { key.new_from_index(0, height) } else { key.clone() }).collect();
    let (descending, nulls_last): (Vec<bool>, Vec<bool>) = directions.iter().copied().unzip();
    let name = columns.first().map_or(PlSmallStr::EMPTY, |key| key.name().clone());
    let rows = _get_rows_encoded_ca(name, &keys, &descending, &nulls_last, false)?;
    Ok(rows.into_series().cast(&DataType::Binary)?.into_column())
}
