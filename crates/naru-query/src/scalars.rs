//! Subqueries as values, which Polars' SQL lacks, as a cross join with their one row.
//!
//! `SELECT … FROM a WHERE x > (SELECT avg(x) FROM b)` becomes
//! `SELECT … FROM a CROSS JOIN (SELECT avg(x) AS scalar_1_value FROM b) AS scalar_1 WHERE x > scalar_1.scalar_1_value`.
//! Only an aggregate without GROUP BY surely has one row, so others stay where they are and are refused.

use std::ops::ControlFlow;

use sqlparser::ast::{
    ExcludeSelectItem, Expr, GroupByExpr, Ident, Join, JoinConstraint, JoinOperator, ObjectName, Query, Select,
    SelectItem, SetExpr, TableAlias, TableFactor, TableWithJoins, Visit, VisitMut, Visitor, VisitorMut,
};

use crate::functions;
use crate::guard::{names_of, qualifiers_of};

/// Hoists the subqueries of WHERE and, where nothing is grouped, of SELECT. `count` numbers them in the whole query.
pub(crate) fn hoist(select: &mut Select, count: &mut u32) {
    let outer: Vec<String> = select.from.iter().flat_map(names_of).collect();
    let mut hoister = Hoister { outer, count, found: Vec::new(), depth: 0 };
    let _ = VisitMut::visit(&mut select.selection, &mut hoister);
    if !is_grouped(select) {
        for item in &mut select.projection {
            if let SelectItem::UnnamedExpr(expression) | SelectItem::ExprWithAlias { expr: expression, .. } = item {
                let _ = VisitMut::visit(expression, &mut hoister);
            }
        }
    }
    let found = hoister.found;
    if !found.is_empty() {
        hide_from_wildcard(select, &found);
    }
    for (name, subquery) in found {
        cross_join(select, name, subquery);
    }
}

struct Hoister<'a> {
    outer: Vec<String>,
    count: &'a mut u32,
    found: Vec<(String, Box<Query>)>,
    /// Of queries around the present place, within the SELECT at hand.
    depth: u32,
}

impl VisitorMut for Hoister<'_> {
    type Break = ();

    fn pre_visit_query(&mut self, _: &mut Query) -> ControlFlow<()> {
        self.depth += 1;
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, _: &mut Query) -> ControlFlow<()> {
        self.depth -= 1;
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expression: &mut Expr) -> ControlFlow<()> {
        if let Expr::Subquery(subquery) = expression
            && self.depth == 0
            && let Some(value) = one_row_value(subquery)
            && !qualifiers_of(subquery).refer_to(&self.outer)
        {
            *self.count += 1;
            let name = format!("scalar_{}", self.count);
            let (expr, alias) = (value, Ident::new(value_name(&name)));
            if let SetExpr::Select(inner) = &mut *subquery.body {
                inner.projection = vec![SelectItem::ExprWithAlias { expr, alias: alias.clone() }];
            }
            let subquery = subquery.clone();
            *expression = Expr::CompoundIdentifier(vec![Ident::new(&name), alias]);
            self.found.push((name, subquery));
        }
        ControlFlow::Continue(())
    }
}

fn value_name(name: &str) -> String {
    format!("{name}_value")
}

/// The one expression of a subquery that has one row whatever the data.
fn one_row_value(subquery: &Query) -> Option<Expr> {
    let Query { with: None, body, limit_clause: None, fetch: None, .. } = subquery else { return None };
    let SetExpr::Select(select) = &**body else { return None };
    let [SelectItem::UnnamedExpr(value) | SelectItem::ExprWithAlias { expr: value, .. }] = &select.projection[..]
    else {
        return None;
    };
    let plain = select.distinct.is_none() && select.having.is_none() && select.qualify.is_none();
    (plain && !has_group_by(select) && has_aggregate(value)).then(|| value.clone())
}

fn has_group_by(select: &Select) -> bool {
    !matches!(&select.group_by, GroupByExpr::Expressions(keys, _) if keys.is_empty())
}

/// Whether the SELECT gives groups instead of rows.
pub(crate) fn is_grouped(select: &Select) -> bool {
    has_group_by(select)
        || select.projection.iter().any(|item| match item {
            SelectItem::UnnamedExpr(value) | SelectItem::ExprWithAlias { expr: value, .. } => has_aggregate(value),
            _ => false,
        })
}

/// Whether the expression, outside of its own subqueries, aggregates.
pub(crate) fn has_aggregate(expression: &Expr) -> bool {
    struct Aggregates {
        depth: u32,
    }
    impl Visitor for Aggregates {
        type Break = ();

        fn pre_visit_query(&mut self, _: &Query) -> ControlFlow<()> {
            self.depth += 1;
            ControlFlow::Continue(())
        }

        fn post_visit_query(&mut self, _: &Query) -> ControlFlow<()> {
            self.depth -= 1;
            ControlFlow::Continue(())
        }

        fn pre_visit_expr(&mut self, expression: &Expr) -> ControlFlow<()> {
            match expression {
                Expr::Function(function) if self.depth == 0 && functions::is_aggregate(function) => {
                    ControlFlow::Break(())
                }
                _ => ControlFlow::Continue(()),
            }
        }
    }
    expression.visit(&mut Aggregates { depth: 0 }).is_break()
}

fn cross_join(select: &mut Select, name: String, subquery: Box<Query>) {
    let alias = TableAlias { explicit: true, name: Ident::new(name), columns: Vec::new(), at: None };
    let relation = TableFactor::Derived { lateral: false, subquery, alias: Some(alias), sample: None };
    match select.from.last_mut() {
        Some(last) => last.joins.push(Join {
            relation,
            global: false,
            join_operator: JoinOperator::CrossJoin(JoinConstraint::None),
        }),
        None => select.from.push(TableWithJoins { relation, joins: Vec::new() }),
    }
}

/// `*` must not show the values.
fn hide_from_wildcard(select: &mut Select, found: &[(String, Box<Query>)]) {
    let hidden = found.iter().map(|(name, _)| ObjectName::from(vec![Ident::new(value_name(name))]));
    for item in &mut select.projection {
        if let SelectItem::Wildcard(options) = item {
            let mut names = match options.opt_exclude.take() {
                Some(ExcludeSelectItem::Single(name)) => vec![name],
                Some(ExcludeSelectItem::Multiple(names)) => names,
                None => Vec::new(),
            };
            names.extend(hidden.clone());
            options.opt_exclude = Some(ExcludeSelectItem::Multiple(names));
        }
    }
}
