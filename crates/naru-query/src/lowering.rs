//! A query's parts as frames of their own: what WITH names, and every subquery in FROM.
//!
//! Polars' SQL plans such parts in contexts that know neither our functions nor a WITH of their own. So each is planned
//! by itself, innermost first, and registered as a table that the rest of the query reads.

use std::collections::HashMap;
use std::ops::ControlFlow;

use polars::prelude::LazyFrame;
use polars::sql::SQLContext;
use sqlparser::ast::{Ident, ObjectName, Query, TableAlias, TableFactor, VisitMut, VisitorMut};

use crate::QueryError;
use crate::redact::Names;

/// Plans a rewritten query over the tables that are registered with `context`.
pub(crate) fn plan(query: &mut Query, context: SQLContext, names: &Names) -> Result<LazyFrame, QueryError> {
    let mut lowering = Lowering { context, names, scopes: Vec::new(), parts: 0 };
    lowering.lower(query)
}

struct Lowering<'a> {
    context: SQLContext,
    names: &'a Names,
    /// Of the queries around the present place, outermost first: what WITH names, and the table that it has become.
    scopes: Vec<HashMap<String, String>>,
    /// Number of parts that have become tables.
    parts: u32,
}

impl VisitorMut for Lowering<'_> {
    type Break = QueryError;

    fn pre_visit_query(&mut self, query: &mut Query) -> ControlFlow<QueryError> {
        self.scopes.push(HashMap::new());
        for mut cte in query.with.take().into_iter().flat_map(|with| with.cte_tables) {
            let part = match self.lower(&mut cte.query).and_then(|frame| self.register(frame, &cte.alias)) {
                Ok(part) => part,
                Err(error) => return ControlFlow::Break(error),
            };
            if let Some(scope) = self.scopes.last_mut() {
                scope.insert(cte.alias.name.value, part);
            }
        }
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, _: &mut Query) -> ControlFlow<QueryError> {
        self.scopes.pop();
        ControlFlow::Continue(())
    }

    fn pre_visit_table_factor(&mut self, factor: &mut TableFactor) -> ControlFlow<QueryError> {
        if let TableFactor::Table { name, alias, .. } = factor
            && let [part] = &name.0[..]
            && let Some(ident) = part.as_ident()
            && let Some(table) = self.scopes.iter().rev().find_map(|scope| scope.get(&ident.value))
        {
            alias.get_or_insert_with(|| alias_of(ident.value.clone()));
            *name = ObjectName::from(vec![Ident::with_quote('"', table)]);
        }
        ControlFlow::Continue(())
    }

    fn post_visit_table_factor(&mut self, factor: &mut TableFactor) -> ControlFlow<QueryError> {
        // A subquery may refer to the tables beside it only if it is lateral: Polars refuses those.
        let TableFactor::Derived { lateral: false, subquery, alias, sample: None } = factor else {
            return ControlFlow::Continue(());
        };
        let alias = alias.take().unwrap_or_else(|| alias_of(format!("subquery_{}", self.parts)));
        match self.execute(subquery).and_then(|frame| self.register(frame, &alias)) {
            Ok(part) => match table(&part, alias.name) {
                Ok(table) => *factor = table,
                Err(error) => return ControlFlow::Break(error),
            },
            Err(error) => return ControlFlow::Break(error),
        }
        ControlFlow::Continue(())
    }
}

impl Lowering<'_> {
    fn lower(&mut self, query: &mut Query) -> Result<LazyFrame, QueryError> {
        match VisitMut::visit(query, self) {
            ControlFlow::Break(error) => Err(error),
            ControlFlow::Continue(()) => self.execute(query),
        }
    }

    fn execute(&mut self, query: &Query) -> Result<LazyFrame, QueryError> {
        self.context.execute(&query.to_string()).map_err(|error| self.names.explain(&error))
    }

    /// Registers a part under a name that no user writes, with the column names that its alias gives.
    fn register(&mut self, mut frame: LazyFrame, alias: &TableAlias) -> Result<String, QueryError> {
        if !alias.columns.is_empty() {
            let schema = frame.collect_schema().map_err(|error| self.names.explain(&error))?;
            if alias.columns.len() != schema.len() {
                let (given, there) = (alias.columns.len(), schema.len());
                let name = &alias.name.value;
                return Err(QueryError::Other(format!("\"{name}\" names {given} columns, but the query has {there}")));
            }
            let new = alias.columns.iter().map(|column| column.name.value.as_str());
            frame = frame.rename(schema.iter_names().map(|name| name.as_str()), new, true);
        }
        self.parts += 1;
        let part = format!("query part {}", self.parts);
        self.context.register(&part, frame);
        Ok(part)
    }
}

fn alias_of(name: String) -> TableAlias {
    TableAlias { explicit: true, name: Ident::with_quote('"', name), columns: Vec::new(), at: None }
}

fn table(name: &str, alias: Ident) -> Result<TableFactor, QueryError> {
    let alias = alias_of(alias.value);
    let name = Ident::with_quote('"', name);
    let mut template = naru_sql::parse_query(&format!("SELECT * FROM {name} AS {alias}", alias = alias.name))?;
    match &mut *template.body {
        sqlparser::ast::SetExpr::Select(select) => {
            select.from.pop().map(|from| from.relation).ok_or_else(QueryError::panicked)
        }
        _ => Err(QueryError::panicked()),
    }
}
