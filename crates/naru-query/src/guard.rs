//! Refuses what Polars' SQL would answer with an obscure error or, worse, with wrong rows.

use std::collections::HashSet;
use std::ops::ControlFlow;

use sqlparser::ast::{
    Expr, Function, FunctionArguments, Query, Select, SetExpr, TableFactor, TableWithJoins, Visit, Visitor, WindowType,
};

use crate::{QueryError, functions, joins};

/// Checks a query as the user wrote it.
///
/// # Errors
/// [`QueryError::Unsupported`] with another way to write it.
pub(crate) fn check(query: &Query) -> Result<(), QueryError> {
    let mut guard = Guard { may_have_with: HashSet::from([std::ptr::from_ref(query)]), outer: Vec::new() };
    match query.visit(&mut guard) {
        ControlFlow::Break(error) => Err(error),
        ControlFlow::Continue(()) => Ok(()),
    }
}

struct Guard {
    /// Addresses of the queries whose WITH Polars reads: the outermost one, and those that WITH names.
    may_have_with: HashSet<*const Query>,
    /// Of the queries around the present place: the names in FROM, outermost first.
    outer: Vec<Vec<String>>,
}

impl Visitor for Guard {
    type Break = QueryError;

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<QueryError> {
        let outcome = self.check_with(query).and_then(|()| match &*query.body {
            SetExpr::Select(select) => check_select(select),
            SetExpr::Table(_) => Err(QueryError::unsupported("TABLE", "write SELECT * FROM …")),
            SetExpr::Insert(_) | SetExpr::Update(_) | SetExpr::Delete(_) | SetExpr::Merge(_) => {
                Err(QueryError::NotSelect("a WITH around a change of tables".into()))
            }
            _ => Ok(()),
        });
        self.outer.push(match &*query.body {
            SetExpr::Select(select) => select.from.iter().flat_map(names_of).collect(),
            _ => Vec::new(),
        });
        outcome.map_or_else(ControlFlow::Break, ControlFlow::Continue)
    }

    fn post_visit_query(&mut self, _: &Query) -> ControlFlow<QueryError> {
        self.outer.pop();
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expression: &Expr) -> ControlFlow<QueryError> {
        let outcome = match expression {
            Expr::Exists { subquery, .. } | Expr::InSubquery { subquery, .. } => self.check_correlation(subquery),
            Expr::Function(function) => check_window(function),
            _ => Ok(()),
        };
        outcome.map_or_else(ControlFlow::Break, ControlFlow::Continue)
    }
}

impl Guard {
    fn check_with(&mut self, query: &Query) -> Result<(), QueryError> {
        let Some(with) = &query.with else { return Ok(()) };
        if !self.may_have_with.contains(&std::ptr::from_ref(query)) {
            return Err(QueryError::unsupported("WITH inside a subquery", "name it in the WITH at the start"));
        }
        if with.recursive {
            return Err(QueryError::Unsupported { construct: "WITH RECURSIVE".into(), instead: None });
        }
        self.may_have_with.extend(with.cte_tables.iter().map(|cte| std::ptr::from_ref(&*cte.query)));
        Ok(())
    }

    /// Polars finds a subquery's outer column by its name alone, so with two tables outside it may take the other's.
    fn check_correlation(&self, subquery: &Query) -> Result<(), QueryError> {
        let Some(outer) = self.outer.last().filter(|names| names.len() > 1) else { return Ok(()) };
        if qualifiers_of(subquery).refer_to(outer) {
            return Err(QueryError::unsupported(
                "a subquery that refers to one of several tables outside it",
                "name the join with WITH and put the subquery on that",
            ));
        }
        Ok(())
    }
}

fn check_select(select: &Select) -> Result<(), QueryError> {
    for from in &select.from {
        joins::check(from)?;
        for factor in std::iter::once(&from.relation).chain(from.joins.iter().map(|join| &join.relation)) {
            if let TableFactor::Table { alias: Some(alias), .. } = factor
                && !alias.columns.is_empty()
            {
                return Err(QueryError::unsupported(
                    "a table alias with column names",
                    "rename the columns in SELECT or in a WITH",
                ));
            }
        }
    }
    Ok(())
}

/// Polars computes some functions over the whole partition although the window is ordered.
fn check_window(function: &Function) -> Result<(), QueryError> {
    const RUNNING: [&str; 11] =
        ["sum", "min", "max", "count", "row_number", "rank", "dense_rank", "lag", "lead", "first_value", "total"];
    let name = functions::name_of(function);
    let distinct = matches!(&function.args, FunctionArguments::List(list) if list.duplicate_treatment.is_some());
    match &function.over {
        None => Ok(()),
        Some(WindowType::NamedWindow(_)) if matches!(&*name, "sum" | "min" | "max" | "row_number") && !distinct => {
            Ok(())
        }
        Some(WindowType::NamedWindow(_)) => Err(QueryError::unsupported(
            format!("{name} over a named window"),
            "write the window out: OVER (PARTITION BY … ORDER BY …)",
        )),
        Some(WindowType::WindowSpec(spec)) if name == "last_value" || spec.window_name.is_some() => {
            let _ = spec;
            Err(QueryError::unsupported(format!("{name} over this window"), "use first_value with the order reversed"))
        }
        Some(WindowType::WindowSpec(spec)) if spec.order_by.is_empty() => Ok(()),
        Some(WindowType::WindowSpec(_)) if RUNNING.contains(&&*name) && !distinct => Ok(()),
        Some(WindowType::WindowSpec(_)) => Err(QueryError::unsupported(
            format!("{name} over an ordered window"),
            "an average is sum(x) OVER (…) / count(x) OVER (…)",
        )),
    }
}

/// Names by which columns can be qualified: aliases, and tables without one.
pub(crate) fn names_of(from: &TableWithJoins) -> Vec<String> {
    std::iter::once(&from.relation)
        .chain(from.joins.iter().map(|join| &join.relation))
        .filter_map(|factor| match factor {
            TableFactor::Table { alias: Some(alias), .. } | TableFactor::Derived { alias: Some(alias), .. } => {
                Some(alias.name.value.clone())
            }
            TableFactor::Table { name, .. } => name.0.last().and_then(|part| part.as_ident()).map(|i| i.value.clone()),
            _ => None,
        })
        .collect()
}

/// What the columns in a query are qualified with, and what the query itself has in FROM.
#[derive(Default)]
pub(crate) struct Qualifiers {
    used: HashSet<String>,
    own: HashSet<String>,
}

/// See [`Qualifiers`].
pub(crate) fn qualifiers_of(query: &Query) -> Qualifiers {
    let mut qualifiers = Qualifiers::default();
    let _ = query.visit(&mut qualifiers);
    qualifiers
}

impl Qualifiers {
    /// Whether the query uses one of the names that another query around it has in FROM.
    pub(crate) fn refer_to(&self, outer: &[String]) -> bool {
        outer.iter().any(|name| self.used.contains(name) && !self.own.contains(name))
    }
}

impl Visitor for Qualifiers {
    type Break = ();

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        if let SetExpr::Select(select) = &*query.body {
            self.own.extend(select.from.iter().flat_map(names_of));
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expression: &Expr) -> ControlFlow<()> {
        if let Expr::CompoundIdentifier(parts) = expression
            && let [.., table, _] = &parts[..]
        {
            self.used.insert(table.value.clone());
        }
        ControlFlow::Continue(())
    }
}
