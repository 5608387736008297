//! Templates of derived names: `{org}-{phase}-{layer}-{level}`.

use std::fmt;

use crate::nearest::nearest;

/// What may stand in braces in a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Placeholder {
    /// The organization, from `naru.toml`.
    Org,
    /// `dev`, `qa` or `prod`.
    Phase,
    /// What a bucket is for: `landing`, `lake`, …
    Layer,
    /// The job's personal-data level.
    Level,
    /// The AWS account, from `naru.toml`.
    Account,
    /// The job's source.
    Source,
    /// The job's database.
    Database,
    /// The job's table.
    Table,
    /// The interval's text.
    Interval,
    /// The job's whole name.
    Job,
    /// The name of the bucket that a key belongs to.
    Bucket,
}

impl Placeholder {
    /// Every placeholder.
    pub const ALL: [Self; 11] = [
        Self::Org,
        Self::Phase,
        Self::Layer,
        Self::Level,
        Self::Account,
        Self::Source,
        Self::Database,
        Self::Table,
        Self::Interval,
        Self::Job,
        Self::Bucket,
    ];

    /// The word between the braces.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Org => "org",
            Self::Phase => "phase",
            Self::Layer => "layer",
            Self::Level => "level",
            Self::Account => "account",
            Self::Source => "source",
            Self::Database => "database",
            Self::Table => "table",
            Self::Interval => "interval",
            Self::Job => "job",
            Self::Bucket => "bucket",
        }
    }
}

impl fmt::Display for Placeholder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{{{}}}", self.as_str())
    }
}

/// Why a text is no template.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// A word in braces that is no placeholder.
    #[error("unknown placeholder {{{text}}}")]
    Unknown {
        /// What stands between the braces.
        text: String,
        /// The placeholder that was probably meant.
        meant: Option<&'static str>,
    },
    /// A brace without its partner.
    #[error("a brace without its partner")]
    Brace,
    /// Nothing at all.
    #[error("the template is empty")]
    Empty,
}

impl TemplateError {
    /// What to do about it.
    pub fn hint(&self) -> String {
        match self {
            Self::Unknown { meant: Some(meant), .. } => format!("did you mean {{{meant}}}?"),
            Self::Unknown { .. } | Self::Empty => {
                format!("placeholders are {}", Placeholder::ALL.map(|p| p.to_string()).join(" "))
            }
            Self::Brace => "write placeholders as {org}; a name itself holds no brace".into(),
        }
    }
}

/// A parsed template; printing gives the text that it was parsed from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    text: String,
    pieces: Vec<Piece>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    /// Never empty.
    Literal(Box<str>),
    Value(Placeholder),
}

impl Template {
    /// Parses a template.
    ///
    /// # Errors
    /// See [`TemplateError`].
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        if text.is_empty() {
            return Err(TemplateError::Empty);
        }
        let mut pieces = Vec::new();
        let mut from = 0;
        while let Some(open) = text[from..].find(['{', '}']).map(|at| from + at) {
            let word_and_rest = text[open..].strip_prefix('{').and_then(|rest| rest.split_once('}'));
            let (word, _) = word_and_rest.ok_or(TemplateError::Brace)?;
            let placeholder = Placeholder::ALL.into_iter().find(|placeholder| placeholder.as_str() == word);
            let unknown = || TemplateError::Unknown {
                text: word.into(),
                meant: nearest(word, Placeholder::ALL.map(Placeholder::as_str)),
            };
            pieces.extend(Piece::literal(&text[from..open]));
            pieces.push(Piece::Value(placeholder.ok_or_else(unknown)?));
            from = open + word.len() + 2;
        }
        pieces.extend(Piece::literal(&text[from..]));
        Ok(Self { text: text.into(), pieces })
    }

    /// The placeholders, in order.
    pub fn placeholders(&self) -> impl Iterator<Item = Placeholder> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Literal(_) => None,
            Piece::Value(placeholder) => Some(*placeholder),
        })
    }

    /// The text with the values in the placeholders' places.
    pub(crate) fn render(&self, values: &Values<'_>) -> String {
        let texts = || {
            self.pieces.iter().map(|piece| match piece {
                Piece::Literal(text) => text,
                Piece::Value(placeholder) => values.get(*placeholder),
            })
        };
        let mut name = String::with_capacity(texts().map(str::len).sum());
        texts().for_each(|text| name.push_str(text));
        name
    }
}

impl Piece {
    fn literal(text: &str) -> Option<Self> {
        (!text.is_empty()).then(|| Self::Literal(text.into()))
    }
}

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// A value for each placeholder; empty where a template may not use it.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Values<'v>([&'v str; Placeholder::ALL.len()]);

impl<'v> Values<'v> {
    pub(crate) fn with(mut self, placeholder: Placeholder, value: &'v str) -> Self {
        self.set(placeholder, value);
        self
    }

    pub(crate) fn set(&mut self, placeholder: Placeholder, value: &'v str) {
        self.0[placeholder as usize] = value;
    }

    fn get(&self, placeholder: Placeholder) -> &'v str {
        self.0[placeholder as usize]
    }
}
