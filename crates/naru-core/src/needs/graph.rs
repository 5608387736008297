//! Jobs and what they need, as a graph.

use std::collections::{BTreeMap, BTreeSet};

/// For each job the jobs that it needs.
pub type Edges<'a, J> = BTreeMap<&'a J, Vec<&'a J>>;

/// The circles in which jobs need each other, one for each set of jobs that hang together so; each begins with its least
/// job, and each of its jobs needs the next one, the last one the first.
pub fn cycles<'a, J: Ord>(edges: &Edges<'a, J>) -> Vec<Vec<&'a J>> {
    let mut found: Vec<Vec<&J>> = Vec::new();
    let mut told: BTreeSet<&J> = BTreeSet::new();
    // What cannot be put in order is in a circle, or needs one, or is needed by one.
    for job in unordered(edges) {
        if told.contains(job) {
            continue;
        }
        if let Some(circle) = shortest_circle(edges, job) {
            told.extend(circle.iter().copied());
            found.push(circle);
        }
    }
    found
}

/// The jobs that need a job, and those that need these: all downstream of it, without itself, each behind all that it
/// needs. Jobs in a circle are left out.
pub fn downstream<'a, J: Ord>(edges: &Edges<'a, J>, job: &J) -> Vec<&'a J> {
    let mut needed_by: BTreeMap<&J, Vec<&'a J>> = BTreeMap::new();
    for (one, needs) in edges {
        needs.iter().for_each(|needed| needed_by.entry(needed).or_default().push(one));
    }
    let (mut below, mut reached) = (BTreeSet::new(), vec![job]);
    while let Some(one) = reached.pop() {
        let next = needed_by.get(one).into_iter().flatten().copied();
        reached.extend(next.filter(|next| below.insert(*next)));
    }
    order(edges).into_iter().filter(|one| below.contains(one) && *one != job).collect()
}

/// The jobs, each behind all that it needs; jobs in a circle, and those that need them, are left out.
pub fn order<'a, J: Ord>(edges: &Edges<'a, J>) -> Vec<&'a J> {
    let mut waits: BTreeMap<&J, usize> = BTreeMap::new();
    let mut needed_by: BTreeMap<&J, Vec<&'a J>> = BTreeMap::new();
    for (job, needs) in edges {
        let known = needs.iter().filter(|needed| edges.contains_key(**needed));
        let known: BTreeSet<&J> = known.copied().collect();
        waits.insert(job, known.len());
        known.into_iter().for_each(|needed| needed_by.entry(needed).or_default().push(job));
    }
    let mut ready: BTreeSet<&'a J> = edges.keys().filter(|job| waits.get(*job) == Some(&0)).copied().collect();
    let mut ordered = Vec::new();
    while let Some(job) = ready.pop_first() {
        ordered.push(job);
        for next in needed_by.get(job).into_iter().flatten() {
            if let Some(count) = waits.get_mut(next) {
                *count -= 1;
                if *count == 0 {
                    ready.insert(next);
                }
            }
        }
    }
    ordered
}

fn unordered<'a, J: Ord>(edges: &Edges<'a, J>) -> Vec<&'a J> {
    let ordered: BTreeSet<&J> = order(edges).into_iter().collect();
    edges.keys().filter(|job| !ordered.contains(*job)).copied().collect()
}

/// The shortest way from a job along its needs back to it.
fn shortest_circle<'a, J: Ord>(edges: &Edges<'a, J>, from: &'a J) -> Option<Vec<&'a J>> {
    let mut ways = std::collections::VecDeque::from([vec![from]]);
    let mut seen: BTreeSet<&J> = BTreeSet::new();
    while let Some(way) = ways.pop_front() {
        let last = way.last().copied()?;
        for needed in edges.get(last).into_iter().flatten() {
            if *needed == from {
                return Some(way);
            }
            if seen.insert(needed) {
                ways.push_back(way.iter().copied().chain([*needed]).collect());
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn graph(edges: &[(u8, Vec<u8>)]) -> BTreeMap<u8, Vec<u8>> {
        edges.iter().cloned().collect()
    }

    fn edges(graph: &BTreeMap<u8, Vec<u8>>) -> Edges<'_, u8> {
        graph.iter().map(|(job, needs)| (job, needs.iter().collect())).collect()
    }

    #[test]
    fn a_circle_is_told_once_and_what_needs_it_is_none() {
        let graph =
            graph(&[(1, vec![3]), (2, vec![1]), (3, vec![2]), (4, vec![1]), (5, vec![6]), (6, vec![5]), (7, vec![])]);
        assert_eq!(cycles(&edges(&graph)), [vec![&1, &3, &2], vec![&5, &6]]);
        assert_eq!(order(&edges(&graph)), [&7]);
    }

    #[test]
    fn downstream_is_in_the_order_of_the_needs() {
        let graph = graph(&[(1, vec![]), (2, vec![3]), (3, vec![1]), (4, vec![1, 2]), (5, vec![])]);
        assert_eq!(downstream(&edges(&graph), &1), [&3, &2, &4]);
        assert_eq!(downstream(&edges(&graph), &2), [&4]);
        assert_eq!(downstream(&edges(&graph), &4), Vec::<&u8>::new());
    }

    proptest! {
        #[test]
        fn a_graph_without_circles_is_ordered_and_one_with_them_says_so(
            needs in proptest::collection::vec(proptest::collection::vec(0_u8..12, 0..4), 12),
            is_sound in any::<bool>(),
        ) {
            let mut graph = BTreeMap::new();
            for (job, mut needs) in (0_u8..).zip(needs) {
                // Who needs only lesser ones is in no circle.
                needs.retain(|needed| !is_sound || *needed < job);
                graph.insert(job, needs);
            }
            let edges = edges(&graph);
            let ordered = order(&edges);
            for (at, job) in ordered.iter().enumerate() {
                for needed in &edges[*job] {
                    prop_assert!(ordered[..at].contains(needed));
                }
            }
            let circles = cycles(&edges);
            prop_assert_eq!(circles.is_empty(), ordered.len() == graph.len());
            for circle in circles {
                for (at, job) in circle.iter().enumerate() {
                    prop_assert!(edges[*job].contains(&circle[(at + 1) % circle.len()]));
                }
            }
        }
    }
}
