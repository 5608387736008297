//! What stays the same for a run from its first row to its commits.

use naru_core::LoadPlan;
use naru_core::run::Again;
use naru_lake::Lake;

use crate::pipeline::Bounds;
use crate::{ExecuteOptions, Progress};

/// What a run is, where it runs and how.
#[derive(Clone, Copy)]
pub(crate) struct RunContext<'a> {
    pub(crate) plan: &'a LoadPlan,
    pub(crate) lake: &'a Lake,
    pub(crate) options: ExecuteOptions,
    pub(crate) bounds: Bounds,
    pub(crate) progress: &'a dyn Progress,
    pub(crate) again: Again,
}
