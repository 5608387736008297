//! Values of one size: integers, dates, times, floats and decimals.

use ahash::RandomState;
use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Decimal128Type, Float32Type, Float64Type, Int32Type, Int64Type, TimestampMicrosecondType,
};
use arrow_array::{Array, ArrowPrimitiveType};
use arrow_buffer::{ArrowNativeType, ToByteSlice};
use arrow_schema::DataType;
use parquet::basic::Encoding;
use parquet::file::statistics::Statistics;

use super::dictionary::{Dictionary, Distinct};
use super::statistics::{Bounds, Number, fixed_len_byte_array};
use super::values::{PageValues, ValueEncoder, hand_over};

// Parquet's plain values are little-endian, and whole slices are copied as they are in memory.
const _: () = assert!(cfg!(target_endian = "little"));

/// A value as Parquet's physical type has it.
pub(super) trait FixedValue: ArrowNativeType + Send {
    /// Bits that tell two values apart, NaNs and zeros of either sign included.
    type Bits: std::hash::Hash + Eq;
    fn bits(self) -> Self::Bits;
    /// The array's values: where they lie, or converted into `converted`.
    fn slice<'a>(array: &'a dyn Array, converted: &'a mut Vec<Self>) -> &'a [Self];
    /// Appends values in plain encoding, of `width` bytes each.
    fn put(values: &[Self], width: usize, out: &mut Vec<u8>) {
        debug_assert_eq!(width, size_of::<Self>());
        out.extend_from_slice(values.to_byte_slice());
    }
    /// Extends bounds by values.
    fn bound(values: &[Self], bounds: &mut Bounds<Self>);
    /// Bounds as they are written: Parquet wants the least zero negative and the greatest positive.
    fn written((least, greatest): (Self, Self)) -> (Self, Self) {
        (least, greatest)
    }
    fn statistics(bounds: Option<(Self, Self)>, nulls: u64, width: usize) -> Statistics;
}

/// Gathers values of one size.
pub(super) struct FixedEncoder<T: FixedValue> {
    /// Bytes of a value in plain encoding.
    width: usize,
    dictionary: Option<Dictionary<FixedDistinct<T>>>,
    converted: Vec<T>,
    /// The page's, if they are not in the dictionary.
    plain: Vec<u8>,
    /// Of the page.
    count: usize,
    page_bounds: Bounds<T>,
    bounds: Bounds<T>,
}

impl<T: FixedValue> FixedEncoder<T> {
    pub(super) fn new(width: usize, with_dictionary: bool) -> Self {
        let dictionary = with_dictionary.then(|| Dictionary::of(FixedDistinct { values: Vec::new(), width }));
        let (converted, plain) = (Vec::new(), Vec::new());
        Self { width, dictionary, converted, plain, count: 0, page_bounds: None, bounds: None }
    }
}

impl<T: FixedValue> ValueEncoder for FixedEncoder<T> {
    fn push(&mut self, array: &dyn Array) {
        let values = T::slice(array, &mut self.converted);
        T::bound(values, &mut self.page_bounds);
        self.count += values.len();
        match self.dictionary.as_mut().filter(|dictionary| dictionary.takes_values()) {
            Some(dictionary) => {
                values.iter().for_each(|value| dictionary.push(*value));
                if dictionary.is_hopeless() {
                    dictionary.unfold(&mut self.plain);
                }
            }
            None => T::put(values, self.width, &mut self.plain),
        }
    }

    fn plain_bytes(&self) -> usize {
        self.count * self.width
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
        self.count = 0;
        let page = self.page_bounds.take().map(|(least, greatest)| {
            T::bound(&[least, greatest], &mut self.bounds);
            let (least, greatest) = T::written((least, greatest));
            (plain(least, self.width), plain(greatest, self.width))
        });
        PageValues { encoding, bounds: page }
    }

    fn dictionary(&self) -> Option<(Vec<u8>, usize)> {
        self.dictionary.as_ref().and_then(Dictionary::page)
    }

    fn statistics(&self, nulls: u64) -> Statistics {
        T::statistics(self.bounds.map(T::written), nulls, self.width)
    }

    fn memory_size(&self) -> usize {
        self.plain.capacity() + self.dictionary.as_ref().map_or(0, Dictionary::memory_size)
    }
}

fn plain<T: FixedValue>(value: T, width: usize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(width);
    T::put(&[value], width, &mut bytes);
    bytes
}

/// Distinct values of one size.
pub(super) struct FixedDistinct<T> {
    values: Vec<T>,
    width: usize,
}

impl<T> Default for FixedDistinct<T> {
    fn default() -> Self {
        Self { values: Vec::new(), width: 0 }
    }
}

impl<T: FixedValue> Distinct for FixedDistinct<T> {
    type Item<'a> = T;

    fn len(&self) -> usize {
        self.values.len()
    }

    #[inline]
    fn is(&self, position: usize, value: T) -> bool {
        self.values[position].bits() == value.bits()
    }

    #[inline]
    fn hash(hasher: &RandomState, value: T) -> u64 {
        hasher.hash_one(value.bits())
    }

    fn hash_at(&self, hasher: &RandomState, position: usize) -> u64 {
        Self::hash(hasher, self.values[position])
    }

    fn push(&mut self, value: T) {
        self.values.push(value);
    }

    fn plain_bytes(&self) -> usize {
        self.values.len() * self.width
    }

    fn put(&self, position: usize, out: &mut Vec<u8>) {
        T::put(&self.values[position..=position], self.width, out);
    }
}

/// Extends bounds by the least and the greatest of some values, if there are any.
fn bound_ordered<T: Copy + PartialOrd>(values: &[T], bounds: &mut Bounds<T>) {
    let Some(first) = values.first() else { return };
    let start = bounds.unwrap_or((*first, *first));
    *bounds = Some(values.iter().fold(start, |(least, greatest), value| {
        (if *value < least { *value } else { least }, if *value > greatest { *value } else { greatest })
    }));
}

fn native<A: ArrowPrimitiveType>(array: &dyn Array) -> &[A::Native] {
    array.as_primitive::<A>().values()
}

/// Decimals, whose precision says that they fit.
fn converted<'a, T>(array: &dyn Array, into: &'a mut Vec<T>, convert: impl Fn(i128) -> T) -> &'a [T] {
    into.clear();
    into.extend(native::<Decimal128Type>(array).iter().map(|unscaled| convert(*unscaled)));
    into
}

impl FixedValue for i32 {
    type Bits = i32;

    fn bits(self) -> i32 {
        self
    }

    fn slice<'a>(array: &'a dyn Array, into: &'a mut Vec<i32>) -> &'a [i32] {
        match array.data_type() {
            DataType::Date32 => native::<Date32Type>(array),
            DataType::Decimal128(..) => converted(array, into, |unscaled| unscaled as i32),
            _ => native::<Int32Type>(array),
        }
    }

    fn bound(values: &[i32], bounds: &mut Bounds<i32>) {
        bound_ordered(values, bounds);
    }

    fn statistics(bounds: Option<(i32, i32)>, nulls: u64, _: usize) -> Statistics {
        Number::statistics(bounds, nulls)
    }
}

impl FixedValue for i64 {
    type Bits = i64;

    fn bits(self) -> i64 {
        self
    }

    fn slice<'a>(array: &'a dyn Array, into: &'a mut Vec<i64>) -> &'a [i64] {
        match array.data_type() {
            DataType::Timestamp(..) => native::<TimestampMicrosecondType>(array),
            DataType::Decimal128(..) => converted(array, into, |unscaled| unscaled as i64),
            _ => native::<Int64Type>(array),
        }
    }

    fn bound(values: &[i64], bounds: &mut Bounds<i64>) {
        bound_ordered(values, bounds);
    }

    fn statistics(bounds: Option<(i64, i64)>, nulls: u64, _: usize) -> Statistics {
        Number::statistics(bounds, nulls)
    }
}

impl FixedValue for i128 {
    type Bits = i128;

    fn bits(self) -> i128 {
        self
    }

    fn slice<'a>(array: &'a dyn Array, _: &'a mut Vec<i128>) -> &'a [i128] {
        native::<Decimal128Type>(array)
    }

    /// Big-endian, as many bytes as the precision needs.
    fn put(values: &[i128], width: usize, out: &mut Vec<u8>) {
        for value in values {
            out.extend_from_slice(&value.to_be_bytes()[16 - width..]);
        }
    }

    fn bound(values: &[i128], bounds: &mut Bounds<i128>) {
        bound_ordered(values, bounds);
    }

    fn statistics(bounds: Option<(i128, i128)>, nulls: u64, width: usize) -> Statistics {
        fixed_len_byte_array(bounds.map(|(least, greatest)| (plain(least, width), plain(greatest, width))), nulls)
    }
}

macro_rules! float {
    ($float:ty, $bits:ty, $arrow:ty) => {
        impl FixedValue for $float {
            type Bits = $bits;

            fn bits(self) -> $bits {
                self.to_bits()
            }

            fn slice<'a>(array: &'a dyn Array, _: &'a mut Vec<$float>) -> &'a [$float] {
                native::<$arrow>(array)
            }

            /// NaNs have no place in an order.
            fn bound(values: &[$float], bounds: &mut Bounds<$float>) {
                for value in values.iter().filter(|value| !value.is_nan()) {
                    bound_ordered(&[*value], bounds);
                }
            }

            fn written((least, greatest): ($float, $float)) -> ($float, $float) {
                (if least == 0.0 { -0.0 } else { least }, if greatest == 0.0 { 0.0 } else { greatest })
            }

            fn statistics(bounds: Option<($float, $float)>, nulls: u64, _: usize) -> Statistics {
                Number::statistics(bounds, nulls)
            }
        }
    };
}

float!(f32, u32, Float32Type);
float!(f64, u64, Float64Type);
