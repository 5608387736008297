//! Control totals of a run: what the sources declare, and what decoding finds.

use std::io::Read;
use std::sync::{Mutex, MutexGuard};

use futures::executor::block_on;
use naru_core::control::{Control, Declared, Found, FoundSum, Mismatch, VerifiedTotals, verify};
use naru_core::plan::SourceFile;
use naru_core::{Fault, LoadPlan};
use naru_decode::{Decoded, Kernel, Trailer};
use naru_lake::{LakeErrorKind, LandingStore};

use crate::{LoadError, RejectReport};

/// No control file is larger than this, in bytes.
const MAX_CONTROL_BYTES: u64 = 64 * 1024;

/// A control total that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ControlMismatch {
    /// URI of the data file.
    pub location: String,
    /// What does not hold.
    pub mismatch: Mismatch,
}

/// The control totals of a run's sources; empty where the plan has none.
pub(crate) struct ControlTotals<'a> {
    plan: &'a LoadPlan,
    /// What the control files declare, one for each source; none where trailers do.
    declared: Option<Vec<Declared>>,
    /// Columns to sum, each once.
    summed: Vec<String>,
    /// What was found so far, one for each source; empty without control totals.
    found: Vec<Mutex<Found>>,
}

impl<'a> ControlTotals<'a> {
    /// Reads the control files, if the plan has any.
    ///
    /// # Errors
    /// Faults of all control files together; one that is gone or has changed.
    pub(crate) fn new(plan: &'a LoadPlan, store: &dyn LandingStore) -> Result<Self, LoadError> {
        let declared = match &plan.control {
            Some(Control::File(_)) => Some(read_all(plan, store)?),
            _ => None,
        };
        let by_position = plan.control.iter().flat_map(Control::sums);
        let by_name = declared.iter().flatten().flat_map(|declared| &declared.sums).map(|sum| &sum.column);
        let mut summed: Vec<String> = by_position.chain(by_name).cloned().collect();
        summed.sort();
        summed.dedup();
        let sources = if plan.control.is_some() { plan.sources.len() } else { 0 };
        let empty = || summed.iter().map(|column| FoundSum { column: column.clone(), ..FoundSum::default() }).collect();
        let found = (0..sources).map(|_| Mutex::new(Found { rows: 0, sums: empty() })).collect();
        Ok(Self { plan, declared, summed, found })
    }

    /// The kernel that takes off trailers and sums what is declared.
    pub(crate) fn prepare(&self, kernel: Kernel) -> Result<Kernel, LoadError> {
        let kernel = match self.plan.control.as_ref().and_then(Control::mark) {
            Some(mark) => kernel.with_trailer(mark),
            None => kernel,
        };
        Ok(kernel.with_sums(&self.summed)?)
    }

    /// Adds what a block of a source decoded to.
    pub(crate) fn add(&self, source: usize, decoded: &Decoded) {
        let Some(found) = self.found.get(source) else { return };
        let mut found = lock(found);
        found.rows += decoded.records;
        for (sum, block) in found.sums.iter_mut().zip(&decoded.sums) {
            sum.total.merge(block.total);
            sum.unread += block.unread;
        }
    }

    /// Holds what was declared against what was found, once all sources are read. None: the plan has no control totals.
    ///
    /// # Errors
    /// Trailers that cannot be read; every total that does not hold.
    pub(crate) fn verify(
        &self,
        trailers: Vec<(usize, Trailer)>,
        rejects: &RejectReport,
    ) -> Result<Option<Vec<VerifiedTotals>>, LoadError> {
        let from_trailers;
        let declared = match (&self.plan.control, &self.declared) {
            (None, _) => return Ok(None),
            (Some(Control::Trailer(_)), _) => {
                from_trailers = self.read_trailers(trailers)?;
                &from_trailers
            }
            (Some(Control::File(_)), declared) => declared.as_deref().unwrap_or_default(),
        };
        if declared.len() != self.found.len() {
            return Err(LoadError::internal("a source has no control totals"));
        }
        let (mut verified, mut mismatches) = (Vec::new(), Vec::new());
        for ((source, declared), found) in self.plan.sources.iter().zip(declared).zip(&self.found) {
            match verify(declared, &lock(found), &self.plan.columns) {
                Ok(totals) => verified.push(totals),
                Err(found) => mismatches.extend(
                    found.into_iter().map(|mismatch| ControlMismatch { location: source.location.clone(), mismatch }),
                ),
            }
        }
        if mismatches.is_empty() {
            return Ok(Some(verified));
        }
        let is_unread = |mismatch: &ControlMismatch| matches!(mismatch.mismatch, Mismatch::Unread { .. });
        let rejects = if mismatches.iter().any(is_unread) { rejects.values.clone() } else { Vec::new() };
        Err(LoadError::ControlMismatch { mismatches, rejects })
    }

    /// What the trailers declare, in the order of the sources.
    fn read_trailers(&self, mut trailers: Vec<(usize, Trailer)>) -> Result<Vec<Declared>, LoadError> {
        let Some(Control::Trailer(record)) = &self.plan.control else { return Ok(Vec::new()) };
        trailers.sort_by_key(|(source, _)| *source);
        let (dialect, columns) = (&self.plan.dialect, &self.plan.columns);
        let read = trailers.iter().filter_map(|(source, trailer)| {
            let source = self.plan.sources.get(*source)?;
            Some(record.read(&trailer.fields, (&source.location, trailer.line), dialect, columns))
        });
        all(read)
    }
}

/// What the control files declare, in the order of the sources.
fn read_all(plan: &LoadPlan, store: &dyn LandingStore) -> Result<Vec<Declared>, LoadError> {
    let mut read = Vec::new();
    for source in &plan.sources {
        read.push(read_one(plan, source, store)?);
    }
    all(read)
}

fn read_one(
    plan: &LoadPlan,
    source: &SourceFile,
    store: &dyn LandingStore,
) -> Result<Result<Declared, Vec<Fault>>, LoadError> {
    let (Some(Control::File(file)), Some(landed)) = (&plan.control, &source.control) else {
        return Err(LoadError::internal("a source has no control file"));
    };
    let location = &landed.location;
    let input = block_on(store.open(location, &landed.etag)).map_err(|error| match error.kind() {
        LakeErrorKind::NotFound => LoadError::SourceGone { location: location.clone(), source: error },
        LakeErrorKind::Conflict => {
            LoadError::SourceChanged { location: location.clone(), planned: landed.size_bytes, read: 0 }
        }
        _ => error.into(),
    })?;
    let mut bytes = Vec::new();
    if let Err(error) = input.take(MAX_CONTROL_BYTES + 1).read_to_end(&mut bytes) {
        return Ok(Err(vec![Fault::new(location, format!("the control file cannot be read: {error}"))]));
    }
    let read = bytes.len() as u64;
    if read > MAX_CONTROL_BYTES {
        let message = format!("the control file is larger than {MAX_CONTROL_BYTES} bytes");
        return Ok(Err(vec![Fault::new(location, message).hint("is it a data file of that name?")]));
    }
    if read != landed.size_bytes {
        return Err(LoadError::SourceChanged { location: location.clone(), planned: landed.size_bytes, read });
    }
    Ok(file.read(&bytes, location, &plan.dialect, &plan.columns))
}

/// All that was read, or the faults of all that was not.
fn all(read: impl IntoIterator<Item = Result<Declared, Vec<Fault>>>) -> Result<Vec<Declared>, LoadError> {
    let (mut declared, mut faults) = (Vec::new(), Vec::new());
    for one in read {
        match one {
            Ok(one) => declared.push(one),
            Err(found) => faults.extend(found),
        }
    }
    if faults.is_empty() { Ok(declared) } else { Err(LoadError::ControlUnreadable(faults)) }
}

fn lock(found: &Mutex<Found>) -> MutexGuard<'_, Found> {
    found.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}
