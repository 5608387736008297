//! Every error that makes a source unreadable, with its message.

use std::io::{self, Read};

use naru_core::dialect::{Encoding, Header};
use naru_core::plan::SourceCompression;

use crate::support::{Load, column, cp949, gzip, utf16, zstd};

fn load() -> Load {
    Load::new(&[column("account_no", "string"), column("balance", "decimal(18,2)")])
}

#[test]
fn headers_that_are_missing() {
    insta::assert_snapshot!(load().fail(b""), @r#"
    the file is empty: there is no header
      hint: land the file again; for files without a header write "@header,none"
    "#);
    insta::assert_snapshot!(load().dialect(|d| d.skip_rows = 3).fail(b"one\ntwo\n"), @r#"
    the file ends before its header
      hint: land the file again; for files without a header write "@header,none"
    "#);
    insta::assert_snapshot!(load().fail(b"\n\n"), @r#"
    the file ends before its header
      hint: land the file again; for files without a header write "@header,none"
    "#);
}

#[test]
fn headers_that_differ() {
    insta::assert_snapshot!(load().fail(b"account_no,name,account_no,name,branch\n"), @r#"
    the header in line 1 does not match: missing "balance"; named twice "account_no"; not in the definition field 2, field 4, field 5
      hint: a column to pass over is listed in the definition with an empty target
    "#);
    insta::assert_snapshot!(load().fail(b"\nbalance\n"), @r#"the header in line 2 does not match: missing "account_no""#);
    insta::assert_snapshot!(load().fail("900101-1234567,홍길동\n".as_bytes()), @r#"
    the header in line 1 does not match: none of its 2 fields is a column of the definition
      hint: if the file has no header, write "@header,none" in the definition
    "#);
    insta::assert_snapshot!(load().fail(b"account_no|balance\n1|2\n"), @r"
    the header in line 1 does not match: its 1 field is not a column of the definition
      hint: the delimiter may be '|': declare it with @delimiter
    ");
    insta::assert_snapshot!(load().fail(b"account_no\tbalance\n1\t2\n"), @r"
    the header in line 1 does not match: its 1 field is not a column of the definition
      hint: the delimiter may be a tab: declare it with @delimiter
    ");
}

#[test]
fn lines_that_end_with_a_delimiter() {
    insta::assert_snapshot!(load().fail(b"account_no,balance,\n1,2,\n"), @r#"
    the header in line 1 does not match: not in the definition field 3
      hint: the lines end with a delimiter: write "@header,by_position", and list a last column with an empty target
    "#);
}

#[test]
fn lines_that_end_with_carriage_returns() {
    insta::assert_snapshot!(load().fail(b"account_no,balance\r1,2\r3,4\r"), @r"
    the lines end with carriage returns, without newlines
      hint: land the file with newlines (LF or CRLF) at the ends of its lines
    ");
    let without = load().dialect(|d| d.header = Header::None);
    insta::assert_snapshot!(without.fail(b"1,2\r3,4"), @r"
    the lines end with carriage returns, without newlines
      hint: land the file with newlines (LF or CRLF) at the ends of its lines
    ");
    assert_eq!(without.run(b"\"a\rb\",2").map(|loaded| loaded.records).unwrap_or(0), 1);
}

#[test]
fn files_that_are_no_text() {
    insta::assert_snapshot!(load().fail(&gzip(b"account_no,balance\n1,2\n")), @r"
    the file is no CSV: its first bytes are those of gzip data
      hint: end its name with .gz
    ");
    insta::assert_snapshot!(load().fail(&zstd(b"account_no,balance\n1,2\n")), @r"
    the file is no CSV: its first bytes are those of zstd data
      hint: end its name with .zst
    ");
    insta::assert_snapshot!(load().fail(b"PK\x03\x04\x14\x00"), @r"
    the file is no CSV: its first bytes are those of a zip archive or a spreadsheet
      hint: land it as CSV, plain or compressed with gzip or zstd
    ");
}

#[test]
fn wrong_encodings() {
    insta::assert_snapshot!(load().fail(&cp949("account_no,잔액\n")), @r#"
    the header is not utf-8 text: invalid bytes at byte 11
      hint: if the file is in CP949 or EUC-KR, write "@encoding,cp949" in the definition
    "#);
    insta::assert_snapshot!(load().dialect(|d| d.encoding = Encoding::Cp949).fail(b"account_no,\xFF\n"), @r"
    the header is not cp949 text: invalid bytes at byte 11
      hint: declare the file's encoding with @encoding
    ");
    insta::assert_snapshot!(load().fail(&utf16("\u{feff}account_no,balance\n", false)), @r#"
    the file starts with the byte-order mark of utf-16le, but its encoding is declared as utf-8
      hint: write "@encoding,utf-16le" in the definition
    "#);
    insta::assert_snapshot!(load().fail(&utf16("account_no,balance\n", false)), @r#"
    the header in line 1 does not match: none of its 2 fields is a column of the definition
      hint: the header holds NUL bytes: if the file is UTF-16, write "@encoding,utf-16"
    "#);
    let utf16le = load().dialect(|d| d.encoding = Encoding::Utf16);
    let mut odd = utf16("account_no,balance\n1,2\n", false);
    odd.push(b'3');
    insta::assert_snapshot!(utf16le.fail(&odd), @r"
    the text ends at byte 46, in the middle of a UTF-16 code unit
      hint: the file was damaged or not landed whole: land it again
    ");
}

#[test]
fn half_a_code_unit_counts_for_no_record() {
    let limited = load().dialect(|d| (d.encoding, d.header, d.max_record_bytes) = (Encoding::Utf16, Header::None, 3));
    let mut odd = utf16("1,2", false);
    odd.push(b'3');
    for block_bytes in [1, 16, 4096] {
        let message = limited.clone().blocks_of(block_bytes).fail(&odd);
        assert!(message.starts_with("the text ends at byte 6, in the middle of a UTF-16 code unit"), "{message}");
    }
}

#[test]
fn quotes_that_never_close() {
    insta::assert_snapshot!(load().fail(b"account_no,balance\n1,2\n3,\"4\n5,6\n"), @r"
    the quote that opens in line 3, at byte 25, is never closed
      hint: close it; if quotes mean nothing in this file, write `@quote,none`
    ");
    insta::assert_snapshot!(load().dialect(|d| d.encoding = Encoding::Cp949).fail(&cp949("account_no,balance\n홍,\"4\n")), @r"
    the quote that opens in line 2, at byte 22, is never closed
      hint: close it; if quotes mean nothing in this file, write `@quote,none`
    ");
}

#[test]
fn records_that_are_too_long() {
    let limited = load().dialect(|d| d.max_record_bytes = 24);
    assert_eq!(limited.run(b"account_no,balance\n123456789012345678901,23\n").unwrap().records, 1);
    insta::assert_snapshot!(limited.fail(b"account_no,balance\n1,2\n1234567890123456789012,34\n"), @r"
    the record in line 3, at byte 23, is longer than 24 bytes
      hint: is it a text file whose lines end with a newline? If so, raise @max_record_bytes
    ");
    let open = b"account_no,balance\n1,\"2\n3,4\n5,6\n7,8\n9,10\n11,12\n13,14\n";
    for block_bytes in [1, 16, 4096] {
        insta::allow_duplicates! {
            insta::assert_snapshot!(limited.clone().blocks_of(block_bytes).fail(open), @r"
            the record in line 2, at byte 19, is longer than 24 bytes; a quote opens in line 2, at byte 21
              hint: a closing quote may be missing there; else raise @max_record_bytes
            ");
        }
    }
    insta::assert_snapshot!(limited.dialect(|d| (d.skip_rows, d.header) = (1, Header::None)).blocks_of(8).fail(&[b'x'; 100]), @r"
    the record in line 1, at byte 0, is longer than 24 bytes
      hint: is it a text file whose lines end with a newline? If so, raise @max_record_bytes
    ");
}

#[test]
fn broken_compression() {
    let text = b"account_no,balance\n"
        .iter()
        .copied()
        .chain((0..50_000u32).flat_map(|n| format!("{},{}\n", n.wrapping_mul(2_654_435_761), n).into_bytes()))
        .collect::<Vec<_>>();
    let gzipped = gzip(&text);
    let gz = load().compressed(SourceCompression::Gzip);
    assert_eq!(gz.run(&gzipped).unwrap().records, 50_000);
    let cut = &gzipped[..gzipped.len() / 2];
    assert!(gz.fail(cut).starts_with(&format!(
        "truncated gzip data: it ends at compressed byte {}, in the middle\n  hint: ",
        cut.len()
    )));
    insta::assert_snapshot!(gz.fail(b"account_no,balance\n1,2\n"), @r"
    broken gzip data near compressed byte 10: invalid gzip header
      hint: the file was damaged or not landed whole: land it again
    ");
    let mut damaged = gzipped.clone();
    let at = damaged.len() - 8;
    damaged[at] ^= 1;
    insta::assert_snapshot!(gz.fail(&damaged).lines().next().unwrap().rsplit_once(": ").unwrap().1, @"corrupt gzip stream does not have a matching checksum");

    let zst = load().compressed(SourceCompression::Zstd);
    let zstandard = zstd(&text);
    assert_eq!(zst.run(&zstandard).unwrap().records, 50_000);
    let cut = &zstandard[..zstandard.len() / 2];
    assert!(
        zst.fail(cut)
            .starts_with(&format!("truncated zstd data: it ends at compressed byte {}, in the middle\n", cut.len()))
    );
    insta::assert_snapshot!(zst.fail(b"account_no,balance\n1,2\n"), @r"
    broken zstd data near compressed byte 0: Unknown frame descriptor
      hint: the file was damaged or not landed whole: land it again
    ");
}

#[test]
fn members_and_frames_are_read_one_after_the_other() {
    let pieces: [&[u8]; 3] = [b"account_no,bal", b"ance\n1,2\n3", b",4\n"];
    let gzipped = pieces.map(gzip).concat();
    assert_eq!(load().compressed(SourceCompression::Gzip).run(&gzipped).unwrap().records, 2);
    let zstandard = pieces.map(zstd).concat();
    assert_eq!(load().compressed(SourceCompression::Zstd).run(&zstandard).unwrap().records, 2);
    assert!(load().compressed(SourceCompression::Gzip).fail(b"").starts_with("the file is empty"));
}

#[test]
fn an_input_that_fails() {
    struct Fails;
    impl Read for Fails {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("the disk is gone"))
        }
    }
    for compression in [SourceCompression::None, SourceCompression::Gzip, SourceCompression::Zstd] {
        let input = if compression == SourceCompression::None {
            b"account_no,balance\n1,2\n".to_vec()
        } else {
            gzip(b"account_no,balance\n1,2\n")[..12].to_vec()
        };
        let load = load().compressed(compression);
        let error = load.read(input.as_slice().chain(Fails)).unwrap_err();
        if compression == SourceCompression::Zstd {
            assert!(error.to_string().starts_with("broken zstd data"), "gzip is not zstd: {error}");
        } else {
            assert_eq!(error.to_string(), format!("cannot read after byte {}", input.len()));
        }
    }
}
