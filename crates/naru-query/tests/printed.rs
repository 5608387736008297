//! Rows that another engine has printed are written as those of a query that ran here.

#![expect(clippy::unwrap_used, reason = "a failed write is a failed test")]

use insta::assert_snapshot;
use naru_query::{JsonShape, PrintedColumn, PrintedKind, PrintedRow, QueryError, QueryResult, TableStyle};

fn result(pages: Vec<Result<Option<Vec<PrintedRow>>, QueryError>>) -> QueryResult {
    let columns = [("no", PrintedKind::Text), ("balance", PrintedKind::Number), ("active", PrintedKind::Boolean)];
    let columns = columns.map(|(name, kind)| PrintedColumn { name: name.into(), kind }).into();
    let mut pages = pages.into_iter();
    QueryResult::printed(columns, move || pages.next().unwrap())
}

fn row(values: [Option<&str>; 3]) -> PrintedRow {
    values.map(|value| value.map(String::from)).into()
}

fn pages() -> QueryResult {
    let first = vec![row([Some("A1"), Some("100.50"), Some("true")]), row([Some(""), Some("-3"), None])];
    result(vec![Ok(Some(first)), Ok(Some(vec![row([None, Some("NaN"), Some("false")])])), Ok(None)])
}

fn text(write: impl FnOnce(&mut Vec<u8>)) -> String {
    let mut out = Vec::new();
    write(&mut out);
    String::from_utf8(out).unwrap()
}

#[test]
fn all_pages_are_written_in_every_form() {
    assert_snapshot!(text(|out| assert_eq!(pages().write_table(out, &TableStyle::default()).unwrap(), 3)), @r#"
    ┌──────┬─────────┬────────┐
    │ no   ┆ balance ┆ active │
    ╞══════╪═════════╪════════╡
    │ A1   ┆  100.50 ┆ true   │
    │      ┆      -3 ┆ null   │
    │ null ┆     NaN ┆ false  │
    └──────┴─────────┴────────┘
    (3 rows)
    "#);
    assert_snapshot!(text(|out| assert_eq!(pages().write_csv(out).unwrap(), 3)), @r#"
    no,balance,active
    A1,100.50,true
    "",-3,
    ,NaN,false
    "#);
    assert_snapshot!(text(|out| assert_eq!(pages().write_json(out, JsonShape::Lines).unwrap(), 3)), @r#"
    {"no":"A1","balance":100.50,"active":true}
    {"no":"","balance":-3,"active":null}
    {"no":null,"balance":"NaN","active":false}
    "#);
}

#[test]
fn what_a_page_meets_ends_the_result() {
    let failed = || result(vec![Ok(Some(vec![row([None, None, None])])), Err(QueryError::Other("gone".into()))]);
    assert_eq!(failed().write_csv(&mut Vec::new()).unwrap_err().to_string(), "gone");
    let short = result(vec![Ok(Some(vec![vec![None]]))]);
    assert_snapshot!(short.write_csv(&mut Vec::new()).unwrap_err(), @"a row has 1 values, and the result 3 columns");
}
