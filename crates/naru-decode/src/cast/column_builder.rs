//! Casts a column's fields, some records at a time, into Arrow buffers.

use std::sync::Arc;

use arrow_array::{
    ArrayRef, BinaryArray, BooleanArray, Date32Array, Decimal128Array, Float32Array, Float64Array, Int32Array,
    Int64Array, StringArray, TimestampMicrosecondArray,
};
use arrow_buffer::{BooleanBuffer, Buffer, NullBuffer};
use arrow_schema::ArrowError;
use chrono_tz::Tz;

use super::binary::BinaryText;
use super::boolean::BooleanWords;
use super::decimal::DecimalText;
use super::lengthy::Lengthy;
use super::number::NumberText;
use super::time_text::TimeText;
use super::zone::ZoneOffsets;
use super::{Cast, Checking, NullTokens, float, integer, timestamp};
use crate::Reason;
use crate::kernel::Column;
use crate::syntax::Syntax;
use crate::tokenize::Field;
use crate::treatment::Treater;

/// A column's fields in some records.
pub(crate) struct Cells<'t> {
    pub(crate) text: &'t [u8],
    /// Fields of all columns, row by row.
    pub(crate) fields: &'t [Field],
    pub(crate) width: usize,
    /// The column's field, from 0.
    pub(crate) index: usize,
    /// Number of the first record in the block, from 0.
    pub(crate) first_record: u32,
    pub(crate) syntax: &'t Syntax,
    pub(crate) nulls: &'t NullTokens,
}

/// What casts share.
pub(crate) struct Workspace {
    pub(crate) rejects: Vec<FieldReject>,
    pub(crate) unescaped: Vec<u8>,
    /// Bytes of a binary value that is checked only.
    pub(crate) checked: Vec<u8>,
    pub(crate) zone: ZoneOffsets,
}

impl Workspace {
    pub(crate) fn new(zone: Tz) -> Self {
        Self { rejects: Vec::new(), unescaped: Vec::new(), checked: Vec::new(), zone: ZoneOffsets::new(zone) }
    }
}

/// A reject before its place in the source is worked out.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FieldReject {
    /// Record in the block, from 0.
    pub(crate) record: u32,
    /// Column of the definition, from 0; none for the record as a whole.
    pub(crate) column: Option<u32>,
    /// Position in the block's text.
    pub(crate) position: usize,
    pub(crate) reason: Reason,
}

/// A column being built. A rejected field stands as a default value until its row is taken out.
pub(crate) struct ColumnBuilder<'k> {
    column: &'k Column,
    values: Values<'k>,
    /// Rows that are null.
    nulls: Vec<u32>,
}

enum Values<'k> {
    Boolean(&'k BooleanWords, Vec<bool>),
    Int(&'k NumberText, Vec<i32>),
    Bigint(&'k NumberText, Vec<i64>),
    Float(&'k NumberText, Vec<f32>),
    Double(&'k NumberText, Vec<f64>),
    Decimal(&'k DecimalText, Vec<i128>),
    Date(&'k TimeText, Vec<i32>),
    Timestamp(&'k TimeText, Vec<i64>),
    Instant(&'k TimeText, Vec<i64>),
    Text(Lengthy),
    Binary(BinaryText, Lengthy),
    Treated(Treated, Lengthy),
}

/// A treated column's values: checked as their type, then treated.
struct Treated {
    treater: Treater,
    /// A value could not be treated: the column cannot be handed out.
    failed: bool,
}

impl<'k> ColumnBuilder<'k> {
    /// `bytes` is how much text to expect, if the column holds text.
    pub(crate) fn new(column: &'k Column, rows: usize, bytes: usize) -> Self {
        let lengthy = || Lengthy::with_capacity(rows, bytes);
        if let Some(treatment) = &column.treatment {
            let treated = Treated { treater: treatment.treater(), failed: false };
            return Self { column, values: Values::Treated(treated, lengthy()), nulls: Vec::new() };
        }
        let values = match &column.cast {
            Cast::Boolean(words) => Values::Boolean(words, Vec::with_capacity(rows)),
            Cast::Int(format) => Values::Int(format, Vec::with_capacity(rows)),
            Cast::Bigint(format) => Values::Bigint(format, Vec::with_capacity(rows)),
            Cast::Float(format) => Values::Float(format, Vec::with_capacity(rows)),
            Cast::Double(format) => Values::Double(format, Vec::with_capacity(rows)),
            Cast::Decimal(format) => Values::Decimal(format, Vec::with_capacity(rows)),
            Cast::Date(format) => Values::Date(format, Vec::with_capacity(rows)),
            Cast::Timestamp(format) => Values::Timestamp(format, Vec::with_capacity(rows)),
            Cast::Timestamptz(format) => Values::Instant(format, Vec::with_capacity(rows)),
            Cast::String => Values::Text(lengthy()),
            Cast::Binary(format) => Values::Binary(*format, lengthy()),
        };
        Self { column, values, nulls: Vec::new() }
    }

    /// Bytes of text or binary values so far.
    pub(crate) fn bytes(&self) -> usize {
        match &self.values {
            Values::Text(lengthy) | Values::Binary(_, lengthy) | Values::Treated(_, lengthy) => lengthy.size(),
            _ => 0,
        }
    }

    /// Casts the column's fields of some records.
    pub(crate) fn append(&mut self, cells: &Cells<'_>, work: &mut Workspace) {
        let mut run = Run { column: self.column, cells, nulls: &mut self.nulls, work };
        match &mut self.values {
            Values::Boolean(words, out) => run.fixed(out, |_, text| words.parse(text)),
            Values::Int(format, out) => run.fixed(out, |_, text| integer::parse_int(format, text)),
            Values::Bigint(format, out) => run.fixed(out, |_, text| integer::parse_bigint(format, text)),
            Values::Float(format, out) => run.fixed(out, |_, text| float::parse_float(format, text)),
            Values::Double(format, out) => run.fixed(out, |_, text| float::parse_float(format, text)),
            Values::Decimal(format, out) => run.fixed(out, |_, text| format.parse(text)),
            Values::Date(format, out) => run.fixed(out, |_, text| timestamp::parse_date(format, text)),
            Values::Timestamp(format, out) => run.fixed(out, |_, text| timestamp::parse_timestamp(format, text)),
            Values::Instant(format, out) => run.fixed(out, |zone, text| timestamp::parse_instant(format, zone, text)),
            Values::Text(out) => run.text(out),
            Values::Binary(format, out) => run.binary(out, *format),
            Values::Treated(treated, out) => run.treated(out, treated),
        }
    }

    /// The column as an Arrow array.
    pub(crate) fn finish(self) -> Result<ArrayRef, ArrowError> {
        let nulls = self.nulls;
        Ok(match self.values {
            Values::Boolean(_, values) => {
                let nulls = null_buffer(&nulls, values.len());
                Arc::new(BooleanArray::new(BooleanBuffer::collect_bool(values.len(), |row| values[row]), nulls))
            }
            Values::Int(_, values) => {
                let nulls = null_buffer(&nulls, values.len());
                Arc::new(Int32Array::try_new(values.into(), nulls)?)
            }
            Values::Bigint(_, values) => {
                let nulls = null_buffer(&nulls, values.len());
                Arc::new(Int64Array::try_new(values.into(), nulls)?)
            }
            Values::Float(_, values) => {
                let nulls = null_buffer(&nulls, values.len());
                Arc::new(Float32Array::try_new(values.into(), nulls)?)
            }
            Values::Double(_, values) => {
                let nulls = null_buffer(&nulls, values.len());
                Arc::new(Float64Array::try_new(values.into(), nulls)?)
            }
            Values::Decimal(format, values) => {
                let nulls = null_buffer(&nulls, values.len());
                let array = Decimal128Array::try_new(values.into(), nulls)?;
                Arc::new(array.with_precision_and_scale(format.precision(), format.scale().cast_signed())?)
            }
            Values::Date(_, values) => {
                let nulls = null_buffer(&nulls, values.len());
                Arc::new(Date32Array::try_new(values.into(), nulls)?)
            }
            Values::Timestamp(_, values) => {
                let nulls = null_buffer(&nulls, values.len());
                Arc::new(TimestampMicrosecondArray::try_new(values.into(), nulls)?)
            }
            Values::Instant(_, values) => {
                let nulls = null_buffer(&nulls, values.len());
                Arc::new(TimestampMicrosecondArray::try_new(values.into(), nulls)?.with_timezone("UTC"))
            }
            Values::Text(values) => {
                // SAFETY: a field that is not UTF-8 is marked as rejected before it is cast, and appends nothing. The
                // bytes that end a field, and those that unescaping takes out, are ASCII.
                #[allow(unsafe_code, reason = "checking the text a second time would take a twentieth of a load")]
                Arc::new(unsafe { values.into_text(&nulls) }?)
            }
            Values::Treated(Treated { failed: false, .. }, values) => {
                let (offsets, bytes, nulls) = values.into_buffers(&nulls)?;
                Arc::new(StringArray::try_new(offsets, bytes, nulls)?)
            }
            Values::Treated(Treated { failed: true, .. }, _) => {
                return Err(ArrowError::ComputeError("a value could not be encrypted".into()));
            }
            Values::Binary(_, values) => {
                let (offsets, bytes, nulls) = values.into_buffers(&nulls)?;
                Arc::new(BinaryArray::try_new(offsets, bytes, nulls)?)
            }
        })
    }
}

/// One call of [`ColumnBuilder::append`].
struct Run<'a, 't> {
    column: &'a Column,
    cells: &'a Cells<'t>,
    nulls: &'a mut Vec<u32>,
    work: &'a mut Workspace,
}

impl Run<'_, '_> {
    #[inline]
    fn fixed<T: Copy + Default>(
        &mut self,
        out: &mut Vec<T>,
        mut parse: impl FnMut(&mut ZoneOffsets, &[u8]) -> Result<T, Reason>,
    ) {
        let cells = self.cells;
        for (record, field) in cells.records() {
            let raw = field.raw(cells.text);
            let value = if field.is_rejected() {
                T::default()
            } else if cells.nulls.contains(raw) {
                self.null(record, field);
                T::default()
            } else {
                let result = if field.is_escaped() {
                    self.work.unescaped.clear();
                    cells.syntax.unescape_into(raw, &mut self.work.unescaped);
                    parse(&mut self.work.zone, &self.work.unescaped)
                } else {
                    parse(&mut self.work.zone, raw)
                };
                match result {
                    Ok(value) => value,
                    Err(reason) => {
                        self.reject(record, field, reason);
                        T::default()
                    }
                }
            };
            out.push(value);
        }
    }

    fn text(&mut self, out: &mut Lengthy) {
        let cells = self.cells;
        for (record, field) in cells.records() {
            let raw = field.raw(cells.text);
            if field.is_rejected() {
            } else if !field.is_quoted() && cells.nulls.contains(raw) {
                self.null(record, field);
            } else if field.is_escaped() {
                cells.syntax.unescape_into(raw, &mut out.bytes);
            } else {
                out.push_part(cells.text, field.start(), raw.len());
            }
            out.end_value();
        }
    }

    fn binary(&mut self, out: &mut Lengthy, format: BinaryText) {
        let cells = self.cells;
        for (record, field) in cells.records() {
            let raw = field.raw(cells.text);
            if field.is_rejected() {
            } else if !field.is_quoted() && cells.nulls.contains(raw) {
                self.null(record, field);
            } else {
                self.work.unescaped.clear();
                if field.is_escaped() {
                    cells.syntax.unescape_into(raw, &mut self.work.unescaped);
                }
                let text = if field.is_escaped() { &self.work.unescaped } else { raw };
                if let Err(reason) = format.parse_into(text, &mut out.bytes) {
                    self.reject(record, field, reason);
                }
            }
            out.end_value();
        }
    }

    fn treated(&mut self, out: &mut Lengthy, treated: &mut Treated) {
        let (cells, cast) = (self.cells, &self.column.cast);
        let quotes_may_be_null = cast.quotes_may_be_null();
        for (record, field) in cells.records() {
            let raw = field.raw(cells.text);
            if field.is_rejected() {
            } else if (quotes_may_be_null || !field.is_quoted()) && cells.nulls.contains(raw) {
                self.null(record, field);
            } else {
                let Workspace { unescaped, checked, zone, .. } = &mut *self.work;
                unescaped.clear();
                if field.is_escaped() {
                    cells.syntax.unescape_into(raw, unescaped);
                }
                let text = if field.is_escaped() { unescaped.as_slice() } else { raw };
                match cast.check(text, &mut Checking { zone, bytes: checked }) {
                    Ok(()) => treated.failed |= treated.treater.treat_into(text, &mut out.bytes).is_err(),
                    Err(reason) => self.reject(record, field, reason),
                }
            }
            out.end_value();
        }
    }

    #[inline]
    fn null(&mut self, record: u32, field: Field) {
        if self.column.is_required {
            self.reject(record, field, Reason::NullInRequired);
        } else {
            self.nulls.push(record);
        }
    }

    #[cold]
    fn reject(&mut self, record: u32, field: Field, reason: Reason) {
        let column = Some(self.column.index);
        self.work.rejects.push(FieldReject { record, column, position: field.start(), reason });
    }
}

impl Cells<'_> {
    #[inline]
    fn records(&self) -> impl Iterator<Item = (u32, Field)> {
        let fields = self.fields.get(self.index..).unwrap_or_default();
        (self.first_record..).zip(fields.iter().step_by(self.width.max(1)).copied())
    }
}

pub(super) fn null_buffer(nulls: &[u32], rows: usize) -> Option<NullBuffer> {
    if nulls.is_empty() {
        return None;
    }
    let mut bits = vec![u8::MAX; rows.div_ceil(8)];
    for row in nulls {
        bits[*row as usize / 8] &= !(1 << (row % 8));
    }
    Some(NullBuffer::new(BooleanBuffer::new(Buffer::from_vec(bits), 0, rows)))
}
