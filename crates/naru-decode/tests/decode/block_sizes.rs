//! The result does not depend on how a source is cut into blocks, and nothing makes the kernel panic.

use naru_core::dialect::{Encoding, Header};
use naru_core::plan::SourceCompression;
use proptest::prelude::*;

use crate::support::{Load, column, formatted, ignored, required};

/// Bytes that mean something to the kernel come often.
fn csv_like(encoding: Encoding) -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        8 => prop::sample::select(vec![",", "\n", "\r\n", "\"", "\\", " ", "\t", "|", "\r"]).prop_map(|s| s.as_bytes().to_vec()),
        6 => prop::sample::select(vec!["1", "-2.50", "x", "강나", "2024-02-29", "true", "NULL", "1,2,3\n", "\"a\",b,\"c\"\n", "a,b,c\n", "😀", "\nT,1\n", "T"])
            .prop_map(|s| s.as_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 1..4),
    ];
    prop::collection::vec(piece, 0..60).prop_map(move |pieces| {
        let bytes = pieces.concat();
        match (encoding, std::str::from_utf8(&bytes)) {
            (Encoding::Utf16 | Encoding::Utf16Le, Ok(text)) => crate::support::utf16(text, false),
            (Encoding::Utf16Be, Ok(text)) => crate::support::utf16(text, true),
            // What CP949 lacks stays UTF-8, and is malformed.
            (Encoding::Cp949, Ok(text)) => match encoding_rs::EUC_KR.encode(text) {
                (encoded, _, false) => encoded.into_owned(),
                _ => bytes,
            },
            _ => bytes,
        }
    })
}

prop_compose! {
    fn any_load()(
        encoding in prop::sample::select(vec![Encoding::Utf8, Encoding::Cp949, Encoding::Utf16, Encoding::Utf16Le, Encoding::Utf16Be]),
        delimiter in prop::sample::select(vec![',', '|', '\t', ' ']),
        quote in prop::sample::select(vec![Some('"'), Some('"'), Some('\''), None]),
        escape in prop::sample::select(vec![None, None, Some('\\'), Some('"')]),
        header in prop::sample::select(vec![Header::None, Header::None, Header::ByPosition, Header::ByName]),
        skip_rows in 0..3u32,
        trim in any::<bool>(),
        max_record_bytes in prop::sample::select(vec![5u64, 40, 1 << 20]),
        width in 1..4usize,
        trailer in prop::sample::select(vec![None, None, Some("T"), Some("강나")]),
    ) -> Load {
        let columns =
            [required(column("a", "string")), column("b", "decimal(9,2)"), formatted(column("c", "date"), "%Y-%m-%d")];
        let mut columns = columns[..width].to_vec();
        if width == 3 {
            columns[1] = ignored("b");
        }
        let load = Load::new(&columns).summing(if width == 2 { &["b"] } else { &[] });
        let load = match trailer {
            Some(mark) => load.trailer(mark),
            None => load,
        };
        load.dialect(|d| {
            (d.encoding, d.delimiter, d.quote, d.escape) = (encoding, delimiter, quote, escape);
            (d.header, d.skip_rows, d.trim, d.max_record_bytes) = (header, skip_rows, trim, max_record_bytes);
        })
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn block_size_never_changes_the_result(
        (load, bytes) in any_load().prop_flat_map(|load| {
            let encoding = load.dialect.encoding;
            (Just(load), csv_like(encoding))
        }),
        block_bytes in 1..80usize,
    ) {
        let whole = load.run(&bytes);
        let cut = load.clone().blocks_of(block_bytes).run(&bytes);
        match (whole, cut) {
            (Ok(whole), Ok(cut)) => prop_assert_eq!(whole, cut),
            (Err(whole), Err(cut)) => prop_assert_eq!(whole.to_string(), cut.to_string()),
            (whole, cut) => prop_assert!(false, "{whole:?} against {cut:?}"),
        }
    }

    #[test]
    fn ranges_that_are_read_apart_never_change_the_result(
        (load, bytes) in any_load().prop_flat_map(|load| {
            let encoding = load.dialect.encoding;
            (Just(load), csv_like(encoding))
        }),
        (range_bytes, block_bytes) in (1..60u64, 1..80usize),
    ) {
        let whole = load.run(&bytes);
        let cut = load.clone().blocks_of(block_bytes).run_in_ranges(&bytes, range_bytes);
        match (whole, cut) {
            (Ok(whole), Ok((cut, _))) => prop_assert_eq!(whole, cut),
            (Err(whole), Err(cut)) => prop_assert_eq!(whole.to_string(), cut.to_string()),
            (whole, cut) => prop_assert!(false, "{whole:?} against {cut:?}"),
        }
    }

    #[test]
    fn arbitrary_bytes_never_panic(
        load in any_load(),
        bytes in prop::collection::vec(any::<u8>(), 0..300),
        compression in prop::sample::select(vec![SourceCompression::None, SourceCompression::Gzip, SourceCompression::Zstd]),
    ) {
        let offsets = load.compressed(compression).run(&bytes).map(|loaded| loaded.rejects).unwrap_or_default();
        prop_assert!(offsets.iter().all(|reject| reject.byte_offset <= bytes.len() as u64));
    }
}
