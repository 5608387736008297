//! Column chunks: one column of a row group as Parquet's pages, encoded and compressed in memory.
//!
//! ```text
//!  Arrow array ─┬▶ values ─▶ plain bytes, or positions in a dictionary ─┐
//!               ├▶ validity ─▶ definition levels ───────────────────────┴▶ page ─▶ zstd ─┬▶ chunk ─▶ row group
//!               └▶ least, greatest, nulls ─▶ column index, statistics ───────────────────┘
//! ```
//!
//! The columns are flat and of few types. Knowing that, whole slices of a decoded array go into a page at once, statistics
//! come from the same pass, and zstd looks for matches only in columns that have some. Parquet's own crate, which can encode
//! any nesting, leaves no such choice; it writes all headers, indexes and footers. docs/benchmark.md has the figures.
//!
//! Format: <https://parquet.apache.org/docs/file-format/>, data pages of version 1.

mod boolean;
mod byte_array;
mod chunk;
mod compressor;
mod dictionary;
mod encoder;
mod fixed;
mod habits;
mod hybrid;
mod page_index;
mod pages;
mod statistics;
#[cfg(test)]
mod tests;
mod validity;
mod values;

pub(crate) use chunk::EncodedChunk;
#[cfg(test)]
use compressor::MatchSearch;
pub(crate) use compressor::PageCompressor;
pub(crate) use encoder::ColumnEncoder;
pub(crate) use habits::ColumnHabits;
