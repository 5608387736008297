//! Polars' errors → [`QueryError`], without values of loaded data.
//!
//! Polars quotes values in its messages ("conversion from `str` to `i64` failed … [\"…\"]"). What stands in quotes or
//! brackets is kept only if it is the name of a column, a table or a type, and bare numbers are left out.

use std::collections::BTreeSet;

use polars::prelude::PolarsError;

use crate::error::nearest;
use crate::{QueryError, QueryTable, TableRef};

/// The names that may stand in messages.
#[derive(Debug, Clone, Default)]
pub(crate) struct Names {
    columns: BTreeSet<String>,
    tables: Vec<TableRef>,
}

impl Names {
    pub(crate) fn of(tables: &[QueryTable]) -> Self {
        Self {
            columns: tables.iter().flat_map(|table| &table.columns).map(|column| column.name.clone()).collect(),
            tables: tables.iter().map(|table| table.name.clone()).collect(),
        }
    }

    pub(crate) fn unknown_table(&self, table: TableRef) -> QueryError {
        let written = table.to_string();
        let known: Vec<(String, &TableRef)> = self.tables.iter().map(|known| (known.to_string(), known)).collect();
        let near = nearest(&written, known.iter().map(|(name, known)| (name.as_str(), (*known).clone())));
        QueryError::UnknownTable { table, near }
    }

    /// Maps an error that Polars gave while it planned or ran a query.
    pub(crate) fn explain(&self, error: &PolarsError) -> QueryError {
        if error.to_string().contains("join keys") {
            return QueryError::unsupported(
                "a join ON two types",
                "cast one side to the type of the other: ON a.x = cast(b.y AS decimal(18,2))",
            );
        }
        match error {
            PolarsError::Context { error, .. } | PolarsError::ExprContext { error, .. } => self.explain(error),
            PolarsError::ColumnNotFound(message) => self.unknown_column(first_quoted(message).unwrap_or(message)),
            PolarsError::SQLInterface(message) | PolarsError::SQLSyntax(message) => self.explain_sql(message),
            PolarsError::IO { error, msg } => QueryError::Other(format!(
                "a data file cannot be read: {}",
                msg.as_ref().map_or_else(|| error.to_string(), ToString::to_string)
            )),
            PolarsError::Duplicate(message) => QueryError::unsupported(
                format!("two columns called \"{}\" in one result", first_quoted(message).unwrap_or("the same")),
                "give each a name with AS",
            ),
            PolarsError::ComputeError(message) | PolarsError::InvalidOperation(message) => self.explain_data(message),
            other => QueryError::Other(self.redact(&other.to_string())),
        }
    }

    fn unknown_column(&self, name: &str) -> QueryError {
        if self.columns.contains(name) {
            return QueryError::Other(format!("column \"{name}\" is not in reach of this part of the query"));
        }
        let near = nearest(name, self.columns.iter().map(|column| (column.as_str(), column.clone())));
        QueryError::UnknownColumn { name: name.into(), near }
    }

    fn explain_sql(&self, message: &str) -> QueryError {
        if message.starts_with("no column named") {
            return self.unknown_column(first_quoted(message).unwrap_or(message));
        }
        if message.starts_with("no table or") || message.starts_with("relation ") {
            let name = first_quoted(message).unwrap_or(message);
            return QueryError::Other(format!("no table or alias \"{name}\" in this part of the query"));
        }
        let lower = message.to_lowercase();
        if ["support", "not yet", "no function matches"].iter().any(|sign| lower.contains(sign)) {
            return QueryError::Unsupported { construct: construct(message).into(), instead: None };
        }
        QueryError::Other(message.split([';', '\n']).next().unwrap_or(message).into())
    }

    fn explain_data(&self, message: &str) -> QueryError {
        const CASES: [(&str, &str); 3] = [
            ("overflow in", "decimals have at most 38 digits: cast the operands to fewer digits after the point"),
            ("division by zero", "divide by nullif(x, 0)"),
            ("conversion from", "try_cast gives a null for what cannot be cast"),
        ];
        for (sign, instead) in CASES {
            if let Some(start) = message.find(sign) {
                let text = message[start..].split(" for ").next().unwrap_or(sign);
                let text = text.split(" in column ''").next().unwrap_or(text);
                return QueryError::Data { message: self.redact(text), instead: instead.into() };
            }
        }
        if message.contains("not supported for dtype") {
            let dtype = message.split('`').find(|part| is_type_word(part)).unwrap_or("this type");
            return QueryError::unsupported(
                format!("this operation on {dtype}"),
                "cast the column first, for mathematics to double",
            );
        }
        QueryError::Other(self.redact(message))
    }

    /// The first line, without anything that may be a value.
    fn redact(&self, message: &str) -> String {
        let mut text = String::new();
        let mut rest = first_line(message);
        while let Some(open) = rest.find(['\'', '"', '`', '[']) {
            let (before, from) = rest.split_at(open);
            text.push_str(&without_numbers(before));
            let close = if from.starts_with('[') { "]" } else { &from[..1] };
            let Some(length) = from[1..].find(close) else {
                return text + "…";
            };
            let inside = &from[1..=length];
            let known = self.columns.contains(inside)
                || self.tables.iter().any(|table| table.to_string() == inside)
                || is_type_word(inside);
            text.push_str(if known { &from[..length + 2] } else { "…" });
            rest = &from[length + 2..];
        }
        text + &without_numbers(rest)
    }
}

fn first_line(message: &str) -> &str {
    message.lines().next().unwrap_or(message).trim_end_matches(':')
}

fn first_quoted(message: &str) -> Option<&str> {
    let start = message.find(['\'', '"'])?;
    let quote = &message[start..=start];
    let rest = &message[start + 1..];
    rest.find(quote).map(|end| &rest[..end])
}

/// "`LATERAL` clause is not supported; use …" → "`LATERAL` clause".
fn construct(message: &str) -> &str {
    const ENDS: [&str; 9] = [
        " is not ",
        " are not ",
        " do not ",
        " does not ",
        " not supported",
        " not currently",
        " is currently",
        " found ",
        ";",
    ];
    let text = first_line(message);
    let text = &text[..ENDS.iter().filter_map(|end| text.find(end)).min().unwrap_or(text.len())];
    // Polars shows syntax trees: their first word says enough.
    let text = text.split(['{', '(']).next().unwrap_or(text).trim();
    text.strip_prefix("unsupported ").unwrap_or(text)
}

fn is_type_word(text: &str) -> bool {
    const WORDS: [&str; 15] = [
        "str", "bool", "i8", "i16", "i32", "i64", "i128", "u32", "u64", "f32", "f64", "date", "time", "binary", "null",
    ];
    WORDS.contains(&text) || text.starts_with("decimal[") || text.starts_with("datetime[")
}

fn without_numbers(text: &str) -> String {
    let is_number = |word: &str| word.trim_matches(|c: char| !c.is_alphanumeric() && c != '-').parse::<f64>().is_ok();
    text.split_inclusive(' ')
        .map(|word| if is_number(word) { if word.ends_with(' ') { "… " } else { "…" } } else { word })
        .collect()
}
