//! Decimals: from text straight to a scaled 128-bit integer, never through a float and never rounded.

use super::number::NumberText;
use crate::Reason;

const POWERS: [i128; 39] = {
    let mut powers = [1i128; 39];
    let mut n = 1;
    while n < powers.len() {
        powers[n] = powers[n - 1] * 10;
        n += 1;
    }
    powers
};

/// Texts up to this length hold no more digits than 64 bits do.
const SHORT_BYTES: usize = 19;

/// Exponents beyond are all the same to a decimal of 38 digits, even after the longest text.
const GREATEST_EXPONENT: i64 = 1 << 40;

#[derive(Debug, Clone, Copy)]
pub(crate) struct DecimalText {
    number: NumberText,
    precision: u8,
    scale: u8,
}

impl DecimalText {
    /// `1 <= precision <= 38`, `scale <= precision`.
    pub(crate) fn new(number: NumberText, precision: u8, scale: u8) -> Self {
        Self { number, precision, scale }
    }

    pub(crate) fn precision(&self) -> u8 {
        self.precision
    }

    pub(crate) fn scale(&self) -> u8 {
        self.scale
    }

    /// The value times ten to the scale.
    #[inline]
    pub(crate) fn parse(&self, text: &[u8]) -> Result<i128, Reason> {
        self.number.ungrouped(text, Reason::NotADecimal, |plain| match self.parse_short(plain) {
            Some(value) => Ok(value),
            None => self.parse_any(plain),
        })
    }

    /// The common form: few digits, no exponent, fitting. None: look closer.
    #[inline]
    fn parse_short(&self, text: &[u8]) -> Option<i128> {
        let (is_negative, unsigned) = match text {
            [b'-', unsigned @ ..] => (true, unsigned),
            unsigned => (false, unsigned),
        };
        if unsigned.len() > SHORT_BYTES {
            return None;
        }
        let mut mantissa = 0u64;
        let mut point = unsigned.len();
        for (at, byte) in unsigned.iter().enumerate() {
            let digit = byte.wrapping_sub(b'0');
            if digit <= 9 {
                mantissa = mantissa * 10 + u64::from(digit);
            } else if *byte == self.number.point && point == unsigned.len() {
                point = at;
            } else {
                return None;
            }
        }
        let fraction = unsigned.len() - (point + 1).min(unsigned.len());
        let digits = point + fraction;
        let missing = usize::from(self.scale).checked_sub(fraction)?;
        let value = i128::from(mantissa).checked_mul(POWERS[missing])?;
        let fits = digits > 0 && value < POWERS[usize::from(self.precision)];
        fits.then_some(if is_negative { -value } else { value })
    }

    /// Any form, with the reason why it is none or does not fit.
    fn parse_any(&self, text: &[u8]) -> Result<i128, Reason> {
        let number = Number::split(text, self.number.point).ok_or(Reason::NotADecimal)?;
        let (precision, scale) = (i64::from(self.precision), i64::from(self.scale));
        let digits = || number.integer.iter().chain(number.fraction);
        let leading = digits().take_while(|digit| **digit == b'0').count();
        let all = number.integer.len() + number.fraction.len();
        if leading == all {
            return Ok(0);
        }
        let trailing = digits().rev().take_while(|digit| **digit == b'0').count();
        let significant = (all - leading - trailing) as i64;
        // The value is the significant digits times ten to this power.
        let power = number.exponent - number.fraction.len() as i64 + trailing as i64;
        if significant + power > precision - scale {
            return Err(Reason::DecimalOverflow);
        }
        if power < -scale {
            return Err(Reason::DecimalScale);
        }
        let kept = digits().skip(leading).take(significant as usize);
        let mantissa = kept.fold(0i128, |value, digit| value * 10 + i128::from(digit - b'0'));
        let factor = usize::try_from(power + scale).ok().and_then(|power| POWERS.get(power));
        let value = factor.and_then(|factor| mantissa.checked_mul(*factor)).ok_or(Reason::DecimalOverflow)?;
        Ok(if number.is_negative { -value } else { value })
    }
}

/// The parts of a number.
pub(crate) struct Number<'t> {
    is_negative: bool,
    pub(crate) integer: &'t [u8],
    pub(crate) fraction: &'t [u8],
    exponent: i64,
}

impl<'t> Number<'t> {
    /// `[sign] digits [point digits] [e [sign] digits]`, with at least one digit before the exponent.
    pub(crate) fn split(text: &'t [u8], point: u8) -> Option<Self> {
        let (is_negative, unsigned) = split_sign(text);
        let (integer, rest) = split_digits(unsigned);
        let (fraction, rest) = match rest {
            [first, rest @ ..] if *first == point => split_digits(rest),
            rest => (&rest[..0], rest),
        };
        if integer.is_empty() && fraction.is_empty() {
            return None;
        }
        let exponent = match rest {
            [] => 0,
            [b'e' | b'E', exponent @ ..] => parse_exponent(exponent)?,
            _ => return None,
        };
        Some(Self { is_negative, integer, fraction, exponent })
    }
}

fn split_sign(text: &[u8]) -> (bool, &[u8]) {
    match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    }
}

fn split_digits(text: &[u8]) -> (&[u8], &[u8]) {
    text.split_at(text.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len()))
}

fn parse_exponent(text: &[u8]) -> Option<i64> {
    let (is_negative, digits) = split_sign(text);
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let value = digits.iter().fold(0, |value, digit| (value * 10 + i64::from(digit - b'0')).min(GREATEST_EXPONENT));
    Some(if is_negative { -value } else { value })
}
