//! `docs/table-definitions.md` says what the parser does.

use naru_core::definition::{Field, Setting};
use naru_core::{Mode, TableDefinition, Treatment};

use super::parse;

const PAGE: &str = include_str!("../../../../../docs/table-definitions.md");

/// Cells of the page's table rows whose first cell is in backticks, without the backticks.
fn rows() -> Vec<Vec<&'static str>> {
    let rows = PAGE.lines().filter_map(|line| line.strip_prefix("| `")?.strip_suffix(" |"));
    rows.map(|row| row.split(" | ").map(str::trim).collect()).collect()
}

fn names() -> Vec<&'static str> {
    rows().iter().map(|row| row[0].trim_end_matches('`')).collect()
}

#[test]
fn its_examples_parse() {
    let examples: Vec<&str> = PAGE.split("```csv\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    assert_eq!(examples.len(), 3);
    for example in examples {
        parse(example);
    }
}

#[test]
fn the_treatments_page_lists_all_and_its_example_parses() {
    let page = include_str!("../../../../../docs/treatments.md");
    let example = page.split("```csv\n").nth(1).unwrap().split("```").next().unwrap();
    let treated = parse(example).columns().iter().filter_map(|column| column.treatment).count();
    assert_eq!(treated, Treatment::ALL.len());
    for treatment in Treatment::ALL {
        assert!(page.contains(&format!("| `{treatment}` |")), "{treatment}");
    }
}

#[test]
fn the_examples_of_merging_parse_and_fit_their_mode() {
    let merge = include_str!("../../../../../docs/merge.md");
    let scd2 = include_str!("../../../../../docs/scd2.md");
    for (page, mode) in [(merge, Mode::Merge), (scd2, Mode::Scd2)] {
        let examples: Vec<&str> =
            page.split("```csv\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
        assert_eq!(examples.len(), 1);
        assert_eq!(parse(examples[0]).check_mode(mode), []);
    }
    for setting in [Setting::OrderBy, Setting::Deleted, Setting::MergeWrite] {
        assert!(merge.contains(&format!("| `{}` |", setting.name())), "{}", setting.name());
    }
}

#[test]
fn it_lists_every_setting_and_column_and_nothing_else() {
    let expected: Vec<&str> = Setting::ALL.iter().map(|setting| setting.name()).collect();
    let listed: Vec<&str> = names().into_iter().filter(|name| name.starts_with('@')).collect();
    assert_eq!(listed, expected);
    let columns: Vec<&str> = names().into_iter().filter(|name| Field::from_name(name).is_some()).collect();
    assert_eq!(columns, Field::ALL.map(Field::name));
    for treatment in Treatment::ALL {
        assert!(PAGE.contains(&format!("`{treatment}`")), "{treatment}");
    }
}

#[test]
fn its_defaults_are_the_defaults() {
    let mut text = String::new();
    for row in rows().iter().filter(|row| row[0].starts_with('@')) {
        let default = row.last().unwrap();
        if let Some(value) = default.strip_prefix('`').and_then(|value| value.strip_suffix('`')) {
            text += &format!("{},{value}\n", row[0].trim_end_matches('`'));
        } else {
            assert!(default.starts_with('('), "{default}");
        }
    }
    assert_eq!(text.lines().count(), Setting::ALL.len() - 9);
    let columns = "source,target,type\nA,a,int\n";
    let (written, left_out) = (parse(&format!("{text}{columns}")), parse(columns));
    assert_eq!(written.digest(), left_out.digest());
    assert_eq!(written.dialect(), left_out.dialect());
}

#[test]
fn its_partition_forms_parse() {
    let forms: Vec<String> =
        names().iter().flat_map(|name| name.split("`, `")).map(|form| form.replace("n,", "4,")).collect();
    let forms: Vec<&String> = forms.iter().filter(|form| form.contains("column)")).collect();
    assert_eq!(forms.len(), 6);
    for form in forms {
        let text = format!(
            "@partition,\"{form}\"\nsource,target,type\nA,column,{}\n",
            if form.starts_with('t') { "int" } else { "timestamp" }
        );
        let definition = TableDefinition::parse(text.as_bytes(), "t.csv").unwrap();
        assert_eq!(definition.table_spec().partition[0].to_string(), *form);
    }
}
