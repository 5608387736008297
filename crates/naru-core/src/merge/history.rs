//! The history of one key in an scd2 table: what its rows are once a batch has come in.
//!
//! ```text
//!  rows of the table ─┐                              ┌─ version ─▶ a row until the next fact
//!                     ├─▶ facts, one for each time ──┤
//!  a batch's events ──┘                              └─ end ─────▶ the row before it ends there
//! ```
//!
//! Rows are made from facts and read back as the same facts, and facts of a time are joined in the same way whichever
//! comes first. So with change times the order of batches does not matter: late, repeated and early batches come out
//! as in order.
//!
//! - **A version begins at a time** and holds until the next fact. It is current if there is none.
//! - **An end** is the `valid_to` of a row that no version begins at.
//! - **An end that ends nothing** (its version has not come yet, or has ended before) is kept as a row whose
//!   `valid_from` and `valid_to` are its time, so that a version that comes late ends there. It is valid at no time. It
//!   may take its content from a stored row, since that of the end itself is gone.
//! - **Two versions of one time**: equal content keeps the stored row, with the smaller load_interval of the two; other
//!   content is taken from the greater load_interval, or from the batch if they are equal. Of two in one batch the
//!   last counts.
//! - **A version and an end of one time**: the version counts, since a stored end does not say which run it is from.
//!
//! Where the change time is the interval (`collapse`), batches come in order and say what is true at their time: a
//! version that repeats the one before it is no change, an end that ends nothing is forgotten, and an end takes the
//! place of a version of its own time unless a later interval has loaded that.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// A row of the table for a key. Times are days or microseconds, as the column has them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored<C> {
    /// Start of the time that it holds for.
    pub valid_from: i64,
    /// End of that time, exclusive; none: it has not ended.
    pub valid_to: Option<i64>,
    /// Whether it has no end.
    pub is_current: bool,
    /// Start of the interval whose run loaded it, in microseconds.
    pub load_interval: i64,
    /// What is compared to tell whether a row changes.
    pub content: C,
}

/// What a batch says of the key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event<C> {
    /// Time of the change.
    pub at: i64,
    /// Content from then on; none: the key ends.
    pub content: Option<C>,
}

/// Where a kept row's columns come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// Index of a stored row. One stored row may be the origin of two kept ones, of which one is valid at no time.
    Stored(usize),
    /// Index of an event; an end is the origin of a row only if that is valid at no time.
    Incoming(usize),
}

/// A row that the key has afterwards, in the order of time. A stored row that is nobody's origin goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept {
    /// Where its other columns come from.
    pub origin: Origin,
    /// Start of the time that it holds for.
    pub valid_from: i64,
    /// End of that time, exclusive; none: it has not ended.
    pub valid_to: Option<i64>,
    /// Whether it has no end.
    pub is_current: bool,
    /// Start of the interval whose run loaded it, in microseconds.
    pub load_interval: i64,
}

/// The rows of a key after a batch; see the module for the rules.
///
/// `stored` are all rows of the key in any order, `incoming` the batch's events in any order (of two with one time the
/// last counts), `interval` the start of the batch's interval in microseconds. With `collapse` the change time is the
/// interval.
pub fn history<C: Eq>(stored: &[Stored<C>], incoming: &[Event<C>], interval: i64, collapse: bool) -> Vec<Kept> {
    let mut news = BTreeMap::new();
    for (index, event) in incoming.iter().enumerate() {
        let origin = Origin::Incoming(index);
        let fact = Fact { origin, load_interval: interval, content: event.content.as_ref() };
        add(&mut news, event.at, fact, collapse);
    }
    // The batch agrees with itself before it meets the table, so that what it takes back leaves no trace.
    let mut facts = stored_facts(stored);
    for (at, fact) in news {
        add(&mut facts, at, fact, collapse);
    }
    rows(facts, collapse)
}

/// What is known of a time: a version that begins, or (without content) the key's end.
#[derive(Debug)]
struct Fact<'a, C> {
    origin: Origin,
    load_interval: i64,
    content: Option<&'a C>,
}

impl<C: Eq> Fact<'_, C> {
    fn is_version(&self) -> bool {
        self.content.is_some()
    }

    /// Joins what a batch says of the same time.
    fn meet(&mut self, news: Self, collapse: bool) {
        if self.content == news.content {
            self.load_interval = self.load_interval.min(news.load_interval);
            return;
        }
        let wins = match (self.is_version(), news.is_version()) {
            (false, _) => true,
            (true, true) => news.load_interval >= self.load_interval,
            (true, false) => collapse && news.load_interval >= self.load_interval,
        };
        if wins {
            *self = news;
        }
    }
}

fn add<'a, C: Eq>(facts: &mut BTreeMap<i64, Fact<'a, C>>, at: i64, fact: Fact<'a, C>, collapse: bool) {
    match facts.entry(at) {
        Entry::Vacant(slot) => {
            slot.insert(fact);
        }
        Entry::Occupied(mut slot) => slot.get_mut().meet(fact, collapse),
    }
}

fn stored_facts<C: Eq>(stored: &[Stored<C>]) -> BTreeMap<i64, Fact<'_, C>> {
    let mut facts: BTreeMap<i64, Fact<'_, C>> = BTreeMap::new();
    let fact = |index: usize, row: &'_ Stored<C>| (Origin::Stored(index), row.load_interval);
    let (ends, versions): (Vec<_>, Vec<_>) =
        stored.iter().enumerate().partition(|(_, row)| row.valid_to == Some(row.valid_from));
    for (index, row) in &versions {
        let (origin, load_interval) = fact(*index, row);
        let version = Fact { origin, load_interval, content: Some(&row.content) };
        add(&mut facts, row.valid_from, version, false);
    }
    for (index, row) in ends.into_iter().chain(versions) {
        let Some(at) = row.valid_to else { continue };
        let (origin, load_interval) = fact(index, row);
        facts.entry(at).or_insert(Fact { origin, load_interval, content: None });
    }
    facts
}

fn rows<C: Eq>(facts: BTreeMap<i64, Fact<'_, C>>, collapse: bool) -> Vec<Kept> {
    let mut kept: Vec<Kept> = Vec::with_capacity(facts.len());
    // The fact before, as far as it counts.
    let mut before: Option<Fact<'_, C>> = None;
    for (at, fact) in facts {
        let in_force = before.as_ref().filter(|before| before.is_version());
        let repeats = in_force.is_some_and(|before| before.content == fact.content);
        if collapse && repeats && matches!(fact.origin, Origin::Incoming(_)) {
            continue;
        }
        if in_force.is_some()
            && let Some(row) = kept.last_mut()
        {
            (row.valid_to, row.is_current) = (Some(at), false);
        }
        let Fact { origin, load_interval, .. } = fact;
        if fact.is_version() {
            kept.push(Kept { origin, valid_from: at, valid_to: None, is_current: true, load_interval });
        } else if in_force.is_none() && !collapse {
            kept.push(Kept { origin, valid_from: at, valid_to: Some(at), is_current: false, load_interval });
        }
        before = Some(fact);
    }
    kept
}

#[cfg(test)]
#[path = "history_tests.rs"]
mod tests;
