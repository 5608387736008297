//! SQL text → one query's syntax tree.

use std::collections::HashSet;
use std::ops::ControlFlow;

use sqlparser::ast::{Query, Statement, TableFactor, Visit, Visitor};
use sqlparser::dialect::GenericDialect;
use sqlparser::parser::{Parser, ParserError, ParserOptions};
use sqlparser::tokenizer::{Token, TokenWithSpan, Tokenizer};

use crate::{SqlError, TableRef, deep_stack};

/// Most tokens that a query may have: bounds how deep it nests (see [`deep_stack`]).
const MAX_TOKENS: usize = 40_000;

/// The tables that a query reads, each once, in the order of their first mention; names of WITH queries are left out.
///
/// # Errors
/// [`SqlError::Syntax`], [`SqlError::NotSelect`]; [`SqlError::Unqualified`] for a name without its database;
/// [`SqlError::Unsupported`] for functions that read files by path.
pub fn referenced_tables(sql: &str) -> Result<Vec<TableRef>, SqlError> {
    deep_stack::run(|| tables_of(&parse_query(sql)?))
}

/// Parses one SELECT, WITH or VALUES. Unquoted identifiers become lower case, as in Athena; spans are those of the text.
///
/// Recurses as deep as the text nests: call it on a [`deep_stack`].
///
/// # Errors
/// [`SqlError::Syntax`], [`SqlError::NotSelect`]; [`SqlError::Unsupported`] for SQL that is too long or too deep.
pub fn parse_query(sql: &str) -> Result<Query, SqlError> {
    let tokens = tokenize(sql)?;
    let end = tokens.last().map_or((1, 1), |token| (token.span.end.line, token.span.end.column));
    let mut statements = Parser::new(&GenericDialect)
        .with_options(ParserOptions { trailing_commas: true, ..ParserOptions::default() })
        .with_tokens_with_locations(tokens)
        .parse_statements()
        .map_err(|error| syntax_error(&error, end))?;
    match (statements.pop(), statements.len()) {
        (Some(Statement::Query(query)), 0) => Ok(*query),
        (Some(other), 0) => Err(SqlError::NotSelect(verb(&other))),
        (Some(_), others) => Err(SqlError::NotSelect(format!("a text of {} statements", others + 1))),
        (None, _) => Err(SqlError::NotSelect("an empty text".into())),
    }
}

/// See [`referenced_tables`], of a query that is parsed.
///
/// # Errors
/// As [`referenced_tables`], but for the syntax.
pub fn tables_of(query: &Query) -> Result<Vec<TableRef>, SqlError> {
    let mut collector = TableCollector::default();
    let _ = query.visit(&mut CteNames(&mut collector.cte_names));
    match query.visit(&mut collector) {
        ControlFlow::Break(error) => Err(error),
        ControlFlow::Continue(()) => Ok(collector.tables),
    }
}

/// The text's tokens with their places; unquoted words are lower case.
pub(crate) fn tokenize(sql: &str) -> Result<Vec<TokenWithSpan>, SqlError> {
    let mut tokens = Tokenizer::new(&GenericDialect, sql).tokenize_with_location().map_err(|error| {
        SqlError::Syntax { line: error.location.line, column: error.location.column, message: error.message }
    })?;
    let mut count = 0;
    for token in &mut tokens {
        match &mut token.token {
            Token::Whitespace(_) => continue,
            Token::Word(word) if word.quote_style.is_none() => word.value = word.value.to_lowercase(),
            _ => {}
        }
        count += 1;
    }
    if count > MAX_TOKENS {
        return Err(SqlError::unsupported(
            format!("SQL of {count} words and signs (at most {MAX_TOKENS})"),
            "load a long list of values as a table and join it",
        ));
    }
    Ok(tokens)
}

/// sqlparser gives the place only inside the message, as ` at Line: 1, Column: 8`.
fn syntax_error(error: &ParserError, end: (u64, u64)) -> SqlError {
    let text = match error {
        ParserError::ParserError(text) | ParserError::TokenizerError(text) => text.as_str(),
        ParserError::RecursionLimitExceeded => {
            return SqlError::unsupported("SQL nested this deep", "split the query with WITH");
        }
    };
    let placed = text.rsplit_once(" at Line: ").and_then(|(message, place)| {
        let (line, column) = place.split_once(", Column: ")?;
        Some((message, line.trim().parse().ok()?, column.trim().parse().ok()?))
    });
    let (message, line, column) = placed.unwrap_or((text, end.0, end.1));
    SqlError::Syntax { line, column, message: message.replace("EOF", "the end") }
}

/// The statement's first word, in capitals.
fn verb(statement: &Statement) -> String {
    statement.to_string().split_whitespace().next().unwrap_or("this").to_uppercase()
}

struct CteNames<'a>(&'a mut HashSet<String>);

impl Visitor for CteNames<'_> {
    type Break = ();

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        let ctes = query.with.iter().flat_map(|with| &with.cte_tables);
        self.0.extend(ctes.map(|cte| cte.alias.name.value.clone()));
        ControlFlow::Continue(())
    }
}

#[derive(Default)]
struct TableCollector {
    cte_names: HashSet<String>,
    tables: Vec<TableRef>,
}

impl Visitor for TableCollector {
    type Break = SqlError;

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> ControlFlow<SqlError> {
        let TableFactor::Table { name, args, .. } = factor else { return ControlFlow::Continue(()) };
        // `read_parquet('…')` and its like would read any file of this machine, past every grant.
        if args.is_some() {
            return ControlFlow::Break(SqlError::unsupported(
                format!("the table function \"{name}\""),
                "a query reads tables only: load the file by a job",
            ));
        }
        let parts: Vec<&str> = name.0.iter().filter_map(|part| part.as_ident()).map(|i| i.value.as_str()).collect();
        match parts[..] {
            [table] if self.cte_names.contains(table) => {}
            [table] => return ControlFlow::Break(SqlError::Unqualified(table.into())),
            [database, table] => {
                let table = TableRef::new(database, table);
                if !self.tables.contains(&table) {
                    self.tables.push(table);
                }
            }
            _ => {
                return ControlFlow::Break(SqlError::unsupported(
                    format!("the table name \"{name}\""),
                    "write database.table",
                ));
            }
        }
        ControlFlow::Continue(())
    }
}
