//! A column's type: the narrowest that its values fit, with room for those to come.

use crate::ColumnType;
use crate::column_type::MAX_DECIMAL_PRECISION;

use super::doubt::{Doubt, Topic, counted};
use super::null_tokens;
use super::numbers::{NumberProfile, STYLES};
use super::personal::Kind;
use super::personal_titles as titles;
use super::profile::ColumnProfile;
use super::time_formats::{Candidate, most_misses};

/// An int is chosen where values stay a hundred times below its limit.
const GREATEST_INT: u128 = i32::MAX as u128 / 100;

/// As with int.
const GREATEST_BIGINT: u128 = i64::MAX as u128 / 100;

/// Decimals of up to 18 digits take 64 bits in Parquet; fewer digits save nothing.
const LEAST_PRECISION: u8 = 18;

/// Digits before the point that values may gain.
const SPARE_DIGITS: u32 = 3;

/// More digits after the point, and not always as many, are written by programs that reckon in binary.
const MANY_DIGITS: u32 = 10;

/// Fewer values of eight digits are dates by chance.
const LEAST_DATES: u64 = 10;

/// A column's type, and what follows from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TypeFinding {
    pub(super) column_type: ColumnType,
    pub(super) format: Option<String>,
    /// First and last day of a date or time, in days since the first day of the year 1.
    pub(super) days: Option<(i32, i32)>,
}

impl TypeFinding {
    pub(super) const TEXT: Self = Self { column_type: ColumnType::String, format: None, days: None };

    fn of(column_type: ColumnType) -> Self {
        Self { column_type, ..Self::TEXT }
    }
}

/// What a column is asked about.
pub(super) struct Question<'a> {
    pub(super) index: usize,
    pub(super) title: &'a str,
    pub(super) column: &'a ColumnProfile,
    pub(super) kind: Option<Kind>,
    /// The file's way of writing numbers, one of [`STYLES`].
    pub(super) style: usize,
}

/// The style, an index into [`STYLES`], in which most columns hold numbers.
pub(super) fn style(columns: &[ColumnProfile]) -> usize {
    let fitting = |style: usize| columns.iter().filter(|column| column.values > 0 && is_number(column, style)).count();
    // Of styles that fit as many columns, the first.
    (0..STYLES.len()).rev().max_by_key(|style| fitting(*style)).unwrap_or(0)
}

/// The narrowest type that is safe.
pub(super) fn decide(question: &Question<'_>, doubts: &mut Vec<Doubt>) -> TypeFinding {
    let Question { index, title, column, kind, style } = *question;
    let mut doubt = |message: String| doubts.push(Doubt::of_column(Topic::Type, index, message));
    if column.values == 0 {
        doubt("no value in the sample: string was chosen".into());
        return TypeFinding::TEXT;
    }
    if kind.is_some_and(Kind::is_text) {
        return TypeFinding::TEXT;
    }
    if let Some(found) = boolean(title, column, &mut doubt) {
        return found;
    }
    if let Some(found) = time(title, column, &mut doubt) {
        return found;
    }
    let Some(numbers) = column.numbers.get(style).filter(|_| is_number(column, style)) else {
        if let Some(other) = (0..STYLES.len()).find(|other| is_number(column, *other)) {
            doubt(format!("{}: string was chosen", other_style(other)));
        }
        let misses = column.numbers.get(style).map(|found| column.values - found.numbers);
        let misses =
            misses.filter(|misses| *misses > 0 && *misses <= most_misses(column.values) && misses * 2 < column.values);
        if let Some(misses) = column.times.misses() {
            doubt(format!("all but {} are dates or times: string was chosen", counted(misses, "value")));
        } else if let Some(misses) = misses {
            doubt(format!("all but {} are numbers: string was chosen", counted(misses, "value")));
        }
        if column.times.unreadable == column.values {
            doubt("dates with years of two digits, or with days or months of one, which no format reads: string was chosen".into());
        }
        return TypeFinding::TEXT;
    };
    if numbers.has_codes || null_tokens::zeros(&column.tokens) > 0 {
        return TypeFinding::TEXT;
    }
    number(title, column, numbers, &mut doubt)
}

fn is_number(column: &ColumnProfile, style: usize) -> bool {
    column.numbers.get(style).is_some_and(|numbers| numbers.numbers == column.values)
}

fn other_style(style: usize) -> &'static str {
    match STYLES.get(style).map(|style| style.thousands.is_some()) {
        Some(true) => "numbers with separators that other columns do not have",
        _ => "numbers with another decimal point than other columns have",
    }
}

fn boolean(title: &str, column: &ColumnProfile, doubt: &mut impl FnMut(String)) -> Option<TypeFinding> {
    let words = column.booleans.words_of_letters();
    if words == column.values {
        let has_both = column.booleans.words_seen.iter().all(|count| *count > 0);
        if has_both || titles::is_flag(title) {
            return Some(TypeFinding::of(ColumnType::Boolean));
        }
        doubt("one word only, which could mean true or false: string was chosen, boolean may be meant".into());
        return Some(TypeFinding::TEXT);
    }
    if column.booleans.digits_seen == column.values {
        if titles::is_flag(title) {
            return Some(TypeFinding::of(ColumnType::Boolean));
        }
        doubt("only 0 and 1: int was chosen, boolean may be meant".into());
        return Some(TypeFinding::of(ColumnType::Int));
    }
    None
}

fn time(title: &str, column: &ColumnProfile, doubt: &mut impl FnMut(String)) -> Option<TypeFinding> {
    let live = column.times.live();
    let [first, rest @ ..] = live.as_slice() else { return None };
    if rest.iter().any(|other| first.swaps_day_and_month(other)) {
        doubt(format!(
            "day and month cannot be told apart, by {} or another order: string was chosen, write the type and its format",
            first.format().unwrap_or("ISO 8601")
        ));
        return Some(TypeFinding::TEXT);
    }
    if first.is_digits() {
        let is_named = titles::is_time(title);
        if !is_named && (!first.is_plausible() || titles::is_identifier(title)) {
            return None;
        }
        if !is_named && column.values < LEAST_DATES {
            doubt(format!(
                "{} of digits that are dates or numbers: dates were chosen",
                counted(column.values, "value")
            ));
        }
    }
    let column_type = time_type(first, doubt);
    let format = first.format().filter(|format| !(column_type == ColumnType::Date && *format == "%Y-%m-%d"));
    let format = format.map(String::from);
    Some(TypeFinding { column_type, format, days: Some((first.first_day, first.last_day)) })
}

fn time_type(found: &Candidate, doubt: &mut impl FnMut(String)) -> ColumnType {
    if !found.has_time() {
        return ColumnType::Date;
    }
    if found.with_offset == 0 {
        return ColumnType::Timestamp;
    }
    if found.without_offset > 0 {
        doubt(format!(
            "{} without an offset among others with one: taken as of @time_zone, Asia/Seoul unless written otherwise",
            counted(found.without_offset, "time")
        ));
    }
    ColumnType::Timestamptz
}

fn number(title: &str, column: &ColumnProfile, numbers: &NumberProfile, doubt: &mut impl FnMut(String)) -> TypeFinding {
    if numbers.has_exponents && titles::is_identifier(title) {
        doubt("codes by their title, which look like numbers with exponents: string was chosen".into());
        return TypeFinding::TEXT;
    }
    if numbers.has_exponents {
        doubt("numbers with exponents: double was chosen, which is not exact; codes may look so, too".into());
        return TypeFinding::of(ColumnType::Double);
    }
    if numbers.has_points {
        return decimal(numbers, doubt);
    }
    if let Some(digits) = numbers.same_digits().filter(|digits| *digits > 2 && titles::is_code(title)) {
        doubt(format!("codes of {digits} digits by their title: string was chosen, so that leading zeros may come"));
        return TypeFinding::TEXT;
    }
    let may_grow = titles::is_identifier(title) || titles::is_amount(title);
    if numbers.greatest <= GREATEST_INT && !may_grow {
        return TypeFinding::of(ColumnType::Int);
    }
    if numbers.greatest <= GREATEST_BIGINT {
        return TypeFinding::of(ColumnType::Bigint);
    }
    let digits = numbers.integer_digits;
    if digits > u32::from(MAX_DECIMAL_PRECISION) || numbers.same_digits().is_some_and(|_| column.values > 1) {
        doubt(format!("numbers of {digits} digits, identifiers rather than quantities: string was chosen"));
        return TypeFinding::TEXT;
    }
    doubt(format!("numbers of up to {digits} digits, too close to the limit of bigint: a decimal was chosen"));
    TypeFinding::of(ColumnType::Decimal { precision: MAX_DECIMAL_PRECISION, scale: 0 })
}

fn decimal(numbers: &NumberProfile, doubt: &mut impl FnMut(String)) -> TypeFinding {
    // Where the digits after the point vary, trailing zeros are left out, and longer ones may come.
    let varies = numbers.least_scale < numbers.scale;
    let scale = if varies { numbers.scale.saturating_add(1).max(2) } else { numbers.scale };
    let needed = numbers.integer_digits.max(1).saturating_add(scale);
    let (Ok(scale), Ok(needed)) = (u8::try_from(scale), u8::try_from(needed)) else {
        doubt("numbers of more digits than a decimal holds: string was chosen".into());
        return TypeFinding::TEXT;
    };
    if needed > MAX_DECIMAL_PRECISION {
        doubt("numbers of more digits than a decimal holds: string was chosen".into());
        return TypeFinding::TEXT;
    }
    if varies {
        let (least, most) = (numbers.least_scale, numbers.scale);
        let or_double = if numbers.scale > MANY_DIGITS { "; double may be meant" } else { "" };
        doubt(format!("{least} to {most} digits after the point: {scale} were chosen, more are refused{or_double}"));
    }
    let roomy = u32::from(needed).saturating_add(SPARE_DIGITS).min(u32::from(MAX_DECIMAL_PRECISION));
    let precision = u8::try_from(roomy).unwrap_or(MAX_DECIMAL_PRECISION).max(LEAST_PRECISION);
    TypeFinding::of(ColumnType::Decimal { precision, scale })
}
