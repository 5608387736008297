//! Text → records of trimmed cells, each with the physical line where it starts.
//!
//! Not the `csv` crate: it counts only `\n`, so lines of old Mac files and of records after blank rows come out wrong,
//! and it takes an unclosed quote for the rest of the file without a word. A fault that names the wrong line is worse
//! than none.

use super::faults::{Faults, Place};

/// A row of the file that is not blank.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Record {
    /// Physical line where the record starts, from 1.
    pub(super) line: u32,
    /// Trimmed cells; trailing empty ones are gone, so there is at least one and the last is not empty.
    pub(super) cells: Vec<String>,
    /// A cell's quoting is broken (already a fault): what the cells mean is not certain.
    pub(super) damaged: bool,
}

impl Record {
    /// The cell at this index from 0, empty beyond the last.
    pub(super) fn cell(&self, index: usize) -> &str {
        self.cells.get(index).map_or("", String::as_str)
    }

    /// Place of the cell at this index from 0.
    pub(super) fn place(&self, index: usize) -> Place {
        Place::of(self.line, index)
    }
}

/// All rows that are not blank.
pub(super) fn read(text: &str, faults: &mut Faults) -> Vec<Record> {
    let mut reader = Reader { text, at: 0, line: 1, quotes_end_with_line: false };
    let mut records = Vec::new();
    while reader.at < text.len() {
        let mut record = reader.record(faults);
        while record.cells.last().is_some_and(String::is_empty) {
            record.cells.pop();
        }
        if !record.cells.is_empty() {
            records.push(record);
        }
    }
    records
}

struct Reader<'a> {
    text: &'a str,
    /// Byte offset, always at a character's start.
    at: usize,
    line: u32,
    /// After a quote that is never closed nothing says which later ones are whole. Ending them with their line keeps
    /// reading linear and finds the other faults of the file.
    quotes_end_with_line: bool,
}

impl Reader<'_> {
    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn record(&mut self, faults: &mut Faults) -> Record {
        let mut record = Record { line: self.line, cells: Vec::new(), damaged: false };
        loop {
            let place = record.place(record.cells.len());
            let cell = match self.opening_quote() {
                Some(inside) => self.quoted_cell(inside, place, &mut record.damaged, faults).trim().to_owned(),
                None => self.take_until(b",\n\r").trim().to_owned(),
            };
            record.cells.push(cell);
            if self.byte() == Some(b',') {
                self.at += 1;
            } else {
                self.take_line_end();
                return record;
            }
        }
    }

    /// Offset after the quote that opens the next cell; blanks may stand before it.
    fn opening_quote(&self) -> Option<usize> {
        let rest = self.text.get(self.at..)?;
        let cell = rest.trim_start_matches([' ', '\t']);
        cell.starts_with('"').then(|| self.at + (rest.len() - cell.len()) + 1)
    }

    fn quoted_cell(&mut self, inside: usize, place: Place, damaged: &mut bool, faults: &mut Faults) -> String {
        let opened = (self.at, self.line);
        self.at = inside;
        let Some(mut cell) = self.until_closing_quote() else {
            faults.add_hint(
                place,
                "the quote that opens this cell is never closed",
                "close it with \"; inside quotes a quote is doubled, so a cell that holds one quote is \"\"\"\"",
            );
            (self.at, self.line) = opened;
            (self.quotes_end_with_line, *damaged) = (true, true);
            return self.take_until(b"\n\r").to_owned();
        };
        let after = self.take_until(b",\n\r");
        if !after.trim().is_empty() {
            faults.add_hint(
                place,
                "text after the closing quote of this cell",
                "put the quotes around the whole cell; inside quotes a quote is doubled",
            );
            *damaged = true;
            cell.push_str(after);
        }
        cell
    }

    fn until_closing_quote(&mut self) -> Option<String> {
        let mut cell = String::new();
        loop {
            cell.push_str(self.take_until(b"\"\n\r"));
            match self.byte()? {
                b'"' => {
                    self.at += 1;
                    if self.byte() != Some(b'"') {
                        return Some(cell);
                    }
                    self.at += 1;
                    cell.push('"');
                }
                _ if self.quotes_end_with_line => return None,
                _ => {
                    self.take_line_end();
                    cell.push('\n');
                }
            }
        }
    }

    /// Takes what stands before the next of these ASCII bytes, or all.
    fn take_until(&mut self, stops: &[u8]) -> &str {
        let start = self.at;
        let rest = self.text.as_bytes().get(start..).unwrap_or_default();
        self.at += rest.iter().position(|b| stops.contains(b)).unwrap_or(rest.len());
        self.text.get(start..self.at).unwrap_or_default()
    }

    fn take_line_end(&mut self) {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        let length = match rest {
            [b'\r', b'\n', ..] => 2,
            [b'\r' | b'\n', ..] => 1,
            _ => return,
        };
        self.at += length;
        self.line = self.line.saturating_add(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<(u32, Vec<String>)> {
        let mut faults = Faults::new("t.csv");
        let records = read(text, &mut faults);
        assert!(faults.is_empty(), "{faults:?}");
        records.into_iter().map(|r| (r.line, r.cells)).collect()
    }

    #[test]
    fn lines_are_physical_for_every_line_end() {
        for end in ["\n", "\r\n", "\r"] {
            let text = ["a, b ,,", ",,", "", " \"x,\"\"y\"\" ", "z\" ,c", "d"].join(end);
            let expected = [(1, vec!["a", "b"]), (4, vec!["x,\"y\" \nz", "c"]), (6, vec!["d"])];
            let expected: Vec<_> =
                expected.into_iter().map(|(l, c)| (l, c.into_iter().map(String::from).collect())).collect();
            assert_eq!(rows(&text), expected);
        }
    }

    #[test]
    fn an_unclosed_quote_does_not_swallow_the_other_rows() {
        let mut faults = Faults::new("t.csv");
        let records = read("a,\"b\"x\n@quote,\"\nc,d\n", &mut faults);
        let lines: Vec<_> = records.iter().map(|r| (r.line, r.damaged)).collect();
        assert_eq!(lines, [(1, true), (2, true), (3, false)]);
        let faults: Vec<_> = faults.into_sorted().iter().map(ToString::to_string).collect();
        insta::assert_snapshot!(faults.join("\n"), @r"
        t.csv:1:2: text after the closing quote of this cell
        t.csv:2:2: the quote that opens this cell is never closed
        ");
    }
}
