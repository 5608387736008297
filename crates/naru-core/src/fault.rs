//! A fault: what is wrong, where, and what to do about it.

use std::fmt;

use serde::Serialize;

/// One thing that is wrong in a file, a name or a setting. Parsers collect all of them before they give up.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Fault {
    /// Path of the file as the user gave it, or another name of the place; empty when there is none.
    pub file: String,
    /// Line in the file, from 1; 0 when the fault is about the file as a whole.
    pub line: u32,
    /// Cell (CSV) or character (text) in the line, from 1; 0 when the fault is about the line as a whole.
    pub column: u32,
    /// What is wrong, in one sentence without a full stop. Never holds a value of loaded data.
    pub message: String,
    /// What to do, when there is something to say.
    pub hint: Option<String>,
}

impl Fault {
    /// A fault of a whole file or thing.
    pub fn new(file: impl Into<String>, message: impl Into<String>) -> Self {
        Self { file: file.into(), line: 0, column: 0, message: message.into(), hint: None }
    }

    /// The same fault, at a line and a cell or character (from 1; 0 for none).
    #[must_use]
    pub fn at(mut self, line: u32, column: u32) -> Self {
        (self.line, self.column) = (line, column);
        self
    }

    /// The same fault, with what to do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl fmt::Display for Fault {
    /// `file:line:column: message`, leaving out what is not known.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.file.is_empty() {
            write!(f, "{}", self.file)?;
            if self.line > 0 {
                write!(f, ":{}", self.line)?;
                if self.column > 0 {
                    write!(f, ":{}", self.column)?;
                }
            }
            write!(f, ": ")?;
        }
        write!(f, "{}", self.message)
    }
}
