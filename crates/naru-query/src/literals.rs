//! Number literals that stay exact, as in Athena: `100.50` is a decimal, not a binary fraction.
//!
//! Polars reads `100.50` as a float, and a decimal compared with a float becomes a float. So a literal with a point
//! becomes `CAST('100.50' AS DECIMAL(38, 2))`; the precision is the greatest so that no operand loses digits.

use sqlparser::ast::{BinaryOperator, CastKind, DataType, ExactNumberInfo, Expr, UnaryOperator, Value};

use crate::{QueryError, chains};

/// Rewrites one expression (not what stands inside it).
pub(crate) fn make_exact(expression: &mut Expr) -> Result<(), QueryError> {
    let exact = match &*expression {
        Expr::Value(value) => number(&value.value).map(|text| literal(text, false)).transpose()?.flatten(),
        Expr::UnaryOp { op: UnaryOperator::Minus, expr } => match &**expr {
            Expr::Value(value) => number(&value.value).map(|text| literal(text, true)).transpose()?.flatten(),
            _ => None,
        },
        Expr::InList { expr, list, negated } if list.iter().any(is_decimal) => one_of(expr, list, *negated),
        _ => None,
    };
    if let Some(exact) = exact {
        *expression = exact;
    }
    Ok(())
}

fn number(value: &Value) -> Option<&str> {
    match value {
        Value::Number(text, _) => Some(text),
        _ => None,
    }
}

/// None: Polars reads the literal exactly as it is, or it is a float (`1e6`).
fn literal(text: &str, negative: bool) -> Result<Option<Expr>, QueryError> {
    if text.contains(['e', 'E']) {
        let (digits, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let point = if digits.contains('.') { "" } else { ".0" };
        let sign = if negative { "-" } else { "" };
        // Polars takes a number without a point for an integer.
        return Ok(Some(cast(&format!("{sign}{digits}{point}e{exponent}"), DataType::DoublePrecision)));
    }
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if !text.contains('.') && text.parse::<i64>().is_ok() {
        return Ok(None);
    }
    let digits = whole.trim_start_matches('0').len() + fraction.len();
    if digits > 38 {
        return Err(QueryError::unsupported("a number of more than 38 digits", "write it as a float, as in 1.5e40"));
    }
    let scale = i64::try_from(fraction.len()).unwrap_or(38);
    let sign = if negative { "-" } else { "" };
    let whole = if whole.is_empty() { "0" } else { whole };
    let point = if fraction.is_empty() { "" } else { "." };
    let decimal = DataType::Decimal(ExactNumberInfo::PrecisionAndScale(38, scale));
    Ok(Some(cast(&format!("{sign}{whole}{point}{fraction}"), decimal)))
}

fn cast(text: &str, data_type: DataType) -> Expr {
    Expr::Cast {
        kind: CastKind::Cast,
        expr: Box::new(Expr::Value(Value::SingleQuotedString(text.into()).into())),
        data_type,
        array: false,
        format: None,
    }
}

fn is_decimal(expression: &Expr) -> bool {
    match expression {
        Expr::Value(value) => number(&value.value).is_some_and(|text| text.contains('.')),
        Expr::UnaryOp { expr, .. } => is_decimal(expr),
        _ => false,
    }
}

/// `x IN (1.5, 2)` as `(x = 1.5 OR x = 2)`: Polars wants all values of a list to have one type.
fn one_of(expression: &Expr, list: &[Expr], negated: bool) -> Option<Expr> {
    let operand = |e: &Expr| Box::new(Expr::Nested(Box::new(e.clone())));
    let equality = |value: &Expr| Expr::BinaryOp {
        left: operand(expression),
        op: BinaryOperator::Eq,
        right: Box::new(value.clone()),
    };
    let equalities: Vec<Expr> = list.iter().map(equality).collect();
    let any = chains::joined(&BinaryOperator::Or, &equalities)?;
    let any = Expr::Nested(Box::new(any));
    Some(if negated { Expr::UnaryOp { op: UnaryOperator::Not, expr: Box::new(any) } } else { any })
}
