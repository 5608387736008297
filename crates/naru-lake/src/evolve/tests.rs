//! Any specification can become any other, as often as one likes, and no field id is ever given twice.

#![allow(clippy::unwrap_used, reason = "tests say what they expect by panicking")]

use std::collections::{BTreeMap, BTreeSet};

use iceberg::spec::TableMetadata;
use naru_core::diff::{TableDiff, renames};
use naru_core::table_spec::{
    ColumnSpec, Compression, FileSettings, LOAD_INTERVAL, PartitionField, SortField, TableSpec, Transform,
};
use naru_core::{ColumnType, TableSpec as Spec};
use proptest::prelude::*;

use super::partition_values::schema_for;
use super::{Shape, to_spec};
use crate::lake::new_metadata;
use crate::spec::table_spec;

const NAMES: [&str; 6] = ["a", "b", "c", "d", "e", "f"];

/// A column, and how the table may be partitioned by it.
fn column(name: &'static str) -> impl Strategy<Value = (ColumnSpec, Option<Transform>)> {
    let decimal = |precision| ColumnType::Decimal { precision, scale: 2 };
    let numbers = vec![ColumnType::Int, ColumnType::Bigint, decimal(9), decimal(18), ColumnType::String];
    let transforms = vec![
        Transform::Identity,
        Transform::Bucket(4),
        Transform::Bucket(8),
        Transform::Truncate(2),
        Transform::Truncate(3),
    ];
    let number = (prop::sample::select(numbers), prop::option::of(prop::sample::select(transforms)));
    let times = vec![Transform::Identity, Transform::Month, Transform::Day, Transform::Bucket(4)];
    let time = (Just(ColumnType::Date), prop::option::of(prop::sample::select(times)));
    let typed = prop_oneof![3 => number.boxed(), 1 => time.boxed()];
    let renamed_from = prop::option::of(prop::sample::select(NAMES.to_vec()));
    (typed, any::<bool>(), prop::sample::select(vec!["", "words"]), renamed_from).prop_map(
        move |((column_type, transform), required, description, renamed_from)| {
            let column = ColumnSpec {
                name: name.into(),
                column_type,
                required,
                description: description.into(),
                renamed_from: renamed_from.map(String::from),
            };
            (column, transform)
        },
    )
}

fn spec() -> impl Strategy<Value = Spec> {
    let names = prop::sample::subsequence(NAMES.to_vec(), 1..=6).prop_shuffle();
    let columns = names.prop_flat_map(|names| names.into_iter().map(column).collect::<Vec<_>>());
    (columns, any::<bool>(), prop::sample::select(vec![Compression::None, Compression::Zstd(3)])).prop_map(
        |(columns, sorted, compression)| {
            let partition = columns.iter().filter_map(|(column, transform)| {
                Some(PartitionField { transform: (*transform)?, column: column.name.clone() })
            });
            let partition = partition.collect();
            let mut columns: Vec<ColumnSpec> = columns.into_iter().map(|(column, _)| column).collect();
            let key = columns.iter().filter(|column| column.required).map(|column| column.name.clone());
            let (key, last) = (key.collect(), columns.last().map(|column| column.name.clone()));
            let sort = last.filter(|_| sorted).map(|column| SortField { column, descending: true, nulls_first: false });
            columns.push(ColumnSpec {
                name: LOAD_INTERVAL.into(),
                column_type: ColumnType::Timestamp,
                required: true,
                description: String::new(),
                renamed_from: None,
            });
            let file = FileSettings { compression, ..FileSettings::default() };
            TableSpec { columns, partition, sort: sort.into_iter().collect(), key, file }
        },
    )
}

fn ids(metadata: &TableMetadata) -> BTreeMap<String, i32> {
    let fields = metadata.current_schema().as_struct().fields();
    fields.iter().map(|field| (field.name.clone(), field.id)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]
    #[test]
    fn a_table_becomes_what_it_should_be(specs in prop::collection::vec(spec(), 2..6)) {
        let mut metadata = new_metadata("file:///lake/t", &specs[0]).unwrap();
        let mut given: BTreeSet<i32> = ids(&metadata).into_values().collect();
        for spec in &specs[1..] {
            let before = ids(&metadata);
            let table = table_spec(&metadata).unwrap();
            let old_names: BTreeMap<&str, &str> = renames(&table, spec).into_iter().map(|(old, new)| (new, old)).collect();
            let specs_before: Vec<i32> = metadata.partition_specs_iter().map(|spec| spec.spec_id()).collect();
            let builder = metadata.clone().into_builder(None);
            let evolved = to_spec(builder, &metadata, spec).unwrap().build().unwrap().metadata;

            prop_assert_eq!(TableDiff::between(&table_spec(&evolved).unwrap(), spec), []);
            for (name, id) in ids(&evolved) {
                let old = old_names.get(name.as_str()).copied().unwrap_or(&name);
                match before.get(old) {
                    Some(kept) => prop_assert_eq!(id, *kept, "{} keeps its id", name),
                    None => prop_assert!(given.insert(id), "{} has an id that was given before", name),
                }
            }
            prop_assert_eq!(ids(&evolved)[LOAD_INTERVAL], ids(&metadata)[LOAD_INTERVAL]);
            prop_assert!(specs_before.iter().all(|id| evolved.partition_spec_by_id(*id).is_some()));
            // One name has one meaning over all specs, and every old spec has a schema that reads it.
            let mut meanings = BTreeMap::new();
            for spec in evolved.partition_specs_iter() {
                prop_assert!(spec.partition_type(&schema_for(&evolved, spec)).is_ok());
                for field in spec.fields() {
                    let meaning = (field.source_id, field.transform.to_string());
                    prop_assert_eq!(meanings.entry(field.name.clone()).or_insert(meaning.clone()), &meaning);
                }
            }
            // What is written is read back.
            let json = serde_json::to_string(&evolved).unwrap();
            prop_assert_eq!(&serde_json::from_str::<TableMetadata>(&json).unwrap(), &evolved);
            // Nothing is left to do.
            let again = to_spec(evolved.clone().into_builder(None), &evolved, spec).unwrap().build().unwrap().metadata;
            prop_assert_eq!(Shape::of(&again), Shape::of(&evolved));
            prop_assert_eq!(again.properties(), evolved.properties());
            prop_assert_eq!(again.schemas_iter().len(), evolved.schemas_iter().len());
            metadata = evolved;
        }
    }
}
