//! Any bytes, under a dialect chosen by the first of them, are read by the kernel as by the plain decoder of its tests.
#![no_main]

use libfuzzer_sys::fuzz_target;
use naru_core::Level;
use naru_core::dialect::{Dialect, Encoding, Header};
use naru_core::plan::PlanColumn;

#[path = "../../crates/naru-decode/tests/differential/kernel.rs"]
mod kernel;
#[path = "../../crates/naru-decode/tests/reference/mod.rs"]
mod reference;

const TYPES: [&str; 8] = ["string", "bigint", "decimal(18,2)", "timestamptz", "double", "date", "boolean", "binary"];

fn dialect(choice: u8) -> Dialect {
    let encodings = [Encoding::Utf8, Encoding::Cp949, Encoding::Utf16, Encoding::Utf16Be];
    Dialect {
        encoding: encodings[usize::from(choice & 3)],
        header: Header::None,
        escape: (choice & 4 != 0).then_some('\\'),
        quote: (choice & 8 == 0).then_some('"'),
        trim: choice & 16 != 0,
        thousands_separator: (choice & 32 != 0).then_some('_'),
        max_record_bytes: if choice & 64 == 0 { 64 << 20 } else { 40 },
        ..Dialect::default()
    }
}

fn column(n: usize, column_type: &str) -> PlanColumn {
    PlanColumn {
        source: n.to_string(),
        target: Some(format!("c{n}")),
        column_type: column_type.parse().expect("a type"),
        required: false,
        level: Level::P0,
        format: None,
        treatment: None,
    }
}

fuzz_target!(|bytes: &[u8]| {
    let [choice, first_type, width, bytes @ ..] = bytes else { return };
    let types = TYPES.iter().cycle().skip(usize::from(first_type % 8)).take(usize::from(width % 4) + 1);
    let columns: Vec<PlanColumn> = types.enumerate().map(|(n, column_type)| column(n, column_type)).collect();
    let dialect = dialect(*choice);
    let expected = reference::read(&dialect, &columns, bytes);
    for block_bytes in [16, 1 << 20] {
        let found = kernel::read(&dialect, &columns, bytes, block_bytes);
        assert_eq!(kernel::difference(&expected, &found), None, "blocks of {block_bytes} bytes");
    }
});
