//! Long chains of AND and OR as balanced trees.
//!
//! The parser nests a chain of `n` terms `n` deep, and Polars' planner takes time with the square of the depth: minutes
//! for five thousand terms.

use sqlparser::ast::{BinaryOperator, Expr};

/// Shorter chains stay as they are.
const LONG: usize = 16;

/// Balances the chain that starts at this expression (not those inside it).
pub(crate) fn balance(expression: &mut Expr) {
    let Expr::BinaryOp { op: op @ (BinaryOperator::And | BinaryOperator::Or), .. } = expression else { return };
    let op = op.clone();
    let terms = terms(expression, &op);
    if terms.len() > LONG
        && let Some(balanced) = joined(&op, &terms.into_iter().cloned().collect::<Vec<_>>())
    {
        *expression = balanced;
    }
}

/// The terms joined by the operator, as deep as the logarithm of their number; none of no terms.
pub(crate) fn joined(op: &BinaryOperator, terms: &[Expr]) -> Option<Expr> {
    let operand = |terms| {
        joined(op, terms).map(|expression| match expression {
            // The query goes to Polars as text.
            Expr::BinaryOp { op: BinaryOperator::And | BinaryOperator::Or | BinaryOperator::Xor, .. } => {
                Box::new(Expr::Nested(Box::new(expression)))
            }
            expression => Box::new(expression),
        })
    };
    match terms {
        [] => None,
        [one] => Some(one.clone()),
        many => {
            let (left, right) = many.split_at(many.len() / 2);
            Some(Expr::BinaryOp { left: operand(left)?, op: op.clone(), right: operand(right)? })
        }
    }
}

/// The terms of a chain of one operator, in order.
pub(crate) fn terms<'a>(expression: &'a Expr, chained: &BinaryOperator) -> Vec<&'a Expr> {
    let mut found = Vec::new();
    let mut stack = vec![expression];
    while let Some(top) = stack.pop() {
        match top {
            Expr::BinaryOp { left, op, right } if op == chained => stack.extend([&**right, &**left]),
            term => found.push(term),
        }
    }
    found
}
