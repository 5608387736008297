//! Properties of the parser: it takes any bytes, and says what was written.

use naru_core::{ColumnType, Level, TableDefinition, Treatment};
use proptest::prelude::*;

/// What a generated column should be read as.
#[derive(Debug, Clone)]
struct Column {
    source: String,
    target: Option<String>,
    column_type: ColumnType,
    in_key: bool,
    required: bool,
    level: Option<Level>,
    treatment: Option<Treatment>,
    description: String,
}

fn column_type() -> impl Strategy<Value = ColumnType> {
    use ColumnType::{Bigint, Binary, Boolean, Date, Decimal, Double, Float, Int, String, Timestamp, Timestamptz};
    let plain = [Boolean, Int, Bigint, Float, Double, Date, Timestamp, Timestamptz, String, Binary];
    let decimal = (1u8..=38).prop_flat_map(|precision| (Just(precision), 0..=precision));
    prop_oneof![
        prop::sample::select(plain.to_vec()),
        decimal.prop_map(|(precision, scale)| Decimal { precision, scale }),
    ]
}

fn column(number: usize) -> impl Strategy<Value = Column> {
    let level = prop::option::of(prop::sample::select(vec![Level::P0, Level::P1, Level::P2, Level::P3]));
    let treatment = prop::option::of(prop::sample::select(Treatment::ALL.to_vec()));
    let text = "[가-힣a-z\",;\n|@]{0,12}";
    (any::<bool>(), column_type(), any::<bool>(), any::<bool>(), level, treatment, text).prop_map(
        move |(loaded, column_type, in_key, required, level, treatment, text)| {
            let floating = matches!(column_type, ColumnType::Float | ColumnType::Double);
            let loaded = loaded || number == 0;
            let fits =
                |t: &Treatment| loaded && t.refusal(column_type).is_none() && (number > 0 || *t != Treatment::Drop);
            let treatment = treatment.filter(fits);
            let is_dropped = treatment == Some(Treatment::Drop);
            let in_key = in_key && loaded && !floating && treatment.is_none_or(Treatment::keeps_equality);
            Column {
                source: format!("C{number}{}", text.trim()),
                target: loaded.then(|| format!("c_{number}")),
                column_type,
                in_key,
                required: (required && loaded && !is_dropped) || in_key,
                level,
                treatment,
                description: text.trim().into(),
            }
        },
    )
}

fn columns() -> impl Strategy<Value = Vec<Column>> {
    (1usize..12).prop_flat_map(|count| (0..count).map(column).collect::<Vec<_>>())
}

fn quoted(cell: &str) -> String {
    format!("\"{}\"", cell.replace('"', "\"\""))
}

fn write(columns: &[Column], end: &str) -> String {
    let mut lines = vec!["source,target,type,key,required,level,treatment,format,description".to_owned()];
    let mut position = 0;
    for column in columns {
        let key = if column.in_key {
            position += 1;
            position.to_string()
        } else {
            String::new()
        };
        let cells = [
            column.source.clone(),
            column.target.clone().unwrap_or_default(),
            column.column_type.to_string(),
            key,
            if column.required { "y".into() } else { String::new() },
            column.level.map(|level| format!("p{}", level as u8)).unwrap_or_default(),
            column.treatment.map(|treatment| treatment.to_string()).unwrap_or_default(),
            String::new(),
            column.description.clone(),
        ];
        lines.push(cells.map(|cell| quoted(&cell)).join(","));
    }
    lines.join(end)
}

proptest! {
    #[test]
    fn a_written_definition_is_read_as_written(columns in columns(), end in prop::sample::select(vec!["\n", "\r\n", "\r"])) {
        let definition = TableDefinition::parse(write(&columns, end).as_bytes(), "t.csv").unwrap();
        let read = definition.columns();
        prop_assert_eq!(read.len(), columns.len());
        for (read, written) in read.iter().zip(&columns) {
            prop_assert_eq!(&read.source, &written.source);
            prop_assert_eq!(&read.target, &written.target);
            prop_assert_eq!(read.column_type, written.column_type);
            prop_assert_eq!(read.key.is_some(), written.in_key);
            prop_assert_eq!(read.required, written.required);
            prop_assert_eq!(read.level, written.level);
            prop_assert_eq!(read.treatment, written.treatment);
            prop_assert_eq!(&read.description, &written.description);
        }
        let keys = columns.iter().filter(|column| column.in_key).filter_map(|column| column.target.clone());
        prop_assert_eq!(definition.table_spec().key, keys.collect::<Vec<_>>());
    }

    #[test]
    fn any_bytes_are_a_definition_or_faults(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let result = TableDefinition::parse(&bytes, "t.csv");
        prop_assert!(result.is_ok() || result.is_err_and(|faults| !faults.is_empty()));
    }

    #[test]
    fn any_text_of_the_format_s_own_words_is_a_definition_or_faults(
        words in prop::collection::vec(prop::sample::select(vec![
            "@null", "@partition", "@delimiter", "@quote", "@sort", "@true_words", "@reject_limit", "@target_file_size",
            "@order_by", "@deleted", "@valid_from", "@merge_write", "auto",
            "source", "target", "type", "key", "format", "level", "a", "A", "int", "decimal(38", "date", "bucket(2, a)",
            "day(a)", "a desc", "%Y%m%d", "1", "y", "p2", "\"", "\"\"", "\\u0001", "가", ",", ",", ",", ",", "\n", "\n", "\r",
        ]), 0..80),
    ) {
        let result = TableDefinition::parse(words.concat().as_bytes(), "t.csv");
        if let Err(faults) = result {
            prop_assert!(!faults.is_empty());
            for fault in faults {
                prop_assert!(!fault.to_string().contains('\n'), "{fault}");
            }
        }
    }
}
