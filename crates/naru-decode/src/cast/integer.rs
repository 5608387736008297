//! Integers: an optional sign and digits; leading zeros are fine, a decimal point is not.

use super::number::NumberText;
use crate::Reason;

/// So many digits fit 64 bits whatever they are.
const SAFE_DIGITS: usize = 18;

/// A 64-bit integer.
#[inline]
pub(crate) fn parse_bigint(format: &NumberText, text: &[u8]) -> Result<i64, Reason> {
    format.ungrouped(text, Reason::NotAnInteger, parse)
}

/// A 32-bit integer.
#[inline]
pub(crate) fn parse_int(format: &NumberText, text: &[u8]) -> Result<i32, Reason> {
    i32::try_from(parse_bigint(format, text)?).map_err(|_| Reason::IntegerOutOfRange)
}

#[inline]
fn parse(text: &[u8]) -> Result<i64, Reason> {
    let (is_negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] => (false, digits),
        digits => (false, digits),
    };
    if digits.is_empty() {
        return Err(Reason::NotAnInteger);
    }
    if digits.len() > SAFE_DIGITS {
        return parse_long(is_negative, digits);
    }
    let mut value = 0;
    for byte in digits {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return Err(Reason::NotAnInteger);
        }
        value = value * 10 + i64::from(digit);
    }
    Ok(if is_negative { -value } else { value })
}

#[cold]
fn parse_long(is_negative: bool, digits: &[u8]) -> Result<i64, Reason> {
    if !digits.iter().all(u8::is_ascii_digit) {
        return Err(Reason::NotAnInteger);
    }
    let mut value = 0i64;
    for byte in digits {
        let digit = i64::from(byte - b'0');
        let next = value
            .checked_mul(10)
            .and_then(|value| if is_negative { value.checked_sub(digit) } else { value.checked_add(digit) });
        value = next.ok_or(Reason::IntegerOutOfRange)?;
    }
    Ok(value)
}
