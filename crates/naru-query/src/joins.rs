//! What stands in a join's ON, and what of it can be said in WHERE.
//!
//! Polars joins on equalities between one side and the other. Other conditions of an inner join mean the same in WHERE;
//! those of an outer join do not, so they are refused before Polars misreads them.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use sqlparser::ast::{BinaryOperator, Expr, JoinConstraint, JoinOperator, Select, TableWithJoins, Visit, Visitor};

use crate::{QueryError, chains};

/// Checks the ON and USING of every join in a FROM.
pub(crate) fn check(from: &TableWithJoins) -> Result<(), QueryError> {
    for join in &from.joins {
        let operator = &join.join_operator;
        match constraint(operator) {
            Some(JoinConstraint::Using(_) | JoinConstraint::Natural) if is_right_or_full(operator) => {
                return Err(QueryError::unsupported(
                    "USING or NATURAL in a right or full join",
                    "write ON a.id = b.id, and coalesce(a.id, b.id) in SELECT",
                ));
            }
            Some(JoinConstraint::On(on)) if !(has_only_keys(on) || is_inner(operator) && can_move(from)) => {
                return Err(QueryError::unsupported(
                    "an outer join ON anything but equalities between the two sides",
                    "filter the table first, WITH b AS (SELECT … WHERE …), and join that",
                ));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Moves to WHERE what an inner join's ON says besides equalities between its sides.
pub(crate) fn move_filters(select: &mut Select) {
    let mut filters = Vec::new();
    for from in &mut select.from {
        if !can_move(from) {
            continue;
        }
        for join in &mut from.joins {
            let (JoinOperator::Join(JoinConstraint::On(on)) | JoinOperator::Inner(JoinConstraint::On(on))) =
                &mut join.join_operator
            else {
                continue;
            };
            let (mut keys, mut others): (Vec<Expr>, Vec<Expr>) =
                conjuncts(on).into_iter().cloned().partition(|c| is_equality(c) && joins_two_sides(c));
            if keys.is_empty() {
                // Without an equality, comparisons of the two sides make a join of their own.
                (keys, others) = others.into_iter().partition(|c| is_comparison(c) && joins_two_sides(c));
            }
            filters.append(&mut others);
            match all_of(keys) {
                Some(keys) => *on = keys,
                None => join.join_operator = JoinOperator::CrossJoin(JoinConstraint::None),
            }
        }
    }
    if !filters.is_empty() {
        let selection = select.selection.take().map(|selection| Expr::Nested(Box::new(selection)));
        select.selection = all_of(selection.into_iter().chain(filters).collect());
    }
}

fn constraint(operator: &JoinOperator) -> Option<&JoinConstraint> {
    use JoinOperator::{
        Anti, CrossJoin, FullOuter, Inner, Join, Left, LeftAnti, LeftOuter, LeftSemi, Right, RightAnti, RightOuter,
        RightSemi, Semi,
    };
    match operator {
        Join(c) | Inner(c) | Left(c) | LeftOuter(c) | Right(c) | RightOuter(c) | FullOuter(c) | CrossJoin(c)
        | Semi(c) | LeftSemi(c) | RightSemi(c) | Anti(c) | LeftAnti(c) | RightAnti(c) => Some(c),
        _ => None,
    }
}

fn is_inner(operator: &JoinOperator) -> bool {
    matches!(operator, JoinOperator::Join(_) | JoinOperator::Inner(_))
}

fn is_right_or_full(operator: &JoinOperator) -> bool {
    use JoinOperator::{FullOuter, Right, RightAnti, RightOuter, RightSemi};
    matches!(operator, FullOuter(_) | Right(_) | RightOuter(_) | RightAnti(_) | RightSemi(_))
}

/// A right or full join brings rows back that a condition of an earlier join had dropped.
fn can_move(from: &TableWithJoins) -> bool {
    !from.joins.iter().any(|join| is_right_or_full(&join.join_operator))
}

/// The terms that AND joins, in order.
pub(crate) fn conjuncts(expression: &Expr) -> Vec<&Expr> {
    let mut found = Vec::new();
    let mut stack = vec![expression];
    while let Some(top) = stack.pop() {
        match top {
            Expr::Nested(inner) => stack.push(inner),
            Expr::BinaryOp { left, op: BinaryOperator::And, right } => stack.extend([&**right, &**left]),
            _ => found.push(top),
        }
    }
    found
}

/// The conditions joined by AND.
pub(crate) fn all_of(conditions: Vec<Expr>) -> Option<Expr> {
    chains::joined(&BinaryOperator::And, &conditions)
}

fn has_only_keys(on: &Expr) -> bool {
    conjuncts(on).iter().all(|condition| is_equality(condition) && joins_two_sides(condition))
}

fn is_equality(condition: &Expr) -> bool {
    matches!(condition, Expr::BinaryOp { op: BinaryOperator::Eq, .. })
}

fn is_comparison(condition: &Expr) -> bool {
    use sqlparser::ast::BinaryOperator::{Eq, Gt, GtEq, Lt, LtEq, NotEq};
    matches!(condition, Expr::BinaryOp { op: Eq | NotEq | Lt | LtEq | Gt | GtEq, .. })
}

/// Whether each operand names columns, and (as far as they are qualified) of one table, another on each side.
fn joins_two_sides(condition: &Expr) -> bool {
    let Expr::BinaryOp { left, right, .. } = condition else { return false };
    let (left, right) = (Columns::of(left), Columns::of(right));
    let named = |side: &Columns| side.unqualified || !side.qualifiers.is_empty();
    named(&left)
        && named(&right)
        && left.qualifiers.len() <= 1
        && right.qualifiers.len() <= 1
        && (left.qualifiers.is_disjoint(&right.qualifiers))
}

/// The tables whose columns an expression names.
#[derive(Default)]
struct Columns {
    qualifiers: BTreeSet<String>,
    unqualified: bool,
}

impl Columns {
    fn of(expression: &Expr) -> Self {
        let mut columns = Self::default();
        let _ = expression.visit(&mut columns);
        columns
    }
}

impl Visitor for Columns {
    type Break = ();

    fn pre_visit_expr(&mut self, expression: &Expr) -> ControlFlow<()> {
        match expression {
            Expr::Identifier(_) => self.unqualified = true,
            Expr::CompoundIdentifier(parts) => {
                let qualifier: Vec<&str> = parts.iter().rev().skip(1).rev().map(|part| part.value.as_str()).collect();
                self.qualifiers.insert(qualifier.join("."));
            }
            _ => {}
        }
        ControlFlow::Continue(())
    }
}
