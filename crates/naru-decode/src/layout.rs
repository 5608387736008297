//! Which field of a record belongs to which column.

use std::collections::HashMap;

use crate::source_error::HeaderMismatch;

/// Which field of a record belongs to which column.
#[derive(Debug)]
pub(crate) struct Layout {
    /// Fields of a record.
    pub(crate) width: usize,
    /// For each loaded column the field, from 0.
    pub(crate) fields: Vec<usize>,
    /// For each field the column of the definition, from 0.
    pub(crate) columns: Vec<u32>,
}

/// A column as a header may name it.
#[derive(Debug)]
pub(crate) struct HeaderColumn {
    pub(crate) name: String,
    pub(crate) is_loaded: bool,
}

impl Layout {
    /// The definition's columns in their order.
    pub(crate) fn by_position(columns: &[HeaderColumn]) -> Self {
        let loaded = columns.iter().enumerate().filter(|(_, column)| column.is_loaded);
        Self {
            width: columns.len(),
            fields: loaded.map(|(index, _)| index).collect(),
            columns: (0..columns.len() as u32).collect(),
        }
    }

    /// As another layout's [`Self::columns`] say; none if a loaded column is not among them, or one is none of these.
    pub(crate) fn by_fields(columns: &[HeaderColumn], field_columns: &[u32]) -> Option<Self> {
        if field_columns.iter().any(|column| *column as usize >= columns.len()) {
            return None;
        }
        let loaded = columns.iter().enumerate().filter(|(_, column)| column.is_loaded);
        let field = |index: usize| field_columns.iter().position(|column| *column as usize == index);
        let fields = loaded.map(|(index, _)| field(index)).collect::<Option<_>>()?;
        Some(Self { width: field_columns.len(), fields, columns: field_columns.to_vec() })
    }

    /// The columns as a header names them. `line` is where the header starts.
    pub(crate) fn by_name(columns: &[HeaderColumn], header: &[String], line: u64) -> Result<Self, HeaderMismatch> {
        let mut known = HashMap::new();
        for (index, column) in columns.iter().enumerate() {
            known.entry(column.name.as_str()).or_insert(index as u32);
        }
        let mut place = HashMap::new();
        let (mut duplicate, mut surplus) = (Vec::new(), Vec::new());
        for (index, name) in header.iter().enumerate() {
            if !known.contains_key(name.as_str()) {
                push_once(&mut surplus, name);
            } else if place.contains_key(name.as_str()) {
                push_once(&mut duplicate, name);
            } else {
                place.insert(name.as_str(), index);
            }
        }
        let mut missing = Vec::new();
        for column in columns.iter().filter(|column| !place.contains_key(column.name.as_str())) {
            push_once(&mut missing, &column.name);
        }
        if !(missing.is_empty() && duplicate.is_empty() && surplus.is_empty()) {
            let unknown = place.is_empty();
            // Where most of the header is unknown, or a cell looks like no name, it may be data: its place says enough.
            let believed = 2 * place.len() >= header.len();
            let surplus = header
                .iter()
                .enumerate()
                .filter(|(_, name)| !unknown && surplus.contains(name))
                .map(
                    |(index, name)| {
                        if believed && is_name(name) { format!("{name:?}") } else { format!("field {}", index + 1) }
                    },
                )
                .collect();
            let mismatch = HeaderMismatch {
                line,
                fields: header.len(),
                missing,
                duplicate,
                surplus,
                unknown,
                other_delimiter: other_delimiter(header),
                ends_with_delimiter: header.len() > 1 && header.last().is_some_and(String::is_empty),
                holds_nul: header.iter().any(|name| name.contains('\0')),
            };
            return Err(mismatch);
        }
        let loaded = columns.iter().filter(|column| column.is_loaded);
        Ok(Self {
            width: header.len(),
            fields: loaded.filter_map(|column| place.get(column.name.as_str()).copied()).collect(),
            columns: header.iter().filter_map(|name| known.get(name.as_str()).copied()).collect(),
        })
    }
}

/// Whether a header's cell can be shown: words of letters, digits and underscores that begin with a letter.
fn is_name(cell: &str) -> bool {
    cell.starts_with(char::is_alphabetic) && cell.len() <= 64 && cell.chars().all(|c| c.is_alphanumeric() || c == '_')
}

fn push_once(names: &mut Vec<String>, name: &str) {
    if !names.iter().any(|known| known == name) {
        names.push(name.into());
    }
}

/// A common delimiter in a header that was read as a single field: the most frequent one.
fn other_delimiter(header: &[String]) -> Option<char> {
    let [only] = header else { return None };
    let count = |delimiter: &char| only.chars().filter(|c| c == delimiter).count();
    [',', '|', '\t', ';', '^', '\u{1}'].into_iter().rev().filter(|c| count(c) > 0).max_by_key(count)
}
