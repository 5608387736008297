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

/// The table after `b` was called `branch`.
const RENAMED: &str = "\
@partition,month(c)
source,target,type,key,required,description,renamed_from
A,a,int,1,y,first,
B,branch,int,,,,b
C,closed,date,,,,c
D,d,string,,,,
";

#[test]
fn a_renamed_column_is_the_same_column() {
    // The partition follows its column's name by itself.
    let renamed = RENAMED.replace("month(c)", "month(closed)");
    insta::assert_snapshot!(show(TABLE, &renamed), @r"
    column b is renamed to branch
    column c is renamed to closed
    ");
    let widened = renamed.replace("B,branch,int", "B,branch,bigint");
    insta::assert_snapshot!(show(TABLE, &widened), @r"
    column b is renamed to branch
    column c is renamed to closed
    column branch changes from int to bigint
    ");
    assert_eq!(show(&renamed, &renamed), "", "what was renamed before is no difference");
    // A table that never had the old name gets the column; one that has both names loses the old one.
    let without = TABLE.replace("B,b,int,,,\n", "");
    assert!(show(&without, &renamed).contains("column branch (int) is added"));
    let both = TABLE.replace("D,d,string,,,\n", "D,d,string,,,\nE,branch,int,,,\n");
    insta::assert_snapshot!(show(&both, &renamed), @r"
    column c is renamed to closed
    column b (int) is dropped
    columns closed, d, branch are reordered to branch, closed, d
    ");
}

#[test]
fn every_difference_has_an_impact_and_what_is_forbidden_a_way_out() {
    let definition = "\
@partition,day(c)
@compression,none
source,target,type,key,required,description
A,a,string,1,y,another
B,b,bigint,,,
C,c,date,,y,
E,e,\"decimal(9,2)\",,y,
F,f,int,,,
";
    let lines = TableDiff::between(&spec(TABLE), &spec(definition)).into_iter().map(|difference| {
        let way_out = difference.way_out().map(|way_out| format!("\n  {way_out}")).unwrap_or_default();
        format!("{:?}: {difference}{way_out}\n", difference.impact())
    });
    insta::assert_snapshot!(lines.collect::<String>(), @r#"
    Forbidden: column a changes from int to string
      a column may only get wider (int to bigint): bring int back, or give the new type a target of another name and drop a or load it beside
    Settings: column a is described as "another" instead of "first"
    Widening: column b changes from int to bigint
    Forbidden: column c becomes required
      rows that are there may have nulls: leave it optional, and mend the source if it should have none
    Forbidden: column e (decimal(9,2), required) is added
      the rows that are there have no value for it: add it as optional
    Additive: column f (int) is added
    Destructive: column d (string) is dropped
    Metadata: partition changes from month(c) to day(c)
    Settings: compression of new files changes from zstd(1) to none
    "#);
}
