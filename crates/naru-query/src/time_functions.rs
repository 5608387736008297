//! `date_trunc`, which Polars' SQL lacks, as functions of one argument: `date_trunc_month(x)` and so on.

use polars::prelude::udf::UserDefinedFunction;
use polars::prelude::{
    BaseColumnUdf, Column, DataType, Field, IntoColumn, IntoSeries, NewChunkedArray, PlSmallStr, PolarsResult,
    PolarsTruncate, Schema, StringChunked, polars_bail, polars_err,
};
use polars::sql::{FunctionOptions, FunctionRegistry};

/// What every truncating function's name starts with.
pub(crate) const PREFIX: &str = "date_trunc_";

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
pub(crate) struct TimeFunctions;

impl FunctionRegistry for TimeFunctions {
    fn register(&mut self, name: &str, _: UserDefinedFunction) -> PolarsResult<()> {
        polars_bail!(InvalidOperation: "the function {name} cannot be registered")
    }

    fn get_udf(&self, name: &str) -> PolarsResult<Option<UserDefinedFunction>> {
        let Some(every) = every(name) else { return Ok(None) };
        let truncate = move |columns: &mut [Column]| {
            let [column] = columns else { polars_bail!(InvalidOperation: "date_trunc takes a unit and a time") };
            truncate(column, every)
        };
        let field = |_: &Schema, fields: &[Field]| {
            fields.first().cloned().ok_or_else(|| polars_err!(InvalidOperation: "date_trunc takes a unit and a time"))
        };
        let mut function = UserDefinedFunction::new(PlSmallStr::from_str(name), BaseColumnUdf::new(truncate, field));
        function.options = FunctionOptions::elementwise();
        Ok(Some(function))
    }

    fn contains(&self, name: &str) -> bool {
        every(name).is_some()
    }
}

fn every(name: &str) -> Option<&'static str> {
    let unit = name.strip_prefix(PREFIX)?;
    UNITS.iter().find(|(known, _)| *known == unit).map(|(_, every)| *every)
}

fn truncate(column: &Column, every: &str) -> PolarsResult<Column> {
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
