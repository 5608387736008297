//! Functions and tests that Athena has and Polars' SQL spells or answers otherwise.

use sqlparser::ast::{
    CastKind, DataType, DateTimeField, Expr, ExtractSyntax, Function, FunctionArg, FunctionArgExpr, FunctionArguments,
    Ident, ObjectName, ObjectNamePart, TimezoneInfo, TypedString, Value,
};

use crate::QueryError;
use crate::registered::{DATE_TRUNC, UNITS};

/// The function's name in lower case, where it has one part.
pub(crate) fn name_of(function: &Function) -> String {
    match &function.name.0[..] {
        [part] => part.as_ident().map(|ident| ident.value.to_lowercase()).unwrap_or_default(),
        _ => String::new(),
    }
}

/// Whether the function makes one value of many rows.
pub(crate) fn is_aggregate(function: &Function) -> bool {
    function.over.is_none() && is_aggregate_name(&name_of(function))
}

/// See [`is_aggregate`].
pub(crate) fn is_aggregate_name(name: &str) -> bool {
    const NAMES: [&str; 24] = [
        "avg",
        "corr",
        "count",
        "covar",
        "covar_pop",
        "covar_samp",
        "first",
        "last",
        "max",
        "median",
        "min",
        "quantile_cont",
        "quantile_disc",
        "stddev",
        "stddev_samp",
        "stdev",
        "stdev_samp",
        "string_agg",
        "sum",
        "total",
        "var",
        "var_samp",
        "variance",
        "array_agg",
    ];
    NAMES.contains(&name)
}

/// Whether the function takes numbers as parameters, not as values: `quantile_cont(x, 0.5)`.
pub(crate) fn wants_plain_literals(expression: &Expr) -> bool {
    matches!(expression, Expr::Function(function) if name_of(function).starts_with("quantile"))
}

/// Rewrites one function call or test (not what stands inside it).
pub(crate) fn translate(expression: &mut Expr) -> Result<(), QueryError> {
    translate_truth(expression);
    translate_time_literal(expression)?;
    let Expr::Function(function) = expression else { return Ok(()) };
    let name = name_of(function);
    if name == "date_trunc" {
        return translate_date_trunc(function);
    }
    let Some(field) = date_part(&name) else { return Ok(()) };
    if let Some([FunctionArg::Unnamed(FunctionArgExpr::Expr(argument))]) = arguments(function).map(|list| &list[..]) {
        let argument = Box::new(argument.clone());
        *expression = Expr::Extract { field, syntax: ExtractSyntax::From, expr: argument };
    }
    Ok(())
}

/// `x IS TRUE` is never null; Polars compares, and gives a null for a null.
fn translate_truth(expression: &mut Expr) {
    let literal = |value| Box::new(Expr::Value(Value::Boolean(value).into()));
    *expression = match expression {
        Expr::IsTrue(x) => Expr::IsNotDistinctFrom(x.clone(), literal(true)),
        Expr::IsNotTrue(x) => Expr::IsDistinctFrom(x.clone(), literal(true)),
        Expr::IsFalse(x) => Expr::IsNotDistinctFrom(x.clone(), literal(false)),
        Expr::IsNotFalse(x) => Expr::IsDistinctFrom(x.clone(), literal(false)),
        _ => return,
    };
}

/// `CAST('2026-01-01' AS DATE)` as `DATE '2026-01-01'`; Polars makes a null of a day that is not in the calendar, and
/// casts no timestamp with a space.
fn translate_time_literal(expression: &mut Expr) -> Result<(), QueryError> {
    if let Expr::Cast { kind: CastKind::Cast | CastKind::DoubleColon, expr, data_type, .. } = expression
        && matches!(data_type, DataType::Date | DataType::Timestamp(_, TimezoneInfo::None))
        && let Expr::Value(value) = &**expr
        && matches!(value.value, Value::SingleQuotedString(_))
    {
        let (data_type, value) = (data_type.clone(), value.clone());
        *expression = Expr::TypedString(TypedString { data_type, value, uses_odbc_syntax: false });
    }
    if let Expr::TypedString(TypedString { data_type: DataType::Date, value, .. }) = expression
        && let Value::SingleQuotedString(text) = &value.value
        && !is_date(text)
    {
        return Err(QueryError::Other(format!("'{text}' is no day of the calendar; write it as in DATE '2026-11-22'")));
    }
    Ok(())
}

fn is_date(text: &str) -> bool {
    let mut parts = text.splitn(3, '-');
    let mut part = |digits: usize| {
        parts.next().filter(|part| part.len() == digits && part.bytes().all(|b| b.is_ascii_digit()))?.parse().ok()
    };
    let (Some(year), Some(month), Some(day)) = (part(4), part(2), part(2)) else { return false };
    let days: u32 = match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return false,
    };
    (1..=days).contains(&day)
}

fn translate_date_trunc(function: &mut Function) -> Result<(), QueryError> {
    let wrong = || {
        let units: Vec<&str> = UNITS.iter().map(|(unit, _)| *unit).collect();
        QueryError::unsupported(
            "date_trunc of anything but a unit and a time",
            format!("write date_trunc('month', d); the units are {}", units.join(", ")),
        )
    };
    let FunctionArguments::List(list) = &mut function.args else { return Err(wrong()) };
    let unit = match &list.args[..] {
        [FunctionArg::Unnamed(FunctionArgExpr::Expr(Expr::Value(unit))), _] => match &unit.value {
            Value::SingleQuotedString(unit) => unit.to_lowercase(),
            _ => return Err(wrong()),
        },
        _ => return Err(wrong()),
    };
    if !UNITS.iter().any(|(known, _)| *known == unit) {
        return Err(wrong());
    }
    list.args.remove(0);
    function.name = ObjectName(vec![ObjectNamePart::Identifier(Ident::new(format!("{DATE_TRUNC}{unit}")))]);
    Ok(())
}

fn arguments(function: &Function) -> Option<&Vec<FunctionArg>> {
    match &function.args {
        FunctionArguments::List(list) => Some(&list.args),
        _ => None,
    }
}

fn date_part(name: &str) -> Option<DateTimeField> {
    Some(match name {
        "year" => DateTimeField::Year,
        "quarter" => DateTimeField::Quarter,
        "month" => DateTimeField::Month,
        "week" => DateTimeField::Week(None),
        "day" => DateTimeField::Day,
        "hour" => DateTimeField::Hour,
        "minute" => DateTimeField::Minute,
        "second" => DateTimeField::Second,
        _ => return None,
    })
}
