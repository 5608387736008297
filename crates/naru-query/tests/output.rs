//! The three forms of a result.

#![expect(clippy::unwrap_used, reason = "a failed write is a failed test")]

use insta::assert_snapshot;
use naru_query::{JsonShape, TableStyle};

use crate::bank::{Bank, bank, ints, texts};

const ALL: &str =
    "select account_no, balance, opened, seen, rate, active, token, score from deposit.account order by account_no";

fn table(bank: &Bank, sql: &str, style: &TableStyle) -> String {
    let mut out = Vec::new();
    bank.run(sql).unwrap().write_table(&mut out, style).unwrap();
    String::from_utf8(out).unwrap()
}

fn csv(bank: &Bank, sql: &str) -> String {
    let mut out = Vec::new();
    bank.run(sql).unwrap().write_csv(&mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn json(bank: &Bank, sql: &str, shape: JsonShape) -> String {
    let mut out = Vec::new();
    bank.run(sql).unwrap().write_json(&mut out, shape).unwrap();
    String::from_utf8(out).unwrap()
}

fn texts_bank() -> Bank {
    let mut bank = Bank::empty();
    let awkward = ["plain", "", "a,b", "say \"hi\"", "two\nlines", "한국어", "\u{1b}[31mred"];
    let file = bank.file("t.parquet", &[(1, "id", ints(0..7)), (2, "text", texts(awkward))]);
    bank.table("t.t", &[(1, "id", "int"), (2, "text", "string"), (3, "none", "string")], vec![file]);
    bank
}

#[test]
fn table_of_every_type() {
    assert_snapshot!(table(&bank(), ALL, &TableStyle::default()), @r#"
    ┌────────────┬─────────┬────────────┬─────────────────────────────┬──────┬────────┬───────┬───────┐
    │ account_no ┆ balance ┆ opened     ┆ seen                        ┆ rate ┆ active ┆ token ┆ score │
    ╞════════════╪═════════╪════════════╪═════════════════════════════╪══════╪════════╪═══════╪═══════╡
    │ A1         ┆  100.50 ┆ 2026-01-15 ┆ 2026-01-15T09:30:00Z        ┆  0.5 ┆ true   ┆ 01ff  ┆   1.5 │
    │ A2         ┆  200.25 ┆ 2026-02-20 ┆ 2026-02-20T23:59:59.500000Z ┆ 0.25 ┆ false  ┆       ┆   0.1 │
    │ B1         ┆   50.00 ┆ 2025-12-31 ┆ 2025-12-31T00:00:00Z        ┆  1.0 ┆ true   ┆ null  ┆  null │
    │ B2         ┆    null ┆ null       ┆ null                        ┆ null ┆ null   ┆ null  ┆  null │
    │ C1         ┆  999.99 ┆ 2026-02-28 ┆ 2026-02-28T12:00:00Z        ┆  NaN ┆ true   ┆ 00    ┆  -3.0 │
    └────────────┴─────────┴────────────┴─────────────────────────────┴──────┴────────┴───────┴───────┘
    (5 rows)
    "#);
}

#[test]
fn table_escapes_what_moves_the_cursor() {
    assert_snapshot!(table(&texts_bank(), "select * from t.t order by id", &TableStyle::default()), @r#"
    ┌────┬───────────────┬──────┐
    │ id ┆ text          ┆ none │
    ╞════╪═══════════════╪══════╡
    │  0 ┆ plain         ┆ null │
    │  1 ┆               ┆ null │
    │  2 ┆ a,b           ┆ null │
    │  3 ┆ say "hi"      ┆ null │
    │  4 ┆ two\nlines    ┆ null │
    │  5 ┆ 한국어        ┆ null │
    │  6 ┆ \u{1b}[31mred ┆ null │
    └────┴───────────────┴──────┘
    (7 rows)
    "#);
}

#[test]
fn a_long_result_shows_its_ends() {
    let mut bank = Bank::empty();
    let file = bank.file("t.parquet", &[(1, "id", ints(0..1234))]);
    bank.table("t.t", &[(1, "id", "int")], vec![file]);
    let style = TableStyle { max_width: Some(40), max_rows: 5 };
    assert_snapshot!(table(&bank, "select id from t.t order by id", &style), @r#"
    ┌──────┐
    │   id │
    ╞══════╡
    │    0 │
    │    1 │
    │    2 │
    │    … │
    │ 1232 │
    │ 1233 │
    └──────┘
    (1,234 rows, 5 shown)
    "#);
    assert_snapshot!(table(&bank, "select id from t.t order by id limit 5", &style), @r#"
    ┌────┐
    │ id │
    ╞════╡
    │  0 │
    │  1 │
    │  2 │
    │  3 │
    │  4 │
    └────┘
    (5 rows)
    "#);
    assert_snapshot!(table(&bank, "select id from t.t where id < 0", &style), @r#"
    ┌────┐
    │ id │
    ╞════╡
    └────┘
    (0 rows)
    "#);
    let none = TableStyle { max_width: None, max_rows: 0 };
    assert_snapshot!(table(&bank, "select id from t.t where id = 0", &none), @r#"
    ┌────┐
    │ id │
    ╞════╡
    │  … │
    └────┘
    (1 row, 0 shown)
    "#);
}

#[test]
fn csv_of_every_type() {
    assert_snapshot!(csv(&bank(), ALL), @r#"
    account_no,balance,opened,seen,rate,active,token,score
    A1,100.50,2026-01-15,2026-01-15T09:30:00Z,0.5,true,01ff,1.5
    A2,200.25,2026-02-20,2026-02-20T23:59:59.500000Z,0.25,false,"",0.1
    B1,50.00,2025-12-31,2025-12-31T00:00:00Z,1.0,true,,
    B2,,,,,,,
    C1,999.99,2026-02-28,2026-02-28T12:00:00Z,NaN,true,00,-3.0
    "#);
    assert_snapshot!(csv(&texts_bank(), "select * from t.t where id < 6 order by id"), @r#"
    id,text,none
    0,plain,
    1,"",
    2,"a,b",
    3,"say ""hi""",
    4,"two
    lines",
    5,한국어,
    "#);
}

#[test]
fn json_of_every_type() {
    assert_snapshot!(json(&bank(), ALL, JsonShape::Array), @r#"
    [{"account_no":"A1","balance":100.50,"opened":"2026-01-15","seen":"2026-01-15T09:30:00Z","rate":0.5,"active":true,"token":"01ff","score":1.5},
     {"account_no":"A2","balance":200.25,"opened":"2026-02-20","seen":"2026-02-20T23:59:59.500000Z","rate":0.25,"active":false,"token":"","score":0.1},
     {"account_no":"B1","balance":50.00,"opened":"2025-12-31","seen":"2025-12-31T00:00:00Z","rate":1.0,"active":true,"token":null,"score":null},
     {"account_no":"B2","balance":null,"opened":null,"seen":null,"rate":null,"active":null,"token":null,"score":null},
     {"account_no":"C1","balance":999.99,"opened":"2026-02-28","seen":"2026-02-28T12:00:00Z","rate":"NaN","active":true,"token":"00","score":-3.0}]
    "#);
    assert_snapshot!(json(&texts_bank(), "select text, none from t.t where id > 2 order by id", JsonShape::Lines), @r#"
    {"text":"say \"hi\"","none":null}
    {"text":"two\nlines","none":null}
    {"text":"한국어","none":null}
    {"text":"\u001b[31mred","none":null}
    "#);
    assert_eq!(json(&bank(), "select branch from deposit.account where branch = 9", JsonShape::Array), "[]\n");
    assert_eq!(json(&bank(), "select branch from deposit.account where branch = 9", JsonShape::Lines), "");
}
