//! The end of a call's time: Lambda kills a function that goes on, so that runs are asked to stop some seconds before.

use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use naru::service::TimeLimit;

/// What a stop takes at the most, and the answer.
const MARGIN: Duration = Duration::from_secs(20);

/// Watches the time of one call; dropped, it watches no more.
pub(crate) struct Watch {
    pub(crate) limit: TimeLimit,
    /// From the call's beginning to the stop.
    pub(crate) time: Duration,
    /// Its end ends the watching thread.
    _ended: Sender<()>,
}

impl Watch {
    /// Until shortly before the deadline, in milliseconds since 1970-01-01 UTC.
    pub(crate) fn until(deadline_millis: u64) -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let left = Duration::from_millis(deadline_millis).saturating_sub(now);
        let time = left.saturating_sub(MARGIN.min(left / 4));
        let (limit, (ended, ends)) = (TimeLimit::default(), channel());
        let watched = limit.clone();
        std::thread::spawn(move || {
            if ends.recv_timeout(time) == Err(RecvTimeoutError::Timeout) {
                watched.reached();
            }
        });
        Self { limit, time, _ended: ended }
    }
}
