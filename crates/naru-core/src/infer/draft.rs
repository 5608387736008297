//! A drafted definition, and its text.

use serde::Serialize;

use crate::definition::{Field, Setting};
use crate::table_spec::PartitionField;
use crate::{ColumnType, Dialect, Level};

use super::doubt::Doubt;

/// A drafted definition.
#[derive(Debug, Clone, Serialize)]
pub struct Draft {
    /// How the source's files are written.
    pub dialect: Dialect,
    /// The likely partition.
    pub partition: Option<PartitionField>,
    /// The columns, in the source's order.
    pub columns: Vec<DraftColumn>,
    /// The highest level that a column needs, loaded or passed over; none: no personal data was found.
    pub needs_level: Option<Level>,
    /// What is not certain.
    pub doubts: Vec<Doubt>,
}

/// A column of a drafted definition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DraftColumn {
    /// Name in the source's header, or a label.
    pub source: String,
    /// Name in the table; none: passed over.
    pub target: Option<String>,
    /// Type in the table.
    #[serde(rename = "type")]
    pub column_type: ColumnType,
    /// Position in the key, from 1; a key column is required, no other.
    pub key: Option<u32>,
    /// Level of the raw value; none: as the job's.
    pub level: Option<Level>,
    /// Format of a date or timestamp.
    pub format: Option<String>,
    /// The title, where the name does not show it.
    pub description: String,
}

impl Draft {
    /// The definition's text: settings that are not by default, the header, a row for each column.
    pub fn to_csv(&self) -> String {
        let mut out = String::new();
        for (setting, values) in self.settings() {
            write_row(&mut out, std::iter::once(setting.name()).chain(values.iter().map(String::as_str)));
        }
        // What is drafted has no past to be renamed from.
        let fields = Field::ALL.into_iter().filter(|field| *field != Field::RenamedFrom);
        write_row(&mut out, fields.map(Field::name));
        for column in &self.columns {
            let key = column.key.map(|key| key.to_string()).unwrap_or_default();
            let is_loaded = column.target.is_some();
            let column_type = if is_loaded { column.column_type.to_string() } else { String::new() };
            write_row(
                &mut out,
                [
                    column.source.as_str(),
                    column.target.as_deref().unwrap_or_default(),
                    &column_type,
                    &key,
                    if column.key.is_some() { "y" } else { "" },
                    column.level.map_or("", Level::as_str),
                    "",
                    column.format.as_deref().unwrap_or_default(),
                    &column.description,
                ],
            );
        }
        out
    }

    fn settings(&self) -> Vec<(Setting, Vec<String>)> {
        let usual = Dialect::default();
        let Dialect { encoding, delimiter, quote, escape, header, skip_rows, null, trim, .. } = &self.dialect;
        let one = |value: &str| vec![value.to_owned()];
        let character = |c: Option<char>| vec![c.map_or_else(|| "none".to_owned(), character_name)];
        let point = self.dialect.decimal_separator;
        let thousands = self.dialect.thousands_separator;
        let partition = self.partition.as_ref().map(ToString::to_string);
        let rows = [
            (*encoding != usual.encoding, Setting::Encoding, one(encoding.as_str())),
            (*delimiter != usual.delimiter, Setting::Delimiter, character(Some(*delimiter))),
            (*quote != usual.quote, Setting::Quote, character(*quote)),
            (*escape != usual.escape, Setting::Escape, character(*escape)),
            (*header != usual.header, Setting::Header, one(header.as_str())),
            (*skip_rows != usual.skip_rows, Setting::SkipRows, one(&skip_rows.to_string())),
            (*null != usual.null, Setting::Null, null.clone()),
            (*trim != usual.trim, Setting::Trim, one("y")),
            (point != usual.decimal_separator, Setting::DecimalSeparator, character(Some(point))),
            (thousands != usual.thousands_separator, Setting::ThousandsSeparator, character(thousands)),
            (partition.is_some(), Setting::Partition, partition.into_iter().collect()),
        ];
        rows.into_iter().filter(|(differs, ..)| *differs).map(|(_, setting, values)| (setting, values)).collect()
    }
}

/// A row of cells, those quoted that must be (RFC 4180).
fn write_row<'a>(out: &mut String, cells: impl IntoIterator<Item = &'a str>) {
    for (index, cell) in cells.into_iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        if cell.contains([',', '"', '\n', '\r']) {
            out.push('"');
            out.push_str(&cell.replace('"', "\"\""));
            out.push('"');
        } else {
            out.push_str(cell);
        }
    }
    out.push('\n');
}

/// As definitions name characters that cells would lose or that cannot be seen.
fn character_name(c: char) -> String {
    match c {
        '\t' => "tab".into(),
        '|' | ';' | '^' | '~' | '.' | ',' | '"' | '\'' | '\\' => c.into(),
        other => format!("\\u{:04x}", u32::from(other)),
    }
}
