//! A catalog whose calls are counted, may fail, and may not say what they did.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use naru_lake::{CatalogPointer, ListedTable, PointerError, PointerErrorKind};

use crate::faults::Fate;
use crate::{Call, Fault, Faults, Swap};

#[derive(Debug)]
pub(crate) struct FaultyPointer {
    inner: Arc<dyn CatalogPointer>,
    faults: Faults,
    /// A swap that is still on its way.
    late: Mutex<Option<Swap>>,
}

impl FaultyPointer {
    pub(crate) fn new(inner: Arc<dyn CatalogPointer>, faults: Faults) -> Self {
        Self { inner, faults, late: Mutex::new(None) }
    }

    async fn meet<T>(
        &self,
        call: Call,
        work: impl Future<Output = Result<T, PointerError>>,
    ) -> Result<T, PointerError> {
        self.answer(call, self.faults.meet(call), work).await
    }

    async fn answer<T>(
        &self,
        call: Call,
        fate: Fate,
        work: impl Future<Output = Result<T, PointerError>>,
    ) -> Result<T, PointerError> {
        match fate {
            Fate::Passed => work.await,
            Fate::Last | Fate::Half => {
                work.await?;
                self.faults.end()
            }
            Fate::Wrong(fault) => {
                if matches!(fault, Fault::Says { done: true, .. } | Fault::Vanishes { done: true }) {
                    work.await?;
                }
                Err(failed(fault, call))
            }
        }
    }

    /// Lets the swap arrive that was on its way, if there is one. Whatever it comes to, nobody hears of it.
    async fn arrive(&self) {
        let late = self.late.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(swap) = late {
            drop(swap.arrive(self.inner.as_ref()).await);
        }
    }
}

impl Drop for FaultyPointer {
    fn drop(&mut self) {
        futures::executor::block_on(self.arrive());
    }
}

#[async_trait]
impl CatalogPointer for FaultyPointer {
    async fn load(&self, database: &str, table: &str) -> Result<Option<String>, PointerError> {
        self.meet(Call::Ask, self.inner.load(database, table)).await
    }

    async fn create(&self, database: &str, table: &str, location: &str) -> Result<(), PointerError> {
        self.meet(Call::AddTable, self.inner.create(database, table, location)).await
    }

    async fn swap(&self, database: &str, table: &str, expected: &str, new: &str) -> Result<(), PointerError> {
        self.arrive().await;
        let fate = self.faults.meet(Call::Swap);
        let swap = || {
            let [database, table, expected, new] = [database, table, expected, new].map(String::from);
            Swap { database, table, expected, new }
        };
        match fate {
            Fate::Wrong(Fault::SaysUnknownAndDoesItLater) => {
                *self.late.lock().unwrap_or_else(PoisonError::into_inner) = Some(swap());
            }
            Fate::Wrong(Fault::Vanishes { done: false }) => self.faults.lose(swap()),
            _ => {}
        }
        self.answer(Call::Swap, fate, self.inner.swap(database, table, expected, new)).await
    }

    async fn list_databases(&self) -> Result<Vec<String>, PointerError> {
        self.meet(Call::Ask, self.inner.list_databases()).await
    }

    async fn list_tables(&self, database: &str) -> Result<Vec<ListedTable>, PointerError> {
        self.meet(Call::Ask, self.inner.list_tables(database)).await
    }

    async fn create_database(&self, database: &str) -> Result<(), PointerError> {
        self.meet(Call::AddDatabase, self.inner.create_database(database)).await
    }
}

fn failed(fault: Fault, call: Call) -> PointerError {
    let (kind, message) = match fault {
        Fault::Says { kind, .. } => (kind, "the catalog says so"),
        Fault::SaysUnknownAndDoesItLater => (PointerErrorKind::UnknownOutcome, "the catalog's answer was lost"),
        Fault::Vanishes { .. } if call == Call::Ask => (PointerErrorKind::Unavailable, "the catalog is out of reach"),
        Fault::Vanishes { .. } => (PointerErrorKind::UnknownOutcome, "the catalog is out of reach"),
        Fault::DiskFull => (PointerErrorKind::Other, "the disk is full; free some space and run again"),
        Fault::Locked => (PointerErrorKind::Unavailable, "another process is using the catalog"),
        Fault::Dies(_) | Fault::Fails | Fault::Breaks => (PointerErrorKind::Other, "the disk reported an error"),
    };
    PointerError::new(kind, message)
}
