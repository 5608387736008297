//! A counting semaphore: so many threads at a time may do one kind of work.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Hands out permits, of which there are so many.
pub(crate) struct Semaphore {
    free: Mutex<usize>,
    returned: Condvar,
}

/// Goes back when it is dropped.
pub(crate) struct Permit<'s>(&'s Semaphore);

impl Semaphore {
    pub(crate) fn new(permits: usize) -> Self {
        Self { free: Mutex::new(permits), returned: Condvar::new() }
    }

    /// Waits until a permit is free.
    pub(crate) fn acquire(&self) -> Permit<'_> {
        let free = self.returned.wait_while(self.free(), |free| *free == 0);
        *free.unwrap_or_else(PoisonError::into_inner) -= 1;
        Permit(self)
    }

    fn free(&self) -> MutexGuard<'_, usize> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        *self.0.free() += 1;
        self.0.returned.notify_one();
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::panic, clippy::unwrap_used, reason = "tests")]
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread;

    use super::*;

    #[test]
    fn no_more_are_at_work_than_there_are_permits() {
        let semaphore = Semaphore::new(2);
        let (now, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..200 {
                        let _permit = semaphore.acquire();
                        most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                        thread::yield_now();
                        now.fetch_sub(1, Ordering::SeqCst);
                    }
                });
            }
        });
        assert_eq!((*semaphore.free.lock().unwrap(), now.into_inner()), (2, 0));
        assert!(most.into_inner() <= 2);
    }

    #[test]
    fn a_permit_goes_back_even_when_its_holder_panics() {
        let semaphore = Semaphore::new(1);
        let panicked = thread::scope(|scope| {
            scope
                .spawn(|| {
                    let _permit = semaphore.acquire();
                    panic!("while it holds the permit");
                })
                .join()
        });
        assert!(panicked.is_err());
        drop(semaphore.acquire());
    }
}
