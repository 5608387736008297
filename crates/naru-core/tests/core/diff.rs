//! Differences between a table and its definition.

use naru_core::diff::{Difference, TableDiff};
use naru_core::{TableDefinition, TableSpec};

fn spec(text: &str) -> TableSpec {
    TableDefinition::parse(text.as_bytes(), "t.csv").unwrap().table_spec()
}

fn show(from: &str, to: &str) -> String {
    let differences = TableDiff::between(&spec(from), &spec(to));
    differences.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

const TABLE: &str = "\
@partition,month(c)
source,target,type,key,required,description
A,a,int,1,y,first
B,b,int,,,
C,c,date,,,
D,d,string,,,
";

#[test]
fn a_table_as_defined_has_no_difference() {
    assert_eq!(TableDiff::between(&spec(TABLE), &spec(TABLE)), []);
}

#[test]
fn every_difference_is_a_line() {
    let definition = "\
@partition,day(c),\"bucket(4, a)\"
@sort,b desc
@compression,none
@target_file_size,128MiB
source,target,type,key,required,description
A,a,bigint,1,y,\"first
line\"
C,c,date,2,y,
B,b,int,,,
E,e,\"decimal(9,2)\",,y,
";
    insta::assert_snapshot!(show(TABLE, definition), @r#"
    column a changes from int to bigint
    column a is described as "first\nline" instead of "first"
    column c becomes required
    column e (decimal(9,2), required) is added
    column d (string) is dropped
    columns b, c are reordered to c, b
    partition changes from month(c) to day(c), bucket(4, a)
    sort order changes from none to b desc
    key changes from a to a, c
    compression of new files changes from zstd(1) to none
    target file size changes from 536870912 to 134217728 bytes
    "#);
}

#[test]
fn differences_are_read_by_programs_too() {
    let differences = TableDiff::between(&spec(TABLE), &spec(&TABLE.replace("B,b,int", "B,b,bigint")));
    insta::assert_snapshot!(
        serde_json::to_string(&differences).unwrap(),
        @r#"[{"change":"type_changed","column":"b","from":"int","to":"bigint"}]"#
    );
}

#[test]
fn comments_and_file_settings_change_no_rows() {
    let definition = format!("@compression,none\n@target_file_size,1MiB\n{}", TABLE.replace("first", "second"));
    let differences = TableDiff::between(&spec(TABLE), &spec(&definition));
    assert_eq!(differences.len(), 3);
    assert!(!differences.iter().any(Difference::changes_rows));
    let differences = TableDiff::between(&spec(TABLE), &spec(&TABLE.replace("month", "day")));
    assert!(differences.iter().all(Difference::changes_rows) && differences.len() == 1);
}
