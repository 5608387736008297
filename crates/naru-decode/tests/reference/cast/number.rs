//! Integers, decimals and floating-point numbers.

use naru_core::Dialect;
use naru_decode::Reason;

use crate::reference::Value;

/// Beyond any 64-bit integer, and still far from 128 bits.
const FAR: i128 = 10_i128.pow(30);

/// A number's parts, all of them digits: `[sign] integer [point fraction] [e [sign] exponent]`.
struct Parts {
    is_negative: bool,
    integer: String,
    has_point: bool,
    fraction: String,
    exponent: Option<i128>,
}

/// None if the text is no number. Thousands separators, where there are any, stand between all groups of three digits
/// of the integer part.
fn parts(dialect: &Dialect, text: &str) -> Option<Parts> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (number, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((number, exponent)) => (number, Some(exponent)),
        None => (unsigned, None),
    };
    let (integer, fraction) = match number.split_once(dialect.decimal_separator) {
        Some((integer, fraction)) => (integer, Some(fraction)),
        None => (number, None),
    };
    let integer = ungrouped(dialect.thousands_separator, integer)?;
    let parts = Parts {
        is_negative: text.starts_with('-'),
        integer,
        has_point: fraction.is_some(),
        fraction: fraction.unwrap_or_default().into(),
        exponent: match exponent {
            Some(exponent) => Some(read_exponent(exponent)?),
            None => None,
        },
    };
    let all = format!("{}{}", parts.integer, parts.fraction);
    (!all.is_empty() && is_digits(&all)).then_some(parts)
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

fn ungrouped(separator: Option<char>, integer: &str) -> Option<String> {
    let Some(separator) = separator.filter(|separator| integer.contains(*separator)) else {
        return Some(integer.into());
    };
    let groups: Vec<&str> = integer.split(separator).collect();
    let is_first = |group: &str| (1..=3).contains(&group.len());
    let fits = groups.iter().enumerate().all(|(n, group)| if n == 0 { is_first(group) } else { group.len() == 3 });
    fits.then(|| groups.concat())
}

/// Of a size that changes nothing any more where it is greater.
fn read_exponent(text: &str) -> Option<i128> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !is_digits(digits) {
        return None;
    }
    let size = digits.bytes().fold(0, |value: i128, digit| (value * 10 + i128::from(digit - b'0')).min(FAR));
    Some(if text.starts_with('-') { -size } else { size })
}

/// A whole number; one beyond 64 bits is some number beyond 64 bits.
pub(crate) fn integer(dialect: &Dialect, text: &str) -> Result<i128, Reason> {
    let parts = parts(dialect, text).ok_or(Reason::NotAnInteger)?;
    if parts.has_point || parts.exponent.is_some() {
        return Err(Reason::NotAnInteger);
    }
    let size = parts.integer.bytes().fold(0, |value: i128, digit| (value * 10 + i128::from(digit - b'0')).min(FAR));
    Ok(if parts.is_negative { -size } else { size })
}

/// The value times ten to the scale.
pub(crate) fn decimal(dialect: &Dialect, text: &str, precision: usize, scale: usize) -> Result<i128, Reason> {
    let parts = parts(dialect, text).ok_or(Reason::NotADecimal)?;
    // All digits, and the power of ten of the last one, without the zeros that do not count at both ends.
    let digits = format!("{}{}", parts.integer, parts.fraction);
    let significant = digits.trim_start_matches('0').trim_end_matches('0');
    let zeros = digits.len() - digits.trim_end_matches('0').len();
    let power = parts.exponent.unwrap_or(0) - parts.fraction.len() as i128 + zeros as i128;
    if significant.is_empty() {
        return Ok(0);
    }
    if significant.len() as i128 + power > (precision - scale) as i128 {
        return Err(Reason::DecimalOverflow);
    }
    if power < -(scale as i128) {
        return Err(Reason::DecimalScale);
    }
    let shift = u32::try_from(power + scale as i128).map_err(|_| Reason::DecimalOverflow)?;
    let size = significant.parse::<i128>().ok().and_then(|value| value.checked_mul(10_i128.checked_pow(shift)?));
    let size = size.ok_or(Reason::DecimalOverflow)?;
    Ok(if parts.is_negative { -size } else { size })
}

pub(crate) fn float(dialect: &Dialect, text: &str) -> Result<Value, Reason> {
    if let Some(word) = word(text) {
        return Ok(Value::Float((word as f32).to_bits()));
    }
    let (plain, is_zero) = plain(dialect, text)?;
    let value: f32 = plain.parse().map_err(|_| Reason::NotANumber)?;
    if value.is_infinite() || (value == 0.0) != is_zero {
        return Err(Reason::NumberOutOfRange);
    }
    Ok(Value::Float(value.to_bits()))
}

pub(crate) fn double(dialect: &Dialect, text: &str) -> Result<Value, Reason> {
    if let Some(word) = word(text) {
        return Ok(Value::Double(word.to_bits()));
    }
    let (plain, is_zero) = plain(dialect, text)?;
    let value: f64 = plain.parse().map_err(|_| Reason::NotANumber)?;
    if value.is_infinite() || (value == 0.0) != is_zero {
        return Err(Reason::NumberOutOfRange);
    }
    Ok(Value::Double(value.to_bits()))
}

/// NaN without a sign; infinity with or without one; any case.
fn word(text: &str) -> Option<f64> {
    match text.to_ascii_lowercase().as_str() {
        "nan" => Some(f64::NAN),
        "inf" | "infinity" | "+inf" | "+infinity" => Some(f64::INFINITY),
        "-inf" | "-infinity" => Some(f64::NEG_INFINITY),
        _ => None,
    }
}

/// The number as Rust writes it, and whether it is zero.
fn plain(dialect: &Dialect, text: &str) -> Result<(String, bool), Reason> {
    let Parts { is_negative, integer, fraction, exponent, .. } = parts(dialect, text).ok_or(Reason::NotANumber)?;
    let is_zero = format!("{integer}{fraction}").bytes().all(|digit| digit == b'0');
    let sign = if is_negative { "-" } else { "" };
    let exponent = exponent.unwrap_or(0).clamp(-100_000, 100_000);
    Ok((format!("{sign}{integer}.{fraction}e{exponent}"), is_zero))
}
