//! Figures of control totals: text → whole number of the smallest unit, and back.

use crate::Dialect;

/// How figures are written: as the dialect writes numbers.
#[derive(Debug, Clone, Copy)]
pub(super) struct FigureText {
    point: char,
    thousands: Option<char>,
}

impl FigureText {
    pub(super) fn new(dialect: &Dialect) -> Self {
        Self { point: dialect.decimal_separator, thousands: dialect.thousands_separator }
    }

    /// `[sign] digits [point digits]`, blanks around it passed over; the value times ten to `scale`. An empty text is
    /// what databases give for a sum of nothing: 0.
    ///
    /// # Errors
    /// What is wrong, as a clause without the text.
    pub(super) fn parse(self, text: &str, scale: u8) -> Result<i128, &'static str> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(0);
        }
        let (is_negative, unsigned) = match text.strip_prefix('-') {
            Some(unsigned) => (true, unsigned),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (integer, fraction) = unsigned.split_once(self.point).unwrap_or((unsigned, ""));
        let integer = self.ungrouped(integer).ok_or("is not a number")?;
        let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        if !digits(&integer) || !digits(fraction) || integer.len() + fraction.len() == 0 {
            return Err("is not a number");
        }
        let (kept, beyond) = fraction.split_at(fraction.len().min(usize::from(scale)));
        if beyond.bytes().any(|b| b != b'0') {
            return Err("has more decimals than its column");
        }
        let zeros = std::iter::repeat_n(b'0', usize::from(scale) - kept.len());
        let value = integer
            .bytes()
            .chain(kept.bytes())
            .chain(zeros)
            .try_fold(0i128, |value, digit| value.checked_mul(10)?.checked_add(i128::from(digit - b'0')));
        let value = value.ok_or("has too many digits")?;
        Ok(if is_negative { -value } else { value })
    }

    /// The integer part without its thousands separators, which stand between groups of three digits or nowhere.
    fn ungrouped(self, integer: &str) -> Option<String> {
        let Some(separator) = self.thousands.filter(|separator| integer.contains(*separator)) else {
            return Some(integer.into());
        };
        let mut groups = integer.split(separator);
        let first = groups.next().filter(|first| (1..=3).contains(&first.len()))?;
        groups.try_fold(first.to_owned(), |joined, group| (group.len() == 3).then(|| joined + group))
    }
}

/// A whole number of the smallest unit as a decimal with `scale` digits after the point.
pub(super) fn figure(value: i128, scale: u8) -> String {
    let scale = usize::from(scale);
    let digits = format!("{:0>width$}", value.unsigned_abs(), width = scale + 1);
    let (integer, fraction) = digits.split_at(digits.len() - scale);
    let sign = if value < 0 { "-" } else { "" };
    if fraction.is_empty() { format!("{sign}{integer}") } else { format!("{sign}{integer}.{fraction}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text() -> FigureText {
        FigureText::new(&Dialect::default())
    }

    #[test]
    fn figures_as_sources_write_them() {
        let cases = [
            ("12345.67", 2, Ok(1_234_567)),
            (" +0012345.6 ", 2, Ok(1_234_560)),
            ("-.05", 2, Ok(-5)),
            ("7.", 0, Ok(7)),
            ("7.000", 0, Ok(7)),
            ("", 2, Ok(0)),
            ("7.001", 2, Err("has more decimals than its column")),
            ("1,234", 0, Err("is not a number")),
            ("1e3", 0, Err("is not a number")),
            ("--1", 0, Err("is not a number")),
            ("-", 0, Err("is not a number")),
            (".", 0, Err("is not a number")),
            ("１", 0, Err("is not a number")),
            ("170141183460469231731687303715884105728", 0, Err("has too many digits")),
        ];
        for (figure, scale, expected) in cases {
            assert_eq!(text().parse(figure, scale), expected, "{figure}");
        }
    }

    #[test]
    fn separators_are_the_dialects() {
        let german = Dialect { decimal_separator: ',', thousands_separator: Some('.'), ..Dialect::default() };
        let german = FigureText::new(&german);
        assert_eq!(german.parse("1.234.567,89", 2), Ok(123_456_789));
        assert_eq!(german.parse("1234567,8", 2), Ok(123_456_780));
        for wrong in ["1.23", ".123", "1234.567", "1.234.56"] {
            assert_eq!(german.parse(wrong, 2), Err("is not a number"), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn printing_and_parsing_are_inverse(value in any::<i128>(), scale in 0u8..=38) {
            prop_assume!(value != i128::MIN);
            prop_assert_eq!(text().parse(&figure(value, scale), scale), Ok(value));
        }
    }
}
