//! The settings that a definition may begin with.

use crate::nearest::nearest;

/// A setting row's name, without the `@`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Setting {
    /// Character encoding of the source files.
    Encoding,
    /// Character between fields.
    Delimiter,
    /// Character around fields.
    Quote,
    /// Character that makes the next one literal.
    Escape,
    /// How fields find their columns.
    Header,
    /// Physical lines to pass over first.
    SkipRows,
    /// Unquoted fields that mean null.
    Null,
    /// Take blanks off unquoted fields.
    Trim,
    /// Decimal point.
    DecimalSeparator,
    /// Character between groups of three digits.
    ThousandsSeparator,
    /// Format of dates.
    DateFormat,
    /// Format of timestamps.
    TimestampFormat,
    /// Zone of timestamptz texts without an offset.
    TimeZone,
    /// Texts that mean true.
    TrueWords,
    /// Texts that mean false.
    FalseWords,
    /// Greatest size of one record.
    MaxRecordBytes,
    /// Partition fields.
    Partition,
    /// Sort fields.
    Sort,
    /// Compression of data files.
    Compression,
    /// Size at which a data file is closed.
    TargetFileSize,
    /// How many bad rows a run may have.
    RejectLimit,
    /// Whether a run without sources or rows is fine.
    Empty,
    /// What `replace` replaces.
    Replace,
    /// Where control totals stand.
    Control,
    /// When all files of an interval are there.
    Complete,
    /// Which of two rows of a key is newer.
    OrderBy,
    /// Rows that delete their key.
    Deleted,
    /// Time of a change, for scd2.
    ValidFrom,
    /// How changed rows of existing files are taken away.
    MergeWrite,
}

impl Setting {
    /// Every setting, in the order of the documentation.
    pub const ALL: [Self; 29] = [
        Self::Encoding,
        Self::Delimiter,
        Self::Quote,
        Self::Escape,
        Self::Header,
        Self::SkipRows,
        Self::Null,
        Self::Trim,
        Self::DecimalSeparator,
        Self::ThousandsSeparator,
        Self::DateFormat,
        Self::TimestampFormat,
        Self::TimeZone,
        Self::TrueWords,
        Self::FalseWords,
        Self::MaxRecordBytes,
        Self::Partition,
        Self::Sort,
        Self::Compression,
        Self::TargetFileSize,
        Self::RejectLimit,
        Self::Empty,
        Self::Replace,
        Self::Control,
        Self::Complete,
        Self::OrderBy,
        Self::Deleted,
        Self::ValidFrom,
        Self::MergeWrite,
    ];

    /// Those that only the modes which find rows by key heed.
    pub(super) const OF_MERGING: [Self; 4] = [Self::OrderBy, Self::Deleted, Self::ValidFrom, Self::MergeWrite];

    /// As written in the first cell, with the `@`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Encoding => "@encoding",
            Self::Delimiter => "@delimiter",
            Self::Quote => "@quote",
            Self::Escape => "@escape",
            Self::Header => "@header",
            Self::SkipRows => "@skip_rows",
            Self::Null => "@null",
            Self::Trim => "@trim",
            Self::DecimalSeparator => "@decimal_separator",
            Self::ThousandsSeparator => "@thousands_separator",
            Self::DateFormat => "@date_format",
            Self::TimestampFormat => "@timestamp_format",
            Self::TimeZone => "@time_zone",
            Self::TrueWords => "@true_words",
            Self::FalseWords => "@false_words",
            Self::MaxRecordBytes => "@max_record_bytes",
            Self::Partition => "@partition",
            Self::Sort => "@sort",
            Self::Compression => "@compression",
            Self::TargetFileSize => "@target_file_size",
            Self::RejectLimit => "@reject_limit",
            Self::Empty => "@empty",
            Self::Replace => "@replace",
            Self::Control => "@control",
            Self::Complete => "@complete",
            Self::OrderBy => "@order_by",
            Self::Deleted => "@deleted",
            Self::ValidFrom => "@valid_from",
            Self::MergeWrite => "@merge_write",
        }
    }

    /// The setting of this name (with the `@`), in any case.
    pub fn from_name(name: &str) -> Option<Self> {
        // Rows of columns are asked, too, and there are many.
        let name = Some(name).filter(|name| name.starts_with('@'))?;
        Self::ALL.into_iter().find(|setting| setting.name().eq_ignore_ascii_case(name))
    }

    /// Whether the row may hold several values.
    pub(super) fn takes_list(self) -> bool {
        matches!(self, Self::Null | Self::TrueWords | Self::FalseWords | Self::Partition | Self::Sort | Self::Deleted)
    }

    /// What to write instead of a wrong name.
    pub(super) fn hint_for(name: &str) -> String {
        // The other names that CSV tools have for the same things.
        let synonym = match name.trim_start_matches('@').to_ascii_lowercase().as_str() {
            "charset" => Some(Self::Encoding),
            "separator" | "sep" => Some(Self::Delimiter),
            "boolean" | "bool" | "true" => Some(Self::TrueWords),
            "false" => Some(Self::FalseWords),
            "nulls" | "na" | "null_tokens" => Some(Self::Null),
            "timezone" | "tz" => Some(Self::TimeZone),
            "order" | "sort_by" => Some(Self::Sort),
            "partition_by" | "partitioned_by" => Some(Self::Partition),
            "skip" | "skip_lines" => Some(Self::SkipRows),
            "trailer" | "control_file" | "control_totals" | "footer" => Some(Self::Control),
            "marker" | "success" | "complete_when" | "done" => Some(Self::Complete),
            "delete" | "delete_marker" | "deleted_when" | "tombstone" => Some(Self::Deleted),
            "newest_by" | "dedupe_by" | "version_by" => Some(Self::OrderBy),
            "effective_from" | "changed_at" | "change_time" => Some(Self::ValidFrom),
            "merge" | "write_mode" | "merge_mode" => Some(Self::MergeWrite),
            _ => None,
        };
        let near = synonym.map(Self::name).or_else(|| nearest(name, Self::ALL.map(Self::name)));
        match near {
            Some(near) => format!("did you mean \"{near}\"?"),
            None => format!("the settings are {}", Self::ALL.map(Self::name).join(", ")),
        }
    }
}
