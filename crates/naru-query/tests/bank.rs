//! A small bank in Parquet files, and ways to ask it.

#![expect(clippy::unwrap_used, reason = "a test that cannot write its files cannot go on")]

use std::collections::HashMap;
use std::fs::File;
use std::sync::Arc;

use arrow_array::{
    ArrayRef, BinaryArray, BooleanArray, Date32Array, Decimal128Array, Float32Array, Float64Array, Int32Array,
    Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray,
};
use arrow_schema::{Field, Schema};
use naru_core::ColumnType;
use naru_query::{QueryColumn, QueryError, QueryOptions, QueryResult, QueryTable, TableRef, run};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;
use tempfile::TempDir;

/// Tables over files in a directory of their own.
pub(crate) struct Bank {
    directory: TempDir,
    pub(crate) tables: Vec<QueryTable>,
}

impl Bank {
    pub(crate) fn empty() -> Self {
        Self { directory: TempDir::new().unwrap(), tables: Vec::new() }
    }

    /// Writes a data file; a column is a field id, a name and its values.
    pub(crate) fn file(&self, name: &str, columns: &[(u32, &str, ArrayRef)]) -> String {
        let field = |(id, name, values): &(u32, &str, ArrayRef)| {
            Field::new(*name, values.data_type().clone(), true)
                .with_metadata(HashMap::from([("PARQUET:field_id".to_owned(), id.to_string())]))
        };
        let schema = Arc::new(Schema::new(columns.iter().map(field).collect::<Vec<_>>()));
        let batch = RecordBatch::try_new(schema.clone(), columns.iter().map(|c| c.2.clone()).collect()).unwrap();
        let path = self.directory.path().join(name);
        let zstd = Compression::ZSTD(ZstdLevel::try_new(3).unwrap());
        let properties = WriterProperties::builder().set_compression(zstd).build();
        let mut writer = ArrowWriter::try_new(File::create(&path).unwrap(), schema, Some(properties)).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// Writes a position delete file, as other engines do, and has it apply to data files of any table.
    pub(crate) fn delete(&mut self, name: &str, rows: &[(&str, i64)], data_files: &[&str]) {
        const FILE_PATH: u32 = 2_147_483_546;
        let paths: ArrayRef = Arc::new(StringArray::from_iter_values(rows.iter().map(|(path, _)| path)));
        let positions: ArrayRef = Arc::new(Int64Array::from_iter_values(rows.iter().map(|(_, position)| *position)));
        let deletes = self.file(name, &[(FILE_PATH, "file_path", paths), (FILE_PATH - 1, "pos", positions)]);
        let files = self.tables.iter_mut().flat_map(|table| &mut table.files);
        files
            .filter(|file| data_files.contains(&file.path.as_str()))
            .for_each(|file| file.deletes.push(deletes.clone()));
    }

    /// Adds a table; a column is a field id, a name and a type.
    pub(crate) fn table(&mut self, name: &str, columns: &[(u32, &str, &str)], files: Vec<String>) {
        let (database, table) = name.split_once('.').unwrap();
        let columns = columns.iter().map(|(field_id, name, text)| QueryColumn {
            field_id: *field_id,
            name: (*name).to_owned(),
            column_type: text.parse::<ColumnType>().unwrap(),
            required: false,
        });
        let name = TableRef::new(database, table);
        let files = files.into_iter().map(Into::into).collect();
        self.tables.push(QueryTable { name, columns: columns.collect(), files, rows: None });
    }

    pub(crate) fn run(&self, sql: &str) -> Result<QueryResult, QueryError> {
        run(sql, &self.tables, &QueryOptions::default())
    }

    /// The rows as CSV with its header, lines joined by `; `; an error as `error: message (hint)`.
    pub(crate) fn ask(&self, sql: &str) -> String {
        let mut out = Vec::new();
        match self.run(sql).and_then(|result| result.write_csv(&mut out)) {
            Ok(_) => String::from_utf8(out).unwrap().trim_end().replace('\n', "; "),
            Err(error) => match error.hint() {
                Some(hint) => format!("error: {error} ({hint})"),
                None => format!("error: {error}"),
            },
        }
    }
}

/// `deposit.account` (two files), `deposit.branch`, `loan.account` and the empty `deposit.closed`.
pub(crate) fn bank() -> Bank {
    let mut bank = Bank::empty();
    let first = bank.file("account-1.parquet", &account_columns(&[0, 1, 2]));
    let second = bank.file("account-2.parquet", &account_columns(&[3, 4]));
    let account = [
        (1, "account_no", "string"),
        (2, "branch", "int"),
        (3, "balance", "decimal(18,2)"),
        (4, "opened", "date"),
        (5, "updated", "timestamp"),
        (6, "seen", "timestamptz"),
        (7, "rate", "double"),
        (8, "active", "boolean"),
        (9, "token", "binary"),
        (10, "visits", "bigint"),
        (11, "score", "float"),
    ];
    bank.table("deposit.account", &account, vec![first, second]);
    bank.table("deposit.closed", &account, vec![]);
    let file =
        bank.file("branch.parquet", &[(1, "branch", ints([1, 2, 4])), (2, "name", texts(["Mapo", "Jongno", "Jeju"]))]);
    bank.table("deposit.branch", &[(1, "branch", "int"), (2, "name", "string")], vec![file]);
    let loans: [(u32, &str, ArrayRef); 3] = [
        (1, "account_no", texts(["A1", "B1", "Z9"])),
        (2, "balance", decimals([Some(100_500_000), Some(7_000_000), Some(1)], 20, 6)),
        (3, "due", dates([20_500, 20_600, 20_700])),
    ];
    let file = bank.file("loan.parquet", &loans);
    let columns = [(1, "account_no", "string"), (2, "balance", "decimal(20,6)"), (3, "due", "date")];
    bank.table("loan.account", &columns, vec![file]);
    bank
}

/// | no | branch | balance | opened | updated | visits |
/// | --- | --- | --- | --- | --- | --- |
/// | A1 | 1 | 100.50 | 2026-01-15 | 2026-01-15T09:30:00 | 10 |
/// | A2 | 1 | 200.25 | 2026-02-20 | 2026-02-20T23:59:59.5 | 20 |
/// | B1 | 2 | 50.00 | 2025-12-31 | 2025-12-31T00:00:00 | 30 |
/// | B2 | 2 | null | null | null | null |
/// | C1 | 3 | 999.99 | 2026-02-28 | 2026-02-28T12:00:00 | 5 |
fn account_columns(rows: &[usize]) -> Vec<(u32, &'static str, ArrayRef)> {
    const SECOND: i64 = 1_000_000;
    const DAY: i64 = 86_400 * SECOND;
    let days = [Some(20_468), Some(20_504), Some(20_453), None, Some(20_512)];
    let of_day = [34_200 * SECOND, 86_399 * SECOND + 500_000, 0, 0, 43_200 * SECOND];
    let times: Vec<Option<i64>> =
        days.iter().zip(of_day).map(|(day, time)| day.map(|day: i32| i64::from(day) * DAY + time)).collect();
    let tokens: [Option<&[u8]>; 5] = [Some(b"\x01\xff"), Some(b""), None, None, Some(b"\x00")];
    let pick = |n: &usize| times[*n];
    vec![
        (
            1,
            "account_no",
            Arc::new(rows.iter().map(|n| Some(["A1", "A2", "B1", "B2", "C1"][*n])).collect::<StringArray>()),
        ),
        (2, "branch", Arc::new(rows.iter().map(|n| Some([1, 1, 2, 2, 3][*n])).collect::<Int32Array>())),
        (
            3,
            "balance",
            decimals(rows.iter().map(|n| [Some(10_050), Some(20_025), Some(5_000), None, Some(99_999)][*n]), 18, 2),
        ),
        (4, "opened", Arc::new(rows.iter().map(|n| days[*n]).collect::<Date32Array>())),
        (5, "updated", Arc::new(rows.iter().map(pick).collect::<TimestampMicrosecondArray>())),
        (6, "seen", Arc::new(rows.iter().map(pick).collect::<TimestampMicrosecondArray>().with_timezone("UTC"))),
        (
            7,
            "rate",
            Arc::new(
                rows.iter()
                    .map(|n| [Some(0.5), Some(0.25), Some(1.0), None, Some(f64::NAN)][*n])
                    .collect::<Float64Array>(),
            ),
        ),
        (
            8,
            "active",
            Arc::new(
                rows.iter()
                    .map(|n| [Some(true), Some(false), Some(true), None, Some(true)][*n])
                    .collect::<BooleanArray>(),
            ),
        ),
        (9, "token", Arc::new(rows.iter().map(|n| tokens[*n]).collect::<BinaryArray>())),
        (
            10,
            "visits",
            Arc::new(rows.iter().map(|n| [Some(10), Some(20), Some(30), None, Some(5)][*n]).collect::<Int64Array>()),
        ),
        (
            11,
            "score",
            Arc::new(rows.iter().map(|n| [Some(1.5), Some(0.1), None, None, Some(-3.0)][*n]).collect::<Float32Array>()),
        ),
    ]
}

pub(crate) fn ints(values: impl IntoIterator<Item = i32>) -> ArrayRef {
    Arc::new(Int32Array::from_iter_values(values))
}

pub(crate) fn texts<'a>(values: impl IntoIterator<Item = &'a str>) -> ArrayRef {
    Arc::new(StringArray::from_iter_values(values))
}

pub(crate) fn dates(values: impl IntoIterator<Item = i32>) -> ArrayRef {
    Arc::new(Date32Array::from_iter_values(values))
}

pub(crate) fn decimals(values: impl IntoIterator<Item = Option<i128>>, precision: u8, scale: i8) -> ArrayRef {
    let values: Decimal128Array = values.into_iter().collect();
    Arc::new(values.with_precision_and_scale(precision, scale).unwrap())
}
