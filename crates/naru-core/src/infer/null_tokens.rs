//! Texts that mean null.

use super::doubt::{Doubt, Topic, counted};
use super::profile::ColumnProfile;
use super::types::TypeFinding;
use crate::ColumnType;

/// What shows that a text means null.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Evidence {
    /// That it occurs: nothing else is written so.
    Itself,
    /// That it stands among numbers, dates or booleans.
    OtherType,
    /// That it stands among dates: elsewhere it is a number or a code.
    Dates,
}

/// Texts that may mean null, beside the empty one.
const TOKENS: [(&str, Evidence); 20] = [
    ("\\N", Evidence::Itself),
    ("NULL", Evidence::Itself),
    ("null", Evidence::Itself),
    ("Null", Evidence::Itself),
    ("(null)", Evidence::Itself),
    ("[NULL]", Evidence::Itself),
    ("NA", Evidence::OtherType),
    ("N/A", Evidence::OtherType),
    ("n/a", Evidence::OtherType),
    ("#N/A", Evidence::OtherType),
    ("NaN", Evidence::OtherType),
    ("nan", Evidence::OtherType),
    ("None", Evidence::OtherType),
    ("-", Evidence::OtherType),
    (".", Evidence::OtherType),
    ("?", Evidence::OtherType),
    ("00000000", Evidence::Dates),
    ("00000000000000", Evidence::Dates),
    ("0000-00-00", Evidence::Dates),
    ("0000-00-00 00:00:00", Evidence::Dates),
];

/// How often a column holds each of the texts that may mean null.
pub(super) type TokenCounts = [u64; TOKENS.len()];

/// Which of the texts a field is.
pub(super) fn token(text: &str) -> Option<usize> {
    // The longest has 19 bytes.
    if text.len() > 19 {
        return None;
    }
    TOKENS.iter().position(|(token, _)| *token == text)
}

/// Fields that mean null only among dates: in a column of numbers they are codes with leading zeros.
pub(super) fn zeros(counts: &TokenCounts) -> u64 {
    TOKENS.iter().zip(counts).filter(|((_, evidence), _)| *evidence == Evidence::Dates).map(|(_, count)| count).sum()
}

/// The null tokens that a definition should have, the empty text first.
pub(super) fn choose(columns: &[ColumnProfile], types: &[TypeFinding], doubts: &mut Vec<Doubt>) -> Vec<String> {
    let mut chosen = vec![String::new()];
    for (token, (text, evidence)) in TOKENS.iter().enumerate() {
        let holders = || {
            let all = columns.iter().zip(types).enumerate();
            all.filter_map(move |(index, (column, found))| {
                Some((index, found.column_type, column.tokens.get(token).copied().filter(|count| *count > 0)?))
            })
        };
        let is_typed = |column_type: ColumnType| column_type != ColumnType::String;
        let is_null = match evidence {
            Evidence::Itself => holders().next().is_some(),
            Evidence::OtherType => holders().any(|(_, column_type, _)| is_typed(column_type)),
            Evidence::Dates => holders().any(|(_, column_type, _)| is_time(column_type)),
        };
        if !is_null {
            continue;
        }
        chosen.push((*text).into());
        for (index, _, count) in holders().filter(|(_, column_type, _)| !is_typed(*column_type)) {
            let message = format!(
                "{} in a column of text: null, unless it is a word there (take it out of @null then)",
                counted(count, &format!("\"{text}\""))
            );
            doubts.push(Doubt::of_column(Topic::Null, index, message));
        }
    }
    chosen
}

fn is_time(column_type: ColumnType) -> bool {
    matches!(column_type, ColumnType::Date | ColumnType::Timestamp | ColumnType::Timestamptz)
}
