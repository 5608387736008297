//! Open segments: names that a project chooses itself: source, database, table.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::separator::split_once;

/// What the quarantine table of a table adds to its name by default; no table's own name may end so.
pub const QUARANTINE_SUFFIX: &str = "_quarantine";

/// Why a text is not `[a-z][a-z0-9]*(_[a-z0-9]+)*`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PartError {
    /// Nothing where a name should stand.
    #[error("{what} is empty")]
    Empty {
        /// `source`, `database` or `table`.
        what: &'static str,
    },
    /// Upper case, or a character that is neither letter, digit nor underscore.
    #[error("{what} \"{text}\" holds '{character}'")]
    Character {
        /// `source`, `database` or `table`.
        what: &'static str,
        /// As written.
        text: String,
        /// The first wrong character.
        character: char,
    },
    /// A digit first.
    #[error("{what} \"{text}\" begins with a digit")]
    FirstDigit {
        /// `source`, `database` or `table`.
        what: &'static str,
        /// As written.
        text: String,
    },
    /// An underscore first, last, or twice in a row.
    #[error("{what} \"{text}\" {place}")]
    Underscore {
        /// `source`, `database` or `table`.
        what: &'static str,
        /// As written.
        text: String,
        /// Where it is, as in `begins with an underscore`.
        place: &'static str,
    },
    /// An ending that naru's own tables have.
    #[error("{what} \"{text}\" ends with {QUARANTINE_SUFFIX}, the name of another table's quarantine")]
    Reserved {
        /// `table`.
        what: &'static str,
        /// As written.
        text: String,
    },
}

impl PartError {
    /// What to write instead.
    pub fn hint(&self) -> String {
        match self {
            Self::Empty { .. } => "write a lower-case letter, then letters, digits and single underscores".into(),
            Self::Character { text, .. } => match legal(text) {
                Some(legal) => format!("write \"{legal}\""),
                None => "write lower-case letters a to z, digits and single underscores".into(),
            },
            Self::FirstDigit { .. } => "begin with a letter".into(),
            Self::Underscore { text, place, .. } => match legal(text) {
                Some(legal) if *place != DOUBLE => {
                    format!("write \"{legal}\": exactly two underscores stand between segments")
                }
                _ => "two underscores stand between segments, single ones inside".into(),
            },
            Self::Reserved { .. } => "choose another ending, as in _rejected".into(),
        }
    }
}

const DOUBLE: &str = "holds two underscores in a row";

fn check(what: &'static str, text: &str) -> Result<(), PartError> {
    let bytes = text.as_bytes();
    let underscore = |place| Err(PartError::Underscore { what, text: text.into(), place });
    let (Some(first), Some(last)) = (bytes.first(), bytes.last()) else {
        return Err(PartError::Empty { what });
    };
    if !bytes.iter().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_')) {
        let mut strangers = text.chars().filter(|c| !matches!(c, 'a'..='z' | '0'..='9' | '_'));
        let character = strangers.next().unwrap_or_default();
        return Err(PartError::Character { what, text: text.into(), character });
    }
    if *first == b'_' {
        return underscore("begins with an underscore");
    }
    if *last == b'_' {
        return underscore("ends with an underscore");
    }
    if split_once(text).is_some() {
        return underscore(DOUBLE);
    }
    if first.is_ascii_digit() {
        return Err(PartError::FirstDigit { what, text: text.into() });
    }
    Ok(())
}

/// The legal name most like a text, where there is one.
fn legal(text: &str) -> Option<String> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let legal = words.map(str::to_ascii_lowercase).collect::<Vec<_>>().join("_");
    (text.is_ascii() && check("", &legal).is_ok()).then_some(legal)
}

macro_rules! part {
    ($(#[$doc:meta])+ $type:ident, $what:literal, $also:expr) => {
        $(#[$doc])+
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
        #[serde(try_from = "String", into = "String")]
        #[schemars(with = "String")]
        pub struct $type(String);

        impl $type {
            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $type {
            type Err = PartError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                check($what, text)?;
                let also: fn(&str) -> Result<(), PartError> = $also;
                also(text)?;
                Ok(Self(text.into()))
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl AsRef<str> for $type {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $type {
            type Error = PartError;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                text.parse()
            }
        }

        impl From<$type> for String {
            fn from(name: $type) -> Self {
                name.0
            }
        }
    };
}

part!(
    /// Name of a source: the system that data comes from, as in `corebank`.
    SourceName,
    "source",
    |_| Ok(())
);
part!(
    /// Name of a logical database, as in `deposit`; the physical one's name also holds the phase.
    DatabaseName,
    "database",
    |_| Ok(())
);
part!(
    /// Name of a table, as in `account`.
    TableName,
    "table",
    |text| match text.ends_with(QUARANTINE_SUFFIX) {
        true => Err(PartError::Reserved { what: "table", text: text.into() }),
        false => Ok(()),
    }
);
