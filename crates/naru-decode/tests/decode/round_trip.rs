//! For every type: a value, written to CSV in some dialect, encoding and compression, comes back.

use naru_core::dialect::Encoding;
use naru_core::plan::{PlanColumn, SourceCompression};
use proptest::prelude::*;

use crate::support::{Load, column, cp949, gzip, utf16, zstd};

/// One row: a text as CSV holds it and as [`crate::support::Loaded::show`] shows it, for each column.
type Row = Vec<(String, String)>;

fn columns() -> Vec<PlanColumn> {
    let types = [
        "boolean",
        "int",
        "bigint",
        "float",
        "double",
        "decimal(18,2)",
        "decimal(38,10)",
        "date",
        "timestamp",
        "timestamptz",
        "string",
        "binary",
    ];
    types.iter().enumerate().map(|(n, column_type)| column(&format!("c{n}"), column_type)).collect()
}

fn scaled(value: i128, scale: usize) -> String {
    let digits = format!("{:0width$}", value.unsigned_abs(), width = scale + 1);
    let (integer, fraction) = digits.split_at(digits.len() - scale);
    format!("{}{integer}.{fraction}", if value < 0 { "-" } else { "" })
}

fn same(text: String) -> (String, String) {
    (text.clone(), text)
}

prop_compose! {
    fn row()(
        boolean in any::<bool>(),
        int in any::<i32>(),
        bigint in any::<i64>(),
        float in prop::num::f32::NORMAL | prop::num::f32::SUBNORMAL | prop::num::f32::ZERO,
        double in prop::num::f64::NORMAL | prop::num::f64::SUBNORMAL | prop::num::f64::ZERO,
        small in -999_999_999_999_999_999i128..=999_999_999_999_999_999,
        large in -(10i128.pow(38) - 1)..10i128.pow(38),
        days in -719_162..=2_932_896i64,
        micros in 0..86_400_000_000i64,
        text in "[ -~가-힣\n\t]{1,20}",
        bytes in prop::collection::vec(any::<u8>(), 1..12),
    ) -> Row {
        let time = chrono::DateTime::from_timestamp_micros(days * 86_400_000_000 + micros).unwrap().naive_utc();
        let hex: String = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
        vec![
            same(boolean.to_string()),
            same(int.to_string()),
            same(bigint.to_string()),
            (format!("{float:e}"), float.to_string()),
            (format!("{double:e}"), double.to_string()),
            same(scaled(small, 2)),
            same(scaled(large, 10)),
            same(time.date().to_string()),
            same(time.to_string()),
            (format!("{}Z", time.format("%Y-%m-%dT%H:%M:%S%.6f")), format!("{time}Z")),
            same(text),
            (hex, format!("{bytes:02x?}")),
        ]
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn values_come_back(
        rows in prop::collection::vec(row(), 1..12),
        delimiter in prop::sample::select(vec![',', '|', '\t', ';', '^']),
        always in any::<bool>(),
        escapes in any::<bool>(),
        crlf in any::<bool>(),
        encoding in prop::sample::select(vec![Encoding::Utf8, Encoding::Cp949, Encoding::Utf16, Encoding::Utf16Le, Encoding::Utf16Be]),
        compression in prop::sample::select(vec![SourceCompression::None, SourceCompression::Gzip, SourceCompression::Zstd]),
        block_bytes in 16..64usize,
    ) {
        let style = if always { csv::QuoteStyle::Always } else { csv::QuoteStyle::Necessary };
        let terminator = if crlf { csv::Terminator::CRLF } else { csv::Terminator::Any(b'\n') };
        let mut writer = csv::WriterBuilder::new();
        writer.delimiter(delimiter as u8).quote_style(style).terminator(terminator);
        // An escape character would stand for itself in unquoted fields of this writer.
        let escapes = escapes && always && rows.iter().all(|row| !row[10].0.contains('\\'));
        if escapes {
            writer.double_quote(false).escape(b'\\');
        }
        let mut writer = writer.from_writer(Vec::new());
        writer.write_record(columns().iter().map(|column| &column.source)).unwrap();
        for row in &rows {
            writer.write_record(row.iter().map(|(text, _)| text)).unwrap();
        }
        let text = String::from_utf8(writer.into_inner().unwrap()).unwrap();
        let bytes = match encoding {
            Encoding::Utf8 => text.clone().into_bytes(),
            Encoding::Cp949 => cp949(&text),
            Encoding::Utf16 | Encoding::Utf16Le => utf16(&text, false),
            Encoding::Utf16Be => utf16(&text, true),
        };
        let bytes = match compression {
            SourceCompression::None => bytes,
            SourceCompression::Gzip => gzip(&bytes),
            SourceCompression::Zstd => zstd(&bytes),
        };
        let load = Load::new(&columns()).compressed(compression).blocks_of(block_bytes).dialect(|d| {
            (d.encoding, d.delimiter, d.escape) = (encoding, delimiter, escapes.then_some('\\'));
        });
        let expected: Vec<_> =
            rows.iter().map(|row| row.iter().map(|(_, shown)| shown.as_str()).collect::<Vec<_>>().join("|")).collect();
        prop_assert_eq!(load.run(&bytes).unwrap().show(), expected.join("\n"), "{}", text);
    }
}
