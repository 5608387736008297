//! The same small piece of work for many things, on all cores.

use std::panic::resume_unwind;
use std::thread::{available_parallelism, scope};

/// Fewer than these for a thread take less time than to start one.
const LEAST_PER_THREAD: usize = 64;

/// What a service is asked at once.
#[cfg(feature = "aws")]
const REQUESTS_AT_ONCE: usize = 16;

/// What `work` makes of each thing, in the order of the things.
pub(crate) fn in_parallel<T: Sync, R: Send>(things: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    on_threads(things, available_parallelism().map_or(1, usize::from).min(things.len() / LEAST_PER_THREAD), work)
}

/// The same for work that waits for answers of a service: many at once, however few cores there are.
#[cfg(feature = "aws")]
pub(crate) fn requests<T: Sync, R: Send>(things: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    on_threads(things, REQUESTS_AT_ONCE.min(things.len()), work)
}

fn on_threads<T: Sync, R: Send>(things: &[T], threads: usize, work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    if threads < 2 {
        return things.iter().map(work).collect();
    }
    let work = &work;
    scope(|scope| {
        let parts = things.chunks(things.len().div_ceil(threads));
        let running: Vec<_> = parts.map(|part| scope.spawn(|| part.iter().map(work).collect::<Vec<R>>())).collect();
        let mut made = Vec::with_capacity(things.len());
        for thread in running {
            made.extend(thread.join().unwrap_or_else(|panic| resume_unwind(panic)));
        }
        made
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_stays() {
        for count in [0, 1, LEAST_PER_THREAD, 10 * LEAST_PER_THREAD + 1] {
            let things: Vec<usize> = (0..count).collect();
            assert_eq!(in_parallel(&things, |thing| thing * 2), (0..count).map(|n| n * 2).collect::<Vec<_>>());
        }
    }
}
