//! naru in the process of another program, on AWS: the jobs of one phase, as `naru sync` has put them.
//!
//! ```text
//!  Connection ─▶ SyncedProject ─┬─▶ run         naru run, of one job
//!   (session)    (naru.toml,    ├─▶ define      naru check and naru apply, of one definition
//!                 manifest)     ├─▶ place_of    whose is this object?
//!                               └─▶ delivery    what has landed for this interval, and is it all?
//! ```
//!
//! The files are read anew for each [`SyncedProject`]: what a sync has put counts from then on.

mod define;
mod delivery;
mod project;
mod run;

use naru_aws::{AwsAccount, AwsSession};

pub use define::{Defined, DefinedStatus, RefusedChange};
pub use delivery::{Delivery, LandedJob};
pub use project::{Place, SyncedProject};
pub use run::RunAnswer;

use crate::cli::{Global, LogFormat};
use crate::error::CommandError;
use crate::log;
use crate::signals::StopSignal;

/// An error as it is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// As the program exits: 1, 2 or 75.
    pub exit: u8,
    /// What is wrong, on lines of their own its causes, and what to do.
    pub message: String,
}

impl From<CommandError> for Told {
    fn from(error: CommandError) -> Self {
        Self { exit: error.exit() as u8, message: error.message() }
    }
}

/// A session with AWS, kept from one call to the next.
#[derive(Debug, Clone)]
pub struct Connection(AwsSession);

impl Connection {
    /// A session by the SDK's usual chain, in the environment's region; `account` must own every bucket.
    ///
    /// # Errors
    /// No account, no region.
    pub fn open(account: &str) -> Result<Self, Told> {
        let session = AwsAccount::new(account).and_then(|account| AwsSession::connect(account, None));
        Ok(Self(session.map_err(CommandError::from)?))
    }
}

/// Asks a run to stop, from any thread: it ends cleanly, with exit code 75. Clones are one and the same.
#[derive(Debug, Clone, Default)]
pub struct TimeLimit(StopSignal);

impl TimeLimit {
    /// The time is up.
    pub fn reached(&self) {
        self.0.request();
    }

    /// Whether the time is up.
    pub fn is_reached(&self) -> bool {
        self.0.is_requested()
    }
}

/// Starts the log: progress and errors on standard error, a JSON object a line.
pub fn start_log() {
    log::start(&global());
}

/// Tells one step in the log.
pub fn tell(message: &str, fields: serde_json::Value) {
    log::step(&global(), message, fields);
}

/// As `naru --json --log json` is asked.
fn global() -> Global {
    Global { project: None, phase: None, json: true, log: LogFormat::Json, quiet: false }
}
