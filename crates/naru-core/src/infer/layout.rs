//! How the source's files are laid out: dialect, header, and what their columns are called.

use std::borrow::Cow;

use crate::Dialect;
use crate::dialect::Encoding;
use crate::plan::PlanColumn;
use crate::{ColumnType, Level};

use super::doubt::Doubt;
use super::{dialect, header};

/// A field of a sampled record as text, without its quotes and escapes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleField<'t> {
    /// What the field says.
    pub text: Cow<'t, str>,
    /// Whether it stood in quotes.
    pub is_quoted: bool,
}

impl<'t> SampleField<'t> {
    /// A field that stood without quotes.
    pub fn plain(text: &'t str) -> Self {
        Self { text: text.into(), is_quoted: false }
    }
}

/// The first records of a file, as one dialect cuts them.
#[derive(Debug, Clone, Default)]
pub struct HeadRecords {
    /// The records; blank lines are none.
    pub records: Vec<Vec<SampleField<'static>>>,
    /// For each record the physical line where it starts, from 1.
    pub lines: Vec<u32>,
    /// Fields with text after their closing quote.
    pub flaws: usize,
    /// Whether a quote opens that is never closed, or not for many lines.
    pub has_runaway_quote: bool,
}

/// How the source's files are laid out.
#[derive(Debug, Clone)]
pub struct SourceLayout {
    /// Encoding, delimiter, quotes, header, lines to skip, trimming; the rest as by default.
    pub dialect: Dialect,
    /// The columns' titles as the header has them, empty where it has none; one for each column.
    pub titles: Vec<String>,
    /// Whether the titles are titles beyond doubt: otherwise they may be the first record of data.
    pub is_header_certain: bool,
    /// What is not certain.
    pub doubts: Vec<Doubt>,
}

impl SourceLayout {
    /// Finds the layout; `cut` cuts the head of a file into records by a dialect. None: the file holds no record.
    ///
    /// # Errors
    /// Those of `cut`.
    pub fn find<E>(encoding: Encoding, cut: impl FnMut(&Dialect) -> Result<HeadRecords, E>) -> Result<Option<Self>, E> {
        let Some(mut found) = dialect::choose(cut)? else { return Ok(None) };
        found.dialect.encoding = encoding;
        let header = header::guess(&found.records);
        found.dialect.header = header.header;
        found.dialect.trim = header.needs_trim;
        found.doubts.extend(header.doubts);
        Ok(Some(Self {
            dialect: found.dialect,
            titles: header.titles,
            is_header_certain: header.is_certain,
            doubts: found.doubts,
        }))
    }

    /// The columns as a load plan has them, all of them texts: how the sample is read.
    pub fn sample_columns(&self) -> Vec<PlanColumn> {
        let column = |index: usize| PlanColumn {
            source: self.source(index),
            target: Some(format!("column_{}", index + 1)),
            column_type: ColumnType::String,
            required: false,
            level: Level::P3,
            format: None,
            treatment: None,
        };
        (0..self.titles.len()).map(column).collect()
    }

    /// What the definition calls the source's column with this index from 0: its title, or a label.
    pub(super) fn source(&self, index: usize) -> String {
        let title = self.titles.get(index).map_or("", String::as_str);
        if header::is_nameable(title) { title.into() } else { format!("field_{}", index + 1) }
    }
}
