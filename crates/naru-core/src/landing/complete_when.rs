//! By what it is known that all files of an interval are there: `complete` of `[landing]`, `@complete` of a definition.
//!
//! ```text
//! marker(_SUCCESS)        a file of this name, put last
//! list(_FILES.csv)        a file of this name that lists the others with their sizes
//! quiet_minutes(15)       nothing has come for so long
//! never                   landed files start no run
//! ```

use std::fmt;

use serde::Serialize;

use crate::nearest::nearest;

/// By what it is known that all files of an interval are there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CompleteWhen {
    /// A file of this name lies beside them, and is as new as any of them.
    Marker(String),
    /// A file of this name lists them with their sizes, and no others are there.
    List(String),
    /// Nothing has come for so many minutes, at least 1.
    QuietMinutes(u32),
    /// By nothing: landed files start no run.
    Never,
}

impl Default for CompleteWhen {
    fn default() -> Self {
        Self::Marker("_SUCCESS".into())
    }
}

/// A text that is no such rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct CompleteWhenError {
    message: String,
    /// What to write.
    pub hint: String,
}

const FORMS: &str = "write marker(_SUCCESS), list(_FILES.csv), quiet_minutes(15) or never";

impl std::str::FromStr for CompleteWhen {
    type Err = CompleteWhenError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = |message: String, hint: &str| CompleteWhenError { message, hint: hint.into() };
        let (word, inner) = match text.split_once('(') {
            None => (text.trim(), None),
            Some((word, rest)) => {
                let inner = rest.trim_end().strip_suffix(')');
                let inner = inner.ok_or_else(|| error(format!("\"{text}\" lacks its closing parenthesis"), FORMS))?;
                (word.trim_end(), Some(inner.trim()))
            }
        };
        match (word, inner) {
            ("marker", Some(name)) => Ok(Self::Marker(sign_name(name)?)),
            ("list", Some(name)) => Ok(Self::List(sign_name(name)?)),
            ("quiet_minutes", Some(minutes)) => match minutes.parse::<u32>() {
                Ok(minutes @ 1..=10_080) => Ok(Self::QuietMinutes(minutes)),
                _ => Err(error(format!("\"{minutes}\" is no number of minutes"), "write 1 to 10080, which is a week")),
            },
            ("never", None) => Ok(Self::Never),
            ("marker" | "list" | "quiet_minutes", None) => Err(error(format!("\"{text}\" does not say which"), FORMS)),
            _ => {
                let hint = nearest(word, ["marker", "list", "quiet_minutes", "never"]);
                let hint = hint.map_or_else(|| FORMS.into(), |near| format!("did you mean \"{near}\"?"));
                Err(error(format!("\"{text}\" does not say by what all files are there"), &hint))
            }
        }
    }
}

/// The name of a file that is no data, whoever lists it.
fn sign_name(name: &str) -> Result<String, CompleteWhenError> {
    let legal = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
    let error = |what: &str, hint: &str| CompleteWhenError { message: format!("\"{name}\" {what}"), hint: hint.into() };
    if name.is_empty() || name.len() > 255 || !name.bytes().all(legal) {
        return Err(error("is no file's name", "write letters, digits, dots, - and _"));
    }
    if !name.starts_with(['_', '.']) && !name.ends_with(".ctl") {
        let hint = "begin it with _, as in _SUCCESS, or end it in .ctl: such files are not read as data";
        return Err(error("would be loaded as data", hint));
    }
    Ok(name.into())
}

impl fmt::Display for CompleteWhen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Marker(name) => write!(f, "marker({name})"),
            Self::List(name) => write!(f, "list({name})"),
            Self::QuietMinutes(minutes) => write!(f, "quiet_minutes({minutes})"),
            Self::Never => f.write_str("never"),
        }
    }
}

impl Serialize for CompleteWhen {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn rules_parse_and_print_as_inverses() {
        for text in ["marker(_SUCCESS)", "marker(done.ctl)", "list(_FILES.csv)", "quiet_minutes(15)", "never"] {
            assert_eq!(text.parse::<CompleteWhen>().unwrap().to_string(), text);
        }
        assert_eq!("quiet_minutes( 15 )".parse(), Ok(CompleteWhen::QuietMinutes(15)));
    }

    #[test]
    fn what_is_no_rule_is_told_what_to_write() {
        let wrong = [
            "marker",
            "marker(SUCCESS)",
            "marker(_a/b)",
            "marker(_SUCCESS",
            "list()",
            "quiet_minutes(0)",
            "quiet_minutes(15m)",
            "quite_minutes(15)",
            "always",
        ];
        let told = wrong.map(|text| {
            let error = text.parse::<CompleteWhen>().unwrap_err();
            format!("{error}: {}", error.hint)
        });
        insta::assert_snapshot!(told.join("\n"), @r#"
        "marker" does not say which: write marker(_SUCCESS), list(_FILES.csv), quiet_minutes(15) or never
        "SUCCESS" would be loaded as data: begin it with _, as in _SUCCESS, or end it in .ctl: such files are not read as data
        "_a/b" is no file's name: write letters, digits, dots, - and _
        "marker(_SUCCESS" lacks its closing parenthesis: write marker(_SUCCESS), list(_FILES.csv), quiet_minutes(15) or never
        "" is no file's name: write letters, digits, dots, - and _
        "0" is no number of minutes: write 1 to 10080, which is a week
        "15m" is no number of minutes: write 1 to 10080, which is a week
        "quite_minutes(15)" does not say by what all files are there: did you mean "quiet_minutes"?
        "always" does not say by what all files are there: write marker(_SUCCESS), list(_FILES.csv), quiet_minutes(15) or never
        "#);
    }
}
