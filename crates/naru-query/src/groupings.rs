//! Conditions of HAVING that look at grouping columns alone, as conditions of WHERE.
//!
//! Polars takes a grouping column in HAVING for the list of a group's values. A group has one value of each, so that the
//! rows that are left are the same.

use std::ops::ControlFlow;

use sqlparser::ast::{BinaryOperator, Expr, GroupByExpr, Ident, Select, SelectItem, Visit, Visitor};

use crate::chains;

/// Moves such conditions of one SELECT.
pub(crate) fn filter_before(select: &mut Select) {
    let GroupByExpr::Expressions(keys, modifiers) = &select.group_by else { return };
    let Some(having) = select.having.as_ref().filter(|_| !keys.is_empty() && modifiers.is_empty()) else { return };
    let aliases: Vec<&Ident> = select.projection.iter().filter_map(alias_of).collect();
    let (before, after): (Vec<Expr>, Vec<Expr>) = chains::terms(having, &BinaryOperator::And)
        .into_iter()
        .cloned()
        .partition(|term| looks_at_keys_alone(term, keys, &aliases));
    if before.is_empty() {
        return;
    }
    let conditions: Vec<Expr> = select.selection.take().into_iter().chain(before).map(enclosed).collect();
    select.selection = chains::joined(&BinaryOperator::And, &conditions);
    select.having = chains::joined(&BinaryOperator::And, &after);
}

/// The name that a result has, where it is not simply a column's own.
fn alias_of(item: &SelectItem) -> Option<&Ident> {
    match item {
        SelectItem::ExprWithAlias { alias, .. } => Some(alias),
        _ => None,
    }
}

fn enclosed(condition: Expr) -> Expr {
    match condition {
        Expr::BinaryOp { .. } | Expr::UnaryOp { .. } => Expr::Nested(Box::new(condition)),
        other => other,
    }
}

/// In WHERE, a name that is an alias, too, would mean the table's column.
fn looks_at_keys_alone(term: &Expr, keys: &[Expr], aliases: &[&Ident]) -> bool {
    struct Columns<'a> {
        keys: &'a [Expr],
        aliases: &'a [&'a Ident],
        found: bool,
    }
    impl Visitor for Columns<'_> {
        type Break = ();

        fn pre_visit_expr(&mut self, expression: &Expr) -> ControlFlow<()> {
            let name = match expression {
                Expr::Identifier(name) => Some(name),
                Expr::CompoundIdentifier(parts) => parts.last(),
                Expr::Function(_) | Expr::Subquery(_) | Expr::Exists { .. } | Expr::InSubquery { .. } => {
                    return ControlFlow::Break(());
                }
                _ => None,
            };
            let Some(name) = name else { return ControlFlow::Continue(()) };
            self.found = true;
            let is_key = self.keys.contains(expression) && !self.aliases.contains(&name);
            if is_key { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        }
    }
    let mut columns = Columns { keys, aliases, found: false };
    term.visit(&mut columns).is_continue() && columns.found
}
