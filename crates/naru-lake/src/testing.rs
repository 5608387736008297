//! For tests of this crate and of adapters: the contracts of the ports as suites, and a model of [`CatalogPointer`].

// A suite says what it expects by panicking, as tests do.
#![allow(clippy::panic, clippy::unwrap_used, clippy::expect_used)]

mod landing;
mod storage;
mod tables;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;

use crate::ports::{CatalogPointer, ListedTable, PointerError, PointerErrorKind};

pub use landing::{LandingSite, landing_contract};
pub use storage::storage_contract;
pub use tables::{
    DAY, column, committed, expected, read, request, rows, run_record, simple_batch, simple_spec, write_batch,
};

/// The model: a catalog in memory.
#[derive(Debug, Default)]
pub struct MemoryPointer {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    databases: BTreeSet<String>,
    tables: BTreeMap<(String, String), String>,
}

#[async_trait]
impl CatalogPointer for MemoryPointer {
    async fn load(&self, database: &str, table: &str) -> Result<Option<String>, PointerError> {
        Ok(self.state.lock().unwrap().tables.get(&(database.into(), table.into())).cloned())
    }

    async fn create(&self, database: &str, table: &str, metadata_location: &str) -> Result<(), PointerError> {
        let mut state = self.state.lock().unwrap();
        if !state.databases.contains(database) {
            return Err(PointerError::new(PointerErrorKind::NotFound, "there is no such database"));
        }
        let key = (database.into(), table.into());
        if state.tables.contains_key(&key) {
            return Err(PointerError::new(PointerErrorKind::AlreadyExists, "the table exists already"));
        }
        state.tables.insert(key, metadata_location.into());
        Ok(())
    }

    async fn swap(&self, database: &str, table: &str, expected: &str, new: &str) -> Result<(), PointerError> {
        match self.state.lock().unwrap().tables.get_mut(&(database.into(), table.into())) {
            None => Err(PointerError::new(PointerErrorKind::NotFound, "there is no such table")),
            Some(current) if current != expected => {
                Err(PointerError::new(PointerErrorKind::Conflict, "the table was changed"))
            }
            Some(current) => {
                *current = new.into();
                Ok(())
            }
        }
    }

    async fn list_databases(&self) -> Result<Vec<String>, PointerError> {
        Ok(self.state.lock().unwrap().databases.iter().cloned().collect())
    }

    async fn list_tables(&self, database: &str) -> Result<Vec<ListedTable>, PointerError> {
        let state = self.state.lock().unwrap();
        let of_database = state.tables.iter().filter(|((of, _), _)| of == database);
        Ok(of_database.map(|((_, table), location)| ListedTable::new(database, table, location)).collect())
    }

    async fn create_database(&self, database: &str) -> Result<(), PointerError> {
        self.state.lock().unwrap().databases.insert(database.into());
        Ok(())
    }
}

/// Runs the contract of [`CatalogPointer`] against an empty catalog. `open` gives one more handle to the same catalog, as
/// another process would have it.
pub async fn pointer_contract(open: impl Fn() -> Arc<dyn CatalogPointer>) {
    pointer_contract_at(open, &|name| name.to_string()).await;
}

/// As [`pointer_contract`], for a catalog that looks into metadata files: `locate` gives the location of one for each name.
pub async fn pointer_contract_at(open: impl Fn() -> Arc<dyn CatalogPointer>, locate: Locate<'_>) {
    let (one, other) = (open(), open());
    databases(&*one, &*other).await;
    creation(&*one, &*other, locate).await;
    swapping(&*one, &*other, locate).await;
    names_are_exact(&*one, locate).await;
    one_of_many_swaps_wins(&open, locate).await;
}

type Locate<'a> = &'a dyn Fn(&str) -> String;

async fn databases(one: &dyn CatalogPointer, other: &dyn CatalogPointer) {
    assert_eq!(one.list_databases().await.unwrap(), Vec::<String>::new());
    for name in ["dev_b", "dev_a", "dev_b"] {
        one.create_database(name).await.expect("creating a database again does nothing");
    }
    assert_eq!(other.list_databases().await.unwrap(), ["dev_a", "dev_b"]);
    assert_eq!(other.list_tables("dev_a").await.unwrap(), []);
    assert_eq!(other.list_tables("none").await.unwrap(), []);
}

async fn creation(one: &dyn CatalogPointer, other: &dyn CatalogPointer, at: Locate<'_>) {
    assert_eq!(one.load("dev_a", "t").await.unwrap(), None);
    expect_kind(one.create("none", "t", &at("m0")).await, PointerErrorKind::NotFound);
    one.create("dev_a", "t", &at("m0")).await.unwrap();
    assert_eq!(other.load("dev_a", "t").await.unwrap(), Some(at("m0")));
    expect_kind(other.create("dev_a", "t", &at("other")).await, PointerErrorKind::AlreadyExists);
    assert_eq!(one.load("dev_a", "t").await.unwrap(), Some(at("m0")), "a failed creation changes nothing");
    one.create("dev_b", "t", &at("b0")).await.expect("the same name in another database is another table");
    one.create("dev_a", "s", &at("s0")).await.unwrap();
    let tables = [ListedTable::new("dev_a", "s", &at("s0")), ListedTable::new("dev_a", "t", &at("m0"))];
    assert_eq!(other.list_tables("dev_a").await.unwrap(), tables);
}

async fn swapping(one: &dyn CatalogPointer, other: &dyn CatalogPointer, at: Locate<'_>) {
    let (m0, m1, m2) = (at("m0"), at("m1"), at("m2"));
    one.swap("dev_a", "t", &m0, &m1).await.unwrap();
    assert_eq!(other.load("dev_a", "t").await.unwrap().as_ref(), Some(&m1));
    expect_kind(other.swap("dev_a", "t", &m0, &m2).await, PointerErrorKind::Conflict);
    expect_kind(other.swap("dev_a", "none", &m0, &m2).await, PointerErrorKind::NotFound);
    expect_kind(other.swap("none", "t", &m0, &m2).await, PointerErrorKind::NotFound);
    assert_eq!(one.load("dev_a", "t").await.unwrap().as_ref(), Some(&m1), "a lost swap changes nothing");
    other.swap("dev_a", "t", &m1, &m2).await.unwrap();
    assert_eq!(one.load("dev_b", "t").await.unwrap(), Some(at("b0")), "other tables stay");
}

async fn names_are_exact(pointer: &dyn CatalogPointer, at: Locate<'_>) {
    assert_eq!(pointer.load("dev_a", "T").await.unwrap(), None);
    assert_eq!(pointer.load("dev_a", "%").await.unwrap(), None);
    let odd = at("둥근 'quote'/x%20y");
    pointer.swap("dev_a", "t", &at("m2"), &odd).await.unwrap();
    assert_eq!(pointer.load("dev_a", "t").await.unwrap(), Some(odd));
}

async fn one_of_many_swaps_wins(open: &impl Fn() -> Arc<dyn CatalogPointer>, at: Locate<'_>) {
    let first = open();
    let start = at("start");
    first.create("dev_a", "race", &start).await.unwrap();
    let racers: Vec<_> = (0..8)
        .map(|n| {
            let (pointer, start, new) = (open(), start.clone(), at(&format!("racer-{n}")));
            std::thread::spawn(move || {
                futures::executor::block_on(pointer.swap("dev_a", "race", &start, &new)).map(|()| new)
            })
        })
        .collect();
    let results: Vec<_> = racers.into_iter().map(|racer| racer.join().unwrap()).collect();
    let winners: Vec<&String> = results.iter().flatten().collect();
    assert_eq!(winners.len(), 1, "exactly one swap wins");
    assert_eq!(first.load("dev_a", "race").await.unwrap().as_ref(), Some(winners[0]));
    for error in results.iter().filter_map(|result| result.as_ref().err()) {
        assert_eq!(error.kind(), PointerErrorKind::Conflict);
    }
}

fn expect_kind(result: Result<(), PointerError>, kind: PointerErrorKind) {
    match result {
        Ok(()) => panic!("expected {kind:?}, but it succeeded"),
        Err(error) => assert_eq!(error.kind(), kind, "{error}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_model_holds_the_contract() {
        let shared: Arc<dyn CatalogPointer> = Arc::new(MemoryPointer::default());
        futures::executor::block_on(pointer_contract(|| shared.clone()));
    }
}
