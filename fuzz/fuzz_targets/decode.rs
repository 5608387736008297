//! Any bytes, under a dialect chosen by the first of them, decode the same in small blocks and in one.
#![no_main]

use libfuzzer_sys::fuzz_target;
use naru_core::dialect::{Dialect, Encoding, Header};
use naru_core::plan::{PlanColumn, SourceCompression};
use naru_core::{ColumnType, Level};
use naru_decode::{BlockReader, Kernel, Scratch};

const TYPES: [ColumnType; 6] = [
    ColumnType::String,
    ColumnType::Bigint,
    ColumnType::Decimal { precision: 18, scale: 2 },
    ColumnType::Timestamptz,
    ColumnType::Double,
    ColumnType::Boolean,
];

fn kernel(choice: u8) -> Kernel {
    let encodings = [Encoding::Utf8, Encoding::Cp949, Encoding::Utf16, Encoding::Utf16Be];
    let dialect = Dialect {
        encoding: encodings[usize::from(choice & 3)],
        header: Header::None,
        escape: (choice & 4 != 0).then_some('\\'),
        quote: (choice & 8 == 0).then_some('"'),
        trim: choice & 16 != 0,
        ..Dialect::default()
    };
    let column = |(n, column_type): (usize, &ColumnType)| PlanColumn {
        source: n.to_string(),
        target: Some(format!("c{n}")),
        column_type: *column_type,
        required: false,
        level: Level::P0,
        format: None,
        treatment: None,
    };
    let columns: Vec<PlanColumn> = TYPES.iter().enumerate().map(column).collect();
    let kernel = Kernel::new(&dialect, &columns).expect("a valid dialect");
    if choice & 32 != 0 { kernel.with_trailer("T") } else { kernel }
}

/// All rows, rejects and the error, as text.
fn decode(kernel: &Kernel, bytes: &[u8], block_bytes: usize) -> (usize, Vec<String>, Option<String>) {
    let (mut rows, mut rejects, mut scratch) = (0, Vec::new(), Scratch::default());
    let mut reader = match BlockReader::new(kernel, bytes, SourceCompression::None, block_bytes) {
        Ok(reader) => reader,
        Err(error) => return (0, rejects, Some(error.to_string())),
    };
    loop {
        match reader.next_block(None) {
            Ok(None) => return (rows, rejects, None),
            Ok(Some(block)) => {
                let decoded = kernel.decode(&block, &mut scratch).expect("arrow takes what was decoded");
                rows += decoded.batch.num_rows();
                rejects.extend(decoded.rejects.iter().map(|reject| format!("{reject:?}")));
            }
            Err(error) => return (rows, rejects, Some(error.to_string())),
        }
    }
}

fuzz_target!(|bytes: &[u8]| {
    let Some((choice, bytes)) = bytes.split_first() else { return };
    let kernel = kernel(*choice);
    assert_eq!(decode(&kernel, bytes, 16), decode(&kernel, bytes, 1 << 20));
});
