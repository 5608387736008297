//! Refuses what Polars' SQL would answer with an obscure error or, worse, with wrong rows.

use std::collections::HashSet;
use std::ops::ControlFlow;

use sqlparser::ast::{
    DataType, Expr, Function, FunctionArguments, GroupByExpr, Query, Select, SetExpr, TableFactor, TableWithJoins,
    Visit, Visitor, WindowFrame, WindowFrameBound, WindowFrameUnits, WindowSpec, WindowType,
};

use crate::{QueryError, functions, joins};

/// Checks a query as the user wrote it.
///
/// # Errors
/// [`QueryError::Unsupported`] with another way to write it.
pub(crate) fn check(query: &Query) -> Result<(), QueryError> {
    let mut guard = Guard { outer: Vec::new() };
    match query.visit(&mut guard) {
        ControlFlow::Break(error) => Err(error),
        ControlFlow::Continue(()) => Ok(()),
    }
}

struct Guard {
    /// Of the queries around the present place: the names in FROM, outermost first.
    outer: Vec<Vec<String>>,
}

impl Visitor for Guard {
    type Break = QueryError;

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<QueryError> {
        let outcome = check_with(query).and_then(|()| match &*query.body {
            SetExpr::Select(select) if select.from.is_empty() && select.selection.is_some() => {
                Err(QueryError::unsupported("WHERE without FROM", "select from a table, or leave WHERE out"))
            }
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
            Expr::Cast { data_type, .. } if has_length(data_type) => {
                Err(QueryError::unsupported(format!("a cast to {data_type}"), "cast to varchar, and take left(x, n)"))
            }
            _ => Ok(()),
        };
        outcome.map_or_else(ControlFlow::Break, ControlFlow::Continue)
    }
}

impl Guard {
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

fn check_with(query: &Query) -> Result<(), QueryError> {
    match &query.with {
        Some(with) if with.recursive => {
            Err(QueryError::Unsupported { construct: "WITH RECURSIVE".into(), instead: None })
        }
        _ => Ok(()),
    }
}

/// Polars keeps the groups of windows by their columns' names, and every key is called as the column in it.
fn check_partitions(select: &Select) -> Result<(), QueryError> {
    struct Partitions(Vec<Vec<Expr>>);
    impl Visitor for Partitions {
        type Break = ();

        fn pre_visit_expr(&mut self, expression: &Expr) -> ControlFlow<()> {
            if let Expr::Function(Function { over: Some(WindowType::WindowSpec(window)), .. }) = expression
                && !self.0.contains(&window.partition_by)
            {
                self.0.push(window.partition_by.clone());
            }
            ControlFlow::Continue(())
        }
    }
    let mut partitions = Partitions(Vec::new());
    let _ = select.projection.visit(&mut partitions);
    let is_column = |key: &Expr| matches!(key, Expr::Identifier(_) | Expr::CompoundIdentifier(_));
    if partitions.0.len() > 1 && !partitions.0.iter().flatten().all(is_column) {
        return Err(QueryError::unsupported(
            "several windows, one of them partitioned by an expression",
            "name the expression in a WITH, and partition by the name",
        ));
    }
    Ok(())
}

fn check_select(select: &Select) -> Result<(), QueryError> {
    if select.qualify.is_some() {
        return Err(QueryError::unsupported("QUALIFY", "number the rows in a WITH, and choose by WHERE n = 1"));
    }
    if !matches!(&select.group_by, GroupByExpr::Expressions(keys, _) if keys.is_empty()) && has_window(select) {
        return Err(QueryError::unsupported("a window over groups", "group in a WITH, and put the window on that"));
    }
    check_partitions(select)?;
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

/// Polars ignores the length of a text.
fn has_length(data_type: &DataType) -> bool {
    use DataType::{Char, CharVarying, Character, CharacterVarying, Varchar};
    matches!(
        data_type,
        Char(Some(_)) | CharVarying(Some(_)) | Character(Some(_)) | CharacterVarying(Some(_)) | Varchar(Some(_))
    )
}

fn has_window(select: &Select) -> bool {
    struct Windows;
    impl Visitor for Windows {
        type Break = ();

        fn pre_visit_expr(&mut self, expression: &Expr) -> ControlFlow<()> {
            match expression {
                Expr::Function(function) if function.over.is_some() => ControlFlow::Break(()),
                _ => ControlFlow::Continue(()),
            }
        }
    }
    select.projection.visit(&mut Windows).is_break()
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
            Err(QueryError::unsupported(format!("{name} over this window"), "use first_value with the order reversed"))
        }
        Some(WindowType::WindowSpec(WindowSpec { window_frame: Some(frame), .. })) if !is_running(frame) => {
            Err(QueryError::unsupported(
                "a window frame other than ROWS UNBOUNDED PRECEDING",
                "join the table with itself on the rows of the frame",
            ))
        }
        Some(WindowType::WindowSpec(spec)) if spec.order_by.is_empty() => Ok(()),
        Some(WindowType::WindowSpec(_)) if RUNNING.contains(&&*name) && !distinct => Ok(()),
        Some(WindowType::WindowSpec(_)) if !functions::is_aggregate_name(&name) => Ok(()),
        Some(WindowType::WindowSpec(_)) => Err(QueryError::unsupported(
            format!("{name} over an ordered window"),
            "an average is sum(x) OVER (…) / count(x) OVER (…)",
        )),
    }
}

/// From the partition's first row to the present one.
fn is_running(frame: &WindowFrame) -> bool {
    frame.units == WindowFrameUnits::Rows
        && frame.start_bound == WindowFrameBound::Preceding(None)
        && matches!(frame.end_bound, None | Some(WindowFrameBound::CurrentRow))
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
pub(crate) fn qualifiers_of_expression(expression: &Expr) -> Qualifiers {
    let mut qualifiers = Qualifiers::default();
    let _ = expression.visit(&mut qualifiers);
    qualifiers
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

    /// Whether every qualifier is one of these names, or one of a query inside.
    pub(crate) fn are_all_in(&self, names: &[String]) -> bool {
        self.used.iter().all(|name| names.contains(name) || self.own.contains(name))
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
