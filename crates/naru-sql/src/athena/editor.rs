//! Finds what of a query's text has to be another for Athena.

use std::collections::HashSet;
use std::ops::{ControlFlow, Range};

use sqlparser::ast::{
    Expr, Ident, ObjectName, Query, Select, SelectItem, SelectItemQualifiedWildcardKind, SetExpr, Spanned, TableFactor,
    Visit, Visitor,
};

use super::CatalogName;
use crate::places::{Edit, Lines};
use crate::{SqlError, TableRef};

/// A visit of one query.
pub(super) struct Editor<'q> {
    lines: &'q Lines<'q>,
    tables: &'q [(TableRef, CatalogName)],
    /// What stands after a table's name.
    as_of: String,
    edits: Vec<Edit>,
    /// Where the names of tables stand that were looked at.
    seen: HashSet<Range<usize>>,
}

impl<'q> Editor<'q> {
    pub(super) fn new(lines: &'q Lines<'q>, tables: &'q [(TableRef, CatalogName)], as_of: String) -> Self {
        Self { lines, tables, as_of, edits: Vec::new(), seen: HashSet::new() }
    }

    /// All edits of the query.
    ///
    /// # Errors
    /// [`SqlError::Unsupported`], [`SqlError::NotSelect`].
    pub(super) fn edits(mut self, query: &Query) -> Result<Vec<Edit>, SqlError> {
        match query.visit(&mut self) {
            ControlFlow::Break(error) => Err(error),
            ControlFlow::Continue(()) => Ok(self.edits),
        }
    }

    fn find(&self, database: &str, table: &str) -> Option<&'q (TableRef, CatalogName)> {
        self.tables.iter().find(|(name, _)| name.database == database && name.table == table)
    }

    /// A table in FROM, by its name's parts.
    fn table(&mut self, name: &ObjectName, has_alias: bool) -> Result<(), SqlError> {
        let bytes = self.place(name)?;
        self.seen.insert(bytes.clone());
        let Some([database, table]) =
            identifiers(name).as_deref().and_then(|parts| <[&Ident; 2]>::try_from(parts).ok())
        else {
            // The name of a WITH query; all else was refused with the tables.
            return Ok(());
        };
        let Some((_, catalog)) = self.find(&database.value, &table.value) else { return Err(unseen(name)) };
        let mut with = format!("{}.{}{}", quoted(&catalog.database), quoted(&catalog.table), self.as_of);
        if !has_alias && catalog.table != table.value {
            with.push_str(" AS ");
            with.push_str(&quoted(&table.value));
        }
        self.edits.push(Edit { bytes, with });
        Ok(())
    }

    /// A column, or `*`, that is qualified by database and table: `deposit.account.balance`.
    fn qualified(&mut self, parts: &[&Ident]) {
        let [database, table, ..] = parts else { return };
        if let Some((_, catalog)) = self.find(&database.value, &table.value)
            && let Some(bytes) = self.lines.bytes(database.span, table.span)
        {
            // A table with an alias, as one with another name in the catalog has, is known by that alone.
            let with = if catalog.table == table.value {
                format!("{}.{}", quoted(&catalog.database), quoted(&catalog.table))
            } else {
                quoted(&table.value)
            };
            self.edits.push(Edit { bytes, with });
        }
    }

    fn place(&self, name: &ObjectName) -> Result<Range<usize>, SqlError> {
        let span = name.span();
        self.lines.bytes(span, span).ok_or_else(|| unseen(name))
    }
}

impl Visitor for Editor<'_> {
    type Break = SqlError;

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<SqlError> {
        match &*query.body {
            SetExpr::Insert(_) | SetExpr::Update(_) | SetExpr::Delete(_) | SetExpr::Merge(_) => {
                ControlFlow::Break(SqlError::NotSelect("a WITH around a change of tables".into()))
            }
            // Its name is no identifier with a place in the text. Inside a UNION it would be passed over, too.
            body if holds_table_command(body) => {
                ControlFlow::Break(SqlError::unsupported("the command TABLE", "write SELECT * FROM database.table"))
            }
            _ => ControlFlow::Continue(()),
        }
    }

    fn pre_visit_select(&mut self, select: &Select) -> ControlFlow<SqlError> {
        for item in &select.projection {
            if let SelectItem::QualifiedWildcard(SelectItemQualifiedWildcardKind::ObjectName(name), _) = item
                && let Some(parts) = identifiers(name)
            {
                self.qualified(&parts);
            }
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> ControlFlow<SqlError> {
        let outcome = match factor {
            TableFactor::Table { version: Some(_), .. } => Err(SqlError::unsupported(
                "a table's version in the text",
                "give --as-of, which is for all tables of the query",
            )),
            TableFactor::Table { name, alias, .. } => self.table(name, alias.is_some()),
            TableFactor::Derived { .. }
            | TableFactor::UNNEST { .. }
            | TableFactor::NestedJoin { .. }
            | TableFactor::MatchRecognize { .. } => Ok(()),
            _ => Err(SqlError::unsupported(
                "a function in FROM",
                "read tables, or the elements of a list: FROM UNNEST(sequence(1, 10)) AS t(n)",
            )),
        };
        match outcome {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => ControlFlow::Break(error),
        }
    }

    /// Every name of a table stands in FROM, or else it was not seen by who decides on the query's level.
    fn pre_visit_relation(&mut self, name: &ObjectName) -> ControlFlow<SqlError> {
        match self.place(name) {
            Ok(bytes) if self.seen.contains(&bytes) => ControlFlow::Continue(()),
            _ => ControlFlow::Break(unseen(name)),
        }
    }

    fn pre_visit_expr(&mut self, expression: &Expr) -> ControlFlow<SqlError> {
        if let Expr::CompoundIdentifier(parts) = expression
            && parts.len() > 2
        {
            self.qualified(&parts.iter().collect::<Vec<_>>());
        }
        ControlFlow::Continue(())
    }
}

fn identifiers(name: &ObjectName) -> Option<Vec<&Ident>> {
    name.0.iter().map(|part| part.as_ident()).collect()
}

fn holds_table_command(body: &SetExpr) -> bool {
    match body {
        SetExpr::Table(_) => true,
        SetExpr::SetOperation { left, right, .. } => holds_table_command(left) || holds_table_command(right),
        _ => false,
    }
}

fn unseen(name: &ObjectName) -> SqlError {
    SqlError::unsupported(format!("the name \"{name}\" here"), "name tables in FROM, as database.table")
}

/// An identifier as Athena takes it whatever it holds.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
