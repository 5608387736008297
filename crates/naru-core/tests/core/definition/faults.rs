use naru_core::{Level, TableDefinition};

use super::{faults, parse, show};

#[test]
fn every_fault_of_a_file_at_once() {
    let text = "\
@encodng,cp949
@delimiter,||
@time_zone,Asia/Soul
@partition,moth(opened_at),branch,bucket(16, account_no)
@sort,opend_at desc
@reject_limit,many
source,target,typ,key,required,level,treatment,format
ACNT_NO,account_no,string,1,,p2,hsh,
BAL_AMT,balance,varchar2,,maybe,p1,,
BRANCH,branch,string,,,p4,,
BAL_AMT,Balance,string,3,y,p1,,%Y
OPEN_DTM,opened_at,timestamp,,,p0,,%Y%m%d%H%M%S,note
";
    insta::assert_snapshot!(faults(&text.replace(",typ,", ",type,")), @r#"
    table-defs/deposit/account.csv:1:1: unknown setting "@encodng"
      hint: did you mean "@encoding"?
    table-defs/deposit/account.csv:2:2: @delimiter: "||" is not one ASCII character
      hint: write the character, one of tab, comma, pipe, semicolon, colon, space, dot, backslash, or an escape as in \u0001
    table-defs/deposit/account.csv:3:2: @time_zone: unknown time zone "Asia/Soul"
      hint: did you mean "Asia/Seoul"?
    table-defs/deposit/account.csv:4:2: @partition: unknown transform "moth"
      hint: did you mean "month"?
    table-defs/deposit/account.csv:4:4: @partition: "bucket(16" lacks its closing parenthesis
      hint: a value that holds a comma is quoted, as in "bucket(16, account_no)"
    table-defs/deposit/account.csv:5:2: @sort: there is no column "opend_at"
      hint: did you mean "opened_at"?
    table-defs/deposit/account.csv:6:2: @reject_limit: "many" is not a limit
      hint: write a number of rows, as in 100, or a share, as in 0.5%
    table-defs/deposit/account.csv:8:4: key column "account_no" may be empty: mark it required
    table-defs/deposit/account.csv:8:7: unknown treatment "hsh"
      hint: did you mean "hash"?
    table-defs/deposit/account.csv:9:3: unknown type "varchar2"
      hint: for text write "string"
    table-defs/deposit/account.csv:9:5: required: "maybe" is neither y nor n
      hint: write y or n
    table-defs/deposit/account.csv:10:6: unknown level "p4"
      hint: the levels are p0 public, p1 internal, p2 personal, p3 unique identifiers and secrets
    table-defs/deposit/account.csv:11:1: source "BAL_AMT" is already on line 9
      hint: a source column loads into one target
    table-defs/deposit/account.csv:11:2: target "Balance" is already on line 9
      hint: each column of a table has its own name, whatever its case
    table-defs/deposit/account.csv:11:2: target "Balance" is not a column name
      hint: a name is a lower-case letter, then lower-case letters, digits and _: "balance"
    table-defs/deposit/account.csv:11:4: key position 3 has no 2 before it
      hint: number the key's columns 1, 2, 3 without gaps
    table-defs/deposit/account.csv:11:8: column "Balance": a string takes no format
      hint: only date, timestamp, timestamptz and binary take one: clear the cell, or change the type
    table-defs/deposit/account.csv:12:9: this cell has no name in the header row
      hint: a value that holds a comma is quoted, as in "decimal(18,2)"
    "#);
    let misspelt = TableDefinition::parse(text.as_bytes(), super::FILE).unwrap_err();
    insta::assert_snapshot!(misspelt.iter().filter(|fault| fault.line == 7).map(|fault| show(std::slice::from_ref(fault))).collect::<String>(), @r#"
    table-defs/deposit/account.csv:7:3: unknown column "typ"
      hint: did you mean "type"?
    "#);
}

#[test]
fn the_messages_of_the_style_guide() {
    insta::assert_snapshot!(faults("\n\n\n\n\nsource,target,type,key\nA,a,varchar2\n\nACNT_NO,account_no,string,1\n"), @r#"
    table-defs/deposit/account.csv:7:3: unknown type "varchar2"
      hint: for text write "string"
    table-defs/deposit/account.csv:9:4: key column "account_no" may be empty: mark it required
    "#);
}

#[test]
fn files_that_are_no_definition() {
    let cases: [&[u8]; 8] = [
        b"",
        b"@encoding,utf-8\n",
        b"source,target,type\n",
        b"A,a,int\n",
        b"source;target;type\nA;a;int\n",
        b"@delimiter;|\nsource;target;type\n",
        b"source\ttarget\ttype\n",
        b"source,target,type\n\xb0\xe8,a,int\n",
    ];
    let shown = cases.map(|bytes| show(&TableDefinition::parse(bytes, "t.csv").unwrap_err()));
    insta::assert_snapshot!(shown.join("\n---\n"), @r#"
    t.csv: no header row
      hint: write source,target,type,key,required,level,treatment,format,description,renamed_from, then one row per column
    ---
    t.csv: no header row
      hint: write source,target,type,key,required,level,treatment,format,description,renamed_from, then one row per column
    ---
    t.csv: the table has no columns
      hint: after the header row, write one row per column
    ---
    t.csv:1:1: no header row
      hint: after the settings, and before the columns, write source,target,type,key,required,level,treatment,format,description,renamed_from
    ---
    t.csv:1: cells are separated by semicolons, not commas
      hint: save the file as "CSV UTF-8 (comma delimited)", or replace each semicolon by a comma
    ---
    t.csv:1: cells are separated by semicolons, not commas
      hint: save the file as "CSV UTF-8 (comma delimited)", or replace each semicolon by a comma
    ---
    t.csv:1: cells are separated by tabs, not commas
      hint: save the file as "CSV UTF-8 (comma delimited)", or replace each tab by a comma
    ---
    t.csv:2: not UTF-8 at byte offset 19
      hint: save the file as "CSV UTF-8 (comma delimited)"
    "#);
}

#[test]
fn columns_against_one_another() {
    insta::assert_snapshot!(faults("\
source,target,type,key,required,treatment
A,a,double,1,y,
A,A,int,1,y,
B,select,int,,,
C,load_interval,int,,,
D,Account No,int,,,
E,,,2,y,hash
F,f,STRING,y,,
"), @r#"
    table-defs/deposit/account.csv:2:4: key column "a" is a floating-point number, which has no certain equal
      hint: use decimal(p,s), or take it out of the key
    table-defs/deposit/account.csv:3:1: source "A" is already on line 2
      hint: a source column loads into one target
    table-defs/deposit/account.csv:3:2: target "A" is already on line 2
      hint: each column of a table has its own name, whatever its case
    table-defs/deposit/account.csv:3:2: target "A" is not a column name
      hint: a name is a lower-case letter, then lower-case letters, digits and _: "a"
    table-defs/deposit/account.csv:3:4: key position 1 is already on line 2
      hint: number the key's columns 1, 2, 3 in the key's order
    table-defs/deposit/account.csv:4:2: target "select" is a reserved word of SQL
      hint: choose another name, as in "select_value"
    table-defs/deposit/account.csv:5:2: target "load_interval" is the column that naru adds itself
      hint: choose another name
    table-defs/deposit/account.csv:6:2: target "Account No" is not a column name
      hint: a name is a lower-case letter, then lower-case letters, digits and _: "account_no"
    table-defs/deposit/account.csv:7:4: "key" means nothing for column "E", which has no target
      hint: give it a target, or clear this cell
    table-defs/deposit/account.csv:7:5: "required" means nothing for column "E", which has no target
      hint: give it a target, or clear this cell
    table-defs/deposit/account.csv:7:6: "treatment" means nothing for column "E", which has no target
      hint: give it a target, or clear this cell
    table-defs/deposit/account.csv:8:3: unknown type "STRING"
      hint: types are written in lower case: "string"
    table-defs/deposit/account.csv:8:4: key "y" is not a position
      hint: number the key's columns 1, 2, 3 in the key's order, and leave the others empty
    "#);
}

#[test]
fn partitions_and_sort_against_the_columns() {
    insta::assert_snapshot!(faults("\
@partition,ratio,hour(born),day(born),month(born),\"truncate(2, no)\",\"bucket(4, no)\",\"bucket(8, no)\",NAME,year(x)
@sort,load_interval,no,no desc
source,target,type,level
RATIO,ratio,double,p0
BORN,born,date,p2
NO,no,string,p3
NAME,name,string,p3
BORN2,born_day,date,p2
"), @r#"
    table-defs/deposit/account.csv:1:2: @partition: "ratio" does not fit the double column "ratio"
      hint: a column itself partitions unless it is float or double
    table-defs/deposit/account.csv:1:3: @partition: "hour(born)" does not fit the date column "born"
      hint: hour takes timestamp, timestamptz
    table-defs/deposit/account.csv:1:3: @partition: "hour(born)" would put values of a p2 column into object keys and logs
      hint: use bucket(16, born), or a date
    table-defs/deposit/account.csv:1:4: @partition: "day(born)" would be named "born_day", which is a column
      hint: rename the column, or partition another way
    table-defs/deposit/account.csv:1:4: @partition: "hour(born)" and "day(born)" both partition "born" by time
      hint: keep the finer one: it prunes for the coarser too
    table-defs/deposit/account.csv:1:5: @partition: "hour(born)" and "month(born)" both partition "born" by time
      hint: keep the finer one: it prunes for the coarser too
    table-defs/deposit/account.csv:1:6: @partition: "truncate(2, no)" would put values of a p3 column into object keys and logs
      hint: use bucket(16, no), or a date
    table-defs/deposit/account.csv:1:8: @partition: "bucket(4, no)" and "bucket(8, no)" would both be named "no_bucket"
      hint: keep one
    table-defs/deposit/account.csv:1:9: @partition: there is no column "NAME"
      hint: it names target columns: write "name"
    table-defs/deposit/account.csv:1:10: @partition: there is no column "x"
      hint: it names target columns of this file, or load_interval
    table-defs/deposit/account.csv:2:4: @sort: column "no" is already a sort field
      hint: keep the first
    "#);
}

#[test]
fn two_partition_fields_of_one_decimal_type() {
    insta::assert_snapshot!(faults("\
@partition,rate,\"truncate(5, fee)\",\"bucket(4, price)\",cost
source,target,type,level
A,rate,\"decimal(9,2)\",p0
B,fee,\"decimal(9,2)\",p0
C,price,\"decimal(9,2)\",p0
D,cost,\"decimal(9,3)\",p0
"), @r#"
    table-defs/deposit/account.csv:1:3: @partition: "rate" and "truncate(5, fee)" are both decimal(9,2)
      hint: Spark cannot read such a table: use bucket(16, fee)
    "#);
}

#[test]
fn settings_against_one_another() {
    insta::assert_snapshot!(faults("\
@delimiter,comma
@quote,none
@escape,comma
@decimal_separator,comma
@thousands_separator,comma
@true_words,Y
@false_words,N,Y
@null,,N
@replace,partitions
@trim,yes
@empty,
@header,by_nam
@trim,y
source,target,type
A,a,boolean
@null,x
"), @r#"
    table-defs/deposit/account.csv:3:2: @delimiter and @escape are the same character
      hint: choose different characters
    table-defs/deposit/account.csv:5:2: @decimal_separator and @thousands_separator are the same character
      hint: a number would have two readings: choose different characters
    table-defs/deposit/account.csv:7:2: "Y" means both true and false
      hint: write both rows, @true_words and @false_words, without a word in common
    table-defs/deposit/account.csv:8:2: "N" stands in both @null and @false_words
      hint: a boolean field would have two readings: write @false_words without it
    table-defs/deposit/account.csv:9:2: @replace: partitions of a table without any cannot be replaced
      hint: add @partition, as in @partition,day(load_interval), or write @replace,table
    table-defs/deposit/account.csv:10:2: @trim: "yes" is neither y nor n
      hint: write y or n
    table-defs/deposit/account.csv:11:2: @empty has no value
      hint: write a value, or take the row out
    table-defs/deposit/account.csv:12:2: @header: unknown value "by_nam"
      hint: did you mean "by_name"?
    table-defs/deposit/account.csv:13:1: setting @trim is already on line 10
      hint: keep one of the rows
    table-defs/deposit/account.csv:16:1: setting @null stands after the header row
      hint: move it to the top of the file
    "#);
}

#[test]
fn formats_fit_their_types() {
    insta::assert_snapshot!(faults("\
@timestamp_format,%Y-%m-%dT%H:%M:%S%z
@date_format,%d %b %y
source,target,type,format
A,a,date,%Y%m
B,b,timestamp,%Y%m%d%z
C,c,timestamp,
D,d,timestamptz,
E,e,binary,ascii
F,f,bigint,hex
"), @r#"
    table-defs/deposit/account.csv:2:2: @date_format: "%y" leaves the century to a guess; the source must give four digits (%Y), or load the column as string
      hint: a date format is like %Y-%m-%d
    table-defs/deposit/account.csv:4:4: column "a": the format lacks the day
      hint: a date format is like %Y%m%d
    table-defs/deposit/account.csv:5:4: column "b": the format has an offset (a timestamptz would hold it), which the type does not hold
      hint: a timestamp format is like %Y%m%d%H%M%S
    table-defs/deposit/account.csv:6:3: column "c": @timestamp_format does not fit: the format has an offset (a timestamptz would hold it), which the type does not hold
      hint: give the column a format of its own
    table-defs/deposit/account.csv:8:4: column "e": unknown format "ascii" of bytes
      hint: write hex or base64
    table-defs/deposit/account.csv:9:4: column "f": a bigint takes no format
      hint: only date, timestamp, timestamptz and binary take one: clear the cell, or change the type
    "#);
}

#[test]
fn a_row_says_where_its_commas_went_wrong() {
    insta::assert_snapshot!(faults("source,target,type,key\nA,a,decimal(18,2),\nB,b,int,,,note\n"), @r#"
    table-defs/deposit/account.csv:2:3: "decimal(18" needs a precision and a scale, as in decimal(18,2)
      hint: a type that holds a comma is quoted, as in "decimal(18,2)"
    table-defs/deposit/account.csv:3:6: this cell has no name in the header row
      hint: a value that holds a comma is quoted, as in "decimal(18,2)"
    "#);
}

#[test]
fn columns_above_the_job_s_level() {
    let definition = parse("source,target,type,level\nA,a,int,p1\nB,b,string,p3\nC,,,p2\n");
    insta::assert_snapshot!(show(&definition.check_level(Level::P1)), @r#"
    table-defs/deposit/account.csv:3:4: column "b" is p3, above its job's p1
      hint: the job's name needs the level p3
    table-defs/deposit/account.csv:4:4: column "C" is p2, above its job's p1
      hint: the job's name needs the level p3
    "#);
    assert_eq!(definition.check_level(Level::P3), []);
}

#[test]
fn header_rows() {
    insta::assert_snapshot!(faults("source,Source,comment,targets,type\nA,,,a,int\n"), @r#"
    table-defs/deposit/account.csv:1:2: column "source" stands twice
      hint: keep one
    table-defs/deposit/account.csv:1:3: unknown column "comment"
      hint: the columns are source, target, type, key, required, level, treatment, format, description, renamed_from
    table-defs/deposit/account.csv:1:4: unknown column "targets"
      hint: did you mean "target"?
    "#);
    insta::assert_snapshot!(faults("@trim,y\nsource,type\nA,int\n"), @r#"
    table-defs/deposit/account.csv:2: no column "target"
      hint: add it to the header row
    "#);
}

#[test]
fn a_quote_that_is_never_closed_hides_nothing() {
    insta::assert_snapshot!(faults("@quote,\"\n@trim,x\nsource,target,type\nA,a,varchar\n"), @r#"
    table-defs/deposit/account.csv:1:2: the quote that opens this cell is never closed
      hint: close it with "; inside quotes a quote is doubled, so a cell that holds one quote is """"
    table-defs/deposit/account.csv:2:2: @trim: "x" is neither y nor n
      hint: write y or n
    table-defs/deposit/account.csv:4:3: unknown type "varchar"
      hint: for text write "string"
    "#);
}

#[test]
fn treatments_against_their_columns() {
    insta::assert_snapshot!(faults("\
@partition,name,no,\"truncate(2, no)\",day(born),ssn,\"bucket(4, card)\"
@sort,name,ssn,card,no
source,target,type,key,required,level,treatment
NO,no,bigint,1,y,p2,hash
BORN,born,date,,,p2,encrypt
NAME,name,string,2,y,p2,redact
CARD,card,string,3,y,p1,last4
SSN,ssn,string,4,y,p3,drop
OK,ok,boolean,,,p1,hash
AMT,amt,\"decimal(5,2)\",,,p1,last4
"), @r#"
    table-defs/deposit/account.csv:1:2: @partition: column "name" has treatment redact: all its values are the same text
      hint: name another column
    table-defs/deposit/account.csv:1:3: @partition: column "no" has treatment hash: each value would be a partition of its own
      hint: use bucket, as in bucket(16, column)
    table-defs/deposit/account.csv:1:4: @partition: "truncate(2, no)" would put values of a p2 column into object keys and logs
      hint: use bucket(16, no), or a date
    table-defs/deposit/account.csv:1:5: @partition: "day(born)" does not fit the string column "born" that encrypt makes
      hint: day takes date, timestamp, timestamptz
    table-defs/deposit/account.csv:1:6: @partition: column "ssn" has treatment drop: the table does not have it
      hint: name another column
    table-defs/deposit/account.csv:2:2: @sort: column "name" has treatment redact: all its values are the same text
      hint: name another column
    table-defs/deposit/account.csv:2:3: @sort: column "ssn" has treatment drop: the table does not have it
      hint: name another column
    table-defs/deposit/account.csv:6:7: key column "name" has treatment redact: different values become equal
      hint: a key takes hash or encrypt, which keep different values different; or take it out of the key
    table-defs/deposit/account.csv:7:7: key column "card" has treatment last4: different values become equal
      hint: a key takes hash or encrypt, which keep different values different; or take it out of the key
    table-defs/deposit/account.csv:8:5: "required" means nothing for column "ssn", which is dropped
      hint: values of a dropped column are not looked at
    table-defs/deposit/account.csv:8:7: key column "ssn" has treatment drop: the table does not have it
      hint: a key takes hash or encrypt, which keep different values different; or take it out of the key
    table-defs/deposit/account.csv:9:7: column "ok": hash of a boolean hides nothing: there are two values, and their shares tell which is which
      hint: use redact or drop
    table-defs/deposit/account.csv:10:7: column "amt": last4 of a decimal(5,2) tells nothing
      hint: last4 takes string, int and bigint; otherwise use redact, hash or drop
    "#);
    insta::assert_snapshot!(faults("source,target,type,treatment\nA,a,int,drop\nB,b,int,encypt\nC,c,int,mask\n"), @r#"
    table-defs/deposit/account.csv:3:4: unknown treatment "encypt"
      hint: did you mean "encrypt"?
    table-defs/deposit/account.csv:4:4: unknown treatment "mask"
      hint: the treatments are hash, redact, last4, drop, encrypt
    "#);
    insta::assert_snapshot!(faults("source,target,type,treatment\nA,a,int,drop\nB,,,\n"), @r"
    table-defs/deposit/account.csv: every column is dropped or has no target
      hint: after the header row, write one row per column
    ");
}

#[test]
fn control_totals_against_the_columns_and_the_dialect() {
    let columns =
        "source,target,type,treatment\nAMT,amount,\"decimal(18,2)\",\nNM,name,string,\nNO,no,bigint,hash\nSEQ,,,\n";
    let control = |value: &str| faults(&format!("@delimiter,|\n@control,{value}\n{columns}"));
    insta::assert_snapshot!(control("\"trailer(T|, rows, sum(amout), sum(AMT), sum(name), sum(no), sum(SEQ), sum(x))\""), @r#"
    table-defs/deposit/account.csv:2:2: @control: column "no" is treated (hash), and is not summed
      hint: write _ for this field; rows alone also tells a file that was cut off
    table-defs/deposit/account.csv:2:2: @control: the string column "name" has no exact sum
      hint: int, bigint and decimal columns can be summed; write _ for this field
    table-defs/deposit/account.csv:2:2: @control: the trailer's first field "T|" holds the @delimiter character
      hint: write the field's text without quotes around it, and without what follows
    table-defs/deposit/account.csv:2:2: @control: there is no column "AMT"
      hint: it names target columns: write "sum(amount)"
    table-defs/deposit/account.csv:2:2: @control: there is no column "SEQ"
      hint: the column is passed over: give it a target to sum it
    table-defs/deposit/account.csv:2:2: @control: there is no column "amout"
      hint: did you mean "sum(amount)"?
    table-defs/deposit/account.csv:2:2: @control: there is no column "x"
      hint: it names target columns of this file
    "#);
    insta::assert_snapshot!(control("trailer(T, rows)"), @r#"
    table-defs/deposit/account.csv:2:3: @control takes one value
      hint: a value that holds a comma is quoted, as in "trailer(T, rows, sum(amount))"
    "#);
    insta::assert_snapshot!(faults(&format!("@contol,x\n@trailer,T\n@control,a.ctl\n{columns}")), @r#"
    table-defs/deposit/account.csv:1:1: unknown setting "@contol"
      hint: did you mean "@control"?
    table-defs/deposit/account.csv:2:1: unknown setting "@trailer"
      hint: did you mean "@control"?
    table-defs/deposit/account.csv:3:2: @control: "a.ctl" names one file for all
      hint: write {file} for the data file's name, or {stem} for it less extensions
    "#);
}
