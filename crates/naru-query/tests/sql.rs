//! What of SQL can be had: each class of query with the rows it must give.

use crate::bank::bank;

/// Asks every query and reports all wrong answers at once.
fn check(cases: &[(&str, &str)]) {
    let bank = bank();
    let wrong: Vec<String> = cases
        .iter()
        .map(|(sql, expected)| (sql, expected, bank.ask(sql)))
        .filter(|(_, expected, answer)| answer != *expected)
        .map(|(sql, expected, answer)| format!("{sql}\n  expected {expected}\n  answered {answer}"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn select_where_order_limit() {
    check(&[
        (
            "select account_no, branch from deposit.account order by account_no",
            "account_no,branch; A1,1; A2,1; B1,2; B2,2; C1,3",
        ),
        ("SELECT Account_No AS Nr FROM Deposit.Account WHERE Branch = 3", "nr; C1"),
        ("select account_no from deposit.account order by account_no desc limit 2 offset 1", "account_no; B2; B1"),
        ("select distinct branch from deposit.account order by branch", "branch; 1; 2; 3"),
        (
            "select account_no from deposit.account where branch between 2 and 3 and not active is true",
            "account_no; B2",
        ),
        (
            "select account_no from deposit.account where account_no like 'A%' or account_no like '_1' order by 1",
            "account_no; A1; A2; B1; C1",
        ),
        ("select account_no from deposit.account where branch in (1, 3) order by 1", "account_no; A1; A2; C1"),
        ("select account_no from deposit.account where balance is null", "account_no; B2"),
        ("select a.account_no from deposit.account a where a.visits % 20 = 10 order by 1", "account_no; A1; B1"),
        ("select deposit.account.account_no from deposit.account where deposit.account.branch = 3", "account_no; C1"),
        ("select \"account_no\" from \"deposit\".\"account\" where branch = 3", "account_no; C1"),
        ("select 1 as one, 'x' as text", "one,text; 1,x"),
        ("values (1, 'a'), (2, 'b')", "column_0,column_1; 1,a; 2,b"),
    ]);
}

#[test]
fn decimals_stay_exact() {
    check(&[
        ("select account_no from deposit.account where balance > 100.50 order by 1", "account_no; A2; C1"),
        ("select account_no from deposit.account where balance = 100.5", "account_no; A1"),
        (
            "select account_no from deposit.account where balance >= 100 and balance < 200.250001 order by 1",
            "account_no; A1; A2",
        ),
        ("select account_no from deposit.account where balance in (50, 999.99) order by 1", "account_no; B1; C1"),
        ("select account_no from deposit.account where balance not in (50, 999.99) order by 1", "account_no; A1; A2"),
        ("select account_no from deposit.account where balance in (50, 100) order by 1", "account_no; B1"),
        (
            "select sum(balance) as s, min(balance) as l, max(balance) as h from deposit.account",
            "s,l,h; 1350.74,50.00,999.99",
        ),
        (
            "select branch, sum(balance) as s from deposit.account group by branch order by branch",
            "branch,s; 1,300.75; 2,50.00; 3,999.99",
        ),
        (
            "select balance + 0.01 as p, balance - 1 as m, balance * 2 as d, -balance as n from deposit.account where account_no = 'C1'",
            "p,m,d,n; 1000.00,998.99,1999.98,-999.99",
        ),
        ("select balance * 0.1 as tenth from deposit.account where account_no = 'A1'", "tenth; 10.05"),
        ("select account_no from deposit.account order by balance desc nulls last limit 1", "account_no; C1"),
        (
            "select balance, count(*) as n from deposit.account group by balance order by balance nulls first",
            "balance,n; ,1; 50.00,1; 100.50,1; 200.25,1; 999.99,1",
        ),
        ("select cast(balance as varchar) as t from deposit.account where account_no = 'A1'", "t; 100.50"),
        ("select cast(balance as decimal(20,4)) as t from deposit.account where account_no = 'A1'", "t; 100.5000"),
        ("select cast('12.345' as decimal(10,3)) as t", "t; 12.345"),
        (
            "select 0.1 + 0.2 as s, 12345678901234567890123456789012345.678 as long",
            "s,long; 0.3,12345678901234567890123456789012345.678",
        ),
        (
            "select a.account_no from deposit.account a join loan.account l on a.balance = cast(l.balance as decimal(18,2))",
            "account_no; A1",
        ),
        (
            "select distinct a.balance from deposit.account a where a.balance > -1.5 and a.balance <= 50.00",
            "balance; 50.00",
        ),
    ]);
}

#[test]
fn joins() {
    check(&[
        (
            "select a.account_no, b.name from deposit.account a join deposit.branch b on a.branch = b.branch order by 1",
            "account_no,name; A1,Mapo; A2,Mapo; B1,Jongno; B2,Jongno",
        ),
        (
            "select account_no, name from deposit.account join deposit.branch using (branch) order by 1",
            "account_no,name; A1,Mapo; A2,Mapo; B1,Jongno; B2,Jongno",
        ),
        (
            "select a.account_no, b.name from deposit.account a left join deposit.branch b on a.branch = b.branch where a.branch > 1 order by 1",
            "account_no,name; B1,Jongno; B2,Jongno; C1,",
        ),
        (
            "select a.account_no, b.name from deposit.account a right join deposit.branch b on a.branch = b.branch where b.branch = 4",
            "account_no,name; ,Jeju",
        ),
        ("select count(*) as n from deposit.account a full join deposit.branch b on a.branch = b.branch", "n; 6"),
        ("select count(*) as n from deposit.account cross join deposit.branch", "n; 15"),
        (
            "select a.account_no from deposit.account a, deposit.branch b where a.branch = b.branch and b.name = 'Jongno' order by 1",
            "account_no; B1; B2",
        ),
        (
            "select a.account_no from deposit.account a join deposit.branch b on a.branch = b.branch and b.name = 'Mapo' and a.visits > 10",
            "account_no; A2",
        ),
        (
            "select x.account_no as x, y.account_no as y from deposit.account x join deposit.account y on x.branch = y.branch and x.account_no < y.account_no order by 1",
            "x,y; A1,A2; B1,B2",
        ),
        (
            "select x.account_no as x, y.account_no as y from deposit.account x join deposit.account y on x.visits < y.visits where y.account_no = 'A2' order by 1",
            "x,y; A1,A2; C1,A2",
        ),
        (
            "select deposit.account.balance as d, loan.account.balance as l from deposit.account join loan.account on deposit.account.account_no = loan.account.account_no order by 1",
            "d,l; 50.00,7.000000; 100.50,100.500000",
        ),
        (
            "select a.account_no from deposit.account a left anti join loan.account l on a.account_no = l.account_no order by 1",
            "account_no; A2; B2; C1",
        ),
        (
            "select a.account_no, b.name, l.balance from deposit.account a join deposit.branch b on a.branch = b.branch join loan.account l on l.account_no = a.account_no order by 1",
            "account_no,name,balance; A1,Mapo,100.500000; B1,Jongno,7.000000",
        ),
        (
            "select b.* from deposit.account a join deposit.branch b on a.branch = b.branch where a.account_no = 'A1'",
            "branch,name; 1,Mapo",
        ),
    ]);
}

#[test]
fn nulls_stand_last_unless_said_otherwise() {
    check(&[
        ("select visits, branch from deposit.account order by visits desc", "visits,branch; 30,2; 20,1; 10,1; 5,3; ,2"),
        ("select visits, branch from deposit.account order by visits", "visits,branch; 5,3; 10,1; 20,1; 30,2; ,2"),
        ("select visits from deposit.account order by 1 desc nulls first limit 2", "visits; ; 30"),
        ("select account_no from deposit.account where active is not true order by 1", "account_no; A2; B2"),
        ("select account_no from deposit.account where active is false", "account_no; A2"),
        ("select account_no from deposit.account where visits not in (10, null)", "account_no"),
        ("select account_no from deposit.account where not (visits > 10) order by 1", "account_no; A1; C1"),
    ]);
}

#[test]
fn groups_and_having() {
    check(&[
        ("select count(*) as n, count(balance) as b, count(distinct branch) as d from deposit.account", "n,b,d; 5,4,3"),
        (
            "select branch, count(*) as n from deposit.account group by branch having count(*) > 1 order by 1",
            "branch,n; 1,2; 2,2",
        ),
        (
            "select branch, count(*) as n from deposit.account where active or branch = 3 group by branch having branch > 1 or branch is null order by 1",
            "branch,n; 2,1; 3,1",
        ),
        (
            "select branch, count(*) as n from deposit.account group by branch having branch > 1 and count(*) > 1",
            "branch,n; 2,2",
        ),
        (
            "select branch, sum(visits) as v from deposit.account group by branch having sum(visits) > 20 order by v desc, branch",
            "branch,v; 1,30; 2,30",
        ),
        (
            "select extract(year from opened) as y, count(*) as n from deposit.account where opened is not null group by extract(year from opened) order by 1",
            "y,n; 2025,1; 2026,3",
        ),
        (
            "select date_trunc('month', opened) as m, sum(balance) as s from deposit.account group by date_trunc('month', opened) order by m nulls last",
            "m,s; 2025-12-01,50.00; 2026-01-01,100.50; 2026-02-01,1200.24; ,",
        ),
        ("select avg(visits) as a from deposit.account", "a; 16.25"),
        ("select sum(visits) as s, max(opened) as o from deposit.account where branch = 9", "s,o; ,"),
        ("select count(*) as n from deposit.account where branch = 9", "n; 0"),
        ("select sum(case when active then 1 else 0 end) as n from deposit.account", "n; 3"),
        ("select count(*) filter (where branch = 1) as n from deposit.account", "n; 2"),
        (
            "select branch, sum(balance) / count(balance) as mean from deposit.account where branch = 1 group by branch",
            "branch,mean; 1,150.38",
        ),
    ]);
}

#[test]
fn dates_and_times() {
    check(&[
        ("select account_no from deposit.account where opened >= date '2026-02-01' order by 1", "account_no; A2; C1"),
        ("select account_no from deposit.account where opened = '2026-01-15'", "account_no; A1"),
        (
            "select account_no from deposit.account where updated > timestamp '2026-02-20 00:00:00' order by 1",
            "account_no; A2; C1",
        ),
        ("select account_no from deposit.account where seen >= '2026-02-28 12:00:00'", "account_no; C1"),
        (
            "select extract(month from opened) as m, year(updated) as y, day(seen) as d, hour(updated) as h from deposit.account where account_no = 'A1'",
            "m,y,d,h; 1,2026,15,9",
        ),
        (
            "select date_trunc('hour', updated) as h, date_trunc('day', seen) as d, date_trunc('quarter', opened) as q from deposit.account where account_no = 'A2'",
            "h,d,q; 2026-02-20T23:00:00,2026-02-20T00:00:00Z,2026-01-01",
        ),
        (
            "select opened + interval '1 month' as m, opened - interval '1 day' as d from deposit.account where account_no = 'A1'",
            "m,d; 2026-02-15,2026-01-14",
        ),
        ("select cast(updated as date) as d from deposit.account where account_no = 'A2'", "d; 2026-02-20"),
        (
            "select updated, seen from deposit.account where account_no = 'A2'",
            "updated,seen; 2026-02-20T23:59:59.500000,2026-02-20T23:59:59.500000Z",
        ),
        (
            "select min(updated) as l, max(seen) as h from deposit.account",
            "l,h; 2025-12-31T00:00:00,2026-02-28T12:00:00Z",
        ),
    ]);
}

#[test]
fn texts_and_conditions() {
    check(&[
        (
            "select upper(account_no) || '-' || lower(account_no) as t, length(account_no) as n from deposit.account where branch = 3",
            "t,n; C1-c1,2",
        ),
        (
            "select substr(account_no, 1, 1) as s, replace(account_no, 'A', 'x') as r from deposit.account where account_no = 'A1'",
            "s,r; A,x1",
        ),
        (
            "select trim('  x ') as t, concat('a', 'b') as c, left('abc', 2) as l, reverse('abc') as r",
            "t,c,l,r; x,ab,ab,cba",
        ),
        (
            "select coalesce(balance, 0) as b, nullif(branch, 2) as n from deposit.account where account_no = 'B2'",
            "b,n; 0.00,",
        ),
        (
            "select case branch when 1 then 'one' when 2 then 'two' else 'more' end as w, count(*) as n from deposit.account group by w order by w",
            "w,n; more,1; one,2; two,2",
        ),
        (
            "select case when balance > 100.50 then 'high' when balance is null then 'none' else 'low' end as c from deposit.account order by account_no",
            "c; low; high; low; none; high",
        ),
        ("select cast('7' as int) + 1 as i, cast(1.5 as double) as d, cast(true as varchar) as b", "i,d,b; 8,1.5,true"),
        (
            "select abs(-5) as a, round(2.567, 2) as r, floor(1.7) as f, greatest(1, 3, 2) as g",
            "a,r,f,g; 5,2.570,1.0,3",
        ),
        ("select 7 / 2 as q, 7 % 2 as r", "q,r; 3.5,1"),
        ("select try_cast('x' as int) as t, 1 as n", "t,n; ,1"),
    ]);
}

#[test]
fn subqueries_and_with() {
    check(&[
        (
            "with m as (select date_trunc('month', opened) as m, balance from deposit.account) select m, sum(balance) as s from m where m >= date '2026-01-01' group by m order by m",
            "m,s; 2026-01-01,100.50; 2026-02-01,1200.24",
        ),
        (
            "select * from (with x as (select branch from deposit.branch) select x.branch + 1 as b from x where branch = 4) as y",
            "b; 5",
        ),
        (
            "with a(x, y) as (select branch, name from deposit.branch), b as (select x from a where x < 3) select a.y from a join b on a.x = b.x where y <> 'Mapo'",
            "y; Jongno",
        ),
        (
            "with a as (select 1 as x), b as (with a as (select 2 as x) select x from a) select a.x as a, b.x as b from a cross join b",
            "a,b; 1,2",
        ),
        ("with big as (select * from deposit.account where balance > 100) select count(*) as n from big", "n; 3"),
        (
            "with a as (select branch from deposit.account), b as (select distinct branch from a) select count(*) as n from b",
            "n; 3",
        ),
        (
            "with account as (select account_no from deposit.account where branch = 1) select account.account_no from account order by 1",
            "account_no; A1; A2",
        ),
        (
            "select n from (select branch, count(*) as n from deposit.account group by branch) as t where branch = 1",
            "n; 2",
        ),
        (
            "select account_no from deposit.account where account_no in (select account_no from loan.account) order by 1",
            "account_no; A1; B1",
        ),
        (
            "select account_no from deposit.account where account_no not in (select account_no from loan.account) order by 1",
            "account_no; A2; B2; C1",
        ),
        (
            "select a.account_no from deposit.account a where exists (select 1 from loan.account l where l.account_no = a.account_no and l.balance > 50) order by 1",
            "account_no; A1",
        ),
        (
            "select a.account_no from deposit.account a where not exists (select 1 from loan.account l where l.account_no = a.account_no) order by 1",
            "account_no; A2; B2; C1",
        ),
        (
            "select a.account_no from deposit.account a where a.account_no in (select l.account_no from loan.account l where l.balance > 50)",
            "account_no; A1",
        ),
        (
            "select a.account_no from deposit.account a where a.account_no not in (select account_no from loan.account where balance > 50) order by 1",
            "account_no; A2; B1; B2; C1",
        ),
        (
            "select a.account_no from deposit.account a where exists (select 1 from loan.account where loan.account.account_no = a.account_no and balance > 50) order by 1",
            "account_no; A1",
        ),
        (
            "select branch from deposit.branch b where not exists (select * from deposit.account a where a.branch = b.branch and a.balance > 100 and a.active) order by 1",
            "branch; 2; 4",
        ),
        (
            "select count(*) as n from (select account_no from deposit.account union all select account_no from loan.account) as u",
            "n; 8",
        ),
        (
            "select visits from deposit.account where visits not in (select visits from deposit.account where branch = 2) order by 1",
            "visits",
        ),
        (
            "with m as (select max(balance) as top from deposit.account) select account_no from deposit.account cross join m where balance = top",
            "account_no; C1",
        ),
    ]);
}

#[test]
fn set_operations() {
    check(&[
        (
            "select account_no from deposit.account union all select account_no from loan.account order by account_no",
            "account_no; A1; A1; A2; B1; B1; B2; C1; Z9",
        ),
        (
            "select account_no from deposit.account union select account_no from loan.account order by 1",
            "account_no; A1; A2; B1; B2; C1; Z9",
        ),
        (
            "select account_no as x from deposit.account intersect select account_no from loan.account order by x",
            "x; A1; B1",
        ),
        ("select account_no from loan.account except select account_no from deposit.account", "account_no; Z9"),
        (
            "select account_no from deposit.account intersect select account_no from loan.account except select 'A1' as k",
            "account_no; B1",
        ),
        (
            "select branch from deposit.branch union all select branch from deposit.account where branch = 3 order by branch limit 2",
            "branch; 1; 2",
        ),
        (
            "select * from ((select account_no from deposit.account order by account_no limit 1) union all (select account_no from loan.account order by account_no desc limit 1)) as u order by 1",
            "account_no; A1; Z9",
        ),
    ]);
}

#[test]
fn windows() {
    check(&[
        (
            "select account_no, row_number() over (partition by branch order by account_no desc) as n from deposit.account order by account_no",
            "account_no,n; A1,2; A2,1; B1,2; B2,1; C1,1",
        ),
        (
            "select account_no, rank() over (order by branch) as r, dense_rank() over (order by branch) as d from deposit.account order by account_no",
            "account_no,r,d; A1,1,1; A2,1,1; B1,3,2; B2,3,2; C1,5,3",
        ),
        (
            "select account_no, lag(account_no) over (order by account_no) as p, lead(account_no) over (partition by branch order by account_no) as n from deposit.account order by account_no",
            "account_no,p,n; A1,,A2; A2,A1,; B1,A2,B2; B2,B1,; C1,B2,",
        ),
        (
            "select account_no, sum(balance) over (partition by branch order by account_no) as s from deposit.account order by account_no",
            "account_no,s; A1,100.50; A2,300.75; B1,50.00; B2,50.00; C1,999.99",
        ),
        (
            "select account_no, sum(visits) over () as s, avg(visits) over (partition by branch) as a from deposit.account order by account_no",
            "account_no,s,a; A1,65,15.0; A2,65,15.0; B1,65,30.0; B2,65,30.0; C1,65,5.0",
        ),
        (
            "select account_no, first_value(account_no) over (partition by branch order by account_no) as f, count(*) over (partition by branch) as c from deposit.account order by account_no",
            "account_no,f,c; A1,A1,2; A2,A1,2; B1,B1,2; B2,B1,2; C1,C1,1",
        ),
        (
            "with r as (select account_no, row_number() over (partition by branch order by balance desc) as n from deposit.account) select account_no from r where n = 1 order by 1",
            "account_no; A2; B1; C1",
        ),
        (
            "with g as (select branch, sum(visits) as v from deposit.account group by branch) select branch, rank() over (order by v desc) as r from g order by branch",
            "branch,r; 1,1; 2,1; 3,3",
        ),
        (
            "select account_no, row_number() over (order by visits) as up, row_number() over (order by visits desc) as down, row_number() over (order by visits nulls first) as first, row_number() over (order by visits desc nulls first) as top from deposit.account order by 1",
            "account_no,up,down,first,top; A1,2,3,3,4; A2,3,2,4,3; B1,4,1,5,2; B2,5,5,1,1; C1,1,4,2,5",
        ),
        (
            "select account_no, rank() over (order by branch desc, visits desc) as r from deposit.account order by 1",
            "account_no,r; A1,5; A2,4; B1,2; B2,3; C1,1",
        ),
        (
            "select account_no, sum(visits) over w as s from deposit.account window w as (partition by branch order by account_no desc) order by 1",
            "account_no,s; A1,30; A2,20; B1,30; B2,; C1,5",
        ),
    ]);
}

#[test]
fn subqueries_as_values() {
    check(&[
        (
            "select account_no from deposit.account where visits > (select avg(visits) from deposit.account) order by 1",
            "account_no; A2; B1",
        ),
        ("select * from deposit.branch where branch = (select max(branch) from deposit.branch)", "branch,name; 4,Jeju"),
        (
            "select account_no, balance - (select max(balance) from loan.account) as d from deposit.account a where a.branch = 3",
            "account_no,d; C1,899.490000",
        ),
        (
            "select count(*) as n from deposit.account where balance < (select sum(l.balance) from loan.account l where l.account_no = 'A1')",
            "n; 1",
        ),
        ("select (select count(*) from deposit.account) as n", "n; 5"),
        (
            "select account_no from deposit.account where balance > (select avg(balance) from deposit.closed)",
            "account_no",
        ),
    ]);
}
