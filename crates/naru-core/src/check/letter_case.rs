//! Paths that differ in case only: a checkout on macOS or Windows keeps one of them, and Athena folds names.

use std::collections::HashMap;

use crate::Fault;

/// Reports every path that equals another one but for case; of a pair, the one in lower case is right.
pub(super) fn check<'a>(paths: impl Iterator<Item = &'a str>, faults: &mut Vec<Fault>) {
    let mut paths: Vec<&str> = paths.collect();
    paths.sort_unstable_by_key(|path| (path.chars().any(char::is_uppercase), *path));
    paths.dedup();
    let mut first: HashMap<String, &str> = HashMap::new();
    for path in paths {
        let folded = path.to_lowercase();
        if let Some(other) = first.get(&folded) {
            let fault = Fault::new(path, format!("differs from {other} only in case"));
            faults.push(fault.hint("keep one of the files; names are lower case"));
        } else {
            first.insert(folded, path);
        }
    }
}
