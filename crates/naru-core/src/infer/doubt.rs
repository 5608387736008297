//! What a draft is not sure of.

use std::fmt;

use serde::Serialize;

/// What a doubt is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    /// How much was looked at.
    Sample,
    /// The character encoding.
    Encoding,
    /// Delimiter, quotes, lines before the header.
    Dialect,
    /// Whether there is a header.
    Header,
    /// A target name.
    Name,
    /// A type or format.
    Type,
    /// Texts that mean null.
    Null,
    /// The key.
    Key,
    /// The partitioning.
    Partition,
    /// A personal-data level.
    Level,
}

/// A guess that could have gone another way. Never holds a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Doubt {
    /// What it is about.
    pub about: Topic,
    /// Column of the source, from 1; none for the file as a whole.
    pub column: Option<usize>,
    /// The column's target, where the header is certain: otherwise it may be made of data.
    pub target: Option<String>,
    /// What was chosen and why that is not certain, without a full stop.
    pub message: String,
}

impl Doubt {
    /// A doubt about the file as a whole.
    pub fn new(about: Topic, message: impl Into<String>) -> Self {
        Self { about, column: None, target: None, message: message.into() }
    }

    /// A doubt about a column, by its index from 0.
    pub fn of_column(about: Topic, index: usize, message: impl Into<String>) -> Self {
        Self { column: Some(index + 1), ..Self::new(about, message) }
    }
}

impl Topic {
    /// As messages begin with it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sample => "sample",
            Self::Encoding => "encoding",
            Self::Dialect => "dialect",
            Self::Header => "header",
            Self::Name => "name",
            Self::Type => "type",
            Self::Null => "null",
            Self::Key => "key",
            Self::Partition => "partition",
            Self::Level => "level",
        }
    }
}

impl fmt::Display for Doubt {
    /// `type: column 3 "opened_at": …`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.about.as_str())?;
        if let Some(column) = self.column {
            write!(f, "column {column}")?;
            if let Some(target) = &self.target {
                write!(f, " \"{target}\"")?;
            }
            write!(f, ": ")?;
        }
        f.write_str(&self.message)
    }
}

/// `column 3`, `columns 3, 4`, by indices from 0.
pub(super) fn columns(indices: &[usize]) -> String {
    let numbers: Vec<String> = indices.iter().map(|index| (index + 1).to_string()).collect();
    format!("column{} {}", if indices.len() == 1 { "" } else { "s" }, numbers.join(", "))
}

/// `1 value`, `2 values`.
pub(super) fn counted(count: u64, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
