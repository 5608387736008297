//! Whether the first record names the columns.

use std::collections::HashSet;

use crate::definition::Setting;
use crate::dialect::Header;

use super::doubt::{Doubt, Topic};
use super::layout::SampleField;

/// Longer cells are texts, not titles.
const MAX_TITLE_CHARACTERS: usize = 100;

/// What the first record is.
#[derive(Debug)]
pub(super) struct HeaderGuess {
    pub(super) header: Header,
    /// One for each column; empty where there is none.
    pub(super) titles: Vec<String>,
    pub(super) is_certain: bool,
    /// Titles have blanks around them, which would be part of their names.
    pub(super) needs_trim: bool,
    pub(super) doubts: Vec<Doubt>,
}

/// Looks at a file's first records, all of one width; there is at least one.
pub(super) fn guess(records: &[Vec<SampleField<'_>>]) -> HeaderGuess {
    let Some((first, data)) = records.split_first() else { return without_header(0, true) };
    let mut for_header = 0;
    let mut against = 0;
    let mut returns = 0;
    for (index, cell) in first.iter().enumerate() {
        let column =
            || data.iter().filter_map(|record| record.get(index)).filter(|field| !field.text.trim().is_empty());
        let count = column().count();
        let values = column().filter(|field| is_value(&field.text)).count();
        // Nine in ten: null tokens and a few bad values may stand in a column of numbers.
        let is_column_of_values = count > 0 && values * 10 >= count * 9;
        match (is_value(&cell.text), is_column_of_values) {
            (false, true) if !cell.text.trim().is_empty() => for_header += 1,
            (true, true) => against += 1,
            _ => {}
        }
        returns += usize::from(!cell.text.is_empty() && column().any(|field| field.text == cell.text));
    }
    let looks_like_titles = first.iter().all(|cell| is_title(&cell.text)) && first.iter().any(|c| !c.text.is_empty());
    if against > 0 || !looks_like_titles || (for_header == 0 && returns > 0) {
        return without_header(first.len(), against > 0 && for_header == 0);
    }
    with_header(first, for_header > 0)
}

/// Whether a title can stand in a definition as the name of a source's column: definitions take blanks off their cells,
/// and take some names for settings.
pub(super) fn is_nameable(title: &str) -> bool {
    !title.is_empty()
        && title.trim() == title
        && !title.contains(char::is_control)
        && Setting::from_name(title).is_none()
}

fn without_header(width: usize, is_certain: bool) -> HeaderGuess {
    let mut doubts = Vec::new();
    if !is_certain {
        let message = "the first record does not look like titles: it is loaded as data";
        doubts.push(Doubt::new(Topic::Header, message));
    }
    HeaderGuess { header: Header::None, titles: vec![String::new(); width], is_certain, needs_trim: false, doubts }
}

fn with_header(first: &[SampleField<'_>], is_certain: bool) -> HeaderGuess {
    let mut doubts = Vec::new();
    let trimmed = |cell: &SampleField<'_>| match cell.is_quoted {
        true => cell.text.clone().into_owned(),
        false => cell.text.trim_matches([' ', '\t']).to_owned(),
    };
    let plain: Vec<String> = first.iter().map(|cell| cell.text.clone().into_owned()).collect();
    let titles: Vec<String> = first.iter().map(trimmed).collect();
    let needs_trim = plain != titles;
    let mut seen = HashSet::new();
    let is_unique = titles.iter().all(|title| seen.insert(title));
    let header = match is_unique && titles.iter().all(|title| is_nameable(title)) {
        true => Header::ByName,
        false => Header::ByPosition,
    };
    if header == Header::ByPosition {
        let message = "the header has titles that are empty, stand twice or cannot be written: columns go by position";
        doubts.push(Doubt::new(Topic::Header, message));
    }
    if !is_certain {
        let message = "all columns are text, so that the first record is a header only by its looks";
        doubts.push(Doubt::new(Topic::Header, message));
    }
    // By position nobody compares the titles.
    let needs_trim = needs_trim && header == Header::ByName;
    HeaderGuess { header, titles, is_certain, needs_trim, doubts }
}

/// Empty, or short and without digits at its start or the marks of an address or a sentence.
fn is_title(cell: &str) -> bool {
    let cell = cell.trim();
    cell.chars().count() <= MAX_TITLE_CHARACTERS && !cell.contains(['@', '\n']) && !is_value(cell)
}

/// A number, a date, a time, an identifier of digits: what titles are not.
fn is_value(cell: &str) -> bool {
    let cell = cell.trim();
    let digits = cell.bytes().filter(u8::is_ascii_digit).count();
    let letters = cell.chars().filter(|c| c.is_alphabetic()).count();
    digits > 0 && digits >= letters * 2 && cell.starts_with(|c: char| c.is_ascii_digit() || "+-.($".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> HeaderGuess {
        let record = |line: &'static str| line.split(',').map(SampleField::plain).collect();
        let text: &'static str = Box::leak(text.to_owned().into_boxed_str());
        guess(&text.lines().map(record).collect::<Vec<_>>())
    }

    #[test]
    fn tells_titles_from_data() {
        let cases = [
            ("id,name\n1,kim\n2,lee\n", Header::ByName, true),
            ("번호,이름\n001,김\n", Header::ByName, true),
            ("1,kim\n2,lee\n", Header::None, true),
            ("2026-11-22,USD,1\n2026-11-22,EUR,2\n", Header::None, true),
            ("city,team\nseoul,red\nbusan,blue\n", Header::ByName, false),
            ("seoul,red\nbusan,red\n", Header::None, false),
            ("id,name,\n1,kim,\n2,lee,\n", Header::ByPosition, true),
            ("id,name,name\n1,kim,a\n", Header::ByPosition, true),
            ("id,@null\n1,kim\n", Header::None, false),
            ("id,name\n", Header::ByName, false),
        ];
        for (text, header, is_certain) in cases {
            let found = of(text);
            assert_eq!((found.header, found.is_certain), (header, is_certain), "{text}");
        }
    }

    #[test]
    fn blanks_around_titles_ask_for_trimming() {
        let found = of("id, name\n1, kim\n");
        assert_eq!((found.needs_trim, found.titles), (true, vec!["id".to_owned(), "name".to_owned()]));
        assert!(!of("id,name\n1,kim\n").needs_trim);
    }
}
