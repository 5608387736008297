//! Whatever a sample holds, its draft is a definition.

use naru_core::dialect::Encoding;
use naru_core::infer::{SampleField, SourceLayout, TableProfile, draft};
use naru_core::{Level, TableDefinition};
use proptest::prelude::*;

/// Values of a column: mostly of one kind, with exceptions.
fn values() -> impl Strategy<Value = Vec<String>> {
    let kinds = prop::sample::select(vec![
        "[0-9]{1,20}",
        "-?[0-9]{1,6}\\.[0-9]{1,4}",
        "[0-9]{1,3},[0-9]{3}",
        "[0-9]{1,3},[0-9]{3}\\.[0-9]{2}",
        "0[0-9]{5}",
        "20[0-2][0-9]-0[1-9]-[0-2][1-9]",
        "20[0-2][0-9]0[1-9][0-2][1-9]",
        "[0-2][1-9]/0[1-9]/20[0-9]{2}",
        "2026-11-22 [01][0-9]:[0-5][0-9]:00",
        "[YN]",
        "[01]",
        "[a-z]{0,8}",
        "[가-힣]{2,4}",
        "01[016]-[0-9]{4}-[0-9]{4}",
        "[0-9]{6}-[1-4][0-9]{6}",
        "[a-z]{3}@[a-z]{3}\\.kr",
        "[ -~]{0,12}",
        "[0-9]{40,60}",
        "[0-9]\\.[0-9]e[0-9]",
    ]);
    let exceptions = prop::sample::select(vec!["", "", "NULL", "\\N", "-", "NA", "00000000", " 1 ", "  ", "x"]);
    kinds.prop_flat_map(move |kind| {
        prop::collection::vec(prop_oneof![9 => kind, 1 => exceptions.clone().prop_map(String::from)], 12)
    })
}

fn title() -> impl Strategy<Value = String> {
    let usual = vec![
        "ID",
        "ACNT_NO",
        "고객명",
        "주민번호",
        "amount",
        "거래일자",
        "",
        "@null",
        "order",
        "load_interval",
        "a,b\"c",
        "d\ne",
        "2026",
        "ID",
        "column_2",
        " x",
        "가나다라마바사아자차카타파하",
        "名前",
        "use_yn",
    ];
    prop_oneof![prop::sample::select(usual).prop_map(String::from), "[ -~가-힣]{0,20}"]
}

proptest! {
    #[test]
    fn a_draft_is_a_definition_that_its_job_may_have(
        columns in prop::collection::vec((title(), values()), 1..8),
        level in prop::option::of(prop::sample::select(Level::ALL.to_vec())),
    ) {
        let width = columns.len();
        let field = |text: &str| SampleField { text: text.to_owned().into(), is_quoted: false };
        let titles: Vec<_> = columns.iter().map(|(title, _)| field(title)).collect();
        let rows = (0..12).map(|row| columns.iter().map(|(_, values)| field(&values[row])).collect::<Vec<_>>());
        let records: Vec<_> = std::iter::once(titles).chain(rows).collect();
        let cut = |_: &naru_core::Dialect| {
            let lines = (1..=13).collect();
            Ok::<_, ()>(naru_core::infer::HeadRecords { records: records.clone(), lines, ..Default::default() })
        };
        let layout = SourceLayout::find(Encoding::Utf8, cut).unwrap().unwrap();
        prop_assert_eq!(layout.titles.len(), width);
        let mut profile = TableProfile::new(width);
        records.iter().skip(1).for_each(|record| profile.add(record));
        let draft = draft(&layout, &profile, level, &[]);
        if draft.columns.iter().all(|column| column.target.is_none()) {
            // All above the job's level: the caller says so.
            return Ok(());
        }
        let csv = draft.to_csv();
        let definition = TableDefinition::parse(csv.as_bytes(), "draft");
        let definition = definition.map_err(|faults| TestCaseError::fail(format!("{csv}\n{faults:?}")))?;
        prop_assert_eq!(definition.check_level(level.unwrap_or(Level::P3)), vec![]);
        // By name, the definition has the titles as they are: another name would miss the column.
        if definition.dialect().header == naru_core::dialect::Header::ByName {
            let sources: Vec<_> = definition.columns().iter().map(|column| &column.source).collect();
            prop_assert_eq!(sources, layout.titles.iter().collect::<Vec<_>>());
        }
        // No doubt holds a value that it could not hold by chance.
        let values = columns.iter().flat_map(|(_, values)| values).filter(|value| value.trim().len() > 7);
        let told: Vec<String> = draft.doubts.iter().map(|doubt| doubt.message.clone()).collect();
        for value in values.filter(|value| *value != "NULL" && *value != "00000000" && value.bytes().any(|b| b.is_ascii_digit())) {
            prop_assert!(!told.iter().any(|message| message.contains(value.as_str())), "{value:?} in {told:?}");
        }
    }
}
