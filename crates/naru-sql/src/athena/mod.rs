//! A query's text for Athena: the user's own, but for the names of tables and the time that they are read as of.
//!
//! ```text
//! select a.balance from deposit.account a
//! select a.balance from "dev_deposit"."account" FOR VERSION AS OF 4711 a
//! ```
//!
//! Sources: Amazon Athena User Guide, "Perform time travel and version travel queries" (the clause stands after the table's
//! name); Trino's grammar, `relationPrimary` (and before its alias).

mod editor;
mod lexing;

use chrono::{DateTime, Datelike, Utc};
use sqlparser::tokenizer::{Token, TokenWithSpan};

use self::editor::Editor;
use crate::parse::{parse_query, tables_of, tokenize};
use crate::places::{Edit, Lines, edited};
use crate::{SqlError, TableRef, deep_stack};

/// What a table is called in the catalog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CatalogName {
    /// Glue database.
    pub database: String,
    /// Glue table.
    pub table: String,
}

/// Which state of its tables a query reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ReadAsOf {
    /// The current one.
    #[default]
    Current,
    /// The snapshot with this id.
    Snapshot(i64),
    /// The last one at this instant or before, in milliseconds since 1970 UTC.
    Instant(i64),
}

/// A query's text for Athena. Tables are named as the catalog has them, in quotes, and read `as_of`; a table whose name in
/// the catalog is another keeps the user's as its alias. Nothing else changes, but for a semicolon at the end, which goes.
///
/// `catalog_name` gives a table's name in the catalog; none if there is no such table.
///
/// # Errors
/// [`SqlError::Syntax`], [`SqlError::NotSelect`], [`SqlError::Unqualified`]; [`SqlError::Unsupported`] for an unknown table,
/// and for what could read something else than the tables that [`crate::referenced_tables`] gives.
pub fn text(
    sql: &str,
    catalog_name: impl Fn(&TableRef) -> Option<CatalogName> + Send,
    as_of: ReadAsOf,
) -> Result<String, SqlError> {
    deep_stack::run(move || {
        let tokens = tokenize(sql)?;
        lexing::check(&tokens)?;
        let query = parse_query(sql)?;
        let mut tables = Vec::new();
        for table in tables_of(&query)? {
            let name = catalog_name(&table).ok_or_else(|| {
                SqlError::unsupported(format!("the unknown table \"{table}\""), "\"naru tables\" lists them")
            })?;
            tables.push((table, name));
        }
        let lines = Lines::of(sql);
        let mut edits = Editor::new(&lines, &tables, clause(as_of)?).edits(&query)?;
        let is_said = |token: &&TokenWithSpan| !matches!(token.token, Token::Whitespace(_) | Token::EOF);
        if let Some(last) = tokens.iter().rfind(is_said)
            && last.token == Token::SemiColon
            && let Some(bytes) = lines.bytes(last.span, last.span)
        {
            edits.push(Edit { bytes, with: String::new() });
        }
        Ok(edited(sql, edits))
    })
}

/// What stands after a table's name.
fn clause(as_of: ReadAsOf) -> Result<String, SqlError> {
    match as_of {
        ReadAsOf::Current => Ok(String::new()),
        ReadAsOf::Snapshot(id) => Ok(format!(" FOR VERSION AS OF {id}")),
        ReadAsOf::Instant(milliseconds) => {
            let instant = DateTime::<Utc>::from_timestamp_millis(milliseconds);
            let instant = instant.filter(|instant| (1..=9999).contains(&instant.year())).ok_or_else(|| {
                SqlError::unsupported("a time outside the years 1 to 9999", "read the tables as of another time")
            })?;
            Ok(format!(" FOR TIMESTAMP AS OF TIMESTAMP '{} UTC'", instant.format("%Y-%m-%d %H:%M:%S%.3f")))
        }
    }
}
