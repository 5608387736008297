//! UTF-8, CP949 and UTF-16: values, and offsets in the source's own bytes.

use naru_core::dialect::Encoding;

use crate::support::{Load, column, cp949, utf16};

fn load(encoding: Encoding) -> Load {
    Load::new(&[column("이름", "string"), column("값", "int")]).dialect(|d| d.encoding = encoding)
}

const TEXT: &str = "이름,값\n홍길동,1\n강,나쁨\n뷁,3\n";

#[test]
fn utf8_with_and_without_a_mark() {
    insta::assert_snapshot!(load(Encoding::Utf8).run(TEXT.as_bytes()).unwrap().show(), @r"
    홍길동|1
    뷁|3
    row 2 line 3 byte 27 column 1: not_an_integer
    ");
    let marked = format!("\u{feff}{TEXT}");
    insta::assert_snapshot!(load(Encoding::Utf8).run(marked.as_bytes()).unwrap().show(), @r"
    홍길동|1
    뷁|3
    row 2 line 3 byte 30 column 1: not_an_integer
    ");
}

#[test]
fn cp949_counts_two_bytes_a_character() {
    insta::assert_snapshot!(load(Encoding::Cp949).run(&cp949(TEXT)).unwrap().show(), @r"
    홍길동|1
    뷁|3
    row 2 line 3 byte 20 column 1: not_an_integer
    ");
}

#[test]
fn utf16_by_mark_and_by_declaration() {
    let shown = load(Encoding::Utf16Le).run(&utf16(TEXT, false)).unwrap();
    insta::assert_snapshot!(shown.show(), @r"
    홍길동|1
    뷁|3
    row 2 line 3 byte 26 column 1: not_an_integer
    ");
    assert_eq!(load(Encoding::Utf16).run(&utf16(TEXT, false)).unwrap(), shown);
    assert_eq!(load(Encoding::Utf16Be).run(&utf16(TEXT, true)).unwrap(), shown);
    let marked = format!("\u{feff}{TEXT}");
    for (encoding, is_big) in
        [(Encoding::Utf16, true), (Encoding::Utf16, false), (Encoding::Utf16Be, true), (Encoding::Utf16Le, false)]
    {
        let loaded = load(encoding).run(&utf16(&marked, is_big)).unwrap();
        assert_eq!(loaded.batch, shown.batch);
        assert_eq!(loaded.rejects[0].byte_offset, 28);
    }
}

#[test]
fn malformed_bytes_reject_their_row_at_their_offset() {
    let loaded = load(Encoding::Utf8).run("이름,값\na\u{0}b,1\n".replace('\0', "\u{1}").as_bytes()).unwrap();
    assert_eq!(loaded.codes(), Vec::<&str>::new());
    let loaded = load(Encoding::Utf8)
        .run(b"\xEC\x9D\xB4\xEB\xA6\x84,\xEA\xB0\x92\nok,1\na\xFFb\xFE,2\n\xE0\xA0,3\nx,4\n")
        .unwrap();
    insta::assert_snapshot!(loaded.show(), @r"
    ok|1
    x|4
    row 2 line 3 byte 17 column 0: invalid_encoding
    row 3 line 4 byte 23 column 0: invalid_encoding
    ");
    let mut bytes = cp949("이름,값\n강,1\n");
    bytes.extend(b"x\xFFy\xFF,2\n");
    bytes.extend(cp949("강,나\n\u{b0}"));
    bytes.extend(b",5\n\x81\n6,7\n");
    insta::assert_snapshot!(load(Encoding::Cp949).run(&bytes).unwrap().show(), @r"
    강|1
    °|5
    6|7
    row 2 line 3 byte 14 column 0: invalid_encoding
    row 3 line 4 byte 23 column 1: not_an_integer
    row 5 line 6 byte 31 column -: invalid_encoding
    row 5 line 6 byte 31 column -: too_few_fields
    ");
    let mut bytes = utf16("이름,값\n강,1\n", false);
    bytes.extend([0x00, 0xD8]);
    bytes.extend(utf16(",2\n😀,x\n", false));
    insta::assert_snapshot!(load(Encoding::Utf16Le).run(&bytes).unwrap().show(), @r"
    강|1
    row 2 line 3 byte 18 column 0: invalid_encoding
    row 3 line 4 byte 32 column 1: not_an_integer
    ");
}
