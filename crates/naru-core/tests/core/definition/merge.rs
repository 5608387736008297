//! What a definition says of merging, and under which modes.

use naru_core::merge::{DeletedMarker, MergeRules, MergeWrite};
use naru_core::table_spec::TableSpec;
use naru_core::{ColumnType, Mode};

use super::{faults, parse, show};

const ACCOUNT: &str = "\
@order_by,changed_at
@deleted,OP,D,X,D
@valid_from,changed_at
@merge_write,Position-Deletes
source,target,type,key,required,treatment
BRANCH,branch,int,2,y,
ACNT_NO,account_no,string,1,y,hash
NAME,name,string,,,
CHG,changed_at,date,,y,
OP,,string,,,
";

fn names(spec: &TableSpec) -> Vec<&str> {
    spec.columns.iter().map(|column| column.name.as_str()).collect()
}

#[test]
fn settings_become_rules() {
    let rules = parse(ACCOUNT).merge().clone();
    let expected = MergeRules {
        order_by: Some("changed_at".into()),
        deleted: Some(DeletedMarker { column: "OP".into(), values: vec!["D".into(), "X".into()] }),
        valid_from: Some("changed_at".into()),
        write: MergeWrite::PositionDeletes,
    };
    assert_eq!(rules, expected);
    let plan = serde_json::to_value(&rules).unwrap();
    assert_eq!(plan["write"], "position-deletes");
    assert_eq!(serde_json::from_value::<MergeRules>(plan).unwrap(), expected);
    assert!(parse("source,target,type\nA,a,int\n").merge().is_default());
}

#[test]
fn only_what_is_said_changes_the_digest() {
    let columns = "source,target,type,required\nA,a,int,y\nB,b,int,y\n";
    let digest = |settings: &str| parse(&format!("{settings}{columns}")).digest();
    assert_eq!(digest("@merge_write,auto\n"), digest(""));
    let said =
        ["", "@order_by,a\n", "@order_by,b\n", "@deleted,A,1\n", "@deleted,A,2\n", "@merge_write,copy-on-write\n"];
    let digests: std::collections::HashSet<String> = said.map(digest).into();
    assert_eq!(digests.len(), said.len());
}

#[test]
fn an_scd2_table_says_from_when_to_when_a_row_holds() {
    let definition = parse(ACCOUNT);
    let spec = definition.table_spec_for(Mode::Scd2);
    let expected =
        ["branch", "account_no", "name", "changed_at", "valid_from", "valid_to", "is_current", "load_interval"];
    assert_eq!(names(&spec), expected);
    let of = |name: &str| spec.columns.iter().find(|column| column.name == name).unwrap();
    assert_eq!((of("valid_from").column_type, of("valid_from").required), (ColumnType::Date, true));
    assert_eq!((of("valid_to").column_type, of("valid_to").required), (ColumnType::Date, false));
    assert_eq!((of("is_current").column_type, of("is_current").required), (ColumnType::Boolean, true));
    assert_eq!(spec.key, ["account_no", "branch", "valid_from"]);
    for mode in [Mode::Append, Mode::Replace, Mode::Merge] {
        assert_eq!(definition.table_spec_for(mode), definition.table_spec());
    }
    let by_interval = parse("source,target,type,key,required\nA,a,int,1,y\n").table_spec_for(Mode::Scd2);
    assert_eq!(by_interval.columns[1].column_type, ColumnType::Timestamp);
    assert_eq!(by_interval.columns[2].column_type, ColumnType::Timestamp);
}

#[test]
fn settings_without_values_that_can_be() {
    let text = "\
@order_by
@deleted,OP
@valid_from,a,b
@merge_write,merge-on-read
source,target,type
A,a,date
OP,,string
";
    insta::assert_snapshot!(faults(text), @r#"
    table-defs/deposit/account.csv:1:2: @order_by has no value
      hint: write a value, or take the row out
    table-defs/deposit/account.csv:2:3: @deleted: no value of "OP" means deleted
      hint: write it behind the column, as in @deleted,OP,D
    table-defs/deposit/account.csv:3:3: @valid_from takes one value
      hint: name one column
    table-defs/deposit/account.csv:4:2: @merge_write: unknown value "merge-on-read"
      hint: for merge-on-read write position-deletes
    "#);
    insta::assert_snapshot!(faults("@deleted,,D\nsource,target,type\nA,a,date\n"), @r#"
    table-defs/deposit/account.csv:1:2: @deleted: no column is named
      hint: write the source's name of a column, then the values that mean deleted, as in @deleted,OP,D
    "#);
    insta::assert_snapshot!(faults("@deleted,A,,D\n@delete,A\nsource,target,type\nA,a,string\n"), @r#"
    table-defs/deposit/account.csv:1:3: @deleted: an empty value is null, which never means deleted
      hint: write a value, or take the empty cell out
    table-defs/deposit/account.csv:2:1: unknown setting "@delete"
      hint: did you mean "@deleted"?
    "#);
}

#[test]
fn columns_that_tell_neither_order_nor_time() {
    let text = "\
@order_by,VERSION
@valid_from,version
source,target,type,key,required,treatment
VERSION,version,int,,y,
";
    insta::assert_snapshot!(faults(text), @r#"
    table-defs/deposit/account.csv:1:2: @order_by: there is no column "VERSION"
      hint: it names target columns: write "version"
    table-defs/deposit/account.csv:2:2: @valid_from: the int column "version" holds no time
      hint: it takes date, timestamp, timestamptz
    "#);
    let text = "\
@order_by,amount
@valid_from,at
source,target,type,key,required,treatment
AMT,amount,double,,,
AT,at,timestamp,1,y,encrypt
";
    insta::assert_snapshot!(faults(text), @r#"
    table-defs/deposit/account.csv:1:2: @order_by: column "amount" may be empty
      hint: mark it required: a row without it is neither older nor newer
    table-defs/deposit/account.csv:1:2: @order_by: the double column "amount" has no certain order
      hint: it takes int, bigint, decimal, date, timestamp, timestamptz, string
    table-defs/deposit/account.csv:2:2: @valid_from: column "at" has treatment encrypt, which keeps no order
      hint: name another column, or load this one as it is
    table-defs/deposit/account.csv:2:2: @valid_from: column "at" is of the key, so that all rows of a key have the same
      hint: name a column that changes with the row, as in changed_at
    "#);
    insta::assert_snapshot!(faults("@order_by,ammount\n@valid_from,AT\nsource,target,type\nA,amount,int\nAT,,date\n"), @r#"
    table-defs/deposit/account.csv:1:2: @order_by: there is no column "ammount"
      hint: did you mean "amount"?
    table-defs/deposit/account.csv:2:2: @valid_from: there is no column "AT"
      hint: the column is passed over: give it a target
    "#);
    for column_type in ["int", "bigint", "\"decimal(9,2)\"", "date", "timestamp", "timestamptz", "string"] {
        parse(&format!("@order_by,a\nsource,target,type,required\nA,a,{column_type},y\n"));
    }
}

#[test]
fn columns_that_cannot_say_deleted() {
    let table = |deleted: &str, rows: &str| {
        faults(&format!("@deleted,{deleted}\nsource,target,type,key,required,treatment\nA,a,int,1,y,\n{rows}"))
    };
    insta::assert_snapshot!(table("op,D", "OP,op,string,,,\n"), @r#"
    table-defs/deposit/account.csv:1:2: @deleted: there is no source column "op"
      hint: it names a column of the source: write "OP"
    "#);
    insta::assert_snapshot!(table("OPP,D", "OP,op,string,,,\n"), @r#"
    table-defs/deposit/account.csv:1:2: @deleted: there is no source column "OPP"
      hint: did you mean "OP"?
    "#);
    insta::assert_snapshot!(table("DEL,D", "B,b,string,,,\n"), @r#"
    table-defs/deposit/account.csv:1:2: @deleted: there is no source column "DEL"
      hint: it names a column of the source: add a row for it, without a target to pass it over
    "#);
    insta::assert_snapshot!(table("OP,D", "OP,,,,,\n"), @r#"
    table-defs/deposit/account.csv:1:2: @deleted: column "OP" has no type
      hint: write its type, though it has no target: string, int, bigint or boolean
    "#);
    insta::assert_snapshot!(table("OP,D", "OP,op,string,2,y,redact\n"), @r#"
    table-defs/deposit/account.csv:1:2: @deleted: column "OP" has treatment redact
      hint: clear its treatment; to keep it out of the table, clear its target, too
    table-defs/deposit/account.csv:1:2: @deleted: column "OP" is of the key, so that it cannot say that its key is deleted
      hint: name another column, or take it out of the key
    table-defs/deposit/account.csv:4:6: key column "op" has treatment redact: different values become equal
      hint: a key takes hash or encrypt, which keep different values different; or take it out of the key
    "#);
    insta::assert_snapshot!(table("OP,D", "OP,op,date,,,\n"), @r#"
    table-defs/deposit/account.csv:1:2: @deleted: the date column "OP" is no marker
      hint: it takes string, int, bigint, boolean
    "#);
    insta::assert_snapshot!(table("OP,01,1,D,3000000000", "OP,op,int,,,\n"), @r#"
    table-defs/deposit/account.csv:1:2: @deleted: a column of type int never has the value "01"
      hint: write the number itself, as in 1, without zeros or a + before it
    table-defs/deposit/account.csv:1:2: @deleted: a column of type int never has the value "3000000000"
      hint: write the number itself, as in 1, without zeros or a + before it
    table-defs/deposit/account.csv:1:2: @deleted: a column of type int never has the value "D"
      hint: write the number itself, as in 1, without zeros or a + before it
    "#);
    insta::assert_snapshot!(table("OP,Y,true", "OP,,boolean,,,\n"), @r#"
    table-defs/deposit/account.csv:1:2: @deleted: a column of type boolean never has the value "Y"
      hint: write true or false, whatever the source writes
    "#);
    let twice = "@header,none\n@deleted,x,D\nsource,target,type\nx,a,string\nx,b,string\n";
    insta::assert_snapshot!(faults(twice), @r#"
    table-defs/deposit/account.csv:2:2: @deleted: source "x" stands on lines 4 and 5
      hint: give one of them another label
    "#);
}

#[test]
fn what_a_mode_needs_and_does_not_heed() {
    let definition = parse(ACCOUNT);
    assert_eq!(definition.check_mode(Mode::Scd2), []);
    insta::assert_snapshot!(show(&definition.check_mode(Mode::Merge)), @r#"
    table-defs/deposit/account.csv:3:2: @valid_from: a job of mode merge does not heed it
      hint: take the row out; @order_by says which row of a key is the newer, and mode scd2 keeps history
    "#);
    insta::assert_snapshot!(show(&definition.check_mode(Mode::Append)), @r#"
    table-defs/deposit/account.csv:1:2: @order_by: a job of mode append does not heed it
      hint: take the row out, or rename the job: the modes merge and scd2 find rows by key
    table-defs/deposit/account.csv:2:2: @deleted: a job of mode append does not heed it
      hint: take the row out, or rename the job: the modes merge and scd2 find rows by key
    table-defs/deposit/account.csv:3:2: @valid_from: a job of mode append does not heed it
      hint: take the row out, or rename the job: the modes merge and scd2 find rows by key
    table-defs/deposit/account.csv:4:2: @merge_write: a job of mode append does not heed it
      hint: take the row out, or rename the job: the modes merge and scd2 find rows by key
    "#);
    assert_eq!(definition.check_mode(Mode::Replace).len(), 4);
    let keyless = parse("source,target,type\nF,valid_from,date\nT,valid_to,date\nC,is_current,boolean\n");
    assert_eq!(keyless.check_mode(Mode::Replace), []);
    insta::assert_snapshot!(show(&keyless.check_mode(Mode::Merge)), @r#"
    table-defs/deposit/account.csv: mode merge finds rows by their key, and no column is of the key
      hint: number the key's columns 1, 2, 3 in the column "key", and mark them required
    "#);
    insta::assert_snapshot!(show(&keyless.check_mode(Mode::Scd2)), @r#"
    table-defs/deposit/account.csv: mode scd2 finds rows by their key, and no column is of the key
      hint: number the key's columns 1, 2, 3 in the column "key", and mark them required
    table-defs/deposit/account.csv:2:2: target "valid_from" is a column that naru adds itself to a table of mode scd2
      hint: choose another name, as in changed_at, and name it in @valid_from if it is the time of the change
    table-defs/deposit/account.csv:3:2: target "valid_to" is a column that naru adds itself to a table of mode scd2
      hint: choose another name, as in source_valid_to or source_is_current
    table-defs/deposit/account.csv:4:2: target "is_current" is a column that naru adds itself to a table of mode scd2
      hint: choose another name, as in source_valid_to or source_is_current
    "#);
}
