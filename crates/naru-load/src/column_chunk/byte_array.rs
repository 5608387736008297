//! Texts and binary values: each with its length before it.

use std::ops::Range;

use ahash::RandomState;
use arrow_array::cast::AsArray;
use arrow_array::types::ByteArrayType;
use arrow_array::{Array, GenericByteArray};
use arrow_schema::DataType;
use parquet::basic::Encoding;
use parquet::file::statistics::Statistics;

use super::dictionary::{Dictionary, Distinct};
use super::statistics::{byte_array, cut_greatest, cut_least};
use super::values::{PageValues, ValueEncoder, hand_over};
use crate::short_copy::{SHORT_BYTES, append_part};

/// Gathers texts or binary values.
pub(super) struct ByteArrayEncoder {
    dictionary: Option<Dictionary<ByteArrayDistinct>>,
    /// The page's, if they are not in the dictionary.
    plain: Vec<u8>,
    /// Of the page, without lengths.
    bytes: usize,
    count: usize,
    /// Of all pages, without lengths.
    text_bytes: i64,
    page_bounds: Extremes,
    bounds: Extremes,
}

impl ByteArrayEncoder {
    pub(super) fn new(with_dictionary: bool) -> Self {
        Self {
            dictionary: with_dictionary.then(|| Dictionary::of(ByteArrayDistinct::default())),
            plain: Vec::new(),
            bytes: 0,
            count: 0,
            text_bytes: 0,
            page_bounds: Extremes::default(),
            bounds: Extremes::default(),
        }
    }

    fn push_all<T: ByteArrayType>(&mut self, array: &GenericByteArray<T>) {
        let offsets = array.value_offsets();
        let data = array.value_data();
        let at = |place: usize| num(offsets[place]);
        let (rows, bytes) = (array.len(), at(array.len()) - at(0));
        self.bytes += bytes;
        self.count += rows;
        let values = (0..rows).map(|row| at(row)..at(row + 1));
        let bounds = &mut self.page_bounds;
        match self.dictionary.as_mut().filter(|dictionary| dictionary.takes_values()) {
            Some(dictionary) => {
                values.for_each(|value| {
                    bounds.extend(&data[value.clone()]);
                    dictionary.push(&data[value]);
                });
                if dictionary.is_hopeless() {
                    dictionary.unfold(&mut self.plain);
                }
            }
            None => {
                self.plain.reserve(bytes + 4 * rows + SHORT_BYTES);
                values.for_each(|value| {
                    bounds.extend(&data[value.clone()]);
                    put_part(data, value, &mut self.plain);
                });
            }
        }
    }
}

impl ValueEncoder for ByteArrayEncoder {
    fn push(&mut self, array: &dyn Array) {
        match array.data_type() {
            DataType::Utf8 => self.push_all(array.as_string::<i32>()),
            DataType::LargeUtf8 => self.push_all(array.as_string::<i64>()),
            DataType::LargeBinary => self.push_all(array.as_binary::<i64>()),
            _ => self.push_all(array.as_binary::<i32>()),
        }
    }

    fn plain_bytes(&self) -> usize {
        self.bytes + 4 * self.count
    }

    fn is_undecided(&self) -> bool {
        self.dictionary.as_ref().is_some_and(Dictionary::is_undecided)
    }

    fn take_page(&mut self, out: &mut Vec<u8>) -> PageValues {
        let plain_bytes = self.plain_bytes();
        let encoding = match self.dictionary.as_mut().filter(|dictionary| dictionary.takes_values()) {
            Some(dictionary) => dictionary.take_page(plain_bytes, out),
            None => {
                hand_over(&mut self.plain, out);
                Encoding::PLAIN
            }
        };
        self.text_bytes += self.bytes as i64;
        (self.bytes, self.count) = (0, 0);
        let page = std::mem::take(&mut self.page_bounds).bounds;
        let bounds = page.map(|(least, greatest)| {
            self.bounds.extend(&least);
            self.bounds.extend(&greatest);
            (cut_least(&least).bytes, cut_greatest(&greatest).bytes)
        });
        PageValues { encoding, bounds }
    }

    fn dictionary(&self) -> Option<(Vec<u8>, usize)> {
        self.dictionary.as_ref().and_then(Dictionary::page)
    }

    fn statistics(&self, nulls: u64) -> Statistics {
        let cut = |(least, greatest): &(Vec<u8>, Vec<u8>)| (cut_least(least), cut_greatest(greatest));
        byte_array(self.bounds.bounds.as_ref().map(cut), nulls)
    }

    fn text_bytes(&self) -> Option<i64> {
        Some(self.text_bytes)
    }

    fn memory_size(&self) -> usize {
        self.plain.capacity() + self.dictionary.as_ref().map_or(0, Dictionary::memory_size)
    }
}

fn num(offset: impl arrow_array::OffsetSizeTrait) -> usize {
    offset.as_usize()
}

/// Appends a value in plain encoding.
#[inline]
fn put(value: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(&(value.len() as u32).to_le_bytes());
    out.extend_from_slice(value);
}

/// As [`put`], of a part of some bytes.
#[inline]
fn put_part(data: &[u8], part: Range<usize>, out: &mut Vec<u8>) {
    out.extend_from_slice(&(part.len() as u32).to_le_bytes());
    append_part(data, part, out);
}

/// The least and the greatest of values, in the order of their bytes, which is Parquet's for both kinds.
#[derive(Default)]
struct Extremes {
    bounds: Option<(Vec<u8>, Vec<u8>)>,
    /// How they start: most values need not be looked at further.
    least: u64,
    greatest: u64,
}

impl Extremes {
    #[inline]
    fn extend(&mut self, value: &[u8]) {
        let start = start_of(value);
        if start > self.least && start < self.greatest {
            return;
        }
        self.extend_slowly(value, start);
    }

    #[inline(never)]
    fn extend_slowly(&mut self, value: &[u8], start: u64) {
        match &mut self.bounds {
            None => {
                self.bounds = Some((value.to_vec(), value.to_vec()));
                (self.least, self.greatest) = (start, start);
            }
            Some((least, _)) if value < least.as_slice() => {
                replace(least, value);
                self.least = start;
            }
            Some((_, greatest)) if value > greatest.as_slice() => {
                replace(greatest, value);
                self.greatest = start;
            }
            Some(_) => {}
        }
    }
}

fn replace(bound: &mut Vec<u8>, value: &[u8]) {
    bound.clear();
    bound.extend_from_slice(value);
}

/// The first eight bytes as a number that orders as they do; zeros stand for those that are missing.
#[inline]
fn start_of(value: &[u8]) -> u64 {
    if let Some(first) = value.first_chunk::<8>() {
        return u64::from_be_bytes(*first);
    }
    let mut first = [0; 8];
    first[..value.len()].copy_from_slice(value);
    u64::from_be_bytes(first)
}

/// Distinct texts or binary values.
#[derive(Default)]
pub(super) struct ByteArrayDistinct {
    /// In plain encoding.
    plain: Vec<u8>,
    /// Where each value ends there.
    ends: Vec<u32>,
}

impl ByteArrayDistinct {
    /// A value with its length.
    #[inline]
    fn at(&self, position: usize) -> &[u8] {
        let start = if position == 0 { 0 } else { self.ends[position - 1] };
        &self.plain[start as usize..self.ends[position] as usize]
    }
}

impl Distinct for ByteArrayDistinct {
    type Item<'a> = &'a [u8];

    fn len(&self) -> usize {
        self.ends.len()
    }

    #[inline]
    fn is(&self, position: usize, value: &[u8]) -> bool {
        self.at(position)[4..] == *value
    }

    #[inline]
    fn hash(hasher: &RandomState, value: &[u8]) -> u64 {
        hasher.hash_one(value)
    }

    fn hash_at(&self, hasher: &RandomState, position: usize) -> u64 {
        Self::hash(hasher, &self.at(position)[4..])
    }

    fn push(&mut self, value: &[u8]) {
        put(value, &mut self.plain);
        self.ends.push(self.plain.len() as u32);
    }

    fn plain_bytes(&self) -> usize {
        self.plain.len()
    }

    fn put(&self, position: usize, out: &mut Vec<u8>) {
        out.extend_from_slice(self.at(position));
    }
}
