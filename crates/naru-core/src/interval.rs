//! Intervals: the half-open span of logical time that one run covers.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A half-open span of logical time `[start, end)`, with its text in the project's time zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Interval {
    /// `2026-11-22T05` h, `2026-11-22` d, `2026-W47` w, `2026-11` m, `2026-Q4` q, `2026` y, a run key for `x`.
    pub text: String,
    /// First instant inside.
    pub start: DateTime<Utc>,
    /// First instant after.
    pub end: DateTime<Utc>,
}
