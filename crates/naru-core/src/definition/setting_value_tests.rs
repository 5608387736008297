#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;

#[test]
fn characters_by_word_escape_and_self() {
    let cases = [
        ("tab", '\t'),
        ("\\t", '\t'),
        ("Comma", ','),
        ("|", '|'),
        ("\\u0001", '\u{1}'),
        ("\\x1F", '\u{1f}'),
        ("\\", '\\'),
        ("\\\\", '\\'),
        ("space", ' '),
    ];
    for (text, expected) in cases {
        assert_eq!(character(text), Ok(expected), "{text}");
    }
    for text in ["", "||", "가", "\\u00e9", "\\u+001", "\\n\\n", "\\x0a", "\\u0000"] {
        assert!(character(text).is_err(), "{text}");
    }
    assert_eq!(character_or_none("None"), Ok(None));
    assert!(number_separator("1").is_err());
}

#[test]
fn sizes_with_units() {
    let cases = [("1", 1), ("128MiB", 128 << 20), ("512 mb", 512_000_000), ("1GiB", 1 << 30), ("7kB", 7_000)];
    for (text, expected) in cases {
        assert_eq!(size_bytes(text), Ok(expected), "{text}");
    }
    for text in ["", "0", "-1", "1.5MB", "MiB", "1TB", "99999999999999999999", "9999999999GiB"] {
        assert!(size_bytes(text).is_err(), "{text}");
    }
    assert!(max_record_bytes("2GiB").is_err());
}

#[test]
fn reject_limits_as_rows_or_share() {
    assert_eq!(reject_limit("100"), Ok(RejectLimit::Rows(100)));
    assert_eq!(reject_limit("0.5%"), Ok(RejectLimit::Share(0.005)));
    assert_eq!(reject_limit("100 %"), Ok(RejectLimit::Share(1.0)));
    for text in ["-1", "101%", "NaN%", "%", ".%", "1e1%", "inf%", "half"] {
        assert!(reject_limit(text).is_err(), "{text}");
    }
}

#[test]
fn compression_levels() {
    assert_eq!(compression("ZSTD"), Ok(Compression::Zstd(1)));
    assert_eq!(compression("zstd( 22 )"), Ok(Compression::Zstd(22)));
    assert_eq!(compression("none"), Ok(Compression::None));
    for text in ["zstd(0)", "zstd(23)", "zstd(", "zstd9", "snappy"] {
        assert!(compression(text).is_err(), "{text}");
    }
}

#[test]
fn formats_and_zones() {
    assert!(date_format("%Y%m%d").is_ok());
    assert!(date_format("%Y%m%d%H").is_err());
    assert!(timestamp_format("%Y%m%d%H%M%S%z").is_ok());
    assert!(time_zone("UTC").is_ok());
    let hint = time_zone("asia/soul").unwrap_err().hint.unwrap();
    insta::assert_snapshot!(hint, @r#"did you mean "Asia/Seoul"?"#);
}

#[test]
fn encodings_under_their_other_names() {
    assert_eq!(encoding("EUC-KR"), Ok(Encoding::Cp949));
    assert_eq!(encoding("UTF-16LE"), Ok(Encoding::Utf16Le));
    insta::assert_snapshot!(encoding("cp948").unwrap_err().hint.unwrap(), @r#"did you mean "cp949"?"#);
}
