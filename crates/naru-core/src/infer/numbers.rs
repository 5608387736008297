//! Numbers: what their texts have in common, under each way of writing the decimal point and the groups of thousands.

/// How a file writes numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NumberStyle {
    pub(super) point: char,
    pub(super) thousands: Option<char>,
}

/// The usual first: where two fit, the earlier is meant.
pub(super) const STYLES: [NumberStyle; 4] = [
    NumberStyle { point: '.', thousands: None },
    NumberStyle { point: '.', thousands: Some(',') },
    NumberStyle { point: ',', thousands: None },
    NumberStyle { point: ',', thousands: Some('.') },
];

/// A number's form; its value only so far as ranges need it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Number {
    /// Digits before the point.
    pub(super) integer_digits: u32,
    /// Digits after the point.
    pub(super) scale: u32,
    /// The integer part without its sign; the greatest there is if it is larger.
    pub(super) magnitude: u128,
    /// Zeros that an integer would lose, or a plus sign, which no quantity has.
    pub(super) is_code: bool,
    pub(super) has_point: bool,
    pub(super) has_exponent: bool,
    pub(super) is_grouped: bool,
}

impl NumberStyle {
    /// `[sign] digits [point digits] [e [sign] digits]`, groups of three digits between separators.
    pub(super) fn read(self, text: &str) -> Option<Number> {
        let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
        let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, Some(exponent.strip_prefix(['-', '+']).unwrap_or(exponent))),
            None => (unsigned, None),
        };
        let (integer, fraction) = match mantissa.split_once(self.point) {
            Some((integer, fraction)) => (integer, Some(fraction)),
            None => (mantissa, None),
        };
        let is_grouped = self.thousands.is_some_and(|separator| integer.contains(separator));
        if is_grouped && !self.groups_are_right(integer) {
            return None;
        }
        let digits = || integer.bytes().filter(|byte| !is_grouped || byte.is_ascii_digit());
        let are_digits = |mut text: std::str::Bytes<'_>| text.all(|byte| byte.is_ascii_digit());
        let scale = fraction.map_or(0, str::len) as u32;
        let integer_digits = digits().count() as u32;
        let is_number = digits().all(|byte| byte.is_ascii_digit())
            && are_digits(fraction.unwrap_or_default().bytes())
            && integer_digits + scale > 0
            && exponent.is_none_or(|exponent| !exponent.is_empty() && are_digits(exponent.bytes()));
        is_number.then(|| Number {
            integer_digits,
            scale,
            magnitude: digits().fold(0u128, |value, digit| {
                value.saturating_mul(10).saturating_add(u128::from(digit.saturating_sub(b'0')))
            }),
            is_code: text.starts_with('+') || (integer_digits > 1 && integer.starts_with('0')),
            has_point: fraction.is_some(),
            has_exponent: exponent.is_some(),
            is_grouped,
        })
    }

    fn groups_are_right(self, integer: &str) -> bool {
        let mut groups = integer.split(|c| Some(c) == self.thousands);
        groups.next().is_some_and(|first| (1..=3).contains(&first.len())) && groups.all(|group| group.len() == 3)
    }
}

/// What a column's numbers have in common, in one style.
#[derive(Debug, Clone, Default)]
pub(super) struct NumberProfile {
    pub(super) numbers: u64,
    pub(super) greatest: u128,
    pub(super) integer_digits: u32,
    pub(super) least_scale: u32,
    pub(super) scale: u32,
    /// The numbers of digits that integer parts have, if it is but one.
    same_digits: Option<u32>,
    pub(super) has_codes: bool,
    pub(super) has_points: bool,
    pub(super) has_exponents: bool,
    pub(super) has_groups: bool,
}

impl NumberProfile {
    pub(super) fn add(&mut self, number: Number) {
        if self.numbers == 0 {
            self.least_scale = number.scale;
            self.same_digits = Some(number.integer_digits);
        }
        self.numbers += 1;
        self.greatest = self.greatest.max(number.magnitude);
        self.integer_digits = self.integer_digits.max(number.integer_digits);
        self.least_scale = self.least_scale.min(number.scale);
        self.scale = self.scale.max(number.scale);
        self.same_digits = self.same_digits.filter(|digits| *digits == number.integer_digits);
        self.has_codes |= number.is_code;
        self.has_points |= number.has_point;
        self.has_exponents |= number.has_exponent;
        self.has_groups |= number.is_grouped;
    }

    /// How many digits all integer parts have, if all have as many.
    pub(super) fn same_digits(&self) -> Option<u32> {
        self.same_digits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_style_reads_its_own() {
        let cases = [
            ("12", [true, true, true, true]),
            ("-1.5", [true, true, false, false]),
            ("1,234", [false, true, true, true]),
            ("1,234.50", [false, true, false, false]),
            ("1.234,50", [false, false, false, true]),
            ("12,34.5", [false, false, false, false]),
            ("1.5e-3", [true, true, false, false]),
            (".5", [true, true, false, false]),
            ("1e", [false; 4]),
            ("", [false; 4]),
            ("-", [false; 4]),
            (".", [false; 4]),
            ("1 2", [false; 4]),
            ("0x1F", [false; 4]),
            ("１２", [false; 4]),
        ];
        for (text, expected) in cases {
            assert_eq!(STYLES.map(|style| style.read(text).is_some()), expected, "{text}");
        }
    }

    #[test]
    fn a_number_knows_its_digits() {
        let number = |text: &str, style: usize| STYLES[style].read(text);
        let grouped = number("-1,234.50", 1).map(|n| (n.integer_digits, n.scale, n.magnitude, n.is_grouped));
        assert_eq!(grouped, Some((4, 2, 1234, true)));
        for (text, is_code) in
            [("007", true), ("+82", true), ("0", false), ("0.5", false), ("00.5", true), ("70", false)]
        {
            assert_eq!(number(text, 0).map(|n| n.is_code), Some(is_code), "{text}");
        }
        assert_eq!(number(&"9".repeat(60), 0).map(|n| n.magnitude), Some(u128::MAX));
    }
}
