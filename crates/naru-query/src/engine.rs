//! Runs a plan on Polars' streaming engine, on a thread of its own.

use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use polars::prelude::{DataFrame, Engine, LazyFrame, PlanCallback};

use crate::QueryError;
use crate::plan::{Work, plan_slice};
use crate::redact::Names;

/// What the engine's thread sends.
pub(crate) enum Message {
    /// Rows.
    Batch(DataFrame),
    /// The last message; without it the engine has panicked.
    End(Result<(), QueryError>),
}

/// Starts the engine. The channel holds one batch, so the engine waits for a slow writer; it stops when nobody reads.
pub(crate) fn start(
    work: Work,
    batch_rows: Option<NonZeroUsize>,
    names: Names,
) -> Result<Receiver<Message>, QueryError> {
    let (sender, receiver) = sync_channel(1);
    let run = move || {
        let engine = EngineThread { sender, batch_rows, names, stopped: Arc::new(AtomicBool::new(false)) };
        // After a panic nothing is sent: the receiver takes the closed channel for what it is.
        if let Ok(outcome) = catch_unwind(AssertUnwindSafe(|| engine.run(work))) {
            let _ = engine.sender.send(Message::End(outcome));
        }
    };
    thread::Builder::new().name("query-run".into()).stack_size(naru_sql::deep_stack::STACK_BYTES).spawn(run)?;
    Ok(receiver)
}

struct EngineThread {
    sender: SyncSender<Message>,
    batch_rows: Option<NonZeroUsize>,
    names: Names,
    /// Nobody reads on.
    stopped: Arc<AtomicBool>,
}

impl EngineThread {
    fn run(&self, work: Work) -> Result<(), QueryError> {
        match work {
            Work::Whole(frame) => self.deliver(*frame),
            Work::Sliced { sql, table, deletions, slices, names } => {
                for slice in &slices {
                    self.deliver(plan_slice(&sql, &table, &deletions, slice, &names)?)?;
                    if self.stopped.load(Ordering::Relaxed) {
                        break;
                    }
                }
                Ok(())
            }
        }
    }

    fn deliver(&self, frame: LazyFrame) -> Result<(), QueryError> {
        let (batches, stopped) = (self.sender.clone(), self.stopped.clone());
        let callback = PlanCallback::new(move |batch| {
            let stop = batches.send(Message::Batch(batch)).is_err();
            stopped.fetch_or(stop, Ordering::Relaxed);
            Ok(stop)
        });
        let ran = frame
            .sink_batches(callback, true, self.batch_rows)
            .and_then(|frame| frame.collect_with_engine(Engine::Streaming));
        ran.map(|_| ()).map_err(|error| self.names.explain(&error))
    }
}
