//! The trailer record: taken off wherever blocks are cut, missed when it is not there, and last.

use naru_core::dialect::{Encoding, Header};
use naru_core::plan::SourceCompression;

use crate::support::{Load, column, cp949, gzip, utf16, zstd};

fn load() -> Load {
    Load::new(&[column("id", "bigint"), column("name", "string"), column("amount", "decimal(18,2)")])
        .trailer("T")
        .summing(&["amount"])
}

/// The same with every block size from 1 byte to more than the source: rows, then the trailer with its line.
#[track_caller]
fn show(load: &Load, bytes: &[u8]) -> String {
    let whole = load.run(bytes).unwrap();
    for block_bytes in 1..bytes.len() + 2 {
        assert_eq!(load.clone().blocks_of(block_bytes).run(bytes).unwrap(), whole, "blocks of {block_bytes} bytes");
    }
    let trailer = whole.trailer.as_ref().unwrap();
    let rows = whole.show();
    let separator = if rows.is_empty() { "" } else { "\n" };
    format!("{rows}{separator}line {}: {}", trailer.line, trailer.fields.join("|"))
}

/// The same error with every block size.
#[track_caller]
fn fail(load: &Load, bytes: &[u8]) -> String {
    let whole = load.fail(bytes);
    for block_bytes in 1..bytes.len() + 2 {
        assert_eq!(load.clone().blocks_of(block_bytes).fail(bytes), whole, "blocks of {block_bytes} bytes");
    }
    whole
}

#[test]
fn it_is_no_row() {
    let expected = "1|kim|10.50\n2|lee|0.25\nline 4: T|2|10.75";
    for text in [
        "id,name,amount\n1,kim,10.50\n2,lee,0.25\nT,2,10.75\n",
        "id,name,amount\n1,kim,10.50\n2,lee,0.25\nT,2,10.75",
        "id,name,amount\r\n1,kim,10.50\r\n2,lee,0.25\r\nT,2,10.75\r\n",
        "id,name,amount\r\n1,kim,10.50\r\n2,lee,0.25\r\nT,2,10.75\r\n\r\n\n\r\n",
        "id,name,amount\n1,\"kim\",10.50\n2,lee,0.25\n\"T\",\"2\",\"10.75\"\n\n\n",
    ] {
        assert_eq!(show(&load(), text.as_bytes()), expected, "{text:?}");
    }
}

#[test]
fn it_has_its_own_width() {
    for (trailer, fields) in
        [("T", "T"), ("T,2", "T|2"), ("T,2,3,4,5", "T|2|3|4|5"), ("T,\"a\nb\"", "T|a\nb"), ("T,", "T|")]
    {
        let text = format!("id,name,amount\n1,kim,10.50\n{trailer}\n");
        assert_eq!(show(&load(), text.as_bytes()), format!("1|kim|10.50\nline 3: {fields}"));
    }
    let one = Load::new(&[column("id", "bigint")]).trailer("T").dialect(|d| d.header = Header::None);
    assert_eq!(show(&one, b"1\n\n2\nT,3\n\n\n"), "1\n∅\n2\nline 4: T|3");
}

#[test]
fn it_may_be_all_there_is() {
    assert_eq!(show(&load(), b"id,name,amount\nT,0,\n"), "line 2: T|0|");
    let headless = load().dialect(|d| d.header = Header::None);
    assert_eq!(show(&headless, b"T,0,0"), "line 1: T|0|0");
    assert_eq!(show(&headless, b"\n\r\nT,0,0\n"), "line 3: T|0|0");
}

#[test]
fn only_a_whole_first_field_is_its_mark() {
    let text = "name,id,amount\nTim,1,1\n T,2,1\n\"T \",3,1\n\"x\nT,4\",4,1\nx,5,1\n|T,6,1\nT,6\n";
    let rows = "1|Tim|1.00\n2| T|1.00\n3|T |1.00\n4|x\nT,4|1.00\n5|x|1.00\n6||T|1.00\nline 9: T|6";
    assert_eq!(show(&load(), text.as_bytes()), rows);
    let trimmed = load().dialect(|d| d.trim = true);
    assert_eq!(show(&trimmed, b"id,name,amount\n1,kim,1\n  T  ,1,1\n"), "1|kim|1.00\nline 3: T|1|1");
    assert_eq!(show(&trimmed, b"id,name,amount\n1,kim,1\n \"T\" ,1,1\n"), "1|kim|1.00\nline 3: T|1|1");
}

#[test]
fn in_every_encoding_and_compression() {
    let korean = Load::new(&[column("이름", "string"), column("금액", "bigint")]).trailer("합계");
    let text = "이름,금액\n김,1\n이,2\n합계,2,3\n";
    let expected = "김|1\n이|2\nline 4: 합계|2|3";
    assert_eq!(show(&korean, text.as_bytes()), expected);
    let encoded = |encoding| korean.clone().dialect(|d| d.encoding = encoding);
    assert_eq!(show(&encoded(Encoding::Cp949), &cp949(text)), expected);
    assert_eq!(show(&encoded(Encoding::Utf16Le), &utf16(text, false)), expected);
    for (compression, bytes) in
        [(SourceCompression::Gzip, gzip(text.as_bytes())), (SourceCompression::Zstd, zstd(text.as_bytes()))]
    {
        assert_eq!(show(&korean.clone().compressed(compression), &bytes), expected);
    }
}

#[test]
fn a_file_that_is_cut_off_has_none() {
    let text = "id,name,amount\n1,kim,10.50\n2,lee,0.25\nT,2,10.75\n";
    insta::assert_snapshot!(fail(&load(), text.split("T,").next().unwrap().as_bytes()), @r#"
    the trailer record is missing: no record begins with "T" before the end in line 4, at byte 38
      hint: the file was cut off: land it again; if the source sends no such record, take it out of @control
    "#);
    let header = "id,name,amount\n".len();
    for end in header..text.find("T,").unwrap() {
        assert!(fail(&load(), &text.as_bytes()[..end]).starts_with("the trailer record is missing"), "{end}");
    }
    assert!(fail(&load(), b"").starts_with("the file is empty: there is no header"));
    assert!(fail(&load().dialect(|d| d.header = Header::None), b"").starts_with("the trailer record is missing"));
}

#[test]
fn nothing_but_blank_lines_comes_after_it() {
    insta::assert_snapshot!(fail(&load(), b"id,name,amount\n1,kim,1\nT,1,1\n\n2,lee,2\nT,1,2\n"), @r"
    the trailer record in line 3 is not the last: there is more in line 5, at byte 30
      hint: are these two files in one? If a data record begins like the trailer, @control cannot tell them apart
    ");
    insta::assert_snapshot!(fail(&load().dialect(|d| d.encoding = Encoding::Cp949), &cp949("id,name,amount\n1,김,1\nT,김,1\n\n이\n")).lines().next().unwrap(), @"the trailer record in line 3 is not the last: there is more in line 5, at byte 30");
    let text = b"id,name,amount\n1,kim,1\nT,1,1\n";
    let broken = [gzip(text), gzip(b"\n\n\n")[..12].to_vec()].concat();
    let gz = load().compressed(SourceCompression::Gzip);
    assert!(fail(&gz, &broken).starts_with("truncated gzip data"));
    assert!(fail(&load(), b"id,name,amount\n1,\"kim,1\nT,1,1\n").starts_with("the quote that opens in line 2"));
}
