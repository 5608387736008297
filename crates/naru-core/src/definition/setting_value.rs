//! Values of settings: text → value, or what is wrong with it.

use crate::dialect::{Encoding, Header};
use crate::landing::{CompleteWhen, CompleteWhenError};
use crate::plan::{EmptyPolicy, RejectLimit, ReplaceScope};
use crate::table_spec::{Compression, FileSettings};
use crate::time_format::TimeFormat;

use crate::nearest::{did_you_mean, nearest};

/// Why a text is not a value: what is wrong, and what to write instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct BadValue {
    pub(super) message: String,
    pub(super) hint: Option<String>,
}

impl BadValue {
    pub(super) fn new(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { message: message.into(), hint: Some(hint.into()) }
    }
}

/// An Arrow string column addresses its text with 32-bit offsets; half of that leaves room for a batch around a record.
const GREATEST_RECORD_BYTES: u64 = 1 << 30;

/// One of a few words, in any case.
pub(super) fn word<T: Copy>(text: &str, words: &[(&str, T)]) -> Result<T, BadValue> {
    let known = words.iter().find(|(word, _)| word.eq_ignore_ascii_case(text));
    known.map(|(_, value)| *value).ok_or_else(|| {
        let list: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        BadValue::new(format!("unknown value \"{text}\""), did_you_mean(text, "the values are", &list))
    })
}

pub(super) fn encoding(text: &str) -> Result<Encoding, BadValue> {
    // What Korean systems and editors call the same encodings.
    match text.to_ascii_lowercase().as_str() {
        "utf8" => return Ok(Encoding::Utf8),
        "euc-kr" | "euckr" | "ms949" | "uhc" | "windows-949" => return Ok(Encoding::Cp949),
        _ => {}
    }
    let words = [
        ("utf-8", Encoding::Utf8),
        ("cp949", Encoding::Cp949),
        ("utf-16", Encoding::Utf16),
        ("utf-16le", Encoding::Utf16Le),
        ("utf-16be", Encoding::Utf16Be),
    ];
    word(text, &words)
}

pub(super) fn header(text: &str) -> Result<Header, BadValue> {
    word(text, &[("by_name", Header::ByName), ("by_position", Header::ByPosition), ("none", Header::None)])
}

pub(super) fn complete(text: &str) -> Result<CompleteWhen, BadValue> {
    text.parse().map_err(|error: CompleteWhenError| BadValue::new(error.to_string(), &error.hint))
}

pub(super) fn empty(text: &str) -> Result<EmptyPolicy, BadValue> {
    word(text, &[("refuse", EmptyPolicy::Refuse), ("allow", EmptyPolicy::Allow)])
}

pub(super) fn replace(text: &str) -> Result<ReplaceScope, BadValue> {
    word(text, &[("table", ReplaceScope::Table), ("partitions", ReplaceScope::Partitions)])
}

pub(super) fn yes_or_no(text: &str) -> Result<bool, BadValue> {
    match text.to_ascii_lowercase().as_str() {
        "y" => Ok(true),
        "n" => Ok(false),
        _ => Err(BadValue::new(format!("\"{text}\" is neither y nor n"), "write y or n")),
    }
}

/// One ASCII character: itself, a word (`tab`), or an escape (`\t`, `\x01`, `\u0001`).
pub(super) fn character(text: &str) -> Result<char, BadValue> {
    let named = match text.to_ascii_lowercase().as_str() {
        "tab" | "\\t" => Some('\t'),
        "comma" => Some(','),
        "pipe" => Some('|'),
        "semicolon" => Some(';'),
        "colon" => Some(':'),
        "space" => Some(' '),
        "dot" => Some('.'),
        "backslash" | "\\\\" => Some('\\'),
        _ => None,
    };
    let hexadecimal = text.strip_prefix("\\u").filter(|digits| digits.len() == 4);
    let hexadecimal = hexadecimal.or_else(|| text.strip_prefix("\\x").filter(|digits| digits.len() == 2));
    let escaped = hexadecimal
        .filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()))
        .and_then(|digits| u32::from_str_radix(digits, 16).ok())
        .and_then(char::from_u32);
    let mut characters = text.chars();
    let single = characters.next().filter(|_| characters.next().is_none());
    match named.or(escaped).or(single) {
        Some('\n' | '\r' | '\0') => {
            Err(BadValue::new("a line end or NUL has another meaning", "choose another character"))
        }
        Some(c) if c.is_ascii() => Ok(c),
        _ => Err(BadValue::new(
            format!("\"{text}\" is not one ASCII character"),
            "write the character, one of tab, comma, pipe, semicolon, colon, space, dot, backslash, or an escape as in \\u0001",
        )),
    }
}

/// One ASCII character, or `none`.
pub(super) fn character_or_none(text: &str) -> Result<Option<char>, BadValue> {
    if text.eq_ignore_ascii_case("none") { Ok(None) } else { character(text).map(Some) }
}

/// A character that may stand in numbers without being taken for one of their own.
pub(super) fn number_separator(text: &str) -> Result<char, BadValue> {
    let c = character(text)?;
    if c.is_ascii_alphanumeric() || matches!(c, '+' | '-') {
        return Err(BadValue::new(format!("\"{c}\" is itself part of numbers"), "choose a character like . or ,"));
    }
    Ok(c)
}

pub(super) fn whole_number<T: std::str::FromStr>(text: &str) -> Result<T, BadValue> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten().ok_or_else(|| {
        BadValue::new(format!("\"{text}\" is not a whole number in range"), "write digits only, as in 3")
    })
}

/// A size in bytes: digits, or digits and a unit (`64MiB`, `512MB`, `512 mb`).
pub(super) fn size_bytes(text: &str) -> Result<u64, BadValue> {
    let bad = || {
        BadValue::new(
            format!("\"{text}\" is not a size above zero"),
            "write bytes, or a number with KB, MB, GB (thousands) or KiB, MiB, GiB (1,024s), as in 128MiB",
        )
    };
    let split = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, unit) = text.split_at(split);
    let factor: u64 = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "kb" => 1_000,
        "mb" => 1_000_000,
        "gb" => 1_000_000_000,
        "kib" => 1 << 10,
        "mib" => 1 << 20,
        "gib" => 1 << 30,
        _ => return Err(bad()),
    };
    let size = digits.parse::<u64>().ok().and_then(|n| n.checked_mul(factor));
    // Iceberg and Parquet count bytes in signed 64-bit integers.
    size.filter(|size| (1..=i64::MAX as u64).contains(size)).ok_or_else(bad)
}

pub(super) fn max_record_bytes(text: &str) -> Result<u64, BadValue> {
    let size = size_bytes(text)?;
    if size > GREATEST_RECORD_BYTES {
        return Err(BadValue::new("a record of more than 1GiB cannot be held", "write 1GiB or less"));
    }
    Ok(size)
}

/// `zstd`, `zstd(9)` or `none`.
pub(super) fn compression(text: &str) -> Result<Compression, BadValue> {
    let lower = text.to_ascii_lowercase();
    if let Some(level) = lower.strip_prefix("zstd").map(str::trim).and_then(|r| r.strip_prefix('(')) {
        let level = level.strip_suffix(')').and_then(|level| level.trim().parse::<u8>().ok());
        return match level {
            Some(level @ 1..=22) => Ok(Compression::Zstd(level)),
            _ => Err(BadValue::new(format!("\"{text}\": the level of zstd is 1 to 22"), "write it as in zstd(3)")),
        };
    }
    word(&lower, &[("zstd", FileSettings::default().compression), ("none", Compression::None)])
        .map_err(|bad| BadValue { hint: Some("the values are zstd, zstd(1) to zstd(22), none".into()), ..bad })
}

/// A number of rows, or a share of the rows as in `0.5%`.
pub(super) fn reject_limit(text: &str) -> Result<RejectLimit, BadValue> {
    let bad = || {
        BadValue::new(format!("\"{text}\" is not a limit"), "write a number of rows, as in 100, or a share, as in 0.5%")
    };
    let Some(percent) = text.strip_suffix('%') else {
        return whole_number(text).map(RejectLimit::Rows).map_err(|_| bad());
    };
    let percent = percent.trim_end();
    let plain = percent.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let percent = plain.then(|| percent.parse::<f64>().ok()).flatten().ok_or_else(bad)?;
    if (0.0..=100.0).contains(&percent) { Ok(RejectLimit::Share(percent / 100.0)) } else { Err(bad()) }
}

pub(super) fn date_format(text: &str) -> Result<String, BadValue> {
    let checked = text.parse::<TimeFormat>().and_then(|format| format.check_date());
    checked.map(|()| text.into()).map_err(|error| BadValue::new(error.to_string(), "a date format is like %Y-%m-%d"))
}

/// A format of timestamps; whether columns without a zone can use it is checked with the columns.
pub(super) fn timestamp_format(text: &str) -> Result<String, BadValue> {
    let checked = text.parse::<TimeFormat>().and_then(|format| format.check_timestamp(true));
    let hint = "a timestamp format is like %Y-%m-%d %H:%M:%S";
    checked.map(|()| text.into()).map_err(|error| BadValue::new(error.to_string(), hint))
}

/// An IANA time zone's name.
pub(super) fn time_zone(text: &str) -> Result<String, BadValue> {
    if text.parse::<chrono_tz::Tz>().is_ok() {
        return Ok(text.into());
    }
    let hint = match nearest(text, chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name())) {
        Some(near) => format!("did you mean \"{near}\"?"),
        None => "write an IANA name, as in Asia/Seoul or UTC".into(),
    };
    Err(BadValue::new(format!("unknown time zone \"{text}\""), hint))
}

#[cfg(test)]
#[path = "setting_value_tests.rs"]
mod tests;
