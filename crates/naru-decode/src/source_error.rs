//! What makes a whole source unreadable.

use std::io;

use naru_core::dialect::Encoding;
use naru_core::plan::SourceCompression;

/// Why a source cannot be read (any further). Never holds a loaded value; header cells are named only if at least one
/// of them is a known column, since otherwise they may be the first record of a file without a header.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The input failed.
    #[error("cannot read after byte {byte_offset}")]
    Io {
        /// Bytes of the source as landed that were read before.
        byte_offset: u64,
        /// What failed.
        source: io::Error,
    },
    /// The compressed data is damaged.
    #[error("broken {} data near compressed byte {byte_offset}: {detail}", compression_name(*.compression))]
    Broken {
        /// Compression of the source.
        compression: SourceCompression,
        /// Offset in the compressed bytes, at or shortly after the damage.
        byte_offset: u64,
        /// What the decompressor says.
        detail: String,
    },
    /// The compressed data ends in the middle.
    #[error("truncated {} data: it ends at compressed byte {byte_offset}, in the middle", compression_name(*.compression))]
    Truncated {
        /// Compression of the source.
        compression: SourceCompression,
        /// Length of the compressed data, in bytes.
        byte_offset: u64,
    },
    /// A file of another format than its name says.
    #[error("the file is no CSV: its first bytes are those of {found}")]
    NotText {
        /// What it is.
        found: BinaryFormat,
    },
    /// A text whose lines end with carriage returns alone.
    #[error("the lines end with carriage returns, without newlines")]
    CarriageReturns,
    /// UTF-16 text of an odd number of bytes.
    #[error("the text ends at byte {byte_offset}, in the middle of a UTF-16 code unit")]
    TruncatedText {
        /// Offset of the last, odd byte.
        byte_offset: u64,
    },
    /// The byte-order mark contradicts the declared encoding.
    #[error("the file starts with the byte-order mark of {found}, but its encoding is declared as {}", .declared.as_str())]
    ByteOrderMark {
        /// What the definition says.
        declared: Encoding,
        /// What the mark says, as `@encoding` writes it.
        found: &'static str,
    },
    /// No header: the source ends before one.
    #[error("{}", if *.empty { "the file is empty: there is no header" } else { "the file ends before its header" })]
    HeaderMissing {
        /// Whether the source holds no byte at all, not even a byte-order mark.
        empty: bool,
    },
    /// The header is not text in the declared encoding.
    #[error("the header is not {} text: invalid bytes at byte {byte_offset}", .encoding.as_str())]
    HeaderEncoding {
        /// What the definition says.
        encoding: Encoding,
        /// Offset of the first invalid byte, after decompression.
        byte_offset: u64,
    },
    /// The header names other columns than the definition.
    #[error("{0}")]
    Header(HeaderMismatch),
    /// A quote that is never closed.
    #[error("the quote that opens in line {}, at byte {}, is never closed", .quote.line, .quote.byte_offset)]
    UnclosedQuote {
        /// Where it opens.
        quote: QuotePlace,
    },
    /// A record larger than the dialect allows.
    #[error(
        "the record in line {line}, at byte {byte_offset}, is longer than {max_record_bytes} bytes{}",
        opened(quote.as_ref())
    )]
    RecordTooLong {
        /// Physical line where it starts, from 1.
        line: u64,
        /// Offset where it starts, in the source's bytes after decompression.
        byte_offset: u64,
        /// The limit.
        max_record_bytes: u64,
        /// The quote that was open when the limit was reached, if any.
        quote: Option<QuotePlace>,
    },
    /// The source ends without its trailer record.
    #[error(
        "the trailer record is missing: no record begins with {mark:?} before the end in line {line}, at byte {byte_offset}"
    )]
    TrailerMissing {
        /// The trailer's first field, as the plan says.
        mark: String,
        /// Physical line of the end, from 1.
        line: u64,
        /// Length of the source after decompression, in bytes.
        byte_offset: u64,
    },
    /// A range of a source is to be read that this kernel, or this version, did not find.
    #[error("no record of this plan's sources can be read apart from byte {byte_offset} on")]
    RangeStart {
        /// Where the range starts.
        byte_offset: u64,
    },
    /// More follows the trailer record than blank lines.
    #[error(
        "the trailer record in line {trailer_line} is not the last: there is more in line {line}, at byte {byte_offset}"
    )]
    AfterTrailer {
        /// Physical line of the trailer record, from 1.
        trailer_line: u64,
        /// Physical line of what follows, from 1.
        line: u64,
        /// Its offset, after decompression.
        byte_offset: u64,
    },
}

/// A format that can be told by a file's first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BinaryFormat {
    /// RFC 1952.
    Gzip,
    /// RFC 8878.
    Zstd,
    /// A zip archive, or a spreadsheet in one.
    Zip,
}

impl std::fmt::Display for BinaryFormat {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Gzip => "gzip data",
            Self::Zstd => "zstd data",
            Self::Zip => "a zip archive or a spreadsheet",
        })
    }
}

/// Where a quote opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuotePlace {
    /// Physical line, from 1.
    pub line: u64,
    /// Offset in the source's bytes after decompression, before transcoding.
    pub byte_offset: u64,
}

/// How a header differs from the definition; all differences at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeaderMismatch {
    /// Physical line of the header, from 1.
    pub line: u64,
    /// Number of fields in the header.
    pub fields: usize,
    /// Columns of the definition that the header lacks.
    pub missing: Vec<String>,
    /// Columns that the header names more than once.
    pub duplicate: Vec<String>,
    /// Fields that the definition does not list, as they may be shown: `"NAME"` in quotes, or `field 3` where the text
    /// may be data; empty if no field of the header is known.
    pub surplus: Vec<String>,
    /// Whether no field of the header is a column of the definition.
    pub unknown: bool,
    /// Another delimiter that the header, read as one field, contains.
    pub other_delimiter: Option<char>,
    /// Whether the header holds NUL bytes.
    pub holds_nul: bool,
    /// Whether the header ends with a delimiter, so that its last field has no name.
    pub ends_with_delimiter: bool,
}

impl std::fmt::Display for HeaderMismatch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.unknown {
            let fields =
                if self.fields == 1 { "its 1 field".into() } else { format!("none of its {} fields", self.fields) };
            let verb = if self.fields == 1 { "is not" } else { "is" };
            return write!(
                f,
                "the header in line {} does not match: {fields} {verb} a column of the definition",
                self.line
            );
        }
        write!(f, "the header in line {} does not match", self.line)?;
        let mut separator = ':';
        let quoted = |names: &[String]| names.iter().map(|name| format!("{name:?}")).collect::<Vec<_>>();
        for (what, names) in [
            ("missing", quoted(&self.missing)),
            ("named twice", quoted(&self.duplicate)),
            ("not in the definition", self.surplus.clone()),
        ] {
            if !names.is_empty() {
                write!(f, "{separator} {what} {}", names.join(", "))?;
                separator = ';';
            }
        }
        Ok(())
    }
}

impl SourceError {
    /// What to do, where there is something to say.
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Io { .. } => return None,
            Self::RangeStart { .. } => "use the same version of the kernel wherever the load runs".into(),
            Self::Broken { .. } | Self::Truncated { .. } | Self::TruncatedText { .. } => {
                "the file was damaged or not landed whole: land it again".into()
            }
            Self::NotText { found: BinaryFormat::Gzip } => "end its name with .gz".into(),
            Self::NotText { found: BinaryFormat::Zstd } => "end its name with .zst".into(),
            Self::NotText { .. } => "land it as CSV, plain or compressed with gzip or zstd".into(),
            Self::CarriageReturns => "land the file with newlines (LF or CRLF) at the ends of its lines".into(),
            Self::ByteOrderMark { found, .. } => format!("write \"@encoding,{found}\" in the definition"),
            Self::HeaderMissing { .. } => {
                "land the file again; for files without a header write \"@header,none\"".into()
            }
            Self::HeaderEncoding { encoding: Encoding::Utf8, .. } => {
                "if the file is in CP949 or EUC-KR, write \"@encoding,cp949\" in the definition".into()
            }
            Self::HeaderEncoding { .. } => "declare the file's encoding with @encoding".into(),
            Self::Header(mismatch) => return mismatch.hint(),
            Self::TrailerMissing { .. } => {
                "the file was cut off: land it again; if the source sends no such record, take it out of @control"
                    .into()
            }
            Self::AfterTrailer { .. } => {
                "are these two files in one? If a data record begins like the trailer, @control cannot tell them apart"
                    .into()
            }
            Self::UnclosedQuote { .. } => "close it; if quotes mean nothing in this file, write `@quote,none`".into(),
            Self::RecordTooLong { quote: Some(_), .. } => {
                "a closing quote may be missing there; else raise @max_record_bytes".into()
            }
            Self::RecordTooLong { quote: None, .. } => {
                "is it a text file whose lines end with a newline? If so, raise @max_record_bytes".into()
            }
        })
    }
}

impl HeaderMismatch {
    fn hint(&self) -> Option<String> {
        if self.holds_nul {
            return Some("the header holds NUL bytes: if the file is UTF-16, write \"@encoding,utf-16\"".into());
        }
        if let Some(delimiter) = self.other_delimiter {
            let shown = if delimiter == '\t' { "a tab".into() } else { format!("{delimiter:?}") };
            return Some(format!("the delimiter may be {shown}: declare it with @delimiter"));
        }
        if self.unknown {
            return Some("if the file has no header, write \"@header,none\" in the definition".into());
        }
        if self.ends_with_delimiter && self.surplus.len() == 1 {
            return Some(
                "the lines end with a delimiter: write \"@header,by_position\", and list a last column with an empty target"
                    .into(),
            );
        }
        if !self.surplus.is_empty() {
            return Some("a column to pass over is listed in the definition with an empty target".into());
        }
        None
    }
}

fn opened(quote: Option<&QuotePlace>) -> String {
    match quote {
        Some(quote) => format!("; a quote opens in line {}, at byte {}", quote.line, quote.byte_offset),
        None => String::new(),
    }
}

fn compression_name(compression: SourceCompression) -> &'static str {
    match compression {
        SourceCompression::None => "plain",
        SourceCompression::Gzip => "gzip",
        SourceCompression::Zstd => "zstd",
    }
}
