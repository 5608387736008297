//! The text that goes to Athena, word for word. Whether Athena takes it cannot be tried here: see its sources in the module.

#![expect(clippy::unwrap_used, reason = "a failed look is a failed test")]

use insta::assert_snapshot;
use naru_sql::athena::{CatalogName, ReadAsOf, text};
use naru_sql::{SqlError, TableRef, referenced_tables};
use proptest::prelude::*;

/// As the default templates name tables in dev; `card` has a template of its own.
fn dev(table: &TableRef) -> Option<CatalogName> {
    let database = format!("dev_{}", table.database);
    match table.database.as_str() {
        "deposit" | "loan" => Some(CatalogName { database, table: table.table.clone() }),
        "card" => Some(CatalogName { database, table: format!("van_{}", table.table) }),
        _ => None,
    }
}

fn as_of(sql: &str, as_of: ReadAsOf) -> String {
    told(text(sql, dev, as_of))
}

fn told(result: Result<String, SqlError>) -> String {
    result.unwrap_or_else(|error| match error.hint() {
        Some(hint) => format!("error: {error} ({hint})"),
        None => format!("error: {error}"),
    })
}

fn current(sql: &str) -> String {
    as_of(sql, ReadAsOf::Current)
}

#[test]
fn tables_get_their_names_in_the_catalog_and_nothing_else_changes() {
    assert_snapshot!(current("select * from deposit.account"), @r#"select * from "dev_deposit"."account""#);
    assert_snapshot!(current("SELECT  a.Balance -- deposit.account\nFROM Deposit . ACCOUNT a /* 계좌 */ JOIN loan.account AS l\tON a.no=l.no;  "), @r#"
    SELECT  a.Balance -- deposit.account
    FROM "dev_deposit"."account" a /* 계좌 */ JOIN "dev_loan"."account" AS l	ON a.no=l.no  
    "#);
    assert_snapshot!(current("select '예금 deposit.account', \"deposit.account\" from \"deposit\".\"account\", deposit.branch"), @r#"select '예금 deposit.account', "deposit.account" from "dev_deposit"."account", "dev_deposit"."branch""#);
    assert_snapshot!(current("select 1"), @"select 1");
    assert_eq!(
        current("select 1\r\nfrom deposit.account\r\n; -- end\n"),
        "select 1\r\nfrom \"dev_deposit\".\"account\"\r\n -- end\n"
    );
}

#[test]
fn names_of_with_queries_and_aliases_are_no_tables() {
    assert_snapshot!(current("with account as (select * from deposit.account) select account.no from account"), @r#"with account as (select * from "dev_deposit"."account") select account.no from account"#);
    assert_snapshot!(current("select deposit.no from deposit.account deposit where deposit.no in (select no from loan.account deposit)"), @r#"select deposit.no from "dev_deposit"."account" deposit where deposit.no in (select no from "dev_loan"."account" deposit)"#);
    assert_snapshot!(current("select x.n from (select count(*) n from deposit.account) x union all (select 1 from loan.account)"), @r#"select x.n from (select count(*) n from "dev_deposit"."account") x union all (select 1 from "dev_loan"."account")"#);
}

#[test]
fn columns_that_are_qualified_by_their_database_follow() {
    assert_snapshot!(current("select deposit.account.no, deposit.account.*, account.no from deposit.account where exists (select 1 from loan.account where loan.account.no = deposit.account.no)"), @r#"select "dev_deposit"."account".no, "dev_deposit"."account".*, account.no from "dev_deposit"."account" where exists (select 1 from "dev_loan"."account" where "dev_loan"."account".no = "dev_deposit"."account".no)"#);
}

#[test]
fn a_table_of_another_name_in_the_catalog_is_still_called_as_the_user_calls_it() {
    assert_snapshot!(current("select auth.no, card.auth.amount from card.auth tablesample bernoulli (10)"), @r#"select auth.no, "auth".amount from "dev_card"."van_auth" AS "auth" tablesample bernoulli (10)"#);
    assert_snapshot!(as_of("select a.no from card.auth as a", ReadAsOf::Snapshot(7)), @r#"select a.no from "dev_card"."van_auth" FOR VERSION AS OF 7 as a"#);
    assert_snapshot!(as_of("select auth.no from card.auth", ReadAsOf::Snapshot(7)), @r#"select auth.no from "dev_card"."van_auth" FOR VERSION AS OF 7 AS "auth""#);
}

#[test]
fn time_travel_stands_after_every_tables_name() {
    assert_snapshot!(as_of("select * from deposit.account a join loan.account using (no)", ReadAsOf::Snapshot(949530903748831860)), @r#"select * from "dev_deposit"."account" FOR VERSION AS OF 949530903748831860 a join "dev_loan"."account" FOR VERSION AS OF 949530903748831860 using (no)"#);
    assert_snapshot!(as_of("select * from deposit.account", ReadAsOf::Instant(1_795_273_567_089)), @r#"select * from "dev_deposit"."account" FOR TIMESTAMP AS OF TIMESTAMP '2026-11-21 15:06:07.089 UTC'"#);
    assert_snapshot!(as_of("with a as (select 1 as x) select * from a", ReadAsOf::Snapshot(7)), @"with a as (select 1 as x) select * from a");
    assert_snapshot!(as_of("select 1 from deposit.account", ReadAsOf::Instant(i64::MAX)), @"error: a time outside the years 1 to 9999 cannot be had in a query here (read the tables as of another time)");
}

#[test]
fn athenas_own_sql_passes() {
    for sql in [
        "select approx_distinct(no), try_cast(x as decimal(18,2)), x at time zone 'Asia/Seoul' from deposit.account",
        "select no, count(*) filter (where x > 1) from deposit.account group by rollup (no)",
        "select n from unnest(sequence(1, 10)) with ordinality as t(n, i) cross join deposit.account",
        "select last_value(x) over (partition by a order by b rows between 1 preceding and current row) from deposit.account",
        "select transform(xs, x -> x + 1) from deposit.account",
        "values (1, 'a'), (2, 'b')",
    ] {
        let expected = sql.replace("deposit.account", "\"dev_deposit\".\"account\"");
        assert_eq!(current(sql), expected);
    }
}

#[test]
fn what_could_read_unseen_tables_is_refused() {
    assert_snapshot!(current("select * from secret.person"), @r#"error: the unknown table "secret.person" cannot be had in a query here ("naru tables" lists them)"#);
    assert_snapshot!(current("select * from account"), @r#"error: table "account" lacks its database (write database.table, as in "deposit.account")"#);
    assert_snapshot!(current("table deposit.account"), @"error: SQL, line 1, column 1: Expected: an SQL statement, found: table");
    assert_snapshot!(current("select 1 union table deposit.account"), @"error: the command TABLE cannot be had in a query here (write SELECT * FROM database.table)");
    assert_snapshot!(current("select * from table(exclude_columns(input => table(deposit.account)))"), @"error: a function in FROM cannot be had in a query here (read tables, or the elements of a list: FROM UNNEST(sequence(1, 10)) AS t(n))");
    assert_snapshot!(current("select * from awsdatacatalog.dev_deposit.account"), @r#"error: the table name "awsdatacatalog.dev_deposit.account" cannot be had in a query here (write database.table)"#);
    assert_snapshot!(current("with x as (select 1) insert into deposit.account select * from x"), @"error: a WITH around a change of tables is not a query (give one SELECT, WITH or VALUES; tables change only by jobs)");
    assert_snapshot!(current("select * from deposit.account for system_time as of timestamp '2026-01-01'"), @"error: a table's version in the text (line 1) cannot be had in a query here (give --as-of, which is for all tables of the query)");
    assert_snapshot!(current("select * from deposit.account for version as of 1"), @"error: a table's version in the text (line 1) cannot be had in a query here (give --as-of, which is for all tables of the query)");
    assert_snapshot!(current("drop table deposit.account"), @"error: DROP is not a query (give one SELECT, WITH or VALUES; tables change only by jobs)");
    assert_snapshot!(current("select 1; drop table deposit.account"), @"error: a text of 2 statements is not a query (give one SELECT, WITH or VALUES; tables change only by jobs)");
    assert_snapshot!(current("using external function f(x int) returns int lambda 'f' select f(1)"), @"error: SQL, line 1, column 1: Expected: an SQL statement, found: using");
}

#[test]
fn what_athena_would_divide_into_other_words_is_refused() {
    assert_snapshot!(current("select 1 /* /* */ from deposit.account -- */"), @"error: a comment in a comment (line 1) cannot be had in a query here (leave the inner one out: Athena ends a comment at the first */)");
    assert_snapshot!(current("select 1 -- \rfrom deposit.account"), @"error: this form of comment (line 1) cannot be had in a query here (write -- and the comment, up to the line's end)");
    assert_snapshot!(current("select $$ from deposit.account $$"), @"error: this form of text in quotes (line 1) cannot be had in a query here (write 'text', and a quote in it twice)");
    assert_snapshot!(current("select 1,\n E'\\' from deposit.account'"), @"error: this form of text in quotes (line 2) cannot be had in a query here (write 'text', and a quote in it twice)");
}

/// Words that a query is made of, among them everything that the editor looks for.
fn word() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "select",
        "*",
        "1",
        ",",
        "from",
        "deposit.account",
        "deposit . account",
        "\"deposit\".\"account\"",
        "where",
        "a",
        "as",
        "(",
        ")",
        "join",
        "on",
        "with",
        "union",
        "'deposit.account'",
        "-- deposit.account\n",
        "/* deposit.account */",
        "계좌",
        "deposit.account.no",
        "deposit.account.*",
        "=",
        "\n",
        "\r\n",
        "in",
        "loan.account",
        "exists",
        "and",
        ";",
    ])
    .prop_map(String::from)
}

proptest! {
    /// What comes out reads the same tables by their names in the catalog, and differs nowhere else.
    #[test]
    fn the_rewritten_text_reads_the_same_tables(words in prop::collection::vec(word(), 1..14)) {
        let sql = format!("select {}", words.join(" "));
        if let Ok(tables) = referenced_tables(&sql) && let Ok(rewritten) = text(&sql, dev, ReadAsOf::Current) {
            let physical: Vec<_> =
                tables.iter().map(|table| TableRef::new(format!("dev_{}", table.database), &table.table)).collect();
            prop_assert_eq!(referenced_tables(&rewritten).unwrap(), physical);
        }
    }

    #[test]
    fn no_text_panics(sql in "\\PC*") {
        let _ = text(&sql, dev, ReadAsOf::Snapshot(1));
    }
}
