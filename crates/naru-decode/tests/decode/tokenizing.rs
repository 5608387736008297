//! RFC 4180 texts are read as the `csv` crate reads them.

use arrow_array::Array;
use arrow_array::cast::AsArray;
use naru_core::dialect::Header;
use proptest::prelude::*;

use crate::support::{Load, column};

fn field() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z0-9 .]{0,12}", "[a-z,\"\n\r강]{0,8}", "[ -~]{60,140}"]
}

proptest! {
    #[test]
    fn fields_are_those_of_the_csv_crate(
        rows in prop::collection::vec(prop::collection::vec(field(), 3), 1..40),
        always in any::<bool>(),
        crlf in any::<bool>(),
        block_bytes in 1..500usize,
    ) {
        let style = if always { csv::QuoteStyle::Always } else { csv::QuoteStyle::Necessary };
        let terminator = if crlf { csv::Terminator::CRLF } else { csv::Terminator::Any(b'\n') };
        let mut writer = csv::WriterBuilder::new().quote_style(style).terminator(terminator).from_writer(Vec::new());
        for row in &rows {
            writer.write_record(row).unwrap();
        }
        let bytes = writer.into_inner().unwrap();
        let load = Load::new(&["a", "b", "c"].map(|name| column(name, "string")))
            .dialect(|d| (d.header, d.null) = (Header::None, Vec::new()))
            .blocks_of(block_bytes);
        let loaded = load.run(&bytes).unwrap();
        prop_assert!(loaded.rejects.is_empty());
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(bytes.as_slice());
        for (row, record) in reader.records().enumerate() {
            for (index, value) in record.unwrap().iter().enumerate() {
                prop_assert_eq!(loaded.batch.column(index).as_string::<i32>().value(row), value);
            }
        }
        prop_assert_eq!(loaded.batch.column(0).len(), rows.len());
    }
}
