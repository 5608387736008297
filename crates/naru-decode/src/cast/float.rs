//! Floating-point numbers, correctly rounded; what would become infinite or zero is rejected.

use std::str::FromStr;

use super::decimal::Number;
use super::number::NumberText;
use crate::Reason;

/// What the two floating-point types have in common.
pub(crate) trait Float: FromStr + Copy {
    const NAN: Self;
    const INFINITY: Self;
    const NEG_INFINITY: Self;

    fn is_infinite(self) -> bool;
    fn is_zero(self) -> bool;
}

macro_rules! float {
    ($type:ident) => {
        impl Float for $type {
            const NAN: Self = $type::NAN;
            const INFINITY: Self = $type::INFINITY;
            const NEG_INFINITY: Self = $type::NEG_INFINITY;

            fn is_infinite(self) -> bool {
                $type::is_infinite(self)
            }

            fn is_zero(self) -> bool {
                self == 0.0
            }
        }
    };
}

float!(f32);
float!(f64);

/// A number, or NaN, Infinity, -Infinity, inf in any case.
#[inline]
pub(crate) fn parse_float<T: Float>(format: &NumberText, text: &[u8]) -> Result<T, Reason> {
    format.ungrouped(text, Reason::NotANumber, |plain| parse(format.point, plain))
}

fn parse<T: Float>(point: u8, text: &[u8]) -> Result<T, Reason> {
    let Some(number) = Number::split(text, point) else {
        return parse_word(text).ok_or(Reason::NotANumber);
    };
    let value = if point == b'.' {
        parse_checked::<T>(text)
    } else {
        let plain: Vec<u8> = text.iter().map(|byte| if *byte == point { b'.' } else { *byte }).collect();
        parse_checked::<T>(&plain)
    };
    let value = value.ok_or(Reason::NotANumber)?;
    let is_nothing = || number.integer.iter().chain(number.fraction).all(|digit| *digit == b'0');
    if value.is_infinite() || (value.is_zero() && !is_nothing()) {
        return Err(Reason::NumberOutOfRange);
    }
    Ok(value)
}

fn parse_checked<T: Float>(text: &[u8]) -> Option<T> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

fn parse_word<T: Float>(text: &[u8]) -> Option<T> {
    let is = |word: &str, text: &[u8]| text.eq_ignore_ascii_case(word.as_bytes());
    let is_infinity = |text: &[u8]| is("inf", text) || is("infinity", text);
    match text {
        [b'-', rest @ ..] if is_infinity(rest) => Some(T::NEG_INFINITY),
        [b'+', rest @ ..] if is_infinity(rest) => Some(T::INFINITY),
        text if is_infinity(text) => Some(T::INFINITY),
        text if is("nan", text) => Some(T::NAN),
        _ => None,
    }
}
