//! The decode kernel: bytes of CSV in, typed Arrow batches and rejected values out.
//!
//! ```text
//!  Read ──▶ BlockReader ────────────────────────────────▶ Block ──▶ Kernel::decode ──▶ Decoded
//!           decompress ▸ transcode ▸ header ▸ split at     │        tokenize ▸ cast column    batch + rejects
//!           record ends (one thread, in order)             │        by column (any thread)
//!                                                          └─ whole records, first row, first line, byte offset
//! ```
//!
//! Invariants:
//!
//! - Nothing is guessed: a value that does not fit its type exactly rejects its row, and the reject knows row, line,
//!   byte offset, column and a stable reason code. No error and no reject holds a loaded value.
//! - What a column's treatment hides leaves the kernel in no batch, no reject and no `Debug`, and neither does a key.
//!   Whole records that were rejected can be asked for: they are raw, and go to quarantine at the source's level.
//! - The result does not depend on how a source is cut into blocks, nor into ranges that are read apart.
//! - Memory is bounded by the block size and the greatest record; bad input is an error, never a panic.
//! - No file, network, clock or thread of its own; the caller hands in a [`std::io::Read`].

mod block;
mod cast;
mod decode;
mod kernel;
mod layout;
mod quarantined;
mod reader;
mod reason;
mod rejected;
mod sample;
mod source_error;
mod source_position;
mod specials;
mod stored_records;
mod sums;
mod syntax;
mod tokenize;
mod trailer;
mod treatment;

pub use block::Block;
pub use decode::{Decoded, Reject, Scratch};
pub use kernel::{GREATEST_RECORD_BYTES, Kernel, KernelError};
pub use quarantined::{QuarantinedRun, StoredFault, each_quarantined};
pub use reader::{BlockReader, DEFAULT_BLOCK_BYTES, RangeStart, SourceRange, find_ranges};
pub use reason::Reason;
pub use rejected::{RejectedRecord, RejectedRecords};
pub use sample::{head_records, head_text, visit_bytes};
pub use source_error::{BinaryFormat, HeaderMismatch, QuotePlace, SourceError};
pub use stored_records::RecordLayout;
pub use sums::ColumnSum;
pub use trailer::Trailer;
pub use treatment::{KeyError, KeySource, TreatmentKey};
