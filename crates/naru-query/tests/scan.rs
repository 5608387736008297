//! Data files that were written under another schema than the table's present one.

#![expect(clippy::unwrap_used, reason = "a test that cannot write its files cannot go on")]

use std::sync::Arc;

use arrow_array::{ArrayRef, Float32Array, Int64Array};
use naru_query::QueryOptions;

use crate::bank::{Bank, bank, decimals, ints, texts};

#[test]
fn a_renamed_column_is_found_by_its_field_id() {
    let mut bank = Bank::empty();
    let old = bank.file("old.parquet", &[(1, "no", texts(["A"])), (2, "name", texts(["old"]))]);
    let new = bank.file("new.parquet", &[(2, "title", texts(["new"])), (1, "name", texts(["B"]))]);
    bank.table("t.t", &[(1, "name", "string"), (2, "title", "string")], vec![old, new]);
    assert_eq!(bank.ask("select * from t.t order by name"), "name,title; A,old; B,new");
    assert_eq!(bank.ask("select title from t.t where name = 'A'"), "title; old");
}

#[test]
fn an_added_column_is_null_in_older_files_and_a_dropped_one_is_left_out() {
    let mut bank = Bank::empty();
    let old = bank.file("old.parquet", &[(1, "id", ints([1])), (2, "dropped", texts(["x"]))]);
    let new = bank.file("new.parquet", &[(1, "id", ints([2])), (3, "added", texts(["y"]))]);
    bank.table("t.t", &[(1, "id", "int"), (3, "added", "string")], vec![old, new]);
    assert_eq!(bank.ask("select * from t.t order by id"), "id,added; 1,; 2,y");
    assert_eq!(bank.ask("select id from t.t where added is null"), "id; 1");
    assert_eq!(bank.ask("select count(added) as n from t.t"), "n; 1");
    assert!(bank.ask("select dropped from t.t").starts_with("error: unknown column \"dropped\""));
}

#[test]
fn narrower_types_of_older_files_are_widened() {
    let mut bank = Bank::empty();
    let floats = |value: f32| -> ArrayRef { Arc::new(Float32Array::from(vec![value])) };
    let doubles: ArrayRef = Arc::new(arrow_array::Float64Array::from(vec![0.1]));
    let longs: ArrayRef = Arc::new(Int64Array::from(vec![5_000_000_000]));
    let old =
        bank.file("old.parquet", &[(1, "n", ints([7])), (2, "f", floats(0.5)), (3, "d", decimals([Some(-1)], 5, 2))]);
    let new = bank
        .file("new.parquet", &[(1, "n", longs), (2, "f", doubles), (3, "d", decimals([Some(10_i128.pow(37))], 38, 2))]);
    let columns = [(1, "n", "bigint"), (2, "f", "double"), (3, "d", "decimal(38,2)")];
    bank.table("t.t", &columns, vec![old, new]);
    let wide = "100000000000000000000000000000000000.00";
    assert_eq!(bank.ask("select * from t.t order by n"), format!("n,f,d; 7,0.5,-0.01; 5000000000,0.1,{wide}"));
    assert_eq!(bank.ask("select n from t.t where d < 0"), "n; 7");
    assert_eq!(bank.ask("select sum(d) as s from t.t"), "s; 99999999999999999999999999999999999.99");
}

#[test]
fn a_table_without_files_is_empty_with_its_columns() {
    let bank = bank();
    assert_eq!(bank.ask("select account_no, balance from deposit.closed"), "account_no,balance");
    assert_eq!(bank.ask("select count(*) as n, sum(balance) as s from deposit.closed"), "n,s; 0,");
    assert_eq!(
        bank.ask("select a.account_no from deposit.account a left join deposit.closed c on a.account_no = c.account_no where c.balance is null and a.branch = 3"),
        "account_no; C1"
    );
}

#[test]
fn the_snapshot_s_row_count_answers_count_without_a_file() {
    let mut bank = Bank::empty();
    bank.table("t.t", &[(1, "id", "int")], vec!["/nowhere/gone.parquet".into()]);
    assert!(bank.ask("select count(*) as n from t.t").starts_with("error: "));
    bank.tables[0].rows = Some(42);
    assert_eq!(bank.ask("select count(*) as n from t.t"), "n; 42");
}

#[test]
fn a_partition_s_directory_adds_no_column() {
    let mut bank = Bank::empty();
    std::fs::create_dir_all(bank.file("x", &[(1, "id", ints([1]))]).replace("/x", "/id=9")).unwrap();
    let file = bank.file("id=9/a b*[1].parquet", &[(1, "id", ints([1]))]);
    bank.table("t.t", &[(1, "id", "int")], vec![file]);
    assert_eq!(bank.ask("select * from t.t"), "id; 1");
}

#[test]
fn a_missing_file_is_named() {
    let mut bank = Bank::empty();
    bank.table("t.t", &[(1, "id", "int")], vec!["/nowhere/gone.parquet".into()]);
    let answer = bank.ask("select * from t.t");
    assert!(answer.starts_with("error: ") && answer.contains("/nowhere/gone.parquet"), "{answer}");
}

#[test]
fn many_small_batches_give_the_same_rows() {
    let bank = bank();
    let options = QueryOptions { batch_rows: std::num::NonZeroUsize::new(1) };
    let mut out = Vec::new();
    let result = naru_query::run("select account_no from deposit.account order by 1", &bank.tables, &options).unwrap();
    assert_eq!(result.write_csv(&mut out).unwrap(), 5);
    assert_eq!(String::from_utf8(out).unwrap(), "account_no\nA1\nA2\nB1\nB2\nC1\n");
}

#[test]
fn a_large_row_group_is_read_in_slices_without_losing_a_row() {
    const ROWS: i32 = 1_500_000;
    let mut bank = Bank::empty();
    let memo = |id: i32| format!("a memo of some length numbered {id}");
    let names: Vec<String> = (0..ROWS).map(memo).collect();
    let first =
        bank.file("1.parquet", &[(1, "id", ints(0..ROWS)), (2, "memo", texts(names.iter().map(String::as_str)))]);
    let second = bank.file("2.parquet", &[(1, "id", ints(ROWS..ROWS + 3)), (3, "later", texts(["x", "y", "z"]))]);
    bank.table("t.t", &[(1, "id", "int"), (2, "memo", "string"), (3, "later", "string")], vec![first, second]);
    let mut out = Vec::new();
    let result = bank.run("select id + 1 as next, memo, upper(later) as later from t.t").unwrap();
    assert_eq!(result.write_csv(&mut out).unwrap(), 1_500_003);
    let text = String::from_utf8(out).unwrap();
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("next,memo,later"));
    for id in 0..ROWS {
        assert_eq!(lines.next(), Some(format!("{},{},", id + 1, memo(id)).as_str()));
    }
    let last: Vec<&str> = lines.collect();
    assert_eq!(last, ["1500001,,X", "1500002,,Y", "1500003,,Z"]);
    // What looks at more than one row is not sliced. (The last of the distinct values is a null: an empty line.)
    assert_eq!(bank.ask("select count(*) as n, max(id) as m from t.t"), "n,m; 1500003,1500002");
    assert_eq!(bank.ask("select distinct later from t.t order by 1"), "later; x; y; z");
}
