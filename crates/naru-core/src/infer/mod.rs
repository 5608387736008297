//! Drafts a table definition from a sample of real data. Everything is a guess, and every guess that could have gone
//! another way is a doubt.
//!
//! ```text
//!  bytes ──encoding──▶ Encoding ─┐
//!  head of the text ──dialect──▶ delimiter, quotes ──header──▶ SourceLayout ─┐
//!  records of all files ──profile──▶ TableProfile ───────────────────────────┴─▶ Draft ─▶ CSV, doubts
//!                                        types ▸ null tokens ▸ names ▸ personal ▸ keys ▸ partition
//! ```
//!
//! The caller reads the files and cuts the records (whoever loads them cuts them), holds the draft against the sample,
//! and hands back what the draft would reject, as [`Refusal`]s. No doubt holds a value: counts and column numbers only.

mod booleans;
mod check_digits;
mod dialect;
mod doubt;
mod draft;
mod drafting;
mod encoding;
mod header;
mod keys;
mod layout;
mod names;
mod null_tokens;
mod numbers;
mod partition;
mod personal;
mod personal_titles;
mod profile;
mod time_formats;
mod time_text;
mod types;

pub use doubt::{Doubt, Topic};
pub use draft::{Draft, DraftColumn};
pub use drafting::{Refusal, draft};
pub use encoding::{EncodingWatch, FileEncoding, common_encoding};
pub use layout::{HeadRecords, SampleField, SourceLayout};
pub use profile::TableProfile;
