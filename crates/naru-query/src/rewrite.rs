//! Athena's SQL → what Polars' SQL understands, on the syntax tree.
//!
//! | written | handed to Polars |
//! | --- | --- |
//! | `FROM deposit.account` | `FROM "deposit.account" AS account` |
//! | `deposit.account.balance` | `account.balance` |
//! | `100.50` | `CAST('100.50' AS DECIMAL(38, 2))` (see [`crate::literals`]) |
//! | `a UNION b ORDER BY x` | `SELECT * FROM (SELECT * FROM (a) UNION SELECT * FROM (b)) ORDER BY x` |
//! | `a JOIN b ON a.k = b.k AND b.n > 1` | `a JOIN b ON a.k = b.k WHERE b.n > 1` |
//! | `GROUP BY x HAVING x > 1` | `WHERE x > 1 GROUP BY x` (see [`crate::groupings`]) |
//! | `x > (SELECT avg(x) FROM b)` | a cross join with its one row (see [`crate::scalars`]) |
//! | `ORDER BY x DESC` | `ORDER BY x DESC NULLS LAST` (see [`crate::ordering`]) |
//! | `x IS TRUE` | `x IS NOT DISTINCT FROM true` |
//! | `date_trunc('month', d)`, `year(d)` | `date_trunc_month(d)`, `EXTRACT(YEAR FROM d)` |

use std::collections::HashMap;
use std::ops::ControlFlow;

use sqlparser::ast::{
    Expr, Function, Ident, ObjectName, ObjectNamePart, Query, SelectItem, SelectItemQualifiedWildcardKind, SetExpr,
    TableAlias, TableFactor, TableWithJoins, VisitMut, VisitorMut, WindowType,
};

use crate::{
    QueryError, TableRef, chains, functions, groupings, guard, joins, literals, ordering, scalars, subqueries,
};

/// Rewrites a query that [`crate::guard`] has let through.
pub(crate) fn rewrite(query: &mut Query) -> Result<(), QueryError> {
    match VisitMut::visit(query, &mut Rewriter::default()) {
        ControlFlow::Break(error) => Err(error),
        ControlFlow::Continue(()) => Ok(()),
    }
}

/// What the tables of one FROM are called in the rewritten query.
type Scope = HashMap<TableRef, String>;

#[derive(Default)]
struct Rewriter {
    /// Of the queries around the present place, outermost first.
    scopes: Vec<Scope>,
    /// Of the same queries: the names in FROM.
    names: Vec<Vec<String>>,
    /// Greater than 0 inside functions that need their number literals as written.
    literals_as_written: u32,
    /// Number of subqueries that have been made joins.
    scalars: u32,
}

impl VisitorMut for Rewriter {
    type Break = QueryError;

    fn pre_visit_query(&mut self, query: &mut Query) -> ControlFlow<QueryError> {
        if let Err(error) = isolate_set_operation(query) {
            return ControlFlow::Break(error);
        }
        if let Err(error) = ordering::order_query(query) {
            return ControlFlow::Break(error);
        }
        let mut scope = Scope::new();
        if let SetExpr::Select(select) = &mut *query.body {
            joins::move_filters(select);
            groupings::filter_before(select);
            scalars::hoist(select, &mut self.scalars);
            ordering::order_named_windows(select);
            self.names.push(select.from.iter().flat_map(guard::names_of).collect());
            name_tables(&mut select.from, &mut scope);
            self.scopes.push(scope);
            for item in &mut select.projection {
                self.resolve_wildcard(item)?;
            }
        } else {
            self.scopes.push(scope);
            self.names.push(Vec::new());
        }
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, _: &mut Query) -> ControlFlow<QueryError> {
        self.scopes.pop();
        self.names.pop();
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expression: &mut Expr) -> ControlFlow<QueryError> {
        chains::balance(expression);
        if let Expr::Subquery(_) = expression {
            return ControlFlow::Break(QueryError::unsupported(
                "a subquery as a value other than an aggregate in WHERE or SELECT",
                "name it with WITH and join it",
            ));
        }
        if let Expr::CompoundIdentifier(parts) = expression
            && let [database, table, rest @ ..] = &parts[..]
            && !rest.is_empty()
        {
            let alias = self.alias_of(&TableRef::new(&*database.value, &*table.value))?;
            *parts = std::iter::once(alias).chain(rest.iter().cloned()).collect();
        }
        self.literals_as_written += u32::from(functions::wants_plain_literals(expression));
        let rewritten = self.reshape(expression).and_then(|()| functions::translate(expression)).and_then(|()| {
            match self.literals_as_written {
                0 => literals::make_exact(expression),
                _ => Ok(()),
            }
        });
        rewritten.map_or_else(ControlFlow::Break, ControlFlow::Continue)
    }

    fn post_visit_expr(&mut self, expression: &mut Expr) -> ControlFlow<QueryError> {
        self.literals_as_written -= u32::from(functions::wants_plain_literals(expression));
        ControlFlow::Continue(())
    }
}

impl Rewriter {
    /// Subqueries and windows in the shape that Polars understands.
    fn reshape(&self, expression: &mut Expr) -> Result<(), QueryError> {
        match expression {
            Expr::Exists { subquery, .. } => subqueries::enclose_own_filters(subquery),
            Expr::InSubquery { subquery, .. } => {
                let qualifiers = guard::qualifiers_of(subquery);
                if self.names.iter().any(|outer| qualifiers.refer_to(outer)) {
                    subqueries::enclose_own_filters(subquery)
                } else {
                    subqueries::name_value(subquery)
                }
            }
            Expr::Function(Function { over: Some(WindowType::WindowSpec(window)), .. }) => {
                ordering::order_window(window);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn alias_of(&self, table: &TableRef) -> ControlFlow<QueryError, Ident> {
        match self.scopes.iter().rev().find_map(|scope| scope.get(table)) {
            Some(alias) => ControlFlow::Continue(Ident::with_quote('"', alias)),
            None => ControlFlow::Break(QueryError::Other(format!("\"{table}\" is not a table of this FROM"))),
        }
    }

    fn resolve_wildcard(&self, item: &mut SelectItem) -> ControlFlow<QueryError> {
        if let SelectItem::QualifiedWildcard(SelectItemQualifiedWildcardKind::ObjectName(name), _) = item
            && let Some(table) = database_and_table(name)
        {
            *name = ObjectName::from(vec![self.alias_of(&table)?]);
        }
        ControlFlow::Continue(())
    }
}

/// Gives every `database.table` of a FROM one quoted name and, where it has none, an alias: the table's name, or the
/// whole name where two tables would share it.
fn name_tables(from: &mut [TableWithJoins], scope: &mut Scope) {
    let mut visible: HashMap<String, u32> = HashMap::new();
    each_factor(from, &mut |factor| {
        if let Some(name) = visible_name(factor) {
            *visible.entry(name).or_default() += 1;
        }
    });
    each_factor(from, &mut |factor| {
        let unique = visible_name(factor).is_some_and(|name| visible.get(&name) == Some(&1));
        let TableFactor::Table { name, alias, .. } = factor else { return };
        let Some(table) = database_and_table(name) else { return };
        let own = if unique { table.table.clone() } else { table.to_string() };
        let alias = alias.get_or_insert_with(|| TableAlias {
            explicit: true,
            name: Ident::with_quote('"', own),
            columns: Vec::new(),
            at: None,
        });
        *name = ObjectName::from(vec![Ident::with_quote('"', table.to_string())]);
        scope.entry(table).or_insert_with(|| alias.name.value.clone());
    });
}

fn each_factor(from: &mut [TableWithJoins], visit: &mut impl FnMut(&mut TableFactor)) {
    for one in from {
        let factors = std::iter::once(&mut one.relation).chain(one.joins.iter_mut().map(|join| &mut join.relation));
        for factor in factors {
            match factor {
                TableFactor::NestedJoin { table_with_joins, .. } => {
                    each_factor(std::slice::from_mut(table_with_joins), visit);
                }
                factor => visit(factor),
            }
        }
    }
}

fn visible_name(factor: &TableFactor) -> Option<String> {
    match factor {
        TableFactor::Table { alias: Some(alias), .. } | TableFactor::Derived { alias: Some(alias), .. } => {
            Some(alias.name.value.clone())
        }
        TableFactor::Table { name, .. } => {
            name.0.last().and_then(ObjectNamePart::as_ident).map(|ident| ident.value.clone())
        }
        _ => None,
    }
}

fn database_and_table(name: &ObjectName) -> Option<TableRef> {
    match &name.0[..] {
        [database, table] => Some(TableRef::new(&*database.as_ident()?.value, &*table.as_ident()?.value)),
        _ => None,
    }
}

/// Makes each branch of a set operation a query of its own, and its ORDER BY one of a query around it. Polars applies
/// the outermost query's operator and order to nested branches too.
fn isolate_set_operation(query: &mut Query) -> Result<(), QueryError> {
    if !matches!(*query.body, SetExpr::SetOperation { .. }) {
        return Ok(());
    }
    if query.order_by.is_some() {
        let mut own = naru_sql::parse_query("SELECT 1")?;
        std::mem::swap(&mut own.body, &mut query.body);
        query.body = around(own)?.body;
        return Ok(());
    }
    if let SetExpr::SetOperation { left, right, .. } = &mut *query.body {
        for branch in [left, right] {
            let mut own = naru_sql::parse_query("SELECT 1")?;
            std::mem::swap(&mut own.body, branch);
            **branch = SetExpr::Query(Box::new(around(own)?));
        }
    }
    Ok(())
}

/// `SELECT * FROM (query) AS set_operation`.
fn around(query: Query) -> Result<Query, QueryError> {
    let mut around = naru_sql::parse_query("SELECT * FROM (SELECT 1) AS set_operation")?;
    if let SetExpr::Select(select) = &mut *around.body
        && let Some(TableWithJoins { relation: TableFactor::Derived { subquery, .. }, .. }) = select.from.first_mut()
    {
        **subquery = query;
    }
    Ok(around)
}
