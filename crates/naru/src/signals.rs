//! Signals: the first SIGTERM or SIGINT asks what runs to stop, the second one ends the process at once.

use std::io;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use naru_lake::Stop;
use signal_hook::consts::{SIGINT, SIGTERM, SIGXFSZ};
use signal_hook::flag;

/// What a signal asks for, or whoever else has one. Clones are one and the same.
#[derive(Debug, Clone, Default)]
pub(crate) struct StopSignal {
    requested: Arc<AtomicBool>,
    /// The signal's number; 0 where none has asked.
    number: Arc<AtomicUsize>,
}

impl StopSignal {
    /// Listens to the signals, from the first call on.
    pub(crate) fn listen() -> &'static Self {
        static LISTENING: OnceLock<StopSignal> = OnceLock::new();
        LISTENING.get_or_init(|| {
            let stop = Self::default();
            if let Err(error) = stop.register() {
                // Then a signal ends the process, as it would without this.
                tracing::warn!(%error, "signals cannot be listened to; they end runs at once");
            }
            stop
        })
    }

    fn register(&self) -> io::Result<()> {
        for signal in [SIGTERM, SIGINT] {
            // In this order: the flag that the second signal looks at is set by the first one, after it has looked.
            flag::register_conditional_default(signal, Arc::clone(&self.requested))?;
            flag::register_usize(signal, Arc::clone(&self.number), usize::try_from(signal).unwrap_or_default())?;
            flag::register(signal, Arc::clone(&self.requested))?;
        }
        Ok(())
    }

    /// Asks to stop, as a signal does.
    #[cfg(feature = "aws")]
    pub(crate) fn request(&self) {
        self.requested.store(true, Ordering::Relaxed);
    }

    /// Whether to stop.
    pub(crate) fn is_requested(&self) -> bool {
        self.requested.load(Ordering::Relaxed)
    }

    /// What asked to stop: the signal's name, or the end of the time that there was.
    pub(crate) fn name(&self) -> &'static str {
        match i32::try_from(self.number.load(Ordering::Relaxed)) {
            Ok(SIGINT) => "SIGINT",
            Ok(SIGTERM) => "SIGTERM",
            _ => "the time limit",
        }
    }

    /// The same request, as a lake takes it.
    pub(crate) fn to_lake(&self) -> Stop {
        Stop::when(Arc::clone(&self.requested))
    }
}

/// Makes a file that grows beyond the process's limit (`ulimit -f`) an error of that write, where by default the process
/// would be killed. The flag is for nobody: to handle the signal is enough.
pub(crate) fn survive_file_size_limit() {
    if let Err(error) = flag::register(SIGXFSZ, Arc::new(AtomicBool::new(false))) {
        tracing::warn!(%error, "a file beyond the limit of `ulimit -f` will end the process");
    }
}
