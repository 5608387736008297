//! Closed vocabularies: enums whose every value has one word, and the error when a text is none of them.

use crate::nearest::nearest;

/// Why a text is not a word of a closed vocabulary.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WordError {
    /// Nothing where a word should stand.
    #[error("{what} is empty")]
    Empty {
        /// What was expected, as in `level`.
        what: &'static str,
        /// The words there are, with what they mean.
        words: &'static [(&'static str, &'static str)],
    },
    /// A word that will come, but that this build does not know.
    #[error("{what} \"{text}\" is not there yet")]
    Later {
        /// What was expected, as in `mode`.
        what: &'static str,
        /// As written.
        text: String,
        /// What to do until then.
        until_then: &'static str,
    },
    /// No such word.
    #[error("unknown {what} \"{text}\"")]
    Unknown {
        /// What was expected, as in `level`.
        what: &'static str,
        /// As written.
        text: String,
        /// The word that was probably meant.
        meant: Option<&'static str>,
        /// The words there are, with what they mean.
        words: &'static [(&'static str, &'static str)],
    },
}

/// How a vocabulary explains a text that is none of its words.
pub(crate) struct Vocabulary {
    /// What its words are, in the singular, as in `level`.
    pub(crate) what: &'static str,
    /// Words and what they mean.
    pub(crate) words: &'static [(&'static str, &'static str)],
    /// What people write instead, in lower case, and the word that they mean.
    pub(crate) aliases: &'static [(&'static str, &'static str)],
    /// Words of later builds, and what to do until then.
    pub(crate) later: &'static [(&'static str, &'static str)],
}

impl Vocabulary {
    /// The error of a text that is none of the words.
    pub(crate) fn reject(&self, text: &str) -> WordError {
        let (what, words) = (self.what, self.words);
        if text.is_empty() {
            return WordError::Empty { what, words };
        }
        if let Some((_, until_then)) = self.later.iter().find(|(word, _)| *word == text) {
            return WordError::Later { what, text: text.into(), until_then };
        }
        WordError::Unknown { what, text: text.into(), meant: self.meant(text), words }
    }

    /// The word that a text probably means.
    pub(crate) fn meant(&self, text: &str) -> Option<&'static str> {
        let text = text.trim_matches('_').to_ascii_lowercase();
        let exact = self.words.iter().find(|(word, _)| *word == text).map(|(word, _)| *word);
        let alias = || self.aliases.iter().find(|(alias, _)| *alias == text).map(|(_, word)| *word);
        // Words of one or two letters are all alike: only longer ones can be guessed from their spelling.
        let long = || self.words.iter().map(|(word, _)| *word).filter(|word| word.len() > 2);
        exact.or_else(alias).or_else(|| nearest(&text, long()))
    }
}

impl WordError {
    /// What to write instead.
    pub fn hint(&self) -> String {
        let list = |what: &str, words: &[(&str, &str)]| {
            let words: Vec<_> = words.iter().map(|(word, means)| format!("{word} ({means})")).collect();
            format!("{} are {}", plural(what), words.join(", "))
        };
        match self {
            Self::Empty { what, words } => format!("the {}", list(what, words)),
            Self::Later { until_then, .. } => (*until_then).into(),
            Self::Unknown { meant: Some(meant), .. } => format!("did you mean \"{meant}\"?"),
            Self::Unknown { what, words, .. } => format!("the {}", list(what, words)),
        }
    }
}

fn plural(what: &str) -> String {
    match what.strip_suffix('y') {
        Some(stem) => format!("{stem}ies"),
        None => format!("{what}s"),
    }
}

/// Gives an enum its words: `ALL`, `as_str`, `title`, `Display` and `FromStr`.
macro_rules! vocabulary {
    ($type:ident, $what:literal, { $($variant:ident => ($word:literal, $title:literal)),+ $(,)? },
     aliases: $aliases:expr, later: $later:expr) => {
        impl $type {
            /// Every value, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            pub(crate) const VOCABULARY: $crate::name::vocabulary::Vocabulary = $crate::name::vocabulary::Vocabulary {
                what: $what,
                words: &[$(($word, $title)),+],
                aliases: $aliases,
                later: $later,
            };

            /// The word, as it stands in names.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// What the word means, in words for people.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$variant => $title),+ }
            }
        }

        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl std::str::FromStr for $type {
            type Err = $crate::name::WordError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($word => Ok(Self::$variant),)+
                    _ => Err(Self::VOCABULARY.reject(text)),
                }
            }
        }
    };
}
pub(crate) use vocabulary;
