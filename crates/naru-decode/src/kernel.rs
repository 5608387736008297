//! What a plan's dialect and columns compile to.

use std::sync::Arc;

use arrow_schema::{DataType, Field, Schema, SchemaRef, TimeUnit};
use chrono_tz::Tz;
use naru_core::plan::PlanColumn;
use naru_core::time_format::TimeFormatError;
use naru_core::{ColumnType, Dialect};

use crate::cast::{Cast, NullTokens};
use crate::layout::HeaderColumn;
use crate::syntax::Syntax;
use crate::trailer::TrailerMark;
use crate::treatment::{TextTreatment, TreatmentKey};

/// Greatest size of a record (1 GiB less one byte: a field's length takes 30 bits). A dialect that declares 1 GiB gets it.
pub const GREATEST_RECORD_BYTES: u64 = (1 << 30) - 1;

/// Compiled once per plan, shared by all workers.
#[derive(Debug)]
pub struct Kernel {
    dialect: Dialect,
    syntax: Syntax,
    header_columns: Vec<HeaderColumn>,
    columns: Vec<Column>,
    nulls: NullTokens,
    zone: Tz,
    schema: SchemaRef,
    trailer_mark: Option<TrailerMark>,
    /// Positions of the columns to sum, in the schema.
    summed: Vec<usize>,
}

/// A loaded column.
#[derive(Debug)]
pub(crate) struct Column {
    /// Position among the plan's columns, from 0.
    pub(crate) index: u32,
    pub(crate) is_required: bool,
    pub(crate) cast: Cast,
    pub(crate) treatment: Option<TextTreatment>,
}

/// Why a plan cannot be compiled. Definitions are checked before; this guards plans from elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KernelError {
    /// A structural character that is none.
    #[error("the {0} must be one ASCII character other than NUL and a line end")]
    NotStructural(&'static str),
    /// Two settings name the same character.
    #[error("the {0} and the {1} are the same character")]
    Clash(&'static str, &'static str),
    /// A separator in numbers that could be part of a number.
    #[error("the {0} separator must be one ASCII character that is no letter, digit, sign or line end")]
    NumberSeparator(&'static str),
    /// A word that means both true and false, or that is empty.
    #[error("the boolean words must not be empty, and none may mean both true and false")]
    BooleanWords,
    /// A time zone that does not exist.
    #[error("unknown time zone \"{0}\"; names are those of the IANA database, as in Asia/Seoul")]
    TimeZone(String),
    /// A date or timestamp format.
    #[error("the format of column \"{column}\": {error}")]
    TimeFormat {
        /// Target column.
        column: String,
        /// What is wrong with it.
        error: TimeFormatError,
    },
    /// A format of a binary column.
    #[error("the format of column \"{column}\" must be hex or base64")]
    BinaryFormat {
        /// Target column.
        column: String,
    },
    /// A format of a column whose type has none.
    #[error("column \"{column}\" has a format, which its type {column_type} does not take")]
    SurplusFormat {
        /// Target column.
        column: String,
        /// Its type.
        column_type: ColumnType,
    },
    /// A treatment that the column's type cannot have.
    #[error("column \"{column}\": {refusal}")]
    Treatment {
        /// Target column.
        column: String,
        /// Why not.
        refusal: String,
    },
    /// A treatment that needs the treatment key, and none was handed in.
    #[error("column \"{column}\" is treated with a key, and there is none")]
    NoTreatmentKey {
        /// Target column.
        column: String,
    },
    /// A record limit of zero or beyond [`GREATEST_RECORD_BYTES`].
    #[error("max_record_bytes must be 1 to {GREATEST_RECORD_BYTES}")]
    RecordLimit,
    /// A plan without columns.
    #[error("the plan has no columns")]
    NoColumns,
    /// Two columns of one name.
    #[error("two columns have the target \"{0}\"")]
    DuplicateTarget(String),
    /// A sum of a column that is not loaded, or whose type has no exact sum.
    #[error("column \"{column}\" cannot be summed")]
    Sum {
        /// Target column.
        column: String,
    },
}

impl Kernel {
    /// Compiles a plan's dialect and columns, none of which needs a key.
    ///
    /// # Errors
    /// Any [`KernelError`].
    pub fn new(dialect: &Dialect, columns: &[PlanColumn]) -> Result<Self, KernelError> {
        Self::with_key(dialect, columns, None)
    }

    /// Compiles a plan's dialect and columns with the key that their treatments need.
    ///
    /// # Errors
    /// Any [`KernelError`].
    pub fn with_key(
        dialect: &Dialect,
        columns: &[PlanColumn],
        key: Option<&TreatmentKey>,
    ) -> Result<Self, KernelError> {
        let syntax = Syntax::new(dialect)?;
        if !(1..=GREATEST_RECORD_BYTES + 1).contains(&dialect.max_record_bytes) {
            return Err(KernelError::RecordLimit);
        }
        if columns.is_empty() {
            return Err(KernelError::NoColumns);
        }
        let zone = dialect.time_zone.parse().map_err(|_| KernelError::TimeZone(dialect.time_zone.clone()))?;
        let mut loaded = Vec::new();
        let mut fields: Vec<Field> = Vec::new();
        for (index, column) in columns.iter().enumerate() {
            let Some((target, stored_type)) = column.target.as_ref().zip(column.stored_type()) else { continue };
            if fields.iter().any(|field| field.name() == target) {
                return Err(KernelError::DuplicateTarget(target.clone()));
            }
            let cast = Cast::new(dialect, target, column.column_type, column.format.as_deref())?;
            let treat = |treatment| TextTreatment::new(treatment, target, column.column_type, key);
            let treatment = column.treatment.map(treat).transpose()?;
            fields.push(Field::new(target, data_type(stored_type), !column.required));
            loaded.push(Column { index: index as u32, is_required: column.required, cast, treatment });
        }
        let header_column = |column: &PlanColumn| HeaderColumn {
            name: column.source.clone(),
            is_loaded: column.stored_type().is_some(),
        };
        Ok(Self {
            dialect: dialect.clone(),
            syntax,
            header_columns: columns.iter().map(header_column).collect(),
            columns: loaded,
            nulls: NullTokens::new(&dialect.null),
            zone,
            schema: Arc::new(Schema::new(fields)),
            trailer_mark: None,
            summed: Vec::new(),
        })
    }

    /// The same kernel for sources that end with a trailer record: its first field is `mark`, which no data record's
    /// first field is. The record is no row; a source without it, or with more after it than blank lines, is an error.
    #[must_use]
    pub fn with_trailer(mut self, mark: &str) -> Self {
        self.trailer_mark = Some(TrailerMark::new(mark));
        self
    }

    /// The same kernel, summing these target columns.
    ///
    /// # Errors
    /// [`KernelError::Sum`].
    pub fn with_sums(mut self, targets: &[String]) -> Result<Self, KernelError> {
        let position = |target: &String| {
            let found = self.schema.fields().iter().position(|field| field.name() == target);
            let has_sum = |field: &Field| {
                matches!(field.data_type(), DataType::Int32 | DataType::Int64 | DataType::Decimal128(..))
            };
            let found = found.filter(|position| has_sum(self.schema.field(*position)));
            found.ok_or_else(|| KernelError::Sum { column: target.clone() })
        };
        self.summed = targets.iter().map(position).collect::<Result<_, _>>()?;
        Ok(self)
    }

    /// Schema of decoded batches: the loaded columns in the plan's order. Strings are `Utf8`, decimals `Decimal128`,
    /// dates `Date32`, timestamps `Timestamp(Microsecond, None)`, instants `Timestamp(Microsecond, "UTC")`, treated
    /// columns `Utf8`.
    pub fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    pub(crate) fn dialect(&self) -> &Dialect {
        &self.dialect
    }

    pub(crate) fn syntax(&self) -> &Syntax {
        &self.syntax
    }

    pub(crate) fn header_columns(&self) -> &[HeaderColumn] {
        &self.header_columns
    }

    pub(crate) fn columns(&self) -> &[Column] {
        &self.columns
    }

    pub(crate) fn nulls(&self) -> &NullTokens {
        &self.nulls
    }

    pub(crate) fn zone(&self) -> Tz {
        self.zone
    }

    pub(crate) fn trailer_mark(&self) -> Option<&TrailerMark> {
        self.trailer_mark.as_ref()
    }

    pub(crate) fn summed(&self) -> &[usize] {
        &self.summed
    }

    pub(crate) fn max_record_bytes(&self) -> usize {
        usize::try_from(self.dialect.max_record_bytes.min(GREATEST_RECORD_BYTES)).unwrap_or(usize::MAX)
    }
}

fn data_type(column_type: ColumnType) -> DataType {
    match column_type {
        ColumnType::Boolean => DataType::Boolean,
        ColumnType::Int => DataType::Int32,
        ColumnType::Bigint => DataType::Int64,
        ColumnType::Float => DataType::Float32,
        ColumnType::Double => DataType::Float64,
        ColumnType::Decimal { precision, scale } => DataType::Decimal128(precision, scale.cast_signed()),
        ColumnType::Date => DataType::Date32,
        ColumnType::Timestamp => DataType::Timestamp(TimeUnit::Microsecond, None),
        ColumnType::Timestamptz => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
        ColumnType::String => DataType::Utf8,
        ColumnType::Binary => DataType::Binary,
    }
}
