//! Rows that position delete files take out of a table.

#![expect(clippy::unwrap_used, reason = "a test that cannot write its files cannot go on")]

use std::collections::BTreeMap;

use proptest::prelude::*;

use crate::bank::{Bank, bank, decimals, ints, texts};

/// `t.t`: files of ids 0 to 4, 10 to 14 and 20 to 24; gives their paths.
fn three_files() -> (Bank, [String; 3]) {
    let mut bank = Bank::empty();
    let file = |n: i32| {
        let memos = ["a", "b", "c", "d", "e"];
        bank.file(&format!("{n}.parquet"), &[(1, "id", ints(n * 10..n * 10 + 5)), (2, "memo", texts(memos))])
    };
    let files = [file(0), file(1), file(2)];
    bank.table("t.t", &[(1, "id", "int"), (2, "memo", "string")], files.to_vec());
    (bank, files)
}

#[test]
fn deleted_rows_are_in_no_answer() {
    let (mut bank, [first, second, _]) = three_files();
    bank.delete("1.d", &[(&first, 0), (&first, 3)], &[&first]);
    bank.delete("2.d", &[(&second, 4)], &[&second]);
    assert_eq!(bank.ask("select id from t.t where id < 20 order by id"), "id; 1; 2; 4; 10; 11; 12; 13");
    assert_eq!(bank.ask("select count(*) as n, sum(id) as s, min(memo) as m from t.t"), "n,s,m; 12,163,a");
    assert_eq!(bank.ask("select count(*) as n from t.t where memo = 'a'"), "n; 2");
    assert_eq!(bank.ask("select * from t.t where id = 3"), "id,memo");
    assert_eq!(
        bank.ask("select memo, count(*) as n from t.t group by memo order by n, memo"),
        "memo,n; a,2; d,2; e,2; b,3; c,3"
    );
    assert_eq!(bank.ask("select count(*) as n from (select * from t.t limit 100)"), "n; 12");
    assert_eq!(bank.ask("select id from t.t where id > 20 limit 2"), "id; 21; 22");
    assert_eq!(bank.ask("select id from t.t order by id desc limit 1 offset 5"), "id; 13");
    assert_eq!(
        bank.ask(
            "select a.id, b.id as other from t.t a join t.t b on a.id + 10 = b.id where a.memo = b.memo order by 1"
        ),
        "id,other; 1,11; 2,12; 10,20; 11,21; 12,22; 13,23"
    );
}

#[test]
fn a_limit_counts_rows_that_are_there() {
    let (mut bank, files) = three_files();
    let [first, second, third] = &files;
    bank.delete("d", &[(first, 0), (first, 1), (second, 0), (third, 0)], &[first, second, third]);
    for limit in 0..=13 {
        let answer = bank.ask(&format!("select id from t.t limit {limit}"));
        assert_eq!(answer.split("; ").count() - 1, limit.min(11), "{answer}");
        let offset = bank.ask(&format!("select id from t.t limit 3 offset {limit}"));
        assert_eq!(offset.split("; ").count() - 1, 11_usize.saturating_sub(limit).min(3), "{offset}");
    }
}

#[test]
fn one_delete_file_may_name_many_files_in_every_spelling() {
    let (mut bank, files) = three_files();
    let [first, second, third] = &files;
    let uri = format!("file://{first}");
    let hadoop = format!("file:{second}");
    // Not sorted, twice, beyond the file's end, and of a file that is none of the table's.
    let rows = [(hadoop.as_str(), 1), (&uri, 1), (third, 99), (&uri, 1), (&uri, 0), ("file:///gone.parquet", 2)];
    bank.delete("d", &rows, &[first, second, third]);
    bank.delete("e", &[(third, 0)], &[first]);
    assert_eq!(bank.ask("select id from t.t where memo < 'c' order by id"), "id; 10; 20; 21");
    assert_eq!(bank.ask("select count(*) as n from t.t"), "n; 12");
}

#[test]
fn a_table_may_lose_all_its_rows() {
    let (mut bank, files) = three_files();
    let rows: Vec<(&str, i64)> = files.iter().flat_map(|file| (0..5).map(|row| (file.as_str(), row))).collect();
    bank.delete("d", &rows, &[&files[0], &files[1], &files[2]]);
    assert_eq!(bank.ask("select * from t.t"), "id,memo");
    assert_eq!(bank.ask("select count(*) as n, max(id) as m from t.t"), "n,m; 0,");
}

#[test]
fn delete_files_that_name_no_row_leave_the_row_count_to_the_snapshot() {
    let (mut bank, [first, ..]) = three_files();
    bank.delete("d", &[("/gone.parquet", 0)], &[&first]);
    bank.tables[0].rows = Some(42);
    assert_eq!(bank.ask("select count(*) as n from t.t"), "n; 42");
    bank.delete("e", &[(&first, 0)], &[&first]);
    assert_eq!(bank.ask("select count(*) as n from t.t"), "n; 14", "the files themselves are counted");
}

#[test]
fn files_of_other_schemas_lose_rows_too() {
    let mut bank = Bank::empty();
    let old =
        bank.file("old", &[(1, "no", ints([1, 2, 3])), (3, "d", decimals([Some(100), Some(200), Some(300)], 5, 2))]);
    let new = bank.file(
        "new",
        &[(1, "id", ints([4, 5])), (2, "row number", texts(["x", "y"])), (3, "d", decimals([Some(1), Some(2)], 9, 2))],
    );
    bank.table(
        "t.t",
        &[(1, "id", "bigint"), (2, "row number", "string"), (3, "d", "decimal(9,2)")],
        vec![old.clone(), new.clone()],
    );
    bank.delete("d", &[(&new, 0), (&old, 1)], &[&old, &new]);
    assert_eq!(bank.ask("select * from t.t order by id"), "id,row number,d; 1,,1.00; 3,,3.00; 5,y,0.02");
    assert_eq!(bank.ask("select sum(d) as s, count(*) as n from t.t where d > 0.01"), "s,n; 4.02,3");
}

#[test]
fn joined_tables_lose_rows_each() {
    let mut bank = bank();
    let accounts = bank.tables[0].files[0].path.clone();
    let branches = bank.tables[2].files[0].path.clone();
    bank.delete("a.d", &[(&accounts, 0)], &[&accounts]);
    bank.delete("b.d", &[(&branches, 1)], &[&branches]);
    let sql = "select a.account_no, b.name from deposit.account a left join deposit.branch b on a.branch = b.branch order by 1";
    assert_eq!(bank.ask(sql), "account_no,name; A2,Mapo; B1,; B2,; C1,");
}

#[test]
fn slices_of_a_large_file_lose_the_right_rows() {
    const ROWS: i32 = 1_500_000;
    let mut bank = Bank::empty();
    let memos: Vec<String> = (0..ROWS).map(|id| format!("a memo of some length numbered {id}")).collect();
    let large = bank.file("1", &[(1, "id", ints(0..ROWS)), (2, "memo", texts(memos.iter().map(String::as_str)))]);
    let small = bank.file("2", &[(1, "id", ints(ROWS..ROWS + 3))]);
    bank.table("t.t", &[(1, "id", "int"), (2, "memo", "string")], vec![large.clone(), small.clone()]);
    let is_deleted = |id: i32| id % 7 == 3 || (400_000..900_000).contains(&id);
    let rows: Vec<(&str, i64)> =
        (0..ROWS).filter(|id| is_deleted(*id)).map(|id| (large.as_str(), i64::from(id))).collect();
    bank.delete("d", &rows, &[&large, &small]);
    bank.delete("e", &[(&small, 1)], &[&small]);
    let left: Vec<i32> = (0..ROWS).filter(|id| !is_deleted(*id)).chain([ROWS, ROWS + 2]).collect();
    let mut out = Vec::new();
    let written = bank.run("select id, upper(memo) as memo from t.t").unwrap().write_csv(&mut out).unwrap();
    assert_eq!(written, left.len() as u64);
    let text = String::from_utf8(out).unwrap();
    let ids = text.lines().skip(1).map(|line| line.split(',').next().unwrap().parse::<i32>().unwrap());
    assert!(ids.eq(left.iter().copied()), "the rows that are left, in order");
    let sum: i64 = left.iter().map(|id| i64::from(*id)).sum();
    assert_eq!(bank.ask("select count(*) as n, sum(id) as s from t.t"), format!("n,s; {},{sum}", left.len()));
    assert_eq!(bank.ask("select id from t.t where id between 399999 and 900001 order by id"), "id; 399999; 900001");
}

#[test]
fn what_is_no_delete_file_is_named() {
    let (mut bank, [first, ..]) = three_files();
    bank.tables[0].files[0].deletes = vec![first.clone()];
    let answer = bank.ask("select * from t.t");
    assert!(
        answer.starts_with(&format!("error: {first}: a position delete file has a column \"file_path\"")),
        "{answer}"
    );
    bank.tables[0].files[0].deletes = vec!["/nowhere/gone.parquet".into()];
    assert!(bank.ask("select id from t.t").starts_with("error: /nowhere/gone.parquet: "));
    bank.tables[0].files[0].deletes.clear();
    bank.delete("d", &[(&first, -1)], &[&first]);
    assert!(bank.ask("select count(*) as n from t.t").contains("a position that no file can have"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn answers_are_those_of_the_rows_that_are_left(
        sizes in prop::collection::vec(0_usize..40, 1..5),
        deletes in prop::collection::vec(prop::collection::vec((0_usize..5, 0_i64..40), 0..30), 0..4),
        from in 0_i64..120,
        limit in 0_usize..60,
    ) {
        let mut bank = Bank::empty();
        let mut rows = BTreeMap::new();
        let mut files = Vec::new();
        for (n, size) in sizes.iter().enumerate() {
            let first = rows.len() as i64;
            let ids: Vec<i64> = (first..first + *size as i64).collect();
            rows.extend(ids.iter().enumerate().map(|(row, id)| ((n, row as i64), *id)));
            files.push(bank.file(&n.to_string(), &[(1, "id", ints(ids.iter().map(|id| *id as i32)))]));
        }
        bank.table("t.t", &[(1, "id", "bigint")], files.clone());
        let paths: Vec<&str> = files.iter().map(String::as_str).collect();
        for (n, positions) in deletes.iter().enumerate() {
            let of_files: Vec<(usize, i64)> = positions.iter().map(|(file, row)| (file % files.len(), *row)).collect();
            of_files.iter().for_each(|row| { rows.remove(row); });
            let named: Vec<(&str, i64)> = of_files.iter().map(|(file, row)| (paths[*file], *row)).collect();
            bank.delete(&format!("{n}.d"), &named, &paths);
        }
        let left: Vec<i64> = rows.values().copied().filter(|id| *id >= from).collect();
        let list = |ids: &[i64]| ids.iter().fold("id".to_owned(), |text, id| format!("{text}; {id}"));
        prop_assert_eq!(bank.ask(&format!("select id from t.t where id >= {from} order by id")), list(&left));
        let limited = bank.ask(&format!("select id from t.t where id >= {from} limit {limit}"));
        prop_assert_eq!(limited.split("; ").count() - 1, left.len().min(limit));
        prop_assert_eq!(bank.ask("select count(*) as n from t.t"), format!("n; {}", rows.len()));
    }
}
