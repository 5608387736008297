//! Why a value, and with it its row, was rejected.

use std::fmt;

macro_rules! reasons {
    ($($(#[$doc:meta])* $variant:ident, $code:literal, $title:literal, $hint:expr;)*) => {
        /// Why a value was rejected. The codes are stable: they stand in quarantine tables and reports.
        ///
        /// A value with several faults has the first: another form than its type's or format's, which an hour, minute or
        /// second out of range is; then of a number its range before its scale, and of a date or time the year 0000, the
        /// day, digits finer than microseconds, daylight saving, and years out of range in UTC.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Reason {
            $(#[doc = $title] $variant,)*
        }

        impl Reason {
            /// Every reason there is.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The stable code, in snake case.
            pub fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }

            /// What is wrong, as a clause without a full stop.
            pub fn title(self) -> &'static str {
                match self { $(Self::$variant => $title,)* }
            }

            /// What to do, where there is something to say.
            pub fn hint(self) -> Option<&'static str> {
                match self { $(Self::$variant => $hint,)* }
            }
        }
    };
}

reasons! {
    NullInRequired, "null_in_required", "a required column is null", None;
    NotABoolean, "not_a_boolean", "not one of the words that mean true or false", Some("declare the words with @true and @false");
    NotAnInteger, "not_an_integer", "not an integer", None;
    IntegerOutOfRange, "integer_out_of_range", "an integer out of its type's range", Some("an int holds 32 bits, a bigint 64; beyond that use decimal");
    NotADecimal, "not_a_decimal", "not a decimal number", Some("separators are declared with @decimal_separator and @thousands_separator");
    DecimalOverflow, "decimal_overflow", "more integer digits than the decimal's precision less its scale", Some("a larger precision holds it");
    DecimalScale, "decimal_scale", "more fraction digits than the decimal's scale", Some("a larger scale holds it; naru never rounds");
    NotANumber, "not_a_number", "not a number", Some("separators are declared with @decimal_separator and @thousands_separator");
    NumberOutOfRange, "number_out_of_range", "a number too large or too close to zero for its floating-point type", None;
    NotADate, "not_a_date", "not a date of the declared format", None;
    NoSuchDay, "no_such_day", "a day that the calendar does not have", None;
    DateOutOfRange, "date_out_of_range", "a date outside the years 0001 to 9999", None;
    NotATimestamp, "not_a_timestamp", "not a timestamp of the declared format", None;
    TimestampPrecision, "timestamp_precision", "a timestamp finer than microseconds", Some("naru never rounds; load the column as string to keep all digits");
    SkippedByDst, "skipped_by_dst", "a local time that a daylight-saving change skips", Some("give the offset in the text, or declare the right @time_zone");
    AmbiguousByDst, "ambiguous_by_dst", "a local time that a daylight-saving change repeats", Some("give the offset in the text, or declare the right @time_zone");
    NotHex, "not_hex", "not hexadecimal, two digits a byte", None;
    NotBase64, "not_base64", "not padded standard base64", None;
    InvalidEncoding, "invalid_encoding", "bytes that are not text in the declared encoding", Some("declare the file's encoding with @encoding");
    NulByte, "nul_byte", "a NUL byte", Some("the file may be broken, or UTF-16: see @encoding");
    TooFewFields, "too_few_fields", "fewer fields than columns", None;
    TooManyFields, "too_many_fields", "more fields than columns", Some("a delimiter at the end of a line makes one more field; a delimiter in a text needs quotes");
    TextAfterQuote, "text_after_quote", "text between a closing quote and the delimiter", Some("a quote inside quotes is doubled, or escaped if @escape is declared");
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.title())
    }
}
