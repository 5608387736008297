//! Every reason, its message, and what is and is not a value of each type.

use naru_decode::Reason;

use crate::support::{Load, column, formatted, required};

/// One column `v` of a type; each text is a record.
fn cast(load: &Load, texts: &[&str]) -> String {
    let body: String = texts.iter().map(|text| format!("{text}\n")).collect();
    let loaded = load.run(format!("v\n{body}").as_bytes()).unwrap();
    let mut rejects = loaded.rejects.iter().peekable();
    let mut row = 0;
    let shown = loaded.show();
    let mut values = shown.lines();
    let mut lines = Vec::new();
    for (n, text) in texts.iter().enumerate() {
        let result = if rejects.peek().is_some_and(|reject| reject.row == n as u64 + 1) {
            rejects.next().unwrap().reason.code()
        } else {
            row += 1;
            values.next().unwrap()
        };
        lines.push(format!("{text} => {result}"));
    }
    assert_eq!(row, loaded.batch.num_rows());
    lines.join("\n")
}

fn of(column_type: &str) -> Load {
    Load::new(&[column("v", column_type)])
}

#[test]
fn codes_and_titles_are_stable() {
    let all: Vec<_> = Reason::ALL.iter().map(|reason| format!("{}: {reason}", reason.code())).collect();
    insta::assert_snapshot!(all.join("\n"), @r"
    null_in_required: a required column is null
    not_a_boolean: not one of the words that mean true or false
    not_an_integer: not an integer
    integer_out_of_range: an integer out of its type's range
    not_a_decimal: not a decimal number
    decimal_overflow: more integer digits than the decimal's precision less its scale
    decimal_scale: more fraction digits than the decimal's scale
    not_a_number: not a number
    number_out_of_range: a number too large or too close to zero for its floating-point type
    not_a_date: not a date of the declared format
    no_such_day: a day that the calendar does not have
    date_out_of_range: a date outside the years 0001 to 9999
    not_a_timestamp: not a timestamp of the declared format
    timestamp_precision: a timestamp finer than microseconds
    skipped_by_dst: a local time that a daylight-saving change skips
    ambiguous_by_dst: a local time that a daylight-saving change repeats
    not_hex: not hexadecimal, two digits a byte
    not_base64: not padded standard base64
    invalid_encoding: bytes that are not text in the declared encoding
    nul_byte: a NUL byte
    too_few_fields: fewer fields than columns
    too_many_fields: more fields than columns
    text_after_quote: text between a closing quote and the delimiter
    ");
}

#[test]
fn integers() {
    let texts = [
        "0",
        "-0",
        "+5",
        "007",
        "2147483647",
        "2147483648",
        "-2147483648",
        "1.0",
        "1e3",
        " 1",
        "-",
        "99999999999999999999",
        "0000000000000000000000012",
        "\"12\"",
        "\"\"",
    ];
    insta::assert_snapshot!(cast(&of("int"), &texts), @r#"
    0 => 0
    -0 => 0
    +5 => 5
    007 => 7
    2147483647 => 2147483647
    2147483648 => integer_out_of_range
    -2147483648 => -2147483648
    1.0 => not_an_integer
    1e3 => not_an_integer
     1 => not_an_integer
    - => not_an_integer
    99999999999999999999 => integer_out_of_range
    0000000000000000000000012 => 12
    "12" => 12
    "" => ∅
    "#);
    let texts = [
        "9223372036854775807",
        "9223372036854775808",
        "-9223372036854775808",
        "-9223372036854775809",
        "9223372036854775x07",
    ];
    insta::assert_snapshot!(cast(&of("bigint"), &texts), @r"
    9223372036854775807 => 9223372036854775807
    9223372036854775808 => integer_out_of_range
    -9223372036854775808 => -9223372036854775808
    -9223372036854775809 => integer_out_of_range
    9223372036854775x07 => not_an_integer
    ");
}

#[test]
fn thousands_separators_stand_in_groups_of_three() {
    let load = of("bigint").dialect(|d| (d.delimiter, d.thousands_separator) = ('|', Some(',')));
    let texts = ["1,234,567", "-1,234", "1234", "1,23", "1234,567", ",123", "1,,234", "123,"];
    insta::assert_snapshot!(cast(&load, &texts), @r"
    1,234,567 => 1234567
    -1,234 => -1234
    1234 => 1234
    1,23 => not_an_integer
    1234,567 => not_an_integer
    ,123 => not_an_integer
    1,,234 => not_an_integer
    123, => not_an_integer
    ");
    let load = of("decimal(18,2)").dialect(|d| {
        (d.delimiter, d.thousands_separator, d.decimal_separator) = ('|', Some('.'), ',');
    });
    insta::assert_snapshot!(cast(&load, &["1.234.567,89", "1.234,5", "0,1.234", "1,5", "1.5"]), @r"
    1.234.567,89 => 1234567.89
    1.234,5 => 1234.50
    0,1.234 => not_a_decimal
    1,5 => 1.50
    1.5 => not_a_decimal
    ");
}

#[test]
fn decimals() {
    let texts = [
        "0",
        "-0.00",
        "1.5",
        "1.5E3",
        "1.5e-1",
        "+12.340000",
        "0.001",
        "9999999999999999.99",
        "10000000000000000",
        "1E999999999",
        "1E-999999999",
        "0E999999999",
        "99999999999999999999E-10",
        ".5",
        "5.",
        ".",
        "1.2.3",
        "1e",
        "1e+",
        "NaN",
        "12 ",
    ];
    insta::assert_snapshot!(cast(&of("decimal(18,2)"), &texts), @r"
    0 => 0.00
    -0.00 => 0.00
    1.5 => 1.50
    1.5E3 => 1500.00
    1.5e-1 => 0.15
    +12.340000 => 12.34
    0.001 => decimal_scale
    9999999999999999.99 => 9999999999999999.99
    10000000000000000 => decimal_overflow
    1E999999999 => decimal_overflow
    1E-999999999 => decimal_scale
    0E999999999 => 0.00
    99999999999999999999E-10 => decimal_scale
    .5 => 0.50
    5. => 5.00
    . => not_a_decimal
    1.2.3 => not_a_decimal
    1e => not_a_decimal
    1e+ => not_a_decimal
    NaN => not_a_decimal
    12  => not_a_decimal
    ");
    let texts = [
        "99999999999999999999999999999999999999",
        "100000000000000000000000000000000000000",
        "-12345678901234567890123456789012345678",
    ];
    insta::assert_snapshot!(cast(&of("decimal(38,0)"), &texts), @r"
    99999999999999999999999999999999999999 => 99999999999999999999999999999999999999
    100000000000000000000000000000000000000 => decimal_overflow
    -12345678901234567890123456789012345678 => -12345678901234567890123456789012345678
    ");
    insta::assert_snapshot!(cast(&of("decimal(38,38)"), &["0.5", "1", "1e-38", "1e-39"]), @r"
    0.5 => 0.50000000000000000000000000000000000000
    1 => decimal_overflow
    1e-38 => 0.00000000000000000000000000000000000001
    1e-39 => decimal_scale
    ");
}

#[test]
fn floating_point_numbers() {
    let texts = [
        "0.1",
        "-2.5e3",
        "1e999",
        "-1e999",
        "1e-999",
        "0e-999",
        "NaN",
        "nan",
        "Infinity",
        "-INFINITY",
        "inf",
        "+inf",
        "-nan",
        "1_000",
        "0x10",
        "5.",
        ".5",
        "e5",
        "infinit",
    ];
    insta::assert_snapshot!(cast(&of("double"), &texts), @r"
    0.1 => 0.1
    -2.5e3 => -2500
    1e999 => number_out_of_range
    -1e999 => number_out_of_range
    1e-999 => number_out_of_range
    0e-999 => 0
    NaN => NaN
    nan => NaN
    Infinity => inf
    -INFINITY => -inf
    inf => inf
    +inf => inf
    -nan => not_a_number
    1_000 => not_a_number
    0x10 => not_a_number
    5. => 5
    .5 => 0.5
    e5 => not_a_number
    infinit => not_a_number
    ");
    insta::assert_snapshot!(cast(&of("float"), &["0.1", "3.5e38", "1e-46", "1e-45"]), @r"
    0.1 => 0.1
    3.5e38 => number_out_of_range
    1e-46 => number_out_of_range
    1e-45 => 0.000000000000000000000000000000000000000000001
    ");
    let load = of("double").dialect(|d| (d.delimiter, d.decimal_separator) = (';', ','));
    insta::assert_snapshot!(cast(&load, &["1,5", "1.5"]), @r"
    1,5 => 1.5
    1.5 => not_a_number
    ");
}

#[test]
fn booleans() {
    insta::assert_snapshot!(cast(&of("boolean"), &["true", "F", "Y", "0", "yes", "2", "TRUE "]), @r"
    true => true
    F => false
    Y => true
    0 => false
    yes => not_a_boolean
    2 => not_a_boolean
    TRUE  => not_a_boolean
    ");
    let load = of("boolean").dialect(|d| (d.true_words, d.false_words) = (vec!["예".into()], vec!["아니오".into()]));
    insta::assert_snapshot!(cast(&load, &["예", "아니오", "true"]), @r"
    예 => true
    아니오 => false
    true => not_a_boolean
    ");
}

#[test]
fn dates() {
    let texts = [
        "2024-02-29",
        "2023-02-29",
        "1900-02-29",
        "2000-02-29",
        "0001-01-01",
        "9999-12-31",
        "0000-12-31",
        "2024-13-01",
        "2024-04-31",
        "2024-1-1",
        "20240101",
        "10000-01-01",
        "2024-01-01 ",
    ];
    insta::assert_snapshot!(cast(&of("date"), &texts), @r"
    2024-02-29 => 2024-02-29
    2023-02-29 => no_such_day
    1900-02-29 => no_such_day
    2000-02-29 => 2000-02-29
    0001-01-01 => 0001-01-01
    9999-12-31 => 9999-12-31
    0000-12-31 => date_out_of_range
    2024-13-01 => no_such_day
    2024-04-31 => no_such_day
    2024-1-1 => not_a_date
    20240101 => not_a_date
    10000-01-01 => not_a_date
    2024-01-01  => not_a_date
    ");
    let load = Load::new(&[formatted(column("v", "date"), "%Y년 %m월 %d일")]);
    insta::assert_snapshot!(cast(&load, &["2024년 02월 29일", "2024년 02월 29"]), @r"
    2024년 02월 29일 => 2024-02-29
    2024년 02월 29 => not_a_date
    ");
    let load = Load::new(&[formatted(column("v", "date"), "%d-%b-%Y")]);
    insta::assert_snapshot!(cast(&load, &["05-JAN-2024", "05-Foo-2024"]), @r"
    05-JAN-2024 => 2024-01-05
    05-Foo-2024 => not_a_date
    ");
}

#[test]
fn timestamps() {
    let texts = [
        "2024-02-29T23:59:59",
        "2024-02-29 23:59:59.5",
        "2024-02-29 23:59:59.123456",
        "2024-02-29 23:59:59.123456000",
        "2024-02-29 23:59:59.1234567",
        "2024-02-29 23:59:59.",
        "2024-02-29 24:00:00",
        "2024-02-29 23:59:60",
        "2024-02-30 00:00:00",
        "0000-01-01 00:00:00",
        "2024-02-29",
        "2024-02-29T23:59:59Z",
        "1969-12-31 23:59:59.999999",
        "2024-02-29 23:59:59.1234560000",
    ];
    insta::assert_snapshot!(cast(&of("timestamp"), &texts), @r"
    2024-02-29T23:59:59 => 2024-02-29 23:59:59
    2024-02-29 23:59:59.5 => 2024-02-29 23:59:59.500
    2024-02-29 23:59:59.123456 => 2024-02-29 23:59:59.123456
    2024-02-29 23:59:59.123456000 => 2024-02-29 23:59:59.123456
    2024-02-29 23:59:59.1234567 => timestamp_precision
    2024-02-29 23:59:59. => not_a_timestamp
    2024-02-29 24:00:00 => not_a_timestamp
    2024-02-29 23:59:60 => not_a_timestamp
    2024-02-30 00:00:00 => no_such_day
    0000-01-01 00:00:00 => date_out_of_range
    2024-02-29 => not_a_timestamp
    2024-02-29T23:59:59Z => not_a_timestamp
    1969-12-31 23:59:59.999999 => 1969-12-31 23:59:59.999999
    2024-02-29 23:59:59.1234560000 => not_a_timestamp
    ");
    let load = Load::new(&[formatted(column("v", "timestamp"), "%Y%m%d%H%M%S")]);
    insta::assert_snapshot!(cast(&load, &["20240229235959", "2024022923595", "2024022923595x"]), @r"
    20240229235959 => 2024-02-29 23:59:59
    2024022923595 => not_a_timestamp
    2024022923595x => not_a_timestamp
    ");
    let load = Load::new(&[formatted(column("v", "timestamp"), "%m/%d/%Y %I:%M:%S.%f %p")]);
    let texts = [
        "02/29/2024 12:00:00.5 AM",
        "02/29/2024 12:00:00.5 pm",
        "02/29/2024 13:00:00.5 PM",
        "02/29/2024 01:00:00.0000001 PM",
    ];
    insta::assert_snapshot!(cast(&load, &texts), @r"
    02/29/2024 12:00:00.5 AM => 2024-02-29 00:00:00.500
    02/29/2024 12:00:00.5 pm => 2024-02-29 12:00:00.500
    02/29/2024 13:00:00.5 PM => not_a_timestamp
    02/29/2024 01:00:00.0000001 PM => timestamp_precision
    ");
    let load = Load::new(&[formatted(column("v", "timestamp"), "%Y-%m-%d %H:%M:%S.%9f")]);
    insta::assert_snapshot!(cast(&load, &["2024-01-01 00:00:00.123456000", "2024-01-01 00:00:00.123456001"]), @r"
    2024-01-01 00:00:00.123456000 => 2024-01-01 00:00:00.123456
    2024-01-01 00:00:00.123456001 => timestamp_precision
    ");
}

#[test]
fn a_time_of_day_out_of_range_is_told_before_its_day() {
    let texts = ["2024-02-30 24:00:00", "0000-01-01 00:60:00", "2024-13-01 00:00:60", "2024-02-30 00:00:00.0000001"];
    insta::assert_snapshot!(cast(&of("timestamp"), &texts), @r"
    2024-02-30 24:00:00 => not_a_timestamp
    0000-01-01 00:60:00 => not_a_timestamp
    2024-13-01 00:00:60 => not_a_timestamp
    2024-02-30 00:00:00.0000001 => no_such_day
    ");
    let load = Load::new(&[formatted(column("v", "timestamp"), "%F %I %p")]);
    insta::assert_snapshot!(cast(&load, &["2024-02-30 13 AM", "2024-02-30 12 AM"]), @r"
    2024-02-30 13 AM => not_a_timestamp
    2024-02-30 12 AM => no_such_day
    ");
}

#[test]
fn instants() {
    let texts = [
        "2024-01-01T00:00:00",
        "2024-01-01T00:00:00Z",
        "2024-01-01T00:00:00+09",
        "2024-01-01T00:00:00.5-0330",
        "2024-01-01T00:00:00+09:30",
        "2024-01-01T00:00:00+19:00",
        "2024-01-01T00:00:00z",
        "0001-01-01 00:00:00",
        "1988-05-08 01:59:59",
        "1988-05-08 02:30:00",
        "1988-05-08 03:00:00",
        "1988-10-09 02:30:00",
        "1988-10-09 03:00:00",
    ];
    // Korea had daylight-saving time in 1987 and 1988.
    insta::assert_snapshot!(cast(&of("timestamptz"), &texts), @r"
    2024-01-01T00:00:00 => 2023-12-31 15:00:00Z
    2024-01-01T00:00:00Z => 2024-01-01 00:00:00Z
    2024-01-01T00:00:00+09 => 2023-12-31 15:00:00Z
    2024-01-01T00:00:00.5-0330 => 2024-01-01 03:30:00.500Z
    2024-01-01T00:00:00+09:30 => 2023-12-31 14:30:00Z
    2024-01-01T00:00:00+19:00 => not_a_timestamp
    2024-01-01T00:00:00z => not_a_timestamp
    0001-01-01 00:00:00 => date_out_of_range
    1988-05-08 01:59:59 => 1988-05-07 16:59:59Z
    1988-05-08 02:30:00 => skipped_by_dst
    1988-05-08 03:00:00 => 1988-05-07 17:00:00Z
    1988-10-09 02:30:00 => ambiguous_by_dst
    1988-10-09 03:00:00 => 1988-10-08 18:00:00Z
    ");
    // Half an hour: the change lies within an hour.
    let load = of("timestamptz").dialect(|d| d.time_zone = "Australia/Lord_Howe".into());
    let texts = [
        "2024-10-06 01:59:59",
        "2024-10-06 02:15:00",
        "2024-10-06 02:30:00",
        "2024-04-07 01:45:00",
        "2024-04-07 02:00:00",
    ];
    insta::assert_snapshot!(cast(&load, &texts), @r"
    2024-10-06 01:59:59 => 2024-10-05 15:29:59Z
    2024-10-06 02:15:00 => skipped_by_dst
    2024-10-06 02:30:00 => 2024-10-05 15:30:00Z
    2024-04-07 01:45:00 => ambiguous_by_dst
    2024-04-07 02:00:00 => 2024-04-06 15:30:00Z
    ");
}

#[test]
fn binaries() {
    insta::assert_snapshot!(cast(&of("binary"), &["00ffA5", "0", "0g", "\"\""]), @r#"
    00ffA5 => [00, ff, a5]
    0 => not_hex
    0g => not_hex
    "" => []
    "#);
    let load = Load::new(&[formatted(column("v", "binary"), "base64")]);
    insta::assert_snapshot!(cast(&load, &["AP+l", "AA==", "AA", "AB==", "A*=="]), @r"
    AP+l => [00, ff, a5]
    AA== => [00]
    AA => not_base64
    AB== => not_base64
    A*== => not_base64
    ");
}

#[test]
fn nulls_and_required_columns() {
    let columns = [required(column("a", "string")), required(column("b", "int")), column("c", "string")];
    let load = Load::new(&columns).dialect(|d| d.null = vec![String::new(), "NULL".into(), "\\N".into()]);
    let loaded = load.run(b"a,b,c\nx,1,NULL\n,NULL,\n\"\",\"\",\"NULL\"\nNULL,2,x\n\"NULL\",3,\\N\n").unwrap();
    insta::assert_snapshot!(loaded.show(), @r"
    x|1|∅
    NULL|3|∅
    row 2 line 3 byte 15 column 0: null_in_required
    row 2 line 3 byte 16 column 1: null_in_required
    row 3 line 4 byte 26 column 1: null_in_required
    row 4 line 5 byte 35 column 0: null_in_required
    ");
}

#[test]
fn all_bad_values_of_a_row_are_reported() {
    let columns = [column("a", "int"), column("b", "date"), column("c", "string")];
    let loaded = Load::new(&columns).run(b"c,b,a\nok,2024-01-01,1\nok,bad,worse\n\xFF,2024-01-01,x\n").unwrap();
    insta::assert_snapshot!(loaded.show(), @r"
    1|2024-01-01|ok
    row 2 line 3 byte 29 column 0: not_an_integer
    row 2 line 3 byte 25 column 1: not_a_date
    row 3 line 4 byte 48 column 0: not_an_integer
    row 3 line 4 byte 35 column 2: invalid_encoding
    ");
}
