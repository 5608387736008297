//! Throughput of the kernel over about 100 MB of a nine-column mix: reading and splitting, then decoding with all
//! columns, with none (tokenizing alone), and with each column alone. One core, in core-seconds (time spent on the processor,
//! where the system tells it); the best of five.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark prints, and fails by panicking")]

use std::fmt::Write;
use std::time::Instant;

use naru_core::plan::{PlanColumn, SourceCompression};
use naru_core::{Dialect, Level};
use naru_decode::{Block, BlockReader, DEFAULT_BLOCK_BYTES, Kernel, Scratch};

const BYTES: usize = 100_000_000;

const COLUMNS: [(&str, &str); 9] = [
    ("account_no", "string"),
    ("branch", "string"),
    ("opened_on", "date"),
    ("updated_at", "timestamp"),
    ("balance", "decimal(18,2)"),
    ("fee", "decimal(18,2)"),
    ("movements", "int"),
    ("active", "boolean"),
    ("memo", "string"),
];

fn main() {
    let text = generate();
    println!(
        "{:.1} MB, {} blocks of {} bytes",
        text.len() as f64 / 1e6,
        text.len() / DEFAULT_BLOCK_BYTES,
        DEFAULT_BLOCK_BYTES
    );
    let all = kernel(|_| true);
    report("read and split", text.len(), || {
        let mut reader = reader(&all, text.as_bytes());
        let (mut recycled, mut rows) = (None, 0);
        while let Some(block) = reader.next_block(recycled).unwrap() {
            rows += block.records();
            recycled = Some(block.into_buffer());
        }
        rows
    });
    decode("decode, all columns", &all, &text);
    decode("tokenize alone", &kernel(|_| false), &text);
    for (name, column_type) in COLUMNS {
        decode(&format!("tokenize + {name} {column_type}"), &kernel(|column| column == name), &text);
    }
    report("read, split, decode, all columns", text.len(), || {
        let mut scratch = Scratch::default();
        let mut reader = reader(&all, text.as_bytes());
        let (mut recycled, mut rows) = (None, 0);
        while let Some(block) = reader.next_block(recycled).unwrap() {
            rows += all.decode(&block, &mut scratch).unwrap().batch.num_rows() as u64;
            recycled = Some(block.into_buffer());
        }
        rows
    });
}

fn decode(stage: &str, kernel: &Kernel, text: &str) {
    let blocks = blocks(kernel, text.as_bytes());
    report(stage, text.len(), || {
        let mut scratch = Scratch::default();
        blocks.iter().map(|block| kernel.decode(block, &mut scratch).unwrap().records).sum()
    });
}

fn report(stage: &str, bytes: usize, mut run: impl FnMut() -> u64) {
    let mut best = f64::INFINITY;
    let mut count = 0;
    for _ in 0..5 {
        let (start, start_core) = (Instant::now(), core_seconds());
        count = run();
        let wall = start.elapsed().as_secs_f64();
        best = best.min(core_seconds().zip(start_core).map_or(wall, |(end, start)| end - start));
    }
    let gigabytes = bytes as f64 / 1e9;
    println!("{stage:45} {:8.0} MB/s  {:6.3} s/GB  ({count})", gigabytes * 1e3 / best, best / gigabytes);
}

/// What this thread has spent on a processor so far (Linux: first field of schedstat, in nanoseconds).
fn core_seconds() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    Some(text.split(' ').next()?.parse::<f64>().ok()? / 1e9)
}

fn reader<'k, 't>(kernel: &'k Kernel, text: &'t [u8]) -> BlockReader<&'k Kernel, &'t [u8]> {
    BlockReader::new(kernel, text, SourceCompression::None, DEFAULT_BLOCK_BYTES).unwrap()
}

fn blocks(kernel: &Kernel, text: &[u8]) -> Vec<Block> {
    let mut reader = reader(kernel, text);
    std::iter::from_fn(|| reader.next_block(None).unwrap()).collect()
}

fn kernel(is_loaded: impl Fn(&str) -> bool) -> Kernel {
    let column = |(name, column_type): (&str, &str)| PlanColumn {
        source: name.into(),
        target: is_loaded(name).then(|| name.into()),
        column_type: column_type.parse().unwrap(),
        required: false,
        level: Level::P1,
        format: None,
        treatment: None,
    };
    Kernel::new(&Dialect::default(), &COLUMNS.map(column)).unwrap()
}

fn generate() -> String {
    let mut text = String::with_capacity(BYTES + 200);
    text += &COLUMNS.map(|(name, _)| name).join(",");
    text.push('\n');
    let mut state = 0x9E37_79B9_7F4A_7C15u64;
    let mut random = |bound: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % bound
    };
    while text.len() < BYTES {
        let (day, month, year) = (1 + random(28), 1 + random(12), 1990 + random(35));
        write!(text, "{:014},BR{:04},{year}-{month:02}-{day:02},", random(100_000_000_000_000), random(3000)).unwrap();
        let (hour, minute, second, micros) = (random(24), random(60), random(60), random(1_000_000));
        write!(text, "{year}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}.{micros:06},").unwrap();
        write!(text, "{}.{:02},{}.{:02},", random(100_000_000), random(100), random(1000), random(100)).unwrap();
        let active = if random(2) == 0 { "true" } else { "false" };
        writeln!(text, "{},{active},\"transfer no. {}, branch {}\"", random(100_000), random(1_000_000), random(3000))
            .unwrap();
    }
    text
}
