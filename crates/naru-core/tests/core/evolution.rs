//! What runs and people may change of a table.

use naru_core::diff::{Difference, Impact, TableDiff, renames};
use naru_core::evolution::{Deliberate, Evolution, EvolutionPolicy, by_person, by_run};
use naru_core::table_spec::{ColumnSpec, FileSettings, PartitionField, SortField, Transform};
use naru_core::{ColumnType, Phase, TableSpec};
use proptest::prelude::*;

fn column_type() -> impl Strategy<Value = ColumnType> {
    let decimal = |precision, scale| ColumnType::Decimal { precision, scale };
    use ColumnType::{Bigint, Date, Double, Float, Int, String};
    let types = vec![Int, Bigint, Float, Double, Date, String, decimal(9, 2), decimal(18, 2), decimal(18, 3)];
    prop::sample::select(types)
}

/// A column of a few names, perhaps called otherwise before.
fn column(name: &'static str) -> impl Strategy<Value = ColumnSpec> {
    let renamed_from = prop::option::of(prop::sample::select(vec!["a", "b", "c", "d", "e", "f"]));
    (column_type(), any::<bool>(), prop::sample::select(vec!["", "words"]), renamed_from).prop_map(
        move |(column_type, required, description, renamed_from)| ColumnSpec {
            name: name.into(),
            column_type,
            required,
            description: description.into(),
            renamed_from: renamed_from.map(String::from),
        },
    )
}

/// Specifications of one to six columns in any order.
pub(crate) fn spec() -> impl Strategy<Value = TableSpec> {
    let names = prop::sample::subsequence(vec!["a", "b", "c", "d", "e", "f"], 1..=6).prop_shuffle();
    let columns = names.prop_flat_map(|names| names.into_iter().map(column).collect::<Vec<_>>());
    (columns, any::<bool>(), any::<bool>(), any::<bool>()).prop_map(|(columns, partition, sort, key)| {
        let first = columns[0].name.clone();
        TableSpec {
            partition: partition
                .then(|| PartitionField { transform: Transform::Identity, column: first.clone() })
                .into_iter()
                .collect(),
            sort: sort
                .then(|| SortField { column: first.clone(), descending: false, nulls_first: true })
                .into_iter()
                .collect(),
            key: if key { vec![first] } else { Vec::new() },
            columns,
            file: FileSettings::default(),
        }
    })
}

/// A table that was made what the specification says: it does not know what its columns were called.
fn made(spec: &TableSpec) -> TableSpec {
    let mut spec = spec.clone();
    spec.columns.iter_mut().for_each(|column| column.renamed_from = None);
    spec
}

fn worst(differences: &[Difference]) -> Option<Impact> {
    differences.iter().map(Difference::impact).max()
}

proptest! {
    #[test]
    fn what_is_as_defined_does_not_differ(spec in spec()) {
        prop_assert_eq!(TableDiff::between(&made(&spec), &spec), []);
    }

    #[test]
    fn a_way_out_is_said_exactly_of_what_is_forbidden(table in spec(), definition in spec()) {
        for difference in TableDiff::between(&made(&table), &definition) {
            prop_assert_eq!(difference.way_out().is_some(), difference.impact() == Impact::Forbidden);
            prop_assert_eq!(difference.changes_rows(), difference.impact() > Impact::Settings);
        }
    }

    #[test]
    fn every_column_is_kept_renamed_added_or_dropped(table in spec(), definition in spec()) {
        let table = made(&table);
        let renames = renames(&table, &definition);
        let differences = TableDiff::between(&table, &definition);
        let dropped = differences.iter().filter(|d| matches!(d, Difference::ColumnDropped { .. })).count();
        let added = differences.iter().filter(|d| matches!(d, Difference::ColumnAdded { .. })).count();
        prop_assert_eq!(table.columns.len() - dropped, definition.columns.len() - added);
        for (from, to) in renames {
            prop_assert!(definition.columns.iter().all(|column| column.name != from));
            prop_assert!(table.columns.iter().all(|column| column.name != to));
        }
    }

    #[test]
    fn a_run_changes_what_its_policy_allows_and_nothing_else(table in spec(), definition in spec()) {
        let differences = TableDiff::between(&made(&table), &definition);
        let worst = worst(&differences);
        for policy in EvolutionPolicy::ALL {
            let decided = by_run(*policy, &differences, true);
            match worst {
                None => prop_assert_eq!(decided, Evolution::Leave),
                Some(Impact::Settings) if *policy == EvolutionPolicy::Freeze => prop_assert_eq!(decided, Evolution::Leave),
                Some(worst) if policy.allows(worst) => prop_assert_eq!(decided, Evolution::Apply),
                Some(_) => {
                    let refused = if let Evolution::Refuse(refused) = decided { refused } else { Vec::new() };
                    let expected: Vec<_> = differences.iter().filter(|d| !policy.allows(d.impact())).collect();
                    prop_assert_eq!(refused.iter().map(|r| &r.difference).collect::<Vec<_>>(), expected);
                }
            }
            // A table that never held a row becomes anything.
            let empty = by_run(*policy, &differences, false);
            prop_assert_eq!(empty, if worst.is_none() { Evolution::Leave } else { Evolution::Apply });
        }
    }

    #[test]
    fn a_person_may_do_all_that_iceberg_can(
        table in spec(), definition in spec(), allow_destructive in any::<bool>(), from_saved_plan in any::<bool>(),
    ) {
        let differences = TableDiff::between(&made(&table), &definition);
        let deliberate = Deliberate { allow_destructive, from_saved_plan };
        for policy in EvolutionPolicy::ALL {
            let is_frozen = *policy == EvolutionPolicy::Freeze && !from_saved_plan;
            let may = match worst(&differences) {
                None => continue,
                Some(Impact::Forbidden) => false,
                Some(Impact::Destructive) => allow_destructive && !is_frozen,
                Some(_) => !is_frozen,
            };
            prop_assert_eq!(by_person(*policy, &differences, true, deliberate) == Evolution::Apply, may);
        }
    }
}

#[test]
fn phases_get_stricter() {
    let policies = Phase::ALL.iter().map(|phase| EvolutionPolicy::default_of(*phase));
    let words: Vec<&str> = policies.map(EvolutionPolicy::as_str).collect();
    assert_eq!(words, ["evolve", "additive", "freeze"]);
}
