//! Parquet's hybrid of run lengths and bit packing, for positions in a dictionary and for levels.
//!
//! Format: <https://parquet.apache.org/docs/file-format/data-pages/encodings/>, "RLE".

/// Equal values in a row that are told as a run: eight, since packed values come in groups of eight.
const LEAST_RUN: usize = 8;

/// The bits that a number up to `greatest` takes, 1 at least.
pub(super) fn width_of(greatest: usize) -> u32 {
    (usize::BITS - greatest.leading_zeros()).max(1)
}

/// Appends values of `width` bits, 1 to 32.
pub(super) fn put_values(values: &[u32], width: u32, out: &mut Vec<u8>) {
    let (mut from, mut at) = (0, 0);
    while at < values.len() {
        let run = values[at..].iter().take_while(|value| **value == values[at]).count();
        // What is packed before a run must fill its last group.
        let filling = (at - from).next_multiple_of(8) - (at - from);
        if run >= LEAST_RUN + filling {
            put_packed(&values[from..at + filling], width, out);
            put_run(values[at], run - filling, width, out);
            from = at + run;
        }
        at += run;
    }
    put_packed(&values[from..], width, out);
}

/// Appends so many times the same value.
pub(super) fn put_run(value: u32, times: usize, width: u32, out: &mut Vec<u8>) {
    put_varint((times as u64) << 1, out);
    out.extend_from_slice(&value.to_le_bytes()[..width.div_ceil(8) as usize]);
}

/// Appends values of one bit that are packed already: eight a byte, the first in the lowest bit.
pub(super) fn put_packed_bits(bits: &[u8], out: &mut Vec<u8>) {
    put_varint((bits.len() as u64) << 1 | 1, out);
    out.extend_from_slice(bits);
}

/// Appends values, packed; zeros fill the last group.
fn put_packed(values: &[u32], width: u32, out: &mut Vec<u8>) {
    if values.is_empty() {
        return;
    }
    let groups = values.len().div_ceil(8);
    put_varint((groups as u64) << 1 | 1, out);
    let end = out.len() + groups * width as usize;
    out.reserve(end - out.len() + 4);
    let (mut bits, mut held) = (0_u64, 0);
    for value in values {
        bits |= u64::from(*value) << held;
        held += width;
        if held >= 32 {
            out.extend_from_slice(&(bits as u32).to_le_bytes());
            bits >>= 32;
            held -= 32;
        }
    }
    out.extend_from_slice(&(bits as u32).to_le_bytes());
    out.resize(end, 0);
}

fn put_varint(mut value: u64, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}
