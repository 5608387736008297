//! Chunks against what Parquet's own crate writes of the same rows, read by its own reader.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Decimal128Type, Int64Type, TimestampMicrosecondType};
use arrow_array::{
    ArrayRef, BooleanArray, Date32Array, Float32Array, Float64Array, Int32Array, Int64Array, LargeBinaryArray,
    PrimitiveArray, RecordBatch, StringArray,
};
use arrow_schema::{DataType, Field, Schema, SchemaRef, TimeUnit};
use bytes::Bytes;
use parquet::arrow::arrow_reader::{ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
use parquet::arrow::{ArrowSchemaConverter, ArrowWriter};
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::file::metadata::{PageIndexPolicy, ParquetMetaData};
use parquet::file::page_index::column_index::ColumnIndexMetaData;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::SerializedFileWriter;
use proptest::prelude::*;

use super::hybrid::{put_values, width_of};
use super::{ColumnEncoder, ColumnHabits, MatchSearch, PageCompressor};

fn zstd() -> Compression {
    Compression::ZSTD(ZstdLevel::default())
}

/// A file of row groups of batches.
fn written(schema: &SchemaRef, groups: &[Vec<RecordBatch>], codec: Compression) -> (Bytes, Vec<ColumnHabits>) {
    let descriptor = ArrowSchemaConverter::new().convert(schema).unwrap();
    let properties = Arc::new(WriterProperties::builder().set_compression(codec).build());
    let mut writer = SerializedFileWriter::new(Vec::new(), descriptor.root_schema_ptr(), properties).unwrap();
    let mut compressor = PageCompressor::new(codec).unwrap();
    let habits: Vec<_> = schema.fields().iter().map(|_| ColumnHabits::default()).collect();
    for group in groups {
        let mut row_group = writer.next_row_group().unwrap();
        for (index, field) in schema.fields().iter().enumerate() {
            let mut encoder = ColumnEncoder::new(descriptor.column(index), field.data_type(), &habits[index]).unwrap();
            group.iter().for_each(|batch| encoder.write(batch.column(index), &mut compressor).unwrap());
            encoder.finish(&mut compressor).unwrap().append_to(&mut row_group).unwrap();
        }
        row_group.close().unwrap();
    }
    (writer.into_inner().unwrap().into(), habits)
}

fn written_by_parquet(schema: &SchemaRef, groups: &[Vec<RecordBatch>]) -> Bytes {
    let properties = WriterProperties::builder().set_statistics_enabled(EnabledStatistics::Page).build();
    let mut writer = ArrowWriter::try_new(Vec::new(), Arc::clone(schema), Some(properties)).unwrap();
    for group in groups {
        group.iter().for_each(|batch| writer.write(batch).unwrap());
        writer.flush().unwrap();
    }
    writer.into_inner().unwrap().into()
}

fn read(file: &Bytes) -> (Vec<RecordBatch>, Arc<ParquetMetaData>) {
    // Types as Parquet has them: one of the writers leaves Arrow's beside them.
    let options =
        ArrowReaderOptions::new().with_page_index_policy(PageIndexPolicy::Required).with_skip_arrow_metadata(true);
    let builder = ParquetRecordBatchReaderBuilder::try_new_with_options(file.clone(), options).unwrap();
    let metadata = Arc::clone(builder.metadata());
    (builder.with_batch_size(1 << 20).build().unwrap().collect::<Result<_, _>>().unwrap(), metadata)
}

fn rows(batches: &[RecordBatch]) -> RecordBatch {
    arrow_select::concat::concat_batches(batches[0].schema_ref(), batches).unwrap()
}

/// Both writers' files hold the same rows and tell the same of them.
fn assert_alike(schema: &SchemaRef, groups: &[Vec<RecordBatch>]) -> Arc<ParquetMetaData> {
    let expected = read(&written_by_parquet(schema, groups));
    for codec in [zstd(), Compression::UNCOMPRESSED] {
        let found = read(&written(schema, groups, codec).0);
        // NaNs of the same bits are equal here.
        assert!(rows(&found.0).columns() == rows(&expected.0).columns(), "other rows were read");
        for (found, expected) in found.1.row_groups().iter().zip(expected.1.row_groups()) {
            for (found, expected) in found.columns().iter().zip(expected.columns()) {
                assert_eq!(found.statistics(), expected.statistics(), "{}", found.column_path());
                assert_eq!(found.num_values(), expected.num_values());
                let bytes = found.unencoded_byte_array_data_bytes();
                assert_eq!(bytes, expected.unencoded_byte_array_data_bytes());
            }
        }
        assert_index_holds(&found.1);
    }
    read(&written(schema, groups, zstd()).0).1
}

/// Pages' nulls add up to the chunk's, and their rows to its rows.
fn assert_index_holds(metadata: &ParquetMetaData) {
    let (columns, offsets) = (metadata.column_index().unwrap(), metadata.offset_index().unwrap());
    for (group, row_group) in metadata.row_groups().iter().enumerate() {
        for (column, chunk) in row_group.columns().iter().enumerate() {
            let index = &columns[group][column];
            let locations = offsets[group][column].page_locations();
            assert!(locations.windows(2).all(|two| two[0].first_row_index < two[1].first_row_index));
            assert!(
                locations
                    .windows(2)
                    .all(|two| { two[0].offset + i64::from(two[0].compressed_page_size) == two[1].offset })
            );
            if matches!(index, ColumnIndexMetaData::NONE) {
                continue;
            }
            let nulls: i64 = (0..locations.len()).filter_map(|page| index.null_count(page)).sum();
            assert_eq!(nulls as u64, chunk.statistics().unwrap().null_count_opt().unwrap());
        }
    }
}

/// A column of each type, of values drawn from few or from many.
fn batch(rows: usize, distinct: u64, null_share: u64, seed: u64) -> RecordBatch {
    let mut state = seed | 1;
    let mut next = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let mut draw = |rows: usize| -> Vec<Option<u64>> {
        (0..rows)
            .map(|_| {
                let (value, lot) = (next() % distinct, next() % 100);
                (lot >= null_share).then(|| value.wrapping_mul(0x9E37_79B9_7F4A_7C15))
            })
            .collect()
    };
    let values = draw(rows);
    let all: Vec<u64> = draw(rows).into_iter().map(Option::unwrap_or_default).collect();
    let each = |value: fn(u64) -> i64| values.iter().map(move |drawn| drawn.map(value));
    let float = |bits: u64| match bits % 7 {
        0 => f64::NAN,
        1 => -0.0,
        2 => 0.0,
        _ => f64::from_bits(bits),
    };
    let text = |bits: u64| format!("{}가{bits}", "長".repeat((bits % 40) as usize));
    let decimal = |precision: u8| {
        let unit = 10_i128.pow(u32::from(precision));
        let numbers = values.iter().map(|drawn| drawn.map(|bits| i128::from(bits as i64) * 77_777_777_777 % unit));
        Arc::new(numbers.collect::<PrimitiveArray<Decimal128Type>>().with_precision_and_scale(precision, 2).unwrap())
            as ArrayRef
    };
    let columns: Vec<(&str, bool, ArrayRef)> = vec![
        ("boolean", true, Arc::new(values.iter().map(|v| v.map(|bits| bits % 2 == 0)).collect::<BooleanArray>())),
        ("int", true, Arc::new(each(|bits| bits as i64).map(|v| v.map(|n| n as i32)).collect::<Int32Array>())),
        ("bigint", true, Arc::new(each(|bits| bits as i64).collect::<Int64Array>())),
        ("required", false, Arc::new(all.iter().map(|bits| *bits as i64).collect::<Int64Array>())),
        ("float", true, Arc::new(values.iter().map(|v| v.map(|b| float(b) as f32)).collect::<Float32Array>())),
        ("double", true, Arc::new(values.iter().map(|v| v.map(float)).collect::<Float64Array>())),
        ("decimal_9", true, decimal(9)),
        ("decimal_18", true, decimal(18)),
        ("decimal_23", true, decimal(23)),
        ("decimal_38", true, decimal(37)),
        ("date", true, Arc::new(each(|bits| bits as i64).map(|v| v.map(|n| n as i32)).collect::<Date32Array>())),
        ("timestamp", true, Arc::new(each(|b| b as i64).collect::<PrimitiveArray<TimestampMicrosecondType>>())),
        ("text", true, Arc::new(values.iter().map(|v| v.map(text)).collect::<StringArray>())),
        ("text_required", false, Arc::new(all.iter().map(|b| Some(text(*b))).collect::<StringArray>())),
        ("binary", true, Arc::new(values.iter().map(|v| v.map(|b| b.to_be_bytes())).collect::<LargeBinaryArray>())),
        ("constant", false, Arc::new(Int64Array::from_value(7, rows))),
    ];
    RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, nullable, array)| (name, array, nullable)))
        .unwrap()
}

#[test]
fn other_writers_and_this_one_write_alike() {
    for (rows, distinct, nulls) in
        [(1, 1, 0), (1, 1, 100), (7, 3, 50), (5000, 2, 10), (30_000, 40, 0), (70_000, 1 << 40, 3), (140_000, 900, 100)]
    {
        let groups = vec![
            vec![batch(rows, distinct, nulls, 7), batch(rows / 2 + 1, distinct, nulls, 9)],
            vec![batch(rows, distinct, nulls, 11)],
        ];
        assert_alike(&groups[0][0].schema(), &groups);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_rows_are_written_alike(
        parts in prop::collection::vec((1_usize..9000, 1_u64..5000, 0_u64..=100, any::<u64>()), 1..6),
    ) {
        let group: Vec<_> =
            parts.iter().map(|(rows, distinct, nulls, seed)| batch(*rows, *distinct, *nulls, *seed)).collect();
        assert_alike(&group[0].schema(), std::slice::from_ref(&group));
    }

    #[test]
    fn positions_are_read_as_they_were_written(
        runs in prop::collection::vec((0_u32..70_000, 1_usize..30), 1..200),
    ) {
        let values: Vec<u32> = runs.iter().flat_map(|(value, times)| vec![*value; *times]).collect();
        let width = width_of(values.iter().copied().max().unwrap() as usize);
        let mut bytes = Vec::new();
        put_values(&values, width, &mut bytes);
        prop_assert_eq!(unpacked(&bytes, width, values.len()), values);
    }
}

/// As the format says, slowly.
fn unpacked(mut bytes: &[u8], width: u32, count: usize) -> Vec<u32> {
    let mut values = Vec::new();
    while values.len() < count {
        let (mut header, mut shift) = (0_u64, 0);
        loop {
            let byte = bytes[0];
            bytes = &bytes[1..];
            header |= u64::from(byte & 0x7F) << shift;
            shift += 7;
            if byte & 0x80 == 0 {
                break;
            }
        }
        if header & 1 == 0 {
            let (value, rest) = bytes.split_at(width.div_ceil(8) as usize);
            let value = value.iter().rev().fold(0, |sum, byte| sum << 8 | u32::from(*byte));
            values.extend(vec![value; (header >> 1) as usize]);
            bytes = rest;
        } else {
            let (packed, rest) = bytes.split_at((header >> 1) as usize * width as usize);
            let bit = |place: usize| u32::from(packed[place / 8] >> (place % 8) & 1);
            for value in 0..(header >> 1) as usize * 8 {
                let bits = (0..width as usize).map(|place| bit(value * width as usize + place) << place);
                values.push(bits.sum());
            }
            bytes = rest;
        }
    }
    values.truncate(count);
    values
}

/// The least and the greatest of values lie within the bounds that the index has of their page, and are these bounds where
/// nothing was cut.
#[test]
fn pages_are_indexed_by_their_own_rows() {
    for distinct in [1 << 40, 700] {
        let group = vec![batch(50_000, distinct, 5, 21), batch(50_000, distinct, 5, 22)];
        let (batches, metadata) = read(&written(&group[0].schema(), std::slice::from_ref(&group), zstd()).0);
        let all = rows(&batches);
        let (numbers, texts) = (all.column(3).as_primitive::<Int64Type>(), all.column(13).as_string::<i32>());
        let index = |column: usize| &metadata.column_index().unwrap()[0][column];
        let pages = |column: usize| {
            let places = metadata.offset_index().unwrap()[0][column].page_locations();
            let starts = places.iter().map(|place| place.first_row_index as usize);
            let starts: Vec<usize> = starts.chain([all.num_rows()]).collect();
            assert!(starts.len() > 2, "several pages");
            starts.windows(2).map(|two| two[0]..two[1]).enumerate().collect::<Vec<_>>()
        };
        let (ColumnIndexMetaData::INT64(of_numbers), ColumnIndexMetaData::BYTE_ARRAY(of_texts)) = (index(3), index(13))
        else {
            unreachable!("a bigint and a text");
        };
        for (page, rows) in pages(3) {
            let values = || rows.clone().map(|row| numbers.value(row));
            assert_eq!(
                (of_numbers.min_value(page).copied(), of_numbers.max_value(page).copied()),
                (values().min(), values().max())
            );
        }
        for (page, rows) in pages(13) {
            let values = || rows.clone().map(|row| texts.value(row).as_bytes());
            assert!(of_texts.min_value(page).unwrap() <= values().min().unwrap());
            assert!(of_texts.max_value(page).unwrap() >= values().max().unwrap());
        }
    }
}

#[test]
fn a_dictionary_is_made_where_values_repeat_and_not_where_they_do_not() {
    let groups = [vec![batch(100_000, 1 << 40, 0, 3)], vec![batch(100_000, 1 << 40, 0, 4)]];
    let (file, habits) = written(&groups[0][0].schema(), &groups, zstd());
    let metadata = read(&file).1;
    let dictionary = |column: usize| metadata.row_group(1).column(column).dictionary_page_offset().is_some();
    assert!(habits[3].is_without_dictionary() && !dictionary(3), "values that do not repeat");
    assert!(!habits[15].is_without_dictionary() && dictionary(15), "one value");
    let groups = [vec![batch(100_000, 100, 0, 3)]];
    let metadata = assert_alike(&groups[0][0].schema(), &groups);
    assert!(metadata.row_group(0).column(3).dictionary_page_offset().is_some(), "a hundred values");
}

#[test]
fn a_full_dictionary_is_ended_and_what_refers_to_it_stays() {
    // 100 bytes each: the dictionary is full after some 10,000 of them.
    let text = |row: u64| format!("{:0>100}", row * 7919 % 12_000);
    let few: ArrayRef = Arc::new((0..66_000).map(|row| Some(text(row % 500))).collect::<StringArray>());
    let many: ArrayRef = Arc::new((0..90_000).map(|row| Some(text(row))).collect::<StringArray>());
    let schema = Arc::new(Schema::new(vec![Field::new("text", DataType::Utf8, false)]));
    let batch = |array: ArrayRef| RecordBatch::try_new(Arc::clone(&schema), vec![array]).unwrap();
    let groups = [vec![batch(few), batch(many)]];
    let metadata = assert_alike(&schema, &groups);
    let pages = metadata.row_group(0).column(0).page_encoding_stats_mask().unwrap();
    assert!(pages.is_set(Encoding::RLE_DICTIONARY) && pages.is_set(Encoding::PLAIN), "{pages:?}");
}

#[test]
fn zstd_searches_where_it_is_rewarded() {
    let mut compressor = PageCompressor::new(zstd()).unwrap();
    let mut state = 88_172_645_463_325_252_u64;
    let mut digits = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % 10_000_000_000_000
    };
    let random: Vec<u8> = (0..20_000).flat_map(|_| format!("{:013}", digits()).into_bytes()).collect();
    let sequence: Vec<u8> = (0..40_000_u64).flat_map(u64::to_le_bytes).collect();
    assert_eq!(compressor.choose(&random).unwrap(), Some(MatchSearch::None));
    assert_ne!(compressor.choose(&sequence).unwrap(), Some(MatchSearch::None));
    assert_eq!(compressor.choose(&random[..1000]).unwrap(), None);
    // Every choice is zstd to a reader, whatever was chosen before.
    for search in [MatchSearch::None, MatchSearch::Full, MatchSearch::Sparse, MatchSearch::Full] {
        let compressed = compressor.compress(&random, search).unwrap();
        assert_eq!(zstd::bulk::decompress(&compressed, random.len()).unwrap(), random);
    }
}

#[test]
fn what_is_no_column_of_a_table_is_refused() {
    let schema = Schema::new(vec![Field::new("time", DataType::Time64(TimeUnit::Microsecond), true)]);
    let descriptor = ArrowSchemaConverter::new().convert(&schema).unwrap();
    let habits = ColumnHabits::default();
    let refused = ColumnEncoder::new(descriptor.column(0), schema.field(0).data_type(), &habits);
    assert!(refused.err().unwrap().to_string().contains("Time64"));
    let required = Schema::new(vec![Field::new("id", DataType::Int64, false)]);
    let descriptor = ArrowSchemaConverter::new().convert(&required).unwrap();
    let mut encoder = ColumnEncoder::new(descriptor.column(0), &DataType::Int64, &habits).unwrap();
    let mut compressor = PageCompressor::new(zstd()).unwrap();
    let array: ArrayRef = Arc::new(Int64Array::from(vec![Some(1), None]));
    assert!(encoder.write(&array, &mut compressor).unwrap_err().to_string().contains("required"));
}
