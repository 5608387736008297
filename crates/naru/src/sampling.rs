//! Reads a sample of files for a draft, and holds the draft against the sample: whatever loads it later decides what fits.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};

use naru_core::dialect::Encoding;
use naru_core::infer::{self, Doubt, EncodingWatch, Refusal, SourceLayout, TableProfile, Topic};
use naru_core::plan::{PlanColumn, SourceCompression};
use naru_core::{Dialect, Level, TableDefinition};
use naru_decode::{Block, BlockReader, Kernel, KernelError, Reason, Scratch, SourceError};

use crate::error::CommandError;

/// Of each file so many bytes of text are looked at, after decompression.
const MOST_BYTES: u64 = 64 * 1024 * 1024;

/// Of each file so many records are looked at.
const MOST_RECORDS: u64 = 1_000_000;

const BLOCK_BYTES: usize = 1024 * 1024;

/// What delimiter, quotes and header are told by.
const HEAD_BYTES: usize = 1024 * 1024;
const HEAD_RECORDS: usize = 1000;

/// What was seen of some files.
pub(crate) struct Sample {
    files: Vec<PathBuf>,
    pub(crate) layout: SourceLayout,
    pub(crate) profile: TableProfile,
    /// Files of which only the head was looked at.
    pub(crate) cut: usize,
}

/// What a draft would do with the sample.
pub(crate) struct Verdict {
    /// Columns whose values do not fit.
    pub(crate) refusals: Vec<Refusal>,
    /// Records that fit no draft: of another width, broken text.
    pub(crate) doubts: Vec<Doubt>,
}

impl Sample {
    /// Looks at the files, which are of one table.
    pub(crate) fn read(files: &[PathBuf]) -> Result<Self, CommandError> {
        let (encoding, mut doubts) = encoding(files)?;
        let (first, mut layout) = layout(files, encoding)?;
        doubts.append(&mut layout.doubts);
        let columns = layout.sample_columns();
        let kernel = kernel(&layout.dialect, &columns)?;
        let mut sample = Self { files: files.to_vec(), profile: TableProfile::new(columns.len()), layout, cut: 0 };
        for file in files {
            let profile = &mut sample.profile;
            let seen = visit_blocks(&kernel, file, &mut |block| {
                kernel.visit_texts(block, &mut |record| profile.add(record));
                Ok(())
            });
            match seen {
                Ok(is_whole) => sample.cut += usize::from(!is_whole),
                Err(Unread::Source(SourceError::HeaderMissing { .. })) => {
                    let message = format!("{} holds nothing and was passed over", file.display());
                    doubts.push(Doubt::new(Topic::Sample, message));
                }
                // The names of both headers may be data, where one of them is none.
                Err(Unread::Source(SourceError::Header(_))) => {
                    let (file, first) = (file.display(), first.display());
                    return Err(CommandError::failed(format!("the header of {file} is not that of {first}"))
                        .hint("infer from files of one table, whose headers name the same columns"));
                }
                Err(unread) => return Err(unread.told(file)),
            }
        }
        if sample.profile.records() == 0 {
            return Err(CommandError::failed("the files hold no data record")
                .hint("a header tells names only; infer from a delivery with rows"));
        }
        sample.layout.doubts = doubts;
        Ok(sample)
    }

    /// How much was looked at, in words.
    pub(crate) fn in_words(&self) -> String {
        let plural = |count: usize| if count == 1 { "" } else { "s" };
        let (records, files) = (self.profile.records(), self.files.len());
        let looked = format!("looked at {records} records of {files} file{}", plural(files));
        match self.cut {
            0 => looked,
            cut => format!("{looked}, of {cut} of them at the first 64 MiB or 1,000,000 records only"),
        }
    }

    /// Decodes the sample as a run would.
    pub(crate) fn verify(&self, definition: &TableDefinition) -> Result<Verdict, CommandError> {
        let columns = definition.plan_columns(Level::P3);
        let kernel = kernel(definition.dialect(), &columns)?;
        let mut scratch = Scratch::default();
        let mut by_column: BTreeMap<u32, (u64, Reason)> = BTreeMap::new();
        let mut by_reason: BTreeMap<Reason, (u64, PathBuf, u64)> = BTreeMap::new();
        for file in &self.files {
            let seen = visit_blocks(&kernel, file, &mut |block| {
                let decoded = kernel.decode(block, &mut scratch);
                let decoded = decoded.map_err(|error| CommandError::failed(format!("{}: {error}", file.display())))?;
                for reject in decoded.rejects {
                    match reject.column.filter(|_| !is_structural(reject.reason)) {
                        Some(column) => by_column.entry(column).or_insert((0, reject.reason)).0 += 1,
                        None => by_reason.entry(reject.reason).or_insert((0, file.clone(), reject.line)).0 += 1,
                    }
                }
                Ok(())
            });
            match seen {
                Ok(_) | Err(Unread::Source(SourceError::HeaderMissing { .. })) => {}
                Err(unread) => return Err(unread.told(file)),
            }
        }
        let refusal = |(column, (values, reason)): (u32, (u64, Reason))| Refusal {
            column: column as usize,
            values,
            reason: reason.title().into(),
        };
        let doubt = |(reason, (count, file, line)): (Reason, (u64, PathBuf, u64))| {
            let (title, file) = (reason.title(), file.display());
            Doubt::new(Topic::Sample, format!("{count} times {title}, first in {file}:{line}: such rows are rejected"))
        };
        Ok(Verdict {
            refusals: by_column.into_iter().map(refusal).collect(),
            doubts: by_reason.into_iter().map(doubt).collect(),
        })
    }
}

/// Faults of a record or its text, which another type would not mend.
fn is_structural(reason: Reason) -> bool {
    use Reason::{InvalidEncoding, NulByte, TextAfterQuote, TooFewFields, TooManyFields};
    matches!(reason, InvalidEncoding | NulByte | TextAfterQuote | TooFewFields | TooManyFields)
}

/// Why a file was not read to the end.
enum Unread {
    Source(SourceError),
    Told(CommandError),
}

impl Unread {
    fn told(self, file: &Path) -> CommandError {
        match self {
            Self::Source(error) => CommandError::source(file, &error),
            Self::Told(error) => error,
        }
    }
}

impl From<SourceError> for Unread {
    fn from(error: SourceError) -> Self {
        Self::Source(error)
    }
}

/// Hands out the blocks of a file's sample; whether it was the whole file.
fn visit_blocks(
    kernel: &Kernel,
    file: &Path,
    visit: &mut dyn FnMut(&Block) -> Result<(), CommandError>,
) -> Result<bool, Unread> {
    let input = open(file).map_err(Unread::Told)?;
    let mut reader = BlockReader::new(kernel, input, compression(file), BLOCK_BYTES)?;
    let (mut bytes, mut records) = (0, 0);
    let mut recycled = None;
    while let Some(block) = reader.next_block(recycled.take())? {
        if bytes >= MOST_BYTES || records >= MOST_RECORDS {
            return Ok(false);
        }
        visit(&block).map_err(Unread::Told)?;
        bytes += block.text_bytes() as u64;
        records += block.records();
        recycled = Some(block.into_buffer());
    }
    Ok(true)
}

fn encoding(files: &[PathBuf]) -> Result<(Encoding, Vec<Doubt>), CommandError> {
    let mut found = Vec::new();
    for file in files {
        let mut watch = EncodingWatch::default();
        let whole =
            naru_decode::visit_bytes(open(file)?, compression(file), MOST_BYTES, &mut |piece| watch.feed(piece));
        let is_whole = whole.map_err(|error| CommandError::source(file, &error))?;
        found.push((file.display().to_string(), watch.finish(is_whole)));
    }
    infer::common_encoding(&found).map_err(|faults| CommandError::faults("the sample", &faults))
}

/// The layout of the first file that holds a record.
fn layout(files: &[PathBuf], encoding: Encoding) -> Result<(&Path, SourceLayout), CommandError> {
    for file in files {
        let head = naru_decode::head_text(open(file)?, compression(file), encoding, HEAD_BYTES);
        let (text, is_whole) = head.map_err(|error| CommandError::source(file, &error))?;
        let cut = |dialect: &Dialect| naru_decode::head_records(&text, is_whole, dialect, HEAD_RECORDS);
        if let Some(layout) = SourceLayout::find(encoding, cut).map_err(|error| clash(&error))? {
            return Ok((file, layout));
        }
    }
    Err(CommandError::failed("the files hold no record").hint("infer from a delivery with a header and rows"))
}

fn kernel(dialect: &Dialect, columns: &[PlanColumn]) -> Result<Kernel, CommandError> {
    Kernel::new(dialect, columns).map_err(|error| clash(&error))
}

fn clash(error: &KernelError) -> CommandError {
    CommandError::failed(format!("no dialect fits the files: {error}"))
}

fn open(file: &Path) -> Result<File, CommandError> {
    File::open(file).map_err(|error| CommandError::io("read", file, &error))
}

fn compression(file: &Path) -> SourceCompression {
    SourceCompression::of_name(&file.to_string_lossy())
}
