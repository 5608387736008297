//! Which stored rows a replay decodes again.

use std::collections::HashMap;

use arrow_array::{RecordBatch, StringArray};
use naru_core::quarantine::{RecordedRejects, RowState, column};
use naru_decode::{Kernel, Reason, RecordLayout, StoredFault};

use super::reader::{text, texts};
use super::row_text::from_json;
use crate::LoadError;

/// Decides row by row, always the same way: once when rows are decoded, once when they are marked.
pub(crate) struct Selection<'a> {
    kernel: &'a Kernel,
    /// What the target records of the run that refused the rows.
    recorded: &'a RecordedRejects,
    /// Layouts by the header's JSON; none: the present definition does not have its columns.
    layouts: HashMap<String, Option<RecordLayout>>,
}

/// The columns of a batch that a selection looks at.
pub(crate) struct StoredColumns<'b> {
    faults: &'b StringArray,
    header: &'b StringArray,
    pub(crate) record: &'b StringArray,
    digest: &'b StringArray,
    pub(crate) replays: &'b StringArray,
}

impl<'b> StoredColumns<'b> {
    pub(crate) fn of(batch: &'b RecordBatch) -> Result<Self, LoadError> {
        Ok(Self {
            faults: texts(batch, column::FAULTS)?,
            header: texts(batch, column::HEADER)?,
            record: texts(batch, column::RECORD)?,
            digest: texts(batch, column::DECODE_DIGEST)?,
            replays: texts(batch, column::REPLAYS)?,
        })
    }
}

impl<'a> Selection<'a> {
    pub(crate) fn new(kernel: &'a Kernel, recorded: &'a RecordedRejects) -> Self {
        Self { kernel, recorded, layouts: HashMap::new() }
    }

    /// The header and layout to decode a row by. None: it is not decoded. It is loaded already; or its text lost bytes
    /// that the declared encoding does not have; or it is no single record of the present definition.
    pub(crate) fn layout_of<'b>(
        &mut self,
        rows: &StoredColumns<'b>,
        row: usize,
    ) -> Result<Option<(&'b str, RecordLayout)>, LoadError> {
        let fits: Vec<String> = from_json(column::REPLAYS, text(rows.replays, row))?;
        if RowState::of(Some(self.recorded), text(rows.digest, row), &fits) != RowState::Accepted {
            return Ok(None);
        }
        let faults: Vec<StoredFault> = from_json(column::FAULTS, text(rows.faults, row))?;
        if faults.iter().any(|fault| fault.reason == Reason::InvalidEncoding.code()) {
            return Ok(None);
        }
        let header = text(rows.header, row);
        if !self.layouts.contains_key(header) {
            let names: Vec<String> = from_json(column::HEADER, header)?;
            self.layouts.insert(header.into(), self.kernel.record_layout(&names));
        }
        let layout = self.layouts.get(header).cloned().flatten();
        let is_one = |layout: &RecordLayout| self.kernel.is_one_record(layout, text(rows.record, row));
        Ok(layout.filter(is_one).map(|layout| (header, layout)))
    }
}
