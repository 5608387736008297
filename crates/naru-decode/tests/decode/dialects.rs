//! Quotes, escapes, line ends, trimming, ragged rows, headers.

use naru_core::dialect::Header;

use crate::support::{Load, column, ignored};

fn two() -> Load {
    Load::new(&[column("a", "string"), column("b", "string")])
}

#[test]
fn quotes_hold_delimiters_newlines_and_doubled_quotes() {
    let loaded = two().run(b"a,b\n\"x,1\",\"line 1\nline 2\"\r\n\"say \"\"hi\"\"\",\"\"\n").unwrap();
    insta::assert_snapshot!(loaded.show(), @r#"
    x,1|line 1
    line 2
    say "hi"|
    "#);
}

#[test]
fn a_stray_quote_is_text() {
    let loaded = two().run(b"a,b\n5\" disk,x\"\"y\n1\"2\"3,\"q\"\n").unwrap();
    insta::assert_snapshot!(loaded.show(), @r#"
    5" disk|x""y
    1"2"3|q
    "#);
}

#[test]
fn text_after_a_closing_quote_rejects_the_row() {
    let loaded = two().run(b"a,b\n\"x\"y,1\n\"x\" ,2\nok,\"z\"\"\"tail\n\"a\"b\"c,3\n\"a\"b\n").unwrap();
    insta::assert_snapshot!(loaded.show(), @r#"
    row 1 line 2 byte 7 column 0: text_after_quote
    row 2 line 3 byte 14 column 0: text_after_quote
    row 3 line 4 byte 26 column 1: text_after_quote
    row 4 line 5 byte 34 column 0: text_after_quote
    row 5 line 6 byte 40 column -: too_few_fields
    row 5 line 6 byte 43 column -: text_after_quote
    "#);
}

#[test]
fn ragged_rows_and_trailing_delimiters() {
    let loaded = two().run(b"a,b\n1\n1,2\n1,2,\n1,2,3,4\n\"1\",\"2\",\"3\"\n").unwrap();
    insta::assert_snapshot!(loaded.show(), @r"
    1|2
    row 1 line 2 byte 4 column -: too_few_fields
    row 3 line 4 byte 14 column -: too_many_fields
    row 4 line 5 byte 19 column -: too_many_fields
    row 5 line 6 byte 32 column -: too_many_fields
    ");
}

#[test]
fn an_escape_makes_the_next_byte_literal() {
    let load = two().dialect(|d| d.escape = Some('\\'));
    let loaded = load.run(b"a,b\nx\\,y,1\\\n2\n\"a\\\"b\",c\\\\d\n\"a\"\"b\",x\n\\\"q\\\",z\\").unwrap();
    insta::assert_snapshot!(loaded.show(), @r#"
    x,y|1
    2
    a"b|c\d
    "q"|z\
    row 3 line 5 byte 29 column 0: text_after_quote
    "#);
}

#[test]
fn null_tokens_are_compared_before_escapes_are_taken_out() {
    let load = two().dialect(|d| (d.escape, d.null) = (Some('\\'), vec!["\\N".into()]));
    insta::assert_snapshot!(load.run(b"a,b\n\\N,N\n\\\\N,\n").unwrap().show(), @r"
    ∅|N
    \N|
    ");
}

#[test]
fn trimming_takes_blanks_off_unquoted_fields() {
    let load = two().dialect(|d| d.trim = true);
    let loaded = load.run(b"a,b\n  x y\t, 1 \r\n \"  q \" ,\t\"r\"\t\n   ,\" \"\n").unwrap();
    insta::assert_snapshot!(loaded.show(), @r"
    x y|1
      q |r
    ∅|
    ");
    let untrimmed = two().run(b"a,b\n x,\"y\"\n \"x\",y\n").unwrap();
    insta::assert_snapshot!(untrimmed.show(), @r#"
     x|y
     "x"|y
    "#);
    let tabs = two().dialect(|d| (d.trim, d.delimiter) = (true, '\t'));
    insta::assert_snapshot!(tabs.run(b"a\tb\n x\t\n").unwrap().show(), @"x|∅");
}

#[test]
fn no_quote_means_that_quotes_are_text() {
    let load = two().dialect(|d| d.quote = None);
    insta::assert_snapshot!(load.run(b"a,b\n\"x,y\"\n").unwrap().show(), @r#""x|y""#);
}

#[test]
fn line_ends_are_lf_and_crlf_and_a_lone_cr_is_text() {
    let loaded = two().run(b"a,b\r\n1,2\r\nx\ry,\"z\r\"\r\n3,4").unwrap();
    assert_eq!(loaded.records, 3);
    insta::assert_snapshot!(loaded.show().replace('\r', "␍"), @r"
    1|2
    x␍y|z␍
    3|4
    ");
}

#[test]
fn blank_lines_are_no_records_unless_there_is_one_column() {
    let loaded = two().run(b"\n\r\na,b\n\n\r\n1,2\n\n3\n").unwrap();
    insta::assert_snapshot!(loaded.show(), @r"
    1|2
    row 2 line 8 byte 15 column -: too_few_fields
    ");
    let one = Load::new(&[column("a", "string")]).run(b"a\nx\n\ny\n").unwrap();
    insta::assert_snapshot!(one.show(), @r"
    x
    ∅
    y
    ");
}

#[test]
fn headers_by_name_by_position_and_none() {
    let by_name = Load::new(&[column("a", "int"), ignored("skip"), column("b", "int")]);
    insta::assert_snapshot!(by_name.run(b"b,\"skip\",a\n1,x,2\n").unwrap().show(), @"2|1");
    let by_position = by_name.clone().dialect(|d| d.header = Header::ByPosition);
    insta::assert_snapshot!(by_position.run(b"whatever,the,title\n1,x,2\n").unwrap().show(), @"1|2");
    let none = by_name.dialect(|d| d.header = Header::None);
    insta::assert_snapshot!(none.run(b"1,x,2\n3,\"y,z\",4").unwrap().show(), @r"
    1|2
    3|4
    ");
    assert_eq!(none.run(b"").unwrap().records, 0);
}

#[test]
fn rows_are_skipped_as_physical_lines() {
    let load = Load::new(&[column("a", "int")]).dialect(|d| d.skip_rows = 2);
    insta::assert_snapshot!(load.run(b"a report \"of\n1,2,3\na\n7\nx\n").unwrap().show(), @r"
    7
    row 2 line 5 byte 23 column 0: not_an_integer
    ");
}

#[test]
fn leading_zeros_stay_in_strings() {
    insta::assert_snapshot!(two().run(b"a,b\n007,1e5\n0.10,2024-01-01\n").unwrap().show(), @r"
    007|1e5
    0.10|2024-01-01
    ");
}
