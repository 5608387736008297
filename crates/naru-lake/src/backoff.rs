//! Waiting between attempts, so that writers which met once do not meet again.

use std::time::Duration;

use futures::channel::oneshot;
use uuid::Uuid;

const FIRST_WAIT: Duration = Duration::from_millis(20);
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// Waits before a round, counted from 0; not before the first. A random time up to a limit that doubles.
pub(crate) async fn before_round(round: u32) {
    if round > 0 {
        wait(limit(round).mul_f64(random_share())).await;
    }
}

fn limit(round: u32) -> Duration {
    FIRST_WAIT.saturating_mul(1_u32.checked_shl(round.min(16)).unwrap_or(u32::MAX)).min(LONGEST_WAIT)
}

/// 0 to 1; from the random bits of a UUID.
fn random_share() -> f64 {
    let (_, low) = Uuid::new_v4().as_u64_pair();
    f64::from(u32::try_from(low & 0xFFFF_FFFF).unwrap_or_default()) / f64::from(u32::MAX)
}

/// Waits on a thread of its own: commits are rare, and this crate asks for no particular runtime or timer.
async fn wait(duration: Duration) {
    let (sender, receiver) = oneshot::channel::<()>();
    let spawned = std::thread::Builder::new().name("naru-backoff".into()).spawn(move || {
        std::thread::sleep(duration);
        drop(sender);
    });
    match spawned {
        // The sender's end is the signal.
        Ok(_) => drop(receiver.await),
        Err(_) => std::thread::sleep(duration),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_up_to_a_limit() {
        assert_eq!(limit(1), Duration::from_millis(40));
        assert_eq!(limit(3), Duration::from_millis(160));
        assert_eq!(limit(40), LONGEST_WAIT);
    }

    #[test]
    fn waiting_ends() {
        let start = std::time::Instant::now();
        futures::executor::block_on(wait(Duration::from_millis(20)));
        assert!(start.elapsed() >= Duration::from_millis(20));
    }
}
