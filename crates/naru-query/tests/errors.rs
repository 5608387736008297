//! Errors name what is wrong and what to do, and never a value.

#![expect(clippy::unwrap_used, reason = "a failed look is a failed test")]

use insta::assert_snapshot;
use naru_query::{QueryError, TableRef, referenced_tables};
use proptest::prelude::*;

use crate::bank::bank;

fn ask(sql: &str) -> String {
    bank().ask(sql)
}

#[test]
fn syntax_errors_give_the_place() {
    assert_snapshot!(ask("select from from deposit.account"), @r#"error: SQL, line 1, column 25: Expected: end of statement, found: ."#);
    assert_snapshot!(ask("select *\nfrom deposit.account where ("), @r#"error: SQL, line 2, column 29: Expected: an expression, found: the end"#);
    assert_snapshot!(ask("select 'open"), @r#"error: SQL, line 1, column 8: Unterminated string literal"#);
}

#[test]
fn only_one_query_is_run() {
    assert_snapshot!(ask("delete from deposit.account"), @r#"error: DELETE is not a query (give one SELECT, WITH or VALUES; tables change only by jobs)"#);
    assert_snapshot!(ask("create table x as select 1"), @r#"error: CREATE is not a query (give one SELECT, WITH or VALUES; tables change only by jobs)"#);
    assert_snapshot!(ask("select 1; select 2"), @r#"error: a text of 2 statements is not a query (give one SELECT, WITH or VALUES; tables change only by jobs)"#);
    assert_snapshot!(ask(" -- nothing"), @r#"error: an empty text is not a query (give one SELECT, WITH or VALUES; tables change only by jobs)"#);
    assert_snapshot!(ask("with x as (select 1) insert into deposit.account select * from x"), @r#"error: a WITH around a change of tables is not a query (give one SELECT, WITH or VALUES; tables change only by jobs)"#);
    for verb in [
        "insert into deposit.account values (1)",
        "update deposit.account set branch = 1",
        "drop table deposit.account",
        "truncate table deposit.account",
        "explain select 1",
        "show tables",
    ] {
        assert!(matches!(bank().run(verb), Err(QueryError::NotSelect(_))), "{verb}");
    }
    assert_eq!(ask("select 1 as one;"), "one; 1");
}

#[test]
fn unknown_names_offer_the_nearest() {
    assert_snapshot!(ask("select * from deposit.acount"), @r#"error: unknown table "deposit.acount" (did you mean "deposit.account"?)"#);
    assert_snapshot!(ask("select * from sales.orders"), @r#"error: unknown table "sales.orders" ("naru tables" lists them)"#);
    assert_snapshot!(ask("select * from account"), @r#"error: table "account" lacks its database (write database.table, as in "deposit.account")"#);
    assert_snapshot!(ask("select balanse from deposit.account"), @r#"error: unknown column "balanse" (did you mean "balance"?)"#);
    assert_snapshot!(ask("select a.balanse from deposit.account a"), @r#"error: unknown column "balanse" (did you mean "balance"?)"#);
    assert_snapshot!(ask("select x.balance from deposit.account a"), @r#"error: no table or alias "x" in this part of the query"#);
    assert_snapshot!(ask("select loan.account.balance from deposit.account"), @r#"error: "loan.account" is not a table of this FROM"#);
}

#[test]
fn what_cannot_be_had_says_what_to_write() {
    assert_snapshot!(ask("select * from read_parquet('/etc/passwd')"), @r#"error: the table function "read_parquet" cannot be had in a query here (a query reads tables only: load the file by a job)"#);
    assert_snapshot!(ask("select * from a.b.c"), @r#"error: the table name "a.b.c" cannot be had in a query here (write database.table)"#);
    assert_snapshot!(ask("select * from deposit.account a where balance > (select avg(l.balance) from loan.account l where l.account_no = a.account_no)"), @r#"error: a subquery as a value other than an aggregate in WHERE or SELECT cannot be had in a query here (name it with WITH and join it)"#);
    assert_snapshot!(ask("select branch = (select branch from deposit.branch) from deposit.account"), @r#"error: a subquery as a value other than an aggregate in WHERE or SELECT cannot be had in a query here (name it with WITH and join it)"#);
    assert_snapshot!(ask("select * from deposit.account a left join deposit.branch b on a.branch = b.branch and b.name = 'x'"), @r#"error: an outer join ON anything but equalities between the two sides cannot be had in a query here (filter the table first, WITH b AS (SELECT … WHERE …), and join that)"#);
    assert_snapshot!(ask("select * from deposit.account right join deposit.branch using (branch)"), @r#"error: USING or NATURAL in a right or full join cannot be had in a query here (write ON a.id = b.id, and coalesce(a.id, b.id) in SELECT)"#);
    assert_snapshot!(ask("select avg(balance) over (order by account_no) from deposit.account"), @r#"error: avg over an ordered window cannot be had in a query here (an average is sum(x) OVER (…) / count(x) OVER (…))"#);
    assert_snapshot!(ask("select count(*) over (partition by branch) as a, count(*) over (partition by branch % 2) as b from deposit.account"), @"error: several windows, one of them partitioned by an expression cannot be had in a query here (name the expression in a WITH, and partition by the name)");
    assert_snapshot!(ask("select cast(account_no as varchar(1)) from deposit.account"), @"error: a cast to VARCHAR(1) cannot be had in a query here (cast to varchar, and take left(x, n))");
    assert_snapshot!(ask("select array_agg(branch) as b from deposit.account"), @r#"error: the list or row in column "b" of the result cannot be had in a query here (make text of a list with string_agg or array_to_string)"#);
    assert_snapshot!(ask("select branch from deposit.account group by branch order by sum(balance)"), @"error: ORDER BY an aggregate that is not in SELECT cannot be had in a query here (name it in SELECT, and order by the name)");
    assert_snapshot!(ask("select date '2026-02-29'"), @"error: '2026-02-29' is no day of the calendar; write it as in DATE '2026-11-22'");
    assert_snapshot!(ask("select a.balance, l.balance from deposit.account a join loan.account l on a.account_no = l.account_no"), @r#"error: two columns called "balance" in one result cannot be had in a query here (give each a name with AS)"#);
    assert_snapshot!(ask("select balance % 7 from deposit.account"), @r#"error: this operation on decimal[38,2] cannot be had in a query here (cast the column first, for mathematics to double)"#);
    assert_snapshot!(ask("select top 1 * from deposit.account"), @r#"error: `TOP` clause cannot be had in a query here"#);
    assert_snapshot!(ask("select 1 from deposit.account a join deposit.branch b on a.branch = b.branch where exists (select 1 from loan.account l where l.account_no = b.name)"), @r#"error: a subquery that refers to one of several tables outside it cannot be had in a query here (name the join with WITH and put the subquery on that)"#);
    assert_snapshot!(ask("select * from deposit.account as a(x, y)"), @r#"error: a table alias with column names cannot be had in a query here (rename the columns in SELECT or in a WITH)"#);
    assert_snapshot!(ask("select account_no from deposit.account qualify row_number() over (order by visits) = 1"), @"error: QUALIFY cannot be had in a query here (number the rows in a WITH, and choose by WHERE n = 1)");
    assert_snapshot!(ask("select branch, rank() over (order by sum(visits)) as r from deposit.account group by branch"), @"error: a window over groups cannot be had in a query here (group in a WITH, and put the window on that)");
    assert_snapshot!(ask("select 1 from deposit.account a join loan.account l on a.balance = l.balance"), @"error: a join ON two types cannot be had in a query here (cast one side to the type of the other: ON a.x = cast(b.y AS decimal(18,2)))");
    assert_snapshot!(ask("select soundex(account_no) from deposit.account"), @r#"error: function 'soundex' cannot be had in a query here"#);
    assert_snapshot!(ask("select sum(balance) over (order by account_no range between 1 preceding and current row) from deposit.account"), @r#"error: a window frame other than ROWS UNBOUNDED PRECEDING cannot be had in a query here (join the table with itself on the rows of the frame)"#);
    assert_snapshot!(ask("with recursive r as (select 1) select * from r"), @"error: WITH RECURSIVE cannot be had in a query here");
    assert_snapshot!(ask("select date_trunc('fortnight', opened) from deposit.account"), @r#"error: date_trunc of anything but a unit and a time cannot be had in a query here (write date_trunc('month', d); the units are second, minute, hour, day, week, month, quarter, year)"#);
}

#[test]
fn no_error_holds_a_value() {
    let bank = bank();
    for sql in [
        "select cast(account_no as int) from deposit.account",
        "select cast(account_no as date) from deposit.account",
        "select cast(account_no as decimal(5,2)) from deposit.account",
        "select cast(visits as tinyint) + cast(visits * 1000 as tinyint) from deposit.account",
        "select balance * 100000000000000000000000000000000000 from deposit.account",
        "select balance / (visits - 10) from deposit.account",
        "select cast(balance as decimal(3,2)) from deposit.account",
        "select account_no + visits from deposit.account",
        "select strptime(account_no, '%Y') from deposit.account",
    ] {
        let answer = bank.ask(sql);
        assert!(answer.starts_with("error: "), "{sql}: {answer}");
        for value in ["A1", "A2", "B1", "C1", "100.5", "10050", "999", "20025"] {
            assert!(!answer.contains(value), "{sql}: {answer}");
        }
    }
    assert_snapshot!(bank.ask("select cast(account_no as int) from deposit.account"), @r#"error: conversion from `str` to `i32` failed in column 'account_no' (try_cast gives a null for what cannot be cast)"#);
    assert_snapshot!(bank.ask("select balance * 100000000000000000000000000000000000 from deposit.account"), @"error: overflow in decimal multiplication (decimals have at most 38 digits: cast the operands to fewer digits after the point)");
    assert_snapshot!(bank.ask("select account_no + visits from deposit.account"), @r#"error: arithmetic on dtypes str and i64 is not allowed (lhs: column 'account_no', rhs: column 'visits'); try an explicit cast first"#);
}

#[test]
fn referenced_tables_are_listed_once_and_without_with_names() {
    let sql = "with x as (select * from deposit.account a join loan.account l on a.account_no = l.account_no) \
               select * from x join \"Odd Db\".\"Table\" on true \
               where exists (select 1 from deposit.branch) union select * from DEPOSIT.Account";
    let expected = [("deposit", "account"), ("loan", "account"), ("Odd Db", "Table"), ("deposit", "branch")];
    let expected: Vec<TableRef> = expected.iter().map(|(database, table)| TableRef::new(*database, *table)).collect();
    assert_eq!(referenced_tables(sql).unwrap(), expected);
    assert!(
        matches!(referenced_tables("select * from account"), Err(QueryError::Unqualified(table)) if table == "account")
    );
}

#[test]
fn deep_sql_does_not_overflow_the_stack() {
    let chain = vec!["branch = 1"; 5_000].join(" or ");
    assert_eq!(ask(&format!("select count(*) as n from deposit.account where {chain}")), "n; 2");
    let too_long = vec!["branch = 1"; 20_000].join(" or ");
    assert!(ask(&format!("select 1 from deposit.account where {too_long}")).contains("at most 40000"));
    let nested = format!("select {}1{}", "(".repeat(5_000), ")".repeat(5_000));
    assert!(ask(&nested).starts_with("error: "));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_text_is_an_answer_or_an_error(words in prop::collection::vec(prop::sample::select(WORDS), 0..14)) {
        let sql = words.join(" ");
        let _ = bank().ask(&sql);
        let _ = referenced_tables(&sql);
    }

    #[test]
    fn any_characters_are_an_error(text in "\\PC{0,40}") {
        let _ = referenced_tables(&text);
    }
}

const WORDS: &[&str] = &[
    "select",
    "from",
    "where",
    "deposit.account",
    "a",
    "b",
    "join",
    "left",
    "on",
    "a.branch",
    "=",
    "1",
    "1.5",
    "'x'",
    "(",
    ")",
    ",",
    "*",
    "sum",
    "over",
    "order by",
    "group by",
    "having",
    "union",
    "with",
    "as",
    "balance",
    "in",
    "not",
    "exists",
    "null",
    "case",
    "when",
    "then",
    "end",
    "date",
    "interval",
    "limit",
    "values",
    "-",
    "/",
    "date_trunc",
    "account_no",
];
