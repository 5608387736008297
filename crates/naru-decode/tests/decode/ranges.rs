//! Ranges: where a source is cut, and where it cannot be.

use naru_core::dialect::Encoding;
use naru_core::plan::SourceCompression;

use crate::support::{Load, column, gzip, show_reject, utf16};

fn load() -> Load {
    Load::new(&[column("a", "bigint"), column("b", "string")])
}

#[test]
fn a_newline_inside_quotes_is_no_place_to_cut() {
    let records = "\"x\n\n\n\",1\n\"y\n\n\",2\n\"\n\",z\nu,4\n";
    let text = "b,a\n".to_owned() + &records.repeat(20);
    let (cut, ranges) = load().run_in_ranges(text.as_bytes(), 1).unwrap();
    assert!(ranges > 10, "{ranges} ranges");
    assert_eq!(cut, load().run(text.as_bytes()).unwrap());
    assert_eq!(show_reject(&cut.rejects[0]), "row 3 line 10 byte 25 column 0: not_an_integer");
    assert_eq!(show_reject(&cut.rejects[19]), "row 79 line 200 byte 538 column 0: not_an_integer");
}

#[test]
fn ranges_are_as_large_as_they_were_to_be() {
    let text = "a,b\n".to_owned() + &"1,two\n".repeat(10_000);
    let (_, ranges) = load().run_in_ranges(text.as_bytes(), 6_000).unwrap();
    assert!((5..=10).contains(&ranges), "{ranges} ranges of 60,004 bytes");
    let (_, ranges) = load().run_in_ranges(text.as_bytes(), 1 << 30).unwrap();
    assert_eq!(ranges, 1);
}

#[test]
fn what_cannot_be_cut_is_one_range() {
    let text = "a,b\n".to_owned() + &"1,two\n".repeat(1_000);
    let zipped = load().compressed(SourceCompression::Gzip).run_in_ranges(&gzip(text.as_bytes()), 100).unwrap();
    let marked = [b"\xFF\xFE".as_slice(), &utf16(&text, false)].concat();
    let marked = load().dialect(|dialect| dialect.encoding = Encoding::Utf16).run_in_ranges(&marked, 100).unwrap();
    let declared = load().dialect(|dialect| dialect.encoding = Encoding::Utf16Le);
    let declared = declared.run_in_ranges(&utf16(&text, false), 100).unwrap();
    assert_eq!((zipped.1, marked.1), (1, 1));
    assert!(declared.1 > 20, "{} ranges", declared.1);
    assert!(zipped.0 == marked.0 && marked.0 == declared.0);
}
