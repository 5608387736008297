//! Sums that neither round nor overflow, whatever the order of their parts.

/// The sum of up to 2^64 signed 128-bit numbers, exact. Adding is associative and commutative, so that parts summed by
/// several workers give the same sum.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ExactSum {
    /// Sum of the numbers' upper halves, signed.
    upper: i128,
    /// Sum of the numbers' lower halves, unsigned.
    lower: u128,
}

const HALF_BITS: u32 = 64;

impl ExactSum {
    /// Adds a number.
    #[inline]
    pub fn add(&mut self, value: i128) {
        // Arithmetic shift: value == (value >> 64) * 2^64 + its low 64 bits, also where it is negative.
        self.upper += value >> HALF_BITS;
        self.lower += u128::from(value as u64);
    }

    /// Adds another sum.
    pub fn merge(&mut self, other: Self) {
        self.upper += other.upper;
        self.lower += other.lower;
    }

    /// The sum of the upper halves and that of the lower ones: both add up, of parts that other processes summed.
    pub fn parts(self) -> (i128, u128) {
        (self.upper, self.lower)
    }

    /// The sum of these [`Self::parts`].
    pub fn of_parts(upper: i128, lower: u128) -> Self {
        Self { upper, lower }
    }

    /// The sum; none if it is beyond 128 bits.
    pub fn total(self) -> Option<i128> {
        let upper = self.upper + (self.lower >> HALF_BITS) as i128;
        let upper = i64::try_from(upper).ok()?;
        Some((i128::from(upper) << HALF_BITS) | i128::from(self.lower as u64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sum(values: &[i128]) -> ExactSum {
        let mut sum = ExactSum::default();
        values.iter().for_each(|value| sum.add(*value));
        sum
    }

    #[test]
    fn passes_the_limits_on_the_way_and_comes_back() {
        assert_eq!(sum(&[]).total(), Some(0));
        assert_eq!(sum(&[i128::MAX, i128::MAX, -1, i128::MIN, i128::MIN + 2]).total(), Some(-1));
        assert_eq!(sum(&[i128::MAX]).total(), Some(i128::MAX));
        assert_eq!(sum(&[i128::MIN]).total(), Some(i128::MIN));
        assert_eq!(sum(&[i128::MAX, 1]).total(), None);
        assert_eq!(sum(&[i128::MIN, -1]).total(), None);
    }

    proptest! {
        #[test]
        fn sums_as_numbers_do_wherever_they_are_parted(
            values in proptest::collection::vec(-(1i128 << 120)..(1i128 << 120), 0..50), part in 0..50usize,
        ) {
            let (one, other) = values.split_at(part.min(values.len()));
            let mut merged = sum(other);
            merged.merge(sum(one));
            prop_assert_eq!(merged, sum(&values));
            prop_assert_eq!(merged.total(), Some(values.iter().sum()));
            let (upper, lower) = merged.parts();
            prop_assert_eq!(ExactSum::of_parts(upper, lower), merged);
        }
    }
}
