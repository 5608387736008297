//! A clock that only moves when somebody sleeps.

use std::fmt;
use std::sync::Mutex;
use std::time::Duration;

use crate::glue_job::Clock;

type Event = Box<dyn FnOnce() + Send>;

/// A clock of one thread. What is to happen at a time happens when somebody sleeps past it.
#[derive(Default)]
pub struct FakeClock {
    now: Mutex<Duration>,
    events: Mutex<Vec<(Duration, Event)>>,
}

impl FakeClock {
    /// Lets something happen at a time since the clock's start.
    pub fn at(&self, time: Duration, event: impl FnOnce() + Send + 'static) {
        self.events.lock().unwrap().push((time, Box::new(event)));
    }
}

impl Clock for FakeClock {
    fn now(&self) -> Duration {
        *self.now.lock().unwrap()
    }

    fn sleep(&self, time: Duration) {
        let now = {
            let mut now = self.now.lock().unwrap();
            *now += time;
            *now
        };
        let mut events = std::mem::take(&mut *self.events.lock().unwrap());
        let (due, later): (Vec<_>, Vec<_>) = events.drain(..).partition(|(at, _)| *at <= now);
        *self.events.lock().unwrap() = later;
        due.into_iter().for_each(|(_, event)| event());
    }
}

impl fmt::Debug for FakeClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FakeClock({:?})", self.now())
    }
}
