//! Functions that Athena has and Polars' SQL spells otherwise.

use sqlparser::ast::{
    DateTimeField, Expr, ExtractSyntax, Function, FunctionArg, FunctionArgExpr, FunctionArguments, Ident, ObjectName,
    ObjectNamePart, Value,
};

use crate::QueryError;
use crate::time_functions::{PREFIX, UNITS};

/// The function's name in lower case, where it has one part.
pub(crate) fn name_of(function: &Function) -> String {
    match &function.name.0[..] {
        [part] => part.as_ident().map(|ident| ident.value.to_lowercase()).unwrap_or_default(),
        _ => String::new(),
    }
}

/// Whether the function makes one value of many rows.
pub(crate) fn is_aggregate(function: &Function) -> bool {
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
    function.over.is_none() && NAMES.contains(&&*name_of(function))
}

/// Whether the function takes numbers as parameters, not as values: `quantile_cont(x, 0.5)`.
pub(crate) fn wants_plain_literals(expression: &Expr) -> bool {
    matches!(expression, Expr::Function(function) if name_of(function).starts_with("quantile"))
}

/// Rewrites one function call (not what stands inside it).
pub(crate) fn translate(expression: &mut Expr) -> Result<(), QueryError> {
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
    function.name = ObjectName(vec![ObjectNamePart::Identifier(Ident::new(format!("{PREFIX}{unit}")))]);
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
