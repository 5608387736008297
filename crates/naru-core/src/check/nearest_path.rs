//! The existing definition that lies nearest to one that is missing.
//!
//! Comparing each missing path with all others would take a hundred million comparisons in a project of 10,000 tables.
//! So paths are indexed by what is left of them when one character is taken out: two that are one insertion, deletion,
//! replacement or swap apart share such a rest (SymSpell, W. Garbe, 2012).

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hasher};

/// Candidates to keep for one rest: families like `t0001`, `t0002`, … share many rests.
const MAX_CANDIDATES: usize = 32;
/// Longer names are not indexed: their rests take room in proportion to the square of their length.
const MAX_NAME_BYTES: usize = 150;

/// Definitions by table, and by the rests of `<database>/<table>`.
pub(super) struct NearestPath<'a> {
    by_table: HashMap<&'a str, &'a str>,
    /// `<database>/<table>` and the path.
    names: Vec<(String, &'a str)>,
    /// Indices into `names`.
    by_rest: HashMap<u64, Vec<usize>>,
}

impl<'a> NearestPath<'a> {
    /// Indexes definitions, given as (database, table, path), in an order that does not change between runs.
    pub(super) fn new(definitions: impl Iterator<Item = (&'a str, &'a str, &'a str)>) -> Self {
        let mut index = Self { by_table: HashMap::new(), names: Vec::new(), by_rest: HashMap::new() };
        for (database, table, path) in definitions {
            index.by_table.entry(table).or_insert(path);
            let name = format!("{database}/{table}");
            for rest in rests(&name) {
                let candidates = index.by_rest.entry(rest).or_default();
                if candidates.len() < MAX_CANDIDATES {
                    candidates.push(index.names.len());
                }
            }
            index.names.push((name, path));
        }
        index
    }

    /// A definition of nearly the same name, or of the same table in another database.
    pub(super) fn find(&self, database: &str, table: &str) -> Option<&'a str> {
        let name = format!("{database}/{table}");
        let candidates = rests(&name).into_iter().filter_map(|rest| self.by_rest.get(&rest)).flatten();
        let near = candidates.filter_map(|index| self.names.get(*index));
        let nearest = near.map(|(candidate, path)| (!is_one_edit(&name, candidate), *path)).min();
        nearest.map(|(_, path)| path).or_else(|| self.by_table.get(table).copied())
    }
}

/// Whether one insertion, deletion, replacement or swap of neighbours makes one name the other.
fn is_one_edit(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let head = one.iter().zip(other).take_while(|(a, b)| a == b).count();
    let rest = |name: &[u8]| name.get(head..).unwrap_or_default().to_vec();
    let (mut one, mut other) = (rest(one), rest(other));
    while one.last().is_some() && one.last() == other.last() {
        one.pop();
        other.pop();
    }
    match (one.as_slice(), other.as_slice()) {
        ([a, b], [c, d]) => a == d && b == c,
        (one, other) => one.len().max(other.len()) <= 1,
    }
}

/// Hashes of the name and of the name without each one of its characters.
fn rests(name: &str) -> Vec<u64> {
    if name.len() > MAX_NAME_BYTES {
        return Vec::new();
    }
    let hash = |head: &str, tail: &str| {
        let mut hasher = DefaultHasher::new();
        hasher.write(head.as_bytes());
        hasher.write(tail.as_bytes());
        hasher.finish()
    };
    let mut rests = vec![hash(name, "")];
    for (at, character) in name.char_indices() {
        let tail = name.get(at + character.len_utf8()..).unwrap_or_default();
        rests.push(hash(name.get(..at).unwrap_or_default(), tail));
    }
    rests.sort_unstable();
    rests.dedup();
    rests
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_edit_of_each_kind() {
        for other in ["deposit/acount", "deposit/accoount", "deposit/accaunt", "deposit/acconut", "deposit/account"] {
            assert!(is_one_edit("deposit/account", other), "{other}");
        }
        assert!(!is_one_edit("deposit/account", "deposit/acc"));
    }

    #[test]
    fn the_nearest_of_a_family_is_found() {
        let tables: Vec<(String, String)> =
            (0..1_000).map(|n| (format!("t{n:03}"), format!("table-defs/d/t{n:03}.csv"))).collect();
        let index = NearestPath::new(tables.iter().map(|(table, path)| ("d", table.as_str(), path.as_str())));
        assert_eq!(index.find("d", "tt123"), Some("table-defs/d/t123.csv"));
        assert_eq!(index.find("e", "t123"), Some("table-defs/d/t123.csv"));
        assert_eq!(index.find("d", "unlike"), None);
    }
}
