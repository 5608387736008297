//! Drafting definitions.

mod properties;
mod tables;

use naru_core::dialect::Encoding;
use naru_core::infer::{Draft, HeadRecords, SampleField, SourceLayout, TableProfile, draft};
use naru_core::{Dialect, Level, TableDefinition};

/// Cuts a text without quotes; the decode kernel, which cuts real files, has its own tests.
pub(crate) fn cut(text: &str, dialect: &Dialect) -> HeadRecords {
    let mut head = HeadRecords::default();
    for (line, record) in (1..).zip(text.lines()).filter(|(_, record)| !record.is_empty()) {
        let fields =
            record.split(dialect.delimiter).map(|text| SampleField { text: text.to_owned().into(), is_quoted: false });
        head.records.push(fields.collect());
        head.lines.push(line);
    }
    head
}

/// Drafts a definition of a text.
pub(crate) fn infer(text: &str, level: Option<Level>) -> Draft {
    let layout = SourceLayout::find(Encoding::Utf8, |dialect| Ok::<_, ()>(cut(text, dialect))).unwrap().unwrap();
    let mut profile = TableProfile::new(layout.titles.len());
    let header = usize::from(layout.dialect.header != naru_core::dialect::Header::None);
    for record in
        cut(text, &layout.dialect).records.iter().filter(|record| record.len() == layout.titles.len()).skip(header)
    {
        profile.add(record);
    }
    draft(&layout, &profile, level, &[])
}

/// The draft's text and its doubts, which must be a definition.
pub(crate) fn show(text: &str, level: Option<Level>) -> String {
    let draft = infer(text, level);
    let csv = draft.to_csv();
    let definition = TableDefinition::parse(csv.as_bytes(), "draft").unwrap();
    assert_eq!(definition.check_level(level.unwrap_or(Level::P3)), []);
    let doubts: Vec<String> = draft.doubts.iter().map(ToString::to_string).collect();
    format!("{csv}--\n{}", doubts.join("\n"))
}
