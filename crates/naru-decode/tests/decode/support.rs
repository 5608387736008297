//! Loads bytes the way a run does, and shows results as text.

use std::io::{Cursor, Read, Write};

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Decimal128Type, Float32Type, Float64Type, Int32Type, Int64Type, TimestampMicrosecondType,
};
use arrow_array::{Array, RecordBatch};
use arrow_schema::{DataType, TimeUnit};
use arrow_select::concat::concat_batches;
use naru_core::plan::{PlanColumn, SourceCompression};
use naru_core::{Dialect, Level, Treatment};
use naru_decode::{
    BlockReader, ColumnSum, DEFAULT_BLOCK_BYTES, Kernel, Reject, Scratch, SourceError, Trailer, TreatmentKey,
    find_ranges,
};

/// A nullable column whose source and target have one name.
pub(crate) fn column(name: &str, column_type: &str) -> PlanColumn {
    PlanColumn {
        source: name.into(),
        target: Some(name.into()),
        column_type: column_type.parse().unwrap(),
        required: false,
        level: Level::P1,
        format: None,
        treatment: None,
    }
}

pub(crate) fn required(column: PlanColumn) -> PlanColumn {
    PlanColumn { required: true, ..column }
}

pub(crate) fn formatted(column: PlanColumn, format: &str) -> PlanColumn {
    PlanColumn { format: Some(format.into()), ..column }
}

pub(crate) fn treated(column: PlanColumn, treatment: Treatment) -> PlanColumn {
    PlanColumn { treatment: Some(treatment), ..column }
}

pub(crate) fn ignored(name: &str) -> PlanColumn {
    PlanColumn { target: None, ..column(name, "string") }
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Loaded {
    pub(crate) batch: RecordBatch,
    pub(crate) records: u64,
    pub(crate) rejects: Vec<Reject>,
    pub(crate) trailer: Option<Trailer>,
    pub(crate) sums: Vec<ColumnSum>,
}

/// What a source is read with.
#[derive(Debug, Clone)]
pub(crate) struct Load {
    pub(crate) dialect: Dialect,
    pub(crate) columns: Vec<PlanColumn>,
    pub(crate) compression: SourceCompression,
    pub(crate) block_bytes: usize,
    pub(crate) key: Option<TreatmentKey>,
    pub(crate) trailer: Option<String>,
    pub(crate) summed: Vec<String>,
}

impl Load {
    pub(crate) fn new(columns: &[PlanColumn]) -> Self {
        let dialect = Dialect::default();
        Self {
            dialect,
            columns: columns.to_vec(),
            compression: SourceCompression::None,
            block_bytes: DEFAULT_BLOCK_BYTES,
            key: None,
            trailer: None,
            summed: Vec::new(),
        }
    }

    pub(crate) fn dialect(mut self, change: impl FnOnce(&mut Dialect)) -> Self {
        change(&mut self.dialect);
        self
    }

    pub(crate) fn compressed(mut self, compression: SourceCompression) -> Self {
        self.compression = compression;
        self
    }

    pub(crate) fn blocks_of(mut self, bytes: usize) -> Self {
        self.block_bytes = bytes;
        self
    }

    pub(crate) fn key(mut self, key: TreatmentKey) -> Self {
        self.key = Some(key);
        self
    }

    pub(crate) fn trailer(mut self, mark: &str) -> Self {
        self.trailer = Some(mark.into());
        self
    }

    pub(crate) fn summing(mut self, columns: &[&str]) -> Self {
        self.summed = columns.iter().map(|column| (*column).into()).collect();
        self
    }

    pub(crate) fn kernel(&self) -> Kernel {
        let kernel =
            Kernel::with_key(&self.dialect, &self.columns, self.key.as_ref()).unwrap().with_sums(&self.summed).unwrap();
        match &self.trailer {
            Some(mark) => kernel.with_trailer(mark),
            None => kernel,
        }
    }

    pub(crate) fn run(&self, bytes: &[u8]) -> Result<Loaded, SourceError> {
        self.read(Cursor::new(bytes))
    }

    pub(crate) fn read(&self, input: impl Read) -> Result<Loaded, SourceError> {
        let kernel = self.kernel();
        let reader = BlockReader::new(&kernel, input, self.compression, self.block_bytes)?;
        self.decode(&kernel, reader, 1)
    }

    /// As [`Self::run`], each range of about `range_bytes` read for itself; and how many there are.
    pub(crate) fn run_in_ranges(&self, bytes: &[u8], range_bytes: u64) -> Result<(Loaded, usize), SourceError> {
        let kernel = self.kernel();
        let ranges = find_ranges(&kernel, Cursor::new(bytes), self.compression, range_bytes)?;
        let mut all: Option<Loaded> = None;
        for range in &ranges {
            let from = range.start.as_ref().map_or(0, |start| start.byte_offset as usize);
            let input = Cursor::new(&bytes[from..range.end.map_or(bytes.len(), |end| end as usize)]);
            let reader = match &range.start {
                None => BlockReader::new(&kernel, input, self.compression, self.block_bytes)?,
                Some(start) => BlockReader::resume(&kernel, input, start, self.block_bytes)?,
            };
            let reader = if range.end.is_some() { reader.without_source_end() } else { reader };
            let loaded = self.decode(&kernel, reader, range.start.as_ref().map_or(1, |start| start.row))?;
            all = Some(match all {
                None => loaded,
                Some(earlier) => earlier.followed_by(loaded),
            });
        }
        Ok((all.unwrap(), ranges.len()))
    }

    fn decode<R: Read>(
        &self,
        kernel: &Kernel,
        mut reader: BlockReader<&Kernel, R>,
        first_row: u64,
    ) -> Result<Loaded, SourceError> {
        let mut scratch = Scratch::default();
        let (mut batches, mut rejects, mut records) = (Vec::new(), Vec::new(), 0);
        let mut recycled = None;
        let mut sums = vec![ColumnSum::default(); self.summed.len()];
        while let Some(block) = reader.next_block(recycled)? {
            assert_eq!(block.first_row(), records + first_row);
            let decoded = kernel.decode(&block, &mut scratch).unwrap();
            assert_eq!(decoded.records, block.records(), "reader and tokenizer agree on records");
            records += decoded.records;
            batches.push(decoded.batch);
            rejects.extend(decoded.rejects);
            for (sum, block) in sums.iter_mut().zip(&decoded.sums) {
                sum.total.merge(block.total);
                sum.unread += block.unread;
            }
            recycled = Some(block.into_buffer());
        }
        let batch = concat_batches(&kernel.schema(), &batches).unwrap();
        Ok(Loaded { batch, records, rejects, trailer: reader.trailer().cloned(), sums })
    }

    /// The error's message and its hint.
    pub(crate) fn fail(&self, bytes: &[u8]) -> String {
        let error = self.run(bytes).expect_err("the source is unreadable");
        match error.hint() {
            Some(hint) => format!("{error}\n  hint: {hint}"),
            None => error.to_string(),
        }
    }
}

impl Loaded {
    /// This range and the one after it.
    fn followed_by(mut self, next: Self) -> Self {
        self.batch = concat_batches(&self.batch.schema(), [&self.batch, &next.batch]).unwrap();
        self.records += next.records;
        self.rejects.extend(next.rejects);
        self.trailer = self.trailer.or(next.trailer);
        for (sum, more) in self.sums.iter_mut().zip(&next.sums) {
            sum.total.merge(more.total);
            sum.unread += more.unread;
        }
        self
    }

    /// Rows as text, cells between bars; then rejects.
    pub(crate) fn show(&self) -> String {
        let mut lines: Vec<String> = (0..self.batch.num_rows())
            .map(|row| self.batch.columns().iter().map(|array| cell(array, row)).collect::<Vec<_>>().join("|"))
            .collect();
        lines.extend(self.rejects.iter().map(show_reject));
        lines.join("\n")
    }

    /// The codes of the rejects, in order.
    pub(crate) fn codes(&self) -> Vec<&'static str> {
        self.rejects.iter().map(|reject| reject.reason.code()).collect()
    }
}

pub(crate) fn show_reject(reject: &Reject) -> String {
    let column = reject.column.map_or_else(|| "-".into(), |column| column.to_string());
    let Reject { row, line, byte_offset, reason, .. } = reject;
    format!("row {row} line {line} byte {byte_offset} column {column}: {}", reason.code())
}

fn cell(array: &dyn Array, row: usize) -> String {
    if array.is_null(row) {
        return "∅".into();
    }
    match array.data_type() {
        DataType::Boolean => array.as_boolean().value(row).to_string(),
        DataType::Int32 => array.as_primitive::<Int32Type>().value(row).to_string(),
        DataType::Int64 => array.as_primitive::<Int64Type>().value(row).to_string(),
        DataType::Float32 => array.as_primitive::<Float32Type>().value(row).to_string(),
        DataType::Float64 => array.as_primitive::<Float64Type>().value(row).to_string(),
        DataType::Decimal128(..) => array.as_primitive::<Decimal128Type>().value_as_string(row),
        DataType::Date32 => array.as_primitive::<Date32Type>().value_as_date(row).unwrap().to_string(),
        DataType::Timestamp(TimeUnit::Microsecond, zone) => {
            let value = array.as_primitive::<TimestampMicrosecondType>().value_as_datetime(row).unwrap();
            format!("{value}{}", if zone.is_some() { "Z" } else { "" })
        }
        DataType::Utf8 => array.as_string::<i32>().value(row).to_string(),
        DataType::Binary => format!("{:02x?}", array.as_binary::<i32>().value(row)),
        other => panic!("no column has the type {other}"),
    }
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 1).unwrap()
}

pub(crate) fn utf16(text: &str, is_big: bool) -> Vec<u8> {
    text.encode_utf16().flat_map(|unit| if is_big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
}

pub(crate) fn cp949(text: &str) -> Vec<u8> {
    let (bytes, _, is_lossy) = encoding_rs::EUC_KR.encode(text);
    assert!(!is_lossy);
    bytes.into_owned()
}
