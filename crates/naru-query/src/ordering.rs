//! ORDER BY of queries and windows, with nulls last unless the query says otherwise, as in Athena.

use sqlparser::ast::{
    Expr, Function, FunctionArg, FunctionArgExpr, FunctionArgumentList, FunctionArguments, Ident, NamedWindowExpr,
    ObjectName, OrderBy, OrderByExpr, OrderByKind, Query, Select, SelectItem, SetExpr, Value, WindowSpec,
};

use crate::registered::WINDOW_ORDER;
use crate::{QueryError, scalars};

/// Puts a query's nulls last (Polars puts them first where the order descends), and names the aggregates that a grouped
/// query is ordered by (Polars sorts after it has grouped).
pub(crate) fn order_query(query: &mut Query) -> Result<(), QueryError> {
    let Some(OrderBy { kind, .. }) = &mut query.order_by else { return Ok(()) };
    match kind {
        OrderByKind::All(options) => {
            options.nulls_first.get_or_insert(false);
        }
        OrderByKind::Expressions(keys) => {
            for key in keys {
                key.options.nulls_first.get_or_insert(false);
                if let SetExpr::Select(select) = &*query.body
                    && scalars::is_grouped(select)
                {
                    name_aggregate(&mut key.expr, select)?;
                }
            }
        }
    }
    Ok(())
}

/// Orders a SELECT's named windows, as [`order_window`].
pub(crate) fn order_named_windows(select: &mut Select) {
    for window in &mut select.named_window {
        if let NamedWindowExpr::WindowSpec(spec) = &mut window.1 {
            order_window(spec);
        }
    }
}

/// Makes one key of a window's order. Polars takes no place for nulls and no two directions there, and ranks no nulls.
pub(crate) fn order_window(spec: &mut WindowSpec) {
    if spec.order_by.is_empty() {
        return;
    }
    let mut name = WINDOW_ORDER.to_owned();
    let mut args = Vec::new();
    for key in std::mem::take(&mut spec.order_by) {
        name.push(if key.options.asc == Some(false) { 'd' } else { 'a' });
        name.push(if key.options.nulls_first == Some(true) { 'f' } else { 'l' });
        args.push(FunctionArg::Unnamed(FunctionArgExpr::Expr(key.expr)));
    }
    // Polars keeps the order of windows by their keys' text, which shows arguments but no function's name.
    let text = Expr::Value(Value::SingleQuotedString(name.clone()).into());
    args.insert(0, FunctionArg::Unnamed(FunctionArgExpr::Expr(text)));
    let mut key = OrderByExpr::from(Ident::new("key"));
    key.expr = Expr::Function(Function {
        name: ObjectName::from(vec![Ident::new(name)]),
        uses_odbc_syntax: false,
        parameters: FunctionArguments::None,
        args: FunctionArguments::List(FunctionArgumentList { duplicate_treatment: None, args, clauses: Vec::new() }),
        filter: None,
        null_treatment: None,
        over: None,
        within_group: Vec::new(),
    });
    spec.order_by = vec![key];
}

/// `ORDER BY sum(x)` by the name or the number that `sum(x)` has in SELECT.
fn name_aggregate(key: &mut Expr, select: &Select) -> Result<(), QueryError> {
    let named = select.projection.iter().enumerate().find_map(|(n, item)| match item {
        SelectItem::ExprWithAlias { expr, alias } if expr == key => Some(Expr::Identifier(alias.clone())),
        SelectItem::UnnamedExpr(expr) if expr == key && !matches!(expr, Expr::Identifier(_)) => {
            Some(Expr::Value(Value::Number((n + 1).to_string(), false).into()))
        }
        _ => None,
    });
    match named {
        Some(named) => *key = named,
        None if scalars::has_aggregate(key) => {
            return Err(QueryError::unsupported(
                "ORDER BY an aggregate that is not in SELECT",
                "name it in SELECT, and order by the name",
            ));
        }
        None => {}
    }
    Ok(())
}
