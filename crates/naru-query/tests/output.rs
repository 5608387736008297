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
    assert_snapshot!(table(&bank(), ALL, &TableStyle::default()), @"");
}

#[test]
fn table_escapes_what_moves_the_cursor() {
    assert_snapshot!(table(&texts_bank(), "select * from t.t order by id", &TableStyle::default()), @"");
}

#[test]
fn a_long_result_shows_its_ends() {
    let mut bank = Bank::empty();
    let file = bank.file("t.parquet", &[(1, "id", ints(0..1234))]);
    bank.table("t.t", &[(1, "id", "int")], vec![file]);
    let style = TableStyle { max_width: Some(40), max_rows: 5 };
    assert_snapshot!(table(&bank, "select id from t.t order by id", &style), @"");
    assert_snapshot!(table(&bank, "select id from t.t order by id limit 5", &style), @"");
    assert_snapshot!(table(&bank, "select id from t.t where id < 0", &style), @"");
    let none = TableStyle { max_width: None, max_rows: 0 };
    assert_snapshot!(table(&bank, "select id from t.t where id = 0", &none), @"");
}

#[test]
fn csv_of_every_type() {
    assert_snapshot!(csv(&bank(), ALL), @"");
    assert_snapshot!(csv(&texts_bank(), "select * from t.t where id < 6 order by id"), @"");
}

#[test]
fn json_of_every_type() {
    assert_snapshot!(json(&bank(), ALL, JsonShape::Array), @"");
    assert_snapshot!(json(&texts_bank(), "select text, none from t.t where id > 2 order by id", JsonShape::Lines), @"");
    assert_eq!(json(&bank(), "select branch from deposit.account where branch = 9", JsonShape::Array), "[]\n");
    assert_eq!(json(&bank(), "select branch from deposit.account where branch = 9", JsonShape::Lines), "");
}
