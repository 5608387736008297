//! Subqueries of EXISTS and IN in the shape that Polars makes semi and anti joins of.
//!
//! Polars takes an unqualified look at names: a condition on a column that the outer query has too counts as correlated.
//! So what belongs to the subquery alone goes into a derived table:
//! `EXISTS (SELECT 1 FROM l WHERE l.k = a.k AND l.n > 1)` becomes
//! `EXISTS (SELECT 1 FROM (SELECT * FROM l WHERE l.n > 1) AS l WHERE l.k = a.k)`, and
//! `x IN (SELECT n FROM l)` becomes `x IN (SELECT value FROM (SELECT n AS value FROM l) AS l)`.

use std::ops::ControlFlow;

use sqlparser::ast::{
    Expr, Ident, Query, Select, SelectItem, SetExpr, TableFactor, TableWithJoins, VisitMut, VisitorMut,
};

use crate::guard::{names_of, qualifiers_of_expression};
use crate::{QueryError, joins};

/// The derived tables' column.
const VALUE: &str = "in_value";

/// Moves conditions on the subquery's own table into a derived table, where others refer to the outer query.
pub(crate) fn enclose_own_filters(subquery: &mut Query) -> Result<(), QueryError> {
    let SetExpr::Select(select) = &mut *subquery.body else { return Ok(()) };
    let own: Vec<String> = select.from.iter().flat_map(names_of).collect();
    let ([from], [name], Some(selection)) = (&select.from[..], &own[..], &select.selection) else { return Ok(()) };
    if !from.joins.is_empty() || matches!(from.relation, TableFactor::NestedJoin { .. }) {
        return Ok(());
    }
    let is_own = |condition: &&Expr| qualifiers_of_expression(condition).are_all_in(&own);
    let (own_filters, others): (Vec<&Expr>, Vec<&Expr>) = joins::conjuncts(selection).into_iter().partition(is_own);
    if own_filters.is_empty() || others.is_empty() {
        return Ok(());
    }
    let others = joins::all_of(others.into_iter().cloned().collect());
    let own_filters = joins::all_of(own_filters.into_iter().cloned().collect());
    let alias = name.clone();
    enclose(select, &alias, |inner| inner.selection = own_filters)?;
    select.selection = others;
    // What was `database.table.column` is now a column of the derived table.
    let _ = VisitMut::visit(&mut select.selection, &mut Requalify { alias });
    Ok(())
}

/// Gives the value of an IN's subquery a name that the outer query does not have.
pub(crate) fn name_value(subquery: &mut Query) -> Result<(), QueryError> {
    let SetExpr::Select(select) = &mut *subquery.body else { return Ok(()) };
    let [SelectItem::UnnamedExpr(value) | SelectItem::ExprWithAlias { expr: value, .. }] = &select.projection[..]
    else {
        return Ok(());
    };
    let (expr, alias) = (value.clone(), Ident::new(VALUE));
    select.projection = vec![SelectItem::ExprWithAlias { expr, alias }];
    let mut around = select_star(VALUE)?;
    around.projection = vec![SelectItem::UnnamedExpr(Expr::Identifier(Ident::new(VALUE)))];
    let whole = std::mem::replace(subquery, naru_sql::parse_query("SELECT 1")?);
    set_derived(&mut around.from, whole);
    *subquery.body = SetExpr::Select(around);
    Ok(())
}

struct Requalify {
    alias: String,
}

impl VisitorMut for Requalify {
    type Break = ();

    fn pre_visit_expr(&mut self, expression: &mut Expr) -> ControlFlow<()> {
        if let Expr::CompoundIdentifier(parts) = expression
            && let [_, table, _] = &parts[..]
            && table.value == self.alias
        {
            parts.remove(0);
        }
        ControlFlow::Continue(())
    }
}

fn enclose(select: &mut Select, alias: &str, edit: impl FnOnce(&mut Select)) -> Result<(), QueryError> {
    let mut inner = naru_sql::parse_query("SELECT * FROM x")?;
    let mut around = select_star(alias)?;
    if let SetExpr::Select(inner) = &mut *inner.body {
        std::mem::swap(&mut inner.from, &mut select.from);
        edit(inner);
    }
    set_derived(&mut around.from, inner);
    select.from = around.from;
    Ok(())
}

/// `SELECT * FROM (SELECT 1) AS alias`.
fn select_star(alias: &str) -> Result<Box<Select>, QueryError> {
    let alias = Ident::with_quote('"', alias);
    match *naru_sql::parse_query(&format!("SELECT * FROM (SELECT 1) AS {alias}"))?.body {
        SetExpr::Select(select) => Ok(select),
        _ => Err(QueryError::panicked()),
    }
}

fn set_derived(from: &mut [TableWithJoins], query: Query) {
    if let Some(TableWithJoins { relation: TableFactor::Derived { subquery, .. }, .. }) = from.first_mut() {
        **subquery = query;
    }
}
