//! The text of one cell.

use naru_core::plan::PlanColumn;
use naru_core::{ColumnType, Dialect};

use super::random::Random;
use super::time;

/// What stands where it should not, and what means something to some dialect.
const PIECES: &[&str] = &[
    "",
    "",
    " ",
    "  x ",
    "\t",
    "\tx\t",
    "NULL",
    "\\N",
    "널",
    "-",
    "0",
    "강나뷁",
    "😀",
    "é",
    "a\rb",
    "a\nb",
    "\r\n",
    "\r",
    "\n",
    "\0",
    "\"",
    "\"\"",
    "'",
    "''",
    "\"x\"",
    "x\"y\"",
    "\"x\"y",
    "\\",
    "\\\\",
    "x\\",
    "\\\"",
    "^",
    "^^",
    ",",
    "|",
    "a,b",
    "\u{fffd}",
    "\u{feff}",
    "",
];

const NUMBERS: &[&str] = &[
    "2147483647",
    "2147483648",
    "-2147483648",
    "-2147483649",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808",
    "-9223372036854775809",
    "18446744073709551616",
    "99999999999999999999999999999999999999",
    "100000000000000000000000000000000000000",
    "340282366920938463463374607431768211456",
    "NaN",
    "nan",
    "-nan",
    "+NaN",
    "inf",
    "+inf",
    "-Infinity",
    "INFINITY",
    "infinit",
    "3.5e38",
    "3.4028235e38",
    "3.4028236e38",
    "1e-45",
    "7e-46",
    "1.7976931348623157e308",
    "1.8e308",
    "4.9e-324",
    "2e-324",
    "-0",
    "+0",
    "0e999999999999999999999999",
    "1e999999999999999999999999",
    "1e-99999999999999999999999",
    "1e",
    "1e+",
    "e5",
    ".",
    "-.",
    "5.",
    ".5",
    "1.2.3",
    "--1",
    "+-1",
    "0x10",
    "1_000",
    "1,234",
    "1.234",
    "1 234",
    "1,23",
    ",123",
    "1234,567",
    "1,234,567",
    "1,234.5e2",
    "0.10000000149011612",
    "0.000",
];

pub(crate) fn text(random: &mut Random, dialect: &Dialect, column: Option<&PlanColumn>) -> String {
    let fits = column.filter(|_| !random.once_in(20)).map(|column| fitting(random, dialect, column));
    let mut text = fits.unwrap_or_else(|| random.of(PIECES).into());
    if random.once_in(30) {
        let places: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        let at = random.of(&places);
        if random.once_in(2) && at < text.len() {
            text.remove(at);
        } else {
            text.insert_str(at, random.of(PIECES));
        }
    }
    text
}

fn fitting(random: &mut Random, dialect: &Dialect, column: &PlanColumn) -> String {
    let format = column.format.as_deref();
    match column.column_type {
        ColumnType::Boolean => {
            let words: Vec<&String> = dialect.true_words.iter().chain(&dialect.false_words).collect();
            random.of(&words).clone()
        }
        ColumnType::Date => time::text(random, Some(format.unwrap_or(&dialect.date_format))),
        ColumnType::Timestamp | ColumnType::Timestamptz => {
            time::text(random, format.or(dialect.timestamp_format.as_deref()))
        }
        ColumnType::String => string(random),
        ColumnType::Binary if format == Some("base64") => random
            .of(&[
                "", "AP+l", "AA==", "AAA=", "AB==", "AAB=", "AA", "A===", "AA=A", "====", "AAAAAA==", "A*==", "=",
                "AAA AA==",
            ])
            .into(),
        ColumnType::Binary => random.of(&["", "00ffA5", "0", "0g", "DEADbeef", "+1", "강나", "00 1"]).into(),
        _ if random.once_in(6) => random.of(NUMBERS).into(),
        _ => number(random, dialect),
    }
}

fn string(random: &mut Random) -> String {
    let length = random.of(&[1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 200, 1100]);
    let length = if length > 64 && !random.once_in(4) { 5 } else { length };
    let alphabet: &[char] =
        if random.once_in(3) { &['강', 'a', '나', '😀', 'é', ' '] } else { &['a', 'b', '0', 'Z', '.'] };
    (0..length).map(|_| random.of(alphabet)).collect()
}

fn number(random: &mut Random, dialect: &Dialect) -> String {
    let digits = |random: &mut Random, most: usize| -> String {
        let length = random.below(most + 1);
        let alphabet = random.of(&["0123456789", "0123456789", "9", "0", "01"]).as_bytes();
        (0..length).map(|_| char::from(random.of(alphabet))).collect()
    };
    let most = random.of(&[1, 2, 3, 5, 7, 7, 7, 16, 20, 40]);
    let mut integer = digits(random, most);
    if let Some(separator) = dialect.thousands_separator.filter(|_| random.once_in(2)) {
        let mut at = integer.len();
        while at > 3 {
            at -= if random.once_in(20) { 2 } else { 3 };
            integer.insert(at, separator);
        }
    }
    let mut text = format!("{}{integer}", random.of(&["", "", "-", "+"]));
    if random.once_in(2) {
        text.push(dialect.decimal_separator);
        let most = random.of(&[1, 2, 2, 2, 3, 10, 20, 40]);
        text += &digits(random, most);
    }
    if random.once_in(6) {
        text += random.of(&["e", "E", "e-", "E+"]);
        text += &digits(random, 2);
    }
    text
}
