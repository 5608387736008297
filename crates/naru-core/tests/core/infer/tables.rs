//! Whole tables and their drafts.

use naru_core::{ColumnType, Level};

use super::{infer, show};

/// The types of a table's columns.
fn types(text: &str) -> Vec<String> {
    infer(text, None).columns.iter().map(|column| column.column_type.to_string()).collect()
}

/// One column's type, by its values, beside a column of numbers.
fn type_of(title: &str, values: &[&str]) -> String {
    let rows: Vec<String> = (1..).zip(values).map(|(n, value)| format!("{n}|{value}")).collect();
    types(&format!("N|{title}\n{}\n", rows.join("\n"))).remove(1)
}

#[test]
fn the_narrowest_type_that_is_safe() {
    let cases: [(&str, &[&str], &str); 36] = [
        ("n", &["1", "-20", "300"], "int"),
        ("n", &["1", "99000000"], "bigint"),
        ("n", &["1", "99999999999"], "bigint"),
        ("ORDER_ID", &["17", "123"], "bigint"),
        ("amount", &["17", "123"], "bigint"),
        ("n", &["1", "99999999999999999999"], "decimal(38,0)"),
        ("n", &["12345678901234567890", "99999999999999999999"], "string"),
        ("n", &["007", "123"], "string"),
        ("n", &["+82", "+1"], "string"),
        ("BRNCH_CD", &["101", "202"], "string"),
        ("n", &["1.50", "20.25"], "decimal(18,2)"),
        ("n", &["1.5", "20.25"], "decimal(18,3)"),
        ("n", &["123456789012345.123456", "1.123456"], "decimal(24,6)"),
        ("n", &["0.1234567890123456789012345678901234567890"], "string"),
        ("n", &["1.5e3", "2"], "double"),
        ("code", &["1E5", "2E3"], "string"),
        ("n", &["1,234", "12"], "int"),
        ("n", &["1,234.50", "12.00"], "decimal(18,2)"),
        ("n", &["1234,50", "12,25"], "decimal(18,2)"),
        ("use_yn", &["Y", "Y"], "boolean"),
        ("c", &["Y", "N"], "boolean"),
        ("c", &["Y", "Y"], "string"),
        ("c", &["Y", "N", "X"], "string"),
        ("c", &["0", "1"], "int"),
        ("is_open", &["0", "1"], "boolean"),
        ("c", &["2026-11-22", "2024-02-29"], "date"),
        ("c", &["2026-11-22", "2023-02-29"], "string"),
        ("open_dt", &["20261122", "20240229"], "date"),
        ("c", &["20261122", "20261399"], "int"),
        ("ORDER_NO", &["20261122", "20261123"], "string"),
        ("c", &["01/02/2026", "03/04/2026"], "string"),
        ("c", &["01/02/2026", "13/04/2026"], "date"),
        ("c", &["2026-11-22 10:00:00"], "timestamp"),
        ("c", &["2026-11-22T10:00:00+09:00", "2026-11-22T10:00:00"], "timestamptz"),
        ("c", &["26-11-22"], "string"),
        ("c", &["", ""], "string"),
    ];
    for (title, values, expected) in cases {
        assert_eq!(type_of(title, values), expected, "{title} {values:?}");
    }
}

#[test]
fn null_tokens_are_those_that_stand_among_other_types() {
    let draft = |text: &str| infer(text, None).dialect.null;
    assert_eq!(draft("a|b\n1|x\n2|y\n"), [""]);
    assert_eq!(draft("a|b\n1|x\nNULL|y\n"), ["", "NULL"]);
    assert_eq!(draft("a|b\n1|x\n-|y\n"), ["", "-"]);
    assert_eq!(draft("a|b\n1|x\n2|-\n"), [""]);
    assert_eq!(draft("a|b\n1|2026-11-22\n2|0000-00-00\n"), ["", "0000-00-00"]);
    assert_eq!(draft("a|b\n1|12\n2|00000000\n"), [""]);
}

#[test]
fn an_account_table() {
    let text = "ACNT_NO|CUST_NM|BAL_AMT|OPEN_DTM|DRMNT_YN\n\
                110-001-000001|김민준|12.50|20200102090000|N\n\
                110-001-000002|이서연|99.00|20210304100000|Y\n\
                110-001-000003|박도윤|NULL|20220506110000|N\n";
    insta::assert_snapshot!(show(text, Some(Level::P2)), @r#"
    @delimiter,|
    @null,,NULL
    source,target,type,key,required,level,treatment,format,description
    ACNT_NO,acnt_no,string,1,y,p2,,,
    CUST_NM,cust_nm,string,,,p2,,,
    BAL_AMT,bal_amt,"decimal(18,2)",,,,,,
    OPEN_DTM,open_dtm,timestamp,,,,,%Y%m%d%H%M%S,
    DRMNT_YN,drmnt_yn,boolean,,,,,,
    --
    sample: only 3 records: types, key and nulls may yet turn out otherwise
    key: column 1 "acnt_no": taken for the key: unique in 3 records; also unique: columns 2, 4
    level: column 1 "acnt_no": account numbers, p2, by its title
    level: column 2 "cust_nm": looks like names of persons, p2: 3 of 3 values have their form
    "#);
}

#[test]
fn personal_columns_above_the_jobs_level_are_passed_over() {
    let text = "ID,주민등록번호,지점코드,MEMO,\n1,800101-1234560,001,a,\n2,800101-5234563,002,b,\n";
    insta::assert_snapshot!(show(text, Some(Level::P1)), @r#"
    @header,by_position
    source,target,type,key,required,level,treatment,format,description
    ID,id,bigint,1,y,,,,
    주민등록번호,,,,,,,,주민등록번호
    지점코드,jijeomkodeu,string,,,,,,지점코드
    MEMO,memo,string,,,,,,
    field_5,,,,,,,,
    --
    sample: only 2 records: types, key and nulls may yet turn out otherwise
    header: the header has titles that are empty, stand twice or cannot be written: columns go by position
    header: column 5: neither title nor values: passed over
    name: column 2: the title's letters stand for a name, and its text in the description: write a better name
    name: column 3 "jijeomkodeu": the title's letters stand for a name, and its text in the description: write a better name
    type: column 5: no value in the sample: string was chosen
    key: column 1 "id": taken for the key: unique in 2 records; also unique: columns 3, 4
    level: column 2: looks like resident registration numbers, p3: the check digit fits 2 of 2 values (numbers since October 2020 have none)
    level: column 2: resident registration numbers are p3, above the job's p1: passed over, so that no value enters the table; since landing holds them all the same, name the job p3, or have the source leave them out
    "#);
    let levels = |level| infer(text, level).columns.iter().map(|column| column.level).collect::<Vec<_>>();
    assert_eq!(levels(None), [None, Some(Level::P3), None, None, None]);
    assert_eq!(levels(Some(Level::P3)), [None, Some(Level::P3), None, None, None]);
    assert_eq!(infer(text, Some(Level::P1)).needs_level, Some(Level::P3));
}

#[test]
fn a_table_without_a_header() {
    let text = "2026-11-21\tUSD\t1,465.3000\t-0.25\n2026-11-21\tJPY\t9.3812\t1.10\n2026-11-22\tUSD\t1,466.1000\t0.05\n";
    insta::assert_snapshot!(show(text, None), @r#"
    @delimiter,tab
    @header,none
    @thousands_separator,","
    @partition,day(column_1)
    source,target,type,key,required,level,treatment,format,description
    field_1,column_1,date,,,,,,
    field_2,column_2,string,,,,,,
    field_3,column_3,"decimal(18,4)",,,,,,
    field_4,column_4,"decimal(18,2)",,,,,,
    --
    sample: only 3 records: types, key and nulls may yet turn out otherwise
    key: no column or pair of the first 6 is likely to be the key
    partition: column 1 "column_1": taken for the partition, by day, by what the sample spans
    "#);
}

#[test]
fn keys_and_partitions() {
    let mut days = String::from("day,branch,amount\n");
    for day in 1..=9 {
        for branch in ["a", "b", "c"] {
            days += &format!("2026-11-0{day},{branch},{}.00\n", day % 3);
        }
    }
    let draft = infer(&days, None);
    assert_eq!(draft.columns.iter().map(|column| column.key).collect::<Vec<_>>(), [Some(1), Some(2), None]);
    assert_eq!(draft.partition.map(|field| field.to_string()).as_deref(), Some("day(day)"));
    let repeated = infer("a,b\n1,x\n1,x\n", None);
    assert!(repeated.columns.iter().all(|column| column.key.is_none()));
    assert_eq!(repeated.columns[0].column_type, ColumnType::Int);
}
