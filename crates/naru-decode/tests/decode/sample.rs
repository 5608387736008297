//! Sources as text: what drafts are made from. And drafts, held against what they were made from.

use std::io::Cursor;

use naru_core::dialect::{Encoding, Header};
use naru_core::infer::{EncodingWatch, FileEncoding, Refusal, SampleField, SourceLayout, TableProfile, draft};
use naru_core::plan::SourceCompression;
use naru_core::{Dialect, Level, TableDefinition};
use naru_decode::{BlockReader, DEFAULT_BLOCK_BYTES, Kernel, Reason, head_records, head_text, visit_bytes};
use proptest::prelude::*;

use crate::support::{Load, Loaded, cp949, gzip, utf16};

fn texts(text: &str, is_whole: bool, dialect: &Dialect) -> Vec<Vec<String>> {
    let head = head_records(text, is_whole, dialect, 100).unwrap();
    head.records.into_iter().map(|record| record.into_iter().map(|field| field.text.into_owned()).collect()).collect()
}

#[test]
fn a_head_is_cut_as_a_load_cuts_it() {
    let plain = Dialect::default();
    let cut = |text| texts(text, true, &plain);
    assert_eq!(cut("a,b\n\n\"x,\"\"y\"\"\nz\",\n"), [vec!["a", "b"], vec!["x,\"y\"\nz", ""]]);
    assert_eq!(texts("a,b\n1,2\n3,", false, &plain), [["a", "b"], ["1", "2"]]);
    let escaped = Dialect { escape: Some('\\'), ..Dialect::default() };
    assert_eq!(texts("\"a\\\"b\",c\n", true, &escaped), [["a\"b", "c"]]);
    let head = head_records("a,b\n\n1,\"x\" y\n", true, &plain, 100).unwrap();
    assert_eq!((head.lines, head.flaws, head.has_runaway_quote), (vec![1, 3], 1, false));
    assert!(head_records("a,b\n1,\"x\n2,y\n", true, &plain, 100).unwrap().has_runaway_quote);
    assert!(!head_records("a,b\n1,\"x\n2,y\n", false, &plain, 100).unwrap().has_runaway_quote);
    assert_eq!(head_records("a\nb\nc\n", true, &plain, 2).unwrap().records.len(), 2);
}

#[test]
fn a_head_is_text_whatever_its_encoding_and_compression() {
    let text = "번호,이름\n1,김\n";
    let head = |bytes: &[u8], compression, encoding, limit| {
        head_text(Cursor::new(bytes), compression, encoding, limit).unwrap()
    };
    let none = SourceCompression::None;
    assert_eq!(head(&cp949(text), none, Encoding::Cp949, 1000), (text.into(), true));
    assert_eq!(head(&gzip(text.as_bytes()), SourceCompression::Gzip, Encoding::Utf8, 1000), (text.into(), true));
    let (start, is_whole) = head(text.as_bytes(), none, Encoding::Utf8, 5);
    assert!(!is_whole && start.starts_with('번'), "{start}");
    let mut seen = Vec::new();
    let mut visit = |piece: &[u8]| seen.extend_from_slice(piece);
    assert!(!visit_bytes(Cursor::new(text), none, 5, &mut visit).unwrap());
    assert!(visit_bytes(Cursor::new(text), none, 1000, &mut visit).unwrap());
    assert_eq!(seen, [&text.as_bytes()[..5], text.as_bytes()].concat());
}

/// What drafting does with a file: layout, profile, draft, and again with what the kernel refused.
struct Drafted {
    csv: String,
    refusals: Vec<Refusal>,
    loaded: Loaded,
}

fn drafted(bytes: &[u8]) -> Drafted {
    let none = SourceCompression::None;
    let mut watch = EncodingWatch::default();
    let is_whole = visit_bytes(Cursor::new(bytes), none, 1 << 20, &mut |piece| watch.feed(piece)).unwrap();
    let encoding = match watch.finish(is_whole) {
        FileEncoding::Known(encoding, _) => encoding,
        FileEncoding::Ascii => Encoding::Utf8,
    };
    let (text, is_whole) = head_text(Cursor::new(bytes), none, encoding, 1 << 20).unwrap();
    let layout = SourceLayout::find(encoding, |dialect| head_records(&text, is_whole, dialect, 1000)).unwrap().unwrap();
    let kernel = Kernel::new(&layout.dialect, &layout.sample_columns()).unwrap();
    let mut profile = TableProfile::new(layout.titles.len());
    let mut reader = BlockReader::new(&kernel, Cursor::new(bytes), none, DEFAULT_BLOCK_BYTES).unwrap();
    while let Some(block) = reader.next_block(None).unwrap() {
        kernel.visit_texts(&block, &mut |record: &[SampleField<'_>]| profile.add(record));
    }
    let mut refusals: Vec<Refusal> = Vec::new();
    loop {
        let csv = draft(&layout, &profile, None, &refusals).to_csv();
        let definition = TableDefinition::parse(csv.as_bytes(), "draft").unwrap();
        let columns = definition.plan_columns(Level::P3);
        let loaded = Load::new(&columns).dialect(|dialect| *dialect = definition.dialect().clone()).run(bytes).unwrap();
        let refused = loaded.rejects.iter().find(|reject| {
            let column = reject.column.map(|column| column as usize);
            column.is_some_and(|column| refusals.iter().all(|known| known.column != column))
        });
        match refused {
            Some(reject) => refusals.push(Refusal {
                column: reject.column.unwrap() as usize,
                values: 1,
                reason: reject.reason.title().into(),
            }),
            None => return Drafted { csv, refusals, loaded },
        }
    }
}

#[test]
fn a_draft_loads_what_it_was_made_from() {
    let korean = cp949("번호|이름|금액|일자\n1|김|1,234.50|2026.11.22\n2|이|-|2026.11.23\n");
    let found = drafted(&korean);
    assert_eq!((found.refusals.len(), found.loaded.records, found.loaded.rejects.len()), (0, 2, 0));
    insta::assert_snapshot!(found.csv, @r#"
    @encoding,cp949
    @delimiter,|
    @null,,-
    @thousands_separator,","
    @partition,day(ilja)
    source,target,type,key,required,level,treatment,format,description
    번호,beonho,bigint,1,y,,,,번호
    이름,ireum,string,,,p2,,,이름
    금액,geumaek,"decimal(18,2)",,,,,,금액
    일자,ilja,date,,,,,%Y.%m.%d,일자
    "#);
    let found = drafted(&utf16("\u{feff}a\tb\r\n1\tx\r\n2\ty\r\n", false));
    assert_eq!((found.refusals.len(), found.loaded.records, found.loaded.rejects.len()), (0, 2, 0));
    insta::assert_snapshot!(found.csv, @r"
    @encoding,utf-16
    @delimiter,tab
    source,target,type,key,required,level,treatment,format,description
    a,a,int,1,y,,,,
    b,b,string,,,,,,
    ");
}

#[test]
fn quotes_are_told_by_how_fields_end() {
    let quote_of = |text: &str| {
        let layout =
            SourceLayout::find(Encoding::Utf8, |dialect| head_records(text, true, dialect, 1000)).unwrap().unwrap();
        (layout.dialect.delimiter, layout.dialect.quote, layout.dialect.escape)
    };
    assert_eq!(quote_of("a,b\n1,\"x, y\"\n2,\"z\"\n"), (',', Some('"'), None));
    assert_eq!(quote_of("a,b\n1,\"x \\\" , y\"\n2,\"z\"\n3,\"\\\"\"\n"), (',', Some('"'), Some('\\')));
    assert_eq!(quote_of("a;b\n'1';'x; y'\n'2';'z'\n"), (';', Some('\''), None));
    assert_eq!(quote_of("a|b\n1|\"5 inch\n2|6\" x 4\"\n3|\"x\" y\n4|z\n"), ('|', None, None));
    assert_eq!(quote_of("a,b\n1,it's\n2,x\n"), (',', Some('"'), None));
}

fn value() -> impl Strategy<Value = String> {
    let kind = prop::sample::select(vec![
        "[0-9]{1,12}",
        "-?[0-9]{1,5}\\.[0-9]{1,3}",
        "[1-9],[0-9]{3}",
        "20[0-2][0-9]-0[1-9]-[0-3][0-9]",
        "20260[1-9][0-2][0-9]",
        "[YN]",
        "[a-z ]{0,5}",
        "",
        "NULL",
        "-",
        "[ -&(-~]{0,6}",
        "2026-11-22 [0-2][0-9]:00:00",
        "[가-힣]{1,3}",
    ]);
    kind.prop_flat_map(|kind| kind)
}

proptest! {
    #[test]
    fn any_table_loads_by_its_draft(
        rows in (1usize..5).prop_flat_map(|width| prop::collection::vec(prop::collection::vec(value(), width), 1..12)),
        delimiter in prop::sample::select(vec![',', '|', '\t']),
    ) {
        let quoted = |cell: &String| format!("\"{}\"", cell.replace('"', "\"\""));
        let line = |row: &Vec<String>| {
            let cells = row.iter().map(|cell| if cell.contains([delimiter, '"']) { quoted(cell) } else { cell.clone() });
            cells.collect::<Vec<_>>().join(&delimiter.to_string())
        };
        let titles: Vec<String> = (0..rows[0].len()).map(|n| format!("T{n}")).collect();
        let text = std::iter::once(&titles).chain(&rows).map(line).collect::<Vec<_>>().join("\n");
        let found = drafted(text.as_bytes());
        // What is rejected is rejected for its record, not for a type.
        let is_structural = |reason| matches!(reason, Reason::TooFewFields | Reason::TooManyFields | Reason::TextAfterQuote);
        let by_type = found.loaded.rejects.iter().filter(|reject| !is_structural(reject.reason)).count();
        prop_assert_eq!(by_type, 0, "{}\n{}", text, found.csv);
    }
}

#[test]
fn a_header_may_be_none() {
    let layout = SourceLayout::find(Encoding::Utf8, |d| head_records("1,a\n2,b\n", true, d, 9)).unwrap().unwrap();
    assert_eq!((layout.dialect.header, layout.titles.len()), (Header::None, 2));
    assert!(SourceLayout::find(Encoding::Utf8, |d| head_records("\n\n", true, d, 9)).unwrap().is_none());
}
