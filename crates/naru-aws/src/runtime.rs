//! The one runtime that the SDK's requests run on.

use std::future::Future;
use std::io;
use std::sync::mpsc::{Receiver, sync_channel};

use tokio::task::JoinHandle;

/// Threads of the runtime: they wait for sockets, and decode nothing.
const THREADS: usize = 2;

/// A runtime of its own, for requests that any thread may ask for and wait for, in a runtime or not.
#[derive(Debug)]
pub(crate) struct Runtime(Option<tokio::runtime::Runtime>);

impl Runtime {
    pub(crate) fn start() -> io::Result<Self> {
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        builder.worker_threads(THREADS).thread_name("naru-aws").enable_all();
        Ok(Self(Some(builder.build()?)))
    }

    /// Runs a task, and waits for it. When the waiting ends early, the task goes on: a request is not cut off.
    ///
    /// # Errors
    /// If the runtime ended, or the task panicked.
    pub(crate) async fn run<T: Send + 'static>(&self, task: impl Future<Output = T> + Send + 'static) -> io::Result<T> {
        self.spawn(task)?.await.map_err(io::Error::other)
    }

    /// Starts a task.
    ///
    /// # Errors
    /// If the runtime ended.
    pub(crate) fn spawn<T: Send + 'static>(
        &self,
        task: impl Future<Output = T> + Send + 'static,
    ) -> io::Result<JoinHandle<T>> {
        match &self.0 {
            Some(runtime) => Ok(runtime.spawn(task)),
            None => Err(io::Error::other("the runtime of AWS requests has ended")),
        }
    }

    /// Starts a task whose outcome a thread waits for, blocking.
    ///
    /// # Errors
    /// If the runtime ended.
    pub(crate) fn start_task<T: Send + 'static>(
        &self,
        task: impl Future<Output = T> + Send + 'static,
    ) -> io::Result<Receiver<T>> {
        // Room for the one outcome: the task never waits for the thread.
        let (sender, receiver) = sync_channel(1);
        self.spawn(async move { drop(sender.send(task.await)) })?;
        Ok(receiver)
    }
}

impl Drop for Runtime {
    fn drop(&mut self) {
        // Dropped in another runtime, a runtime that waited for its threads would panic.
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}
