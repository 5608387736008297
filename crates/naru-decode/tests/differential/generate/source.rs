//! Cells to a source's bytes.

use naru_core::Dialect;
use naru_core::dialect::{Encoding, Header};
use naru_core::plan::PlanColumn;
use proptest::prelude::*;
use proptest::sample::select;

use super::cell;
use super::random::Random;

/// What a source is made of; a row is a seed for each cell.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    rows: Vec<Vec<u64>>,
    /// The rows come so many times.
    repeats: usize,
    line_end: &'static str,
    header_seed: u64,
    has_mark: bool,
    ends_with_line_end: bool,
    /// Nothing but pieces, in place of records.
    is_noise: bool,
}

prop_compose! {
    pub(crate) fn source()(
        rows in prop::collection::vec(prop::collection::vec(any::<u64>(), 6), 0..9),
        repeats in prop_oneof![6 => Just(1), 1 => 2..20usize, 1 => select(vec![60usize, 130])],
        line_end in prop_oneof![4 => Just("\n"), 3 => Just("\r\n"), 1 => Just("\r")],
        header_seed in any::<u64>(),
        has_mark in prop::bool::weighted(0.1),
        ends_with_line_end in prop::bool::weighted(0.8),
        is_noise in prop::bool::weighted(0.1),
    ) -> Source {
        Source { rows, repeats, line_end, header_seed, has_mark, ends_with_line_end, is_noise }
    }
}

impl Source {
    pub(crate) fn text(&self, dialect: &Dialect, columns: &[PlanColumn]) -> String {
        let mut random = Random(self.header_seed);
        let mut lines: Vec<String> =
            (0..dialect.skip_rows).map(|_| random.of(&["", "a \"report", "x,y\r"]).into()).collect();
        if random.once_in(8) {
            lines.push(String::new());
        }
        let mut order: Vec<usize> = (0..columns.len()).collect();
        if dialect.header == Header::ByName {
            for last in (1..order.len()).rev() {
                order.swap(last, random.below(last + 1));
            }
        }
        if dialect.header != Header::None {
            let mut names: Vec<String> = order.iter().map(|column| columns[*column].source.clone()).collect();
            if random.once_in(20) {
                names[0] = random.of(&["c1", "x", "", "\u{feff}c0"]).into();
            }
            lines.push(
                names
                    .iter()
                    .map(|name| written(&mut random, dialect, name))
                    .collect::<Vec<_>>()
                    .join(&dialect.delimiter.to_string()),
            );
        }
        for _ in 0..self.repeats {
            lines.extend(self.rows.iter().map(|seeds| self.record(dialect, columns, &order, seeds)));
        }
        let mut text = lines.join(self.line_end);
        if self.ends_with_line_end {
            text += self.line_end;
        }
        text
    }

    fn record(&self, dialect: &Dialect, columns: &[PlanColumn], order: &[usize], seeds: &[u64]) -> String {
        let mut random = Random(seeds[0]);
        if self.is_noise {
            let one = |seed: &u64| cell::text(&mut Random(*seed), dialect, None);
            return seeds.iter().map(one).collect();
        }
        let width = match random.below(40) {
            0 => order.len() + 1,
            1 => order.len() - 1,
            2 => return String::new(),
            _ => order.len(),
        };
        let of_column = |n: usize| {
            let mut random = Random(seeds[n % seeds.len()].wrapping_add(n as u64));
            let column = order.get(n).map(|column| &columns[*column]);
            let text = cell::text(&mut random, dialect, column);
            written(&mut random, dialect, &text)
        };
        let cells: Vec<String> = (0..width).map(of_column).collect();
        let mut record = cells.join(&dialect.delimiter.to_string());
        if random.once_in(30) {
            record += random.of(&["\r", "\n", "\r\n\r\n", " ", "\\"]);
        }
        record
    }

    /// The source's bytes; what the encoding lacks is a question mark.
    pub(crate) fn encode(&self, dialect: &Dialect, text: &str) -> Vec<u8> {
        let mark = if self.has_mark { "\u{feff}" } else { "" };
        let text = format!("{mark}{text}");
        match dialect.encoding {
            Encoding::Utf8 => text.into_bytes(),
            Encoding::Cp949 => text.chars().flat_map(cp949).collect(),
            Encoding::Utf16 | Encoding::Utf16Le => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            Encoding::Utf16Be => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        }
    }
}

fn cp949(character: char) -> Vec<u8> {
    match encoding_rs::EUC_KR.encode(character.encode_utf8(&mut [0; 4])) {
        (bytes, _, false) => bytes.into_owned(),
        _ => b"?".to_vec(),
    }
}

/// The cell as the dialect writes it; once in a while as it is.
fn written(random: &mut Random, dialect: &Dialect, text: &str) -> String {
    let blank = if random.once_in(10) { random.of(&[" ", "\t", "  "]) } else { "" };
    let special = |character: char| character == dialect.delimiter || matches!(character, '\r' | '\n');
    let is_special =
        |character: char| special(character) || Some(character) == dialect.quote || Some(character) == dialect.escape;
    if random.once_in(12) {
        return format!("{blank}{text}");
    }
    let escaped = |escape: char, wants: &dyn Fn(char) -> bool| -> String {
        text.chars().flat_map(|c| wants(c).then_some(escape).into_iter().chain([c])).collect()
    };
    let wants_quotes = text.contains(is_special) || random.once_in(4);
    match (dialect.quote, dialect.escape) {
        (Some(quote), escape) if wants_quotes => {
            let inside = escaped(escape.unwrap_or(quote), &|c| c == quote || Some(c) == escape);
            format!("{blank}{quote}{inside}{quote}{blank}")
        }
        (_, Some(escape)) => format!("{blank}{}{blank}", escaped(escape, &is_special)),
        _ => format!("{blank}{text}{blank}"),
    }
}
