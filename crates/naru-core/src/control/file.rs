//! Control files: bytes → what they declare.
//!
//! ```text
//!  by name, one a line   rows=3              by name, as CSV   rows,sum(amount)      by position   a.csv|3|10.50
//!                        sum(amount)=10.50                     3,10.50
//! ```

use csv::{ReaderBuilder, StringRecord, Trim};

use crate::nearest::nearest;
use crate::plan::PlanColumn;
use crate::{Dialect, Fault};

use super::declared::{Declared, Reading};
use super::{ControlField, ControlFile, summed};

/// Names that a control file may give to a figure, as messages list them.
const NAMES: &str = "the figures are rows and sum(column), with the table's column names";

impl ControlFile {
    /// Reads a control file's content; `file` is its location as faults should name it.
    ///
    /// # Errors
    /// Every fault of the file. Never holds a figure.
    pub fn read(
        &self,
        bytes: &[u8],
        file: &str,
        dialect: &Dialect,
        columns: &[PlanColumn],
    ) -> Result<Declared, Vec<Fault>> {
        let mut reading = Reading::new(file, dialect, columns);
        let Some(text) = text(bytes) else {
            reading.fault("the control file is not UTF-8 text", 0, 0);
            return reading.finish();
        };
        let lines: Vec<Line<'_>> = lines(text).collect();
        match (&self.fields, lines.as_slice()) {
            (_, []) => reading.fault("the control file is empty", 0, 0),
            (Some(fields), [line]) => {
                reading.by_position("the control file's record", fields, &line.cells(dialect), 0, line.number);
            }
            (Some(_), lines) => {
                reading.fault(format!("the control file has {} records instead of one", lines.len()), 0, 0);
            }
            (None, lines) => by_name(lines, dialect, &mut reading),
        }
        reading.finish()
    }
}

/// A line that is not blank.
struct Line<'t> {
    /// From 1.
    number: u32,
    text: &'t str,
}

impl Line<'_> {
    /// The cells between the dialect's delimiters, or between commas where the line has none of those.
    fn cells(&self, dialect: &Dialect) -> Vec<String> {
        let declared = u8::try_from(dialect.delimiter).ok().filter(|_| self.text.contains(dialect.delimiter));
        let quote = dialect.quote.and_then(|quote| u8::try_from(quote).ok());
        let mut reader = ReaderBuilder::new()
            .has_headers(false)
            .trim(Trim::All)
            .delimiter(declared.unwrap_or(b','))
            .quoting(quote.is_some())
            .quote(quote.unwrap_or(b'"'))
            .from_reader(self.text.as_bytes());
        let mut record = StringRecord::new();
        // The text is UTF-8 and held in memory: reading it cannot fail.
        let read = reader.read_record(&mut record).unwrap_or(false);
        if read { record.iter().map(Into::into).collect() } else { Vec::new() }
    }
}

/// Figures that the file names: `name=value` lines, or a header and one record.
fn by_name(lines: &[Line<'_>], dialect: &Dialect, reading: &mut Reading<'_>) {
    let [first, rest @ ..] = lines else { return };
    if first.text.contains('=') {
        for line in lines {
            match line.text.split_once('=') {
                Some((name, value)) => named(name, value, (line.number, 2), reading),
                None => reading.fault("the line is not name=value", line.number, 0),
            }
        }
    } else if let [record] = rest {
        let (names, values) = (first.cells(dialect), record.cells(dialect));
        if names.len() != values.len() {
            let message = format!("the record has {} fields, and its header {}", values.len(), names.len());
            reading.fault(message, record.number, 0);
            return;
        }
        for (index, (name, value)) in names.iter().zip(&values).enumerate() {
            let cell = u32::try_from(index + 1).unwrap_or(u32::MAX);
            named(name, value, (record.number, cell), reading);
        }
    } else {
        reading.fault("the control file is neither name=value lines nor a header and one record", first.number, 0);
        reading.hint("for one record without names, say in @control what its fields mean, as in {file}.ctl(_, rows)");
        return;
    }
    if reading.declared().rows.is_none() && !reading.has_faults() {
        reading.fault("the control file does not declare rows", 0, 0);
        reading.hint("it says, for example, rows=12345");
    }
}

/// Reads a figure by its name; names of other things are passed over.
fn named(name: &str, value: &str, (line, cell): (u32, u32), reading: &mut Reading<'_>) {
    let name = name.trim().to_lowercase();
    let sum = name.strip_prefix("sum").map(str::trim_start).and_then(|rest| rest.strip_prefix('('));
    let Some(inner) = sum else {
        if name == "rows" {
            reading.field(&ControlField::Rows, value, line, cell);
        }
        return;
    };
    let column = inner.strip_suffix(')').unwrap_or(inner).trim();
    if summed(reading.columns(), column).is_some() {
        reading.field(&ControlField::Sum(column.into()), value, line, cell);
        return;
    }
    let known = reading.columns().iter().filter_map(|known| known.target.as_deref());
    let near = nearest(column, known.filter(|known| summed(reading.columns(), known).is_some()));
    let hint = near.map_or_else(|| NAMES.into(), |near| format!("did you mean sum({near})?"));
    reading.fault("a sum names no column that can be summed", line, 0);
    reading.hint(hint);
}

/// The text without its byte-order mark; none if it is not UTF-8, or UTF-16 without a mark.
fn text(bytes: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(bytes).ok().filter(|text| !text.contains('\0'))?;
    Some(text.strip_prefix('\u{feff}').unwrap_or(text))
}

fn lines(text: &str) -> impl Iterator<Item = Line<'_>> {
    let numbered = (1u32..).zip(text.lines());
    numbered.map(|(number, text)| Line { number, text: text.trim() }).filter(|line| !line.text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Level;
    use crate::control::DeclaredSum;

    fn columns() -> Vec<PlanColumn> {
        let column = |name: &str, column_type| PlanColumn {
            source: name.to_uppercase(),
            target: Some(name.into()),
            column_type,
            required: false,
            level: Level::P1,
            format: None,
            treatment: None,
        };
        vec![
            column("id", crate::ColumnType::Bigint),
            column("amount", crate::ColumnType::Decimal { precision: 18, scale: 2 }),
            column("name", crate::ColumnType::String),
        ]
    }

    fn read(fields: Option<Vec<ControlField>>, bytes: &[u8]) -> Result<Declared, String> {
        let control = ControlFile { name: "{file}.ctl".into(), fields };
        control.read(bytes, "a.ctl", &Dialect { delimiter: '|', ..Dialect::default() }, &columns()).map_err(|faults| {
            let shown = faults.iter().map(|f| match &f.hint {
                Some(hint) => format!("{f}; {hint}"),
                None => f.to_string(),
            });
            shown.collect::<Vec<_>>().join("\n")
        })
    }

    fn declared(rows: u64, sums: &[(&str, i128)]) -> Result<Declared, String> {
        let sums = sums.iter().map(|(column, total)| DeclaredSum { column: (*column).into(), total: *total });
        Ok(Declared { rows: Some(rows), sums: sums.collect() })
    }

    #[test]
    fn figures_by_name() {
        let expected = declared(3, &[("amount", 1050), ("id", 6)]);
        for text in [
            "rows=3\nsum(amount)=10.50\nsum(id)=6\n",
            "\u{feff}date=2026-11-22\r\n\r\nROWS = 3\r\nSum( Amount ) = 10.5\r\nsum(id)=6",
            "rows,sum(amount),sum(id)\n3,10.50,6\n",
            "file|rows|sum(amount)|sum(id)\n\"a|b.csv\"|3|10.50|6\n",
        ] {
            assert_eq!(read(None, text.as_bytes()), expected, "{text}");
        }
        assert_eq!(read(None, b"rows\n0\n"), declared(0, &[]));
    }

    #[test]
    fn figures_by_position() {
        let fields = vec![ControlField::PassedOver, ControlField::Rows, ControlField::Sum("amount".into())];
        assert_eq!(read(Some(fields.clone()), b"a.csv|3|10.50\n"), declared(3, &[("amount", 1050)]));
        assert_eq!(read(Some(fields.clone()), b"\"a.csv\", 3 ,\r\n\r\n"), declared(3, &[("amount", 0)]));
        let wrong = [&b"a.csv|3\n"[..], b"a.csv|3|1\nb.csv|3|1\n", b"a.csv|x|1.005\n"];
        let shown = wrong.map(|bytes| read(Some(fields.clone()), bytes).unwrap_or_else_message());
        insta::assert_snapshot!(shown.join("\n"), @r"
        a.ctl:1: the control file's record has 2 fields, and @control says 3; in @control, `_` stands for a field to pass over
        a.ctl: the control file has 2 records instead of one
        a.ctl:1:2: rows is not a number
        a.ctl:1:3: sum(amount) has more decimals than its column
        ");
    }

    #[test]
    fn what_a_broken_control_file_is_told() {
        let wrong: [&[u8]; 9] = [
            b"",
            b"\xb0\xe8=1\n",
            b"r\0o\0w\0s\0",
            b"12345\n",
            b"count=3\n",
            b"rows=3\nsum(amout)=1\nsum(name)=2\n",
            b"rows=-1\nrows\nsum(amount)=1,5\n",
            b"rows=\n",
            b"rows=1\nrows=1\n",
        ];
        let shown = wrong.map(|bytes| read(None, bytes).unwrap_or_else_message());
        insta::assert_snapshot!(shown.join("\n"), @r"
        a.ctl: the control file is empty
        a.ctl: the control file is not UTF-8 text
        a.ctl: the control file is not UTF-8 text
        a.ctl:1: the control file is neither name=value lines nor a header and one record; for one record without names, say in @control what its fields mean, as in {file}.ctl(_, rows)
        a.ctl: the control file does not declare rows; it says, for example, rows=12345
        a.ctl:2: a sum names no column that can be summed; did you mean sum(amount)?
        a.ctl:3: a sum names no column that can be summed; the figures are rows and sum(column), with the table's column names
        a.ctl:1:2: rows is no number of rows
        a.ctl:2: the line is not name=value
        a.ctl:3:2: sum(amount) is not a number
        a.ctl:1:2: rows is empty
        a.ctl:2:2: rows stands twice
        ");
    }

    trait Shown {
        fn unwrap_or_else_message(self) -> String;
    }

    impl Shown for Result<Declared, String> {
        fn unwrap_or_else_message(self) -> String {
            self.map_or_else(|message| message, |declared| format!("{declared:?}"))
        }
    }
}
