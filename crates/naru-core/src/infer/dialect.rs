//! Delimiter and quotes: the ones by which the head of a file falls into records of one width.

use std::collections::HashMap;

use crate::Dialect;

use super::doubt::{Doubt, Topic, counted};
use super::layout::{HeadRecords, SampleField};

const DELIMITERS: [char; 8] = [',', '|', '\t', ';', '^', '\u{1}', '\u{1f}', '~'];

/// Quote and escape, the usual first: a later one must fit better.
const QUOTINGS: [(Option<char>, Option<char>); 4] =
    [(Some('"'), None), (Some('"'), Some('\\')), (Some('\''), None), (None, None)];

/// Titles, dates of print and blank lines before a header are not more than this many records.
const MAX_SKIPPED: usize = 20;

/// A delimiter that fits worse is one that only happens to occur in a text.
const LEAST_FIT: f64 = 0.3;

/// The best dialect, and the head's records by it, those before the header left out.
#[derive(Debug)]
pub(super) struct ChosenDialect {
    pub(super) dialect: Dialect,
    pub(super) records: Vec<Vec<SampleField<'static>>>,
    pub(super) doubts: Vec<Doubt>,
}

/// Cuts the head by every dialect and takes the one that fits best; none for a head without records.
pub(super) fn choose<E>(mut cut: impl FnMut(&Dialect) -> Result<HeadRecords, E>) -> Result<Option<ChosenDialect>, E> {
    let mut best: Option<(f64, Dialect, HeadRecords)> = None;
    for (quote, escape) in QUOTINGS {
        for delimiter in DELIMITERS {
            let dialect = Dialect { delimiter, quote, escape, ..Dialect::default() };
            let head = cut(&dialect)?;
            if head.records.is_empty() || (quote == Some('\'') && !quotes_are_used(&head)) {
                continue;
            }
            let fit = fit(&head);
            if best.as_ref().is_none_or(|(least, _, _)| fit > *least + 1e-9) {
                best = Some((fit, dialect, head));
            }
        }
    }
    let Some((fit, dialect, head)) = best else { return Ok(None) };
    if fit >= LEAST_FIT {
        return Ok(Some(describe(dialect, head)));
    }
    // The first that gives records at all.
    let mut chosen = None;
    for (quote, escape) in QUOTINGS {
        let dialect = Dialect { quote, escape, ..Dialect::default() };
        let head = cut(&dialect)?;
        if chosen.is_none() && !head.records.is_empty() && !head.has_runaway_quote {
            chosen = Some(describe(dialect, head));
        }
    }
    let mut chosen = chosen.unwrap_or_else(|| describe(dialect, head));
    if modal_width(&chosen.records) == 1 {
        let message = "no delimiter was found: the file has one column, or uses a delimiter that is not known here";
        chosen.doubts.push(Doubt::new(Topic::Dialect, message));
    }
    Ok(Some(chosen))
}

/// Lines before the first record of the usual width are no data.
fn describe(mut dialect: Dialect, head: HeadRecords) -> ChosenDialect {
    let HeadRecords { mut records, lines, flaws, has_runaway_quote } = head;
    let width = modal_width(&records);
    let is_usual = |record: &Vec<SampleField<'_>>| record.len() == width;
    let mut doubts = Vec::new();
    let first = records.iter().take(MAX_SKIPPED + 1).position(is_usual).unwrap_or(0);
    // A single record is no evidence that those before it are none.
    if first > 0 && records.iter().filter(|record| is_usual(record)).count() > 1 {
        dialect.skip_rows = lines.get(first).map_or(0, |line| line - 1);
        records.drain(..first);
        let message = format!("the first {} stand before the header and are skipped", lines_of(dialect.skip_rows));
        doubts.push(Doubt::new(Topic::Dialect, message));
    }
    let unusual = records.iter().filter(|record| !is_usual(record)).count() as u64;
    if unusual > 0 {
        let message = format!(
            "{} of the first {} have other than {width} fields: a delimiter or a quote inside a text may break them",
            counted(unusual, "record"),
            records.len()
        );
        doubts.push(Doubt::new(Topic::Dialect, message));
    }
    if flaws > 0 || has_runaway_quote {
        let message = "some quotes do not end where their field ends: the quote or escape chosen may be another";
        doubts.push(Doubt::new(Topic::Dialect, message));
    }
    records.retain(is_usual);
    ChosenDialect { dialect, records, doubts }
}

fn lines_of(count: u32) -> String {
    counted(u64::from(count), "line")
}

/// How well a head falls apart: 0 for one column or none, up to 4 for many fields in records of one width.
fn fit(head: &HeadRecords) -> f64 {
    let width = modal_width(&head.records);
    let count = head.records.len();
    if count == 0 || width < 2 {
        return 0.0;
    }
    let is_usual = |record: &&Vec<SampleField<'_>>| record.len() == width;
    let matching = head.records.iter().filter(is_usual).count();
    let leading = head.records.iter().position(|record| record.len() == width).unwrap_or(0);
    // Lines before a header say nothing of what follows; two fields may be a comma in a text.
    let is_preface = leading <= MAX_SKIPPED && width > 2 && matching > 2;
    let count = if is_preface { count - leading } else { count };
    let share = |part: usize| part as f64 / count as f64;
    let usual = share(matching);
    let clean = 1.0 - share(head.flaws.min(count));
    let runaway = if head.has_runaway_quote { 0.1 } else { 1.0 };
    let first = if head.records.first().is_some_and(|record| record.len() != width) { 0.6 } else { 1.0 };
    // Records of one width weigh more than many fields.
    usual.powi(3) * clean.powi(2) * runaway * first * (width as f64).log2().min(4.0)
}

/// The width that most records have.
fn modal_width(records: &[Vec<SampleField<'_>>]) -> usize {
    let mut counts: HashMap<usize, usize> = HashMap::new();
    for record in records {
        *counts.entry(record.len()).or_default() += 1;
    }
    counts.into_iter().max_by_key(|(width, count)| (*count, *width)).map_or(0, |(width, _)| width)
}

/// An apostrophe is a quote only where it often opens fields.
fn quotes_are_used(head: &HeadRecords) -> bool {
    let quoted = head.records.iter().flatten().filter(|field| field.is_quoted).count();
    quoted * 2 >= head.records.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Cuts without quotes where there are none in the text; the kernel's own cutting is tested where it lives.
    fn cut(text: &str) -> impl FnMut(&Dialect) -> Result<HeadRecords, ()> {
        move |dialect| {
            let mut head = HeadRecords::default();
            for (line, record) in (1..).zip(text.lines()).filter(|(_, record)| !record.is_empty()) {
                let fields = record.split(dialect.delimiter);
                let fields = fields.map(|text| SampleField { text: text.to_owned().into(), is_quoted: false });
                head.records.push(fields.collect());
                head.lines.push(line);
            }
            Ok(head)
        }
    }

    #[test]
    fn the_delimiter_is_the_one_that_gives_one_width() {
        let cases = [
            ("a,b\n1,2\n", ','),
            ("a|b|c\n1|2,5|3\n2|3,5|4\n", '|'),
            ("a\tb\n1\t2\n", '\t'),
            ("a;b;c\n1,5;2,5;x\n1;2;x\n", ';'),
            ("a^b\n1^2\n", '^'),
            ("a\u{1}b\n1\u{1}2\n", '\u{1}'),
        ];
        for (text, delimiter) in cases {
            let chosen = choose(cut(text)).ok().flatten().map(|chosen| chosen.dialect);
            assert_eq!(
                chosen.map(|dialect| (dialect.delimiter, dialect.quote)),
                Some((delimiter, Some('"'))),
                "{text}"
            );
        }
    }

    #[test]
    fn lines_before_the_header_are_skipped() {
        let text = "Report\n\nprinted today\nid,name,amount\n1,a,2\n2,b,3\n3,c,4\n";
        let chosen = choose(cut(text)).ok().flatten();
        assert_eq!(chosen.map(|c| (c.dialect.skip_rows, c.records.len(), c.doubts.len())), Some((3, 4, 1)));
        let short = "Report\nid|name|amount\n1|a|2\n2|b|3\nTotal\n";
        let chosen = choose(cut(short)).ok().flatten();
        assert_eq!(chosen.map(|c| (c.dialect.skip_rows, c.records.len(), c.doubts.len())), Some((1, 3, 2)));
    }

    #[test]
    fn a_text_with_a_comma_now_and_then_is_one_column() {
        let chosen = choose(cut("note\nyes, well\nno\nnever\n")).ok().flatten();
        assert_eq!(chosen.map(|c| c.records.len()), Some(3));
        assert!(choose(cut("")).is_ok_and(|chosen| chosen.is_none()));
    }
}
