use super::*;
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::fmt::Write;

type Row = Stored<char>;

/// A run: its interval, and its events.
type Batch = (i64, Vec<Event<char>>);

fn says(at: i64, content: char) -> Event<char> {
    Event { at, content: Some(content) }
}

fn ends(at: i64) -> Event<char> {
    Event { at, content: None }
}

/// The key's rows after a run.
fn run(rows: &[Row], (interval, events): &Batch, collapse: bool) -> Vec<Row> {
    let kept = history(rows, events, *interval, collapse).into_iter();
    let stored = kept.map(|kept| Stored {
        valid_from: kept.valid_from,
        valid_to: kept.valid_to,
        is_current: kept.is_current,
        load_interval: kept.load_interval,
        content: match kept.origin {
            Origin::Stored(index) => rows[index].content,
            // An end has a row's columns, too.
            Origin::Incoming(index) => events[index].content.unwrap_or('-'),
        },
    });
    stored.collect()
}

fn run_all<'a>(batches: impl IntoIterator<Item = &'a Batch>, collapse: bool) -> Vec<Row> {
    batches.into_iter().fold(Vec::new(), |rows, batch| run(&rows, batch, collapse))
}

/// `a[1,3) b[3,)`, where a row that is valid at no time has no content to compare.
fn show(rows: &[Row]) -> String {
    let mut out = String::new();
    for row in rows {
        let content = if row.valid_to == Some(row.valid_from) { '-' } else { row.content };
        let to = row.valid_to.map(|to| to.to_string()).unwrap_or_default();
        let separator = if out.is_empty() { "" } else { " " };
        let _ = write!(out, "{separator}{content}[{},{to})", row.valid_from);
    }
    out
}

fn changes(batches: &[Batch]) -> String {
    show(&run_all(batches, false))
}

#[test]
fn a_change_ends_the_version_before() {
    assert_eq!(changes(&[(1, vec![says(10, 'a')]), (2, vec![says(20, 'b')])]), "a[10,20) b[20,)");
    assert_eq!(changes(&[(1, vec![says(10, 'a'), says(30, 'c'), says(20, 'b')])]), "a[10,20) b[20,30) c[30,)");
}

#[test]
fn a_late_change_splits_the_version_of_its_time() {
    assert_eq!(
        changes(&[(2, vec![says(10, 'a'), says(30, 'c')]), (1, vec![says(20, 'b')])]),
        "a[10,20) b[20,30) c[30,)"
    );
    assert_eq!(changes(&[(2, vec![says(10, 'a')]), (1, vec![says(5, 'b')])]), "b[5,10) a[10,)");
}

#[test]
fn a_key_ends_and_begins_again() {
    let ended = [(1, vec![says(10, 'a')]), (2, vec![ends(20)]), (3, vec![says(30, 'a')])];
    assert_eq!(changes(&ended[..2]), "a[10,20)");
    assert_eq!(changes(&ended), "a[10,20) a[30,)");
    assert!(run_all(&ended[..2], false).iter().all(|row| !row.is_current));
}

#[test]
fn an_end_before_its_version_is_kept_until_that_comes() {
    assert_eq!(changes(&[(1, vec![ends(20)])]), "-[20,20)");
    assert_eq!(changes(&[(1, vec![ends(20)]), (2, vec![says(10, 'a')])]), "a[10,20)");
    let twice = [(1, vec![says(10, 'a')]), (2, vec![ends(30)]), (3, vec![ends(20)])];
    assert_eq!(changes(&twice), "a[10,20) -[30,30)");
    assert_eq!(run_all(&twice, false)[1].content, 'a');
}

#[test]
fn of_one_time_the_version_beats_the_end_and_the_later_interval_the_earlier() {
    assert_eq!(changes(&[(1, vec![says(10, 'a'), says(20, 'b')]), (2, vec![ends(20)])]), "a[10,20) b[20,)");
    assert_eq!(changes(&[(2, vec![says(10, 'a')]), (1, vec![says(10, 'b')])]), "a[10,)");
    assert_eq!(changes(&[(1, vec![says(10, 'a')]), (2, vec![says(10, 'b')])]), "b[10,)");
    assert_eq!(changes(&[(1, vec![says(10, 'a')]), (1, vec![says(10, 'b'), says(10, 'c')])]), "c[10,)");
}

#[test]
fn a_repeated_row_is_a_change_only_with_a_change_time() {
    let daily = [(10, vec![says(10, 'a')]), (20, vec![says(20, 'a')]), (30, vec![says(30, 'b')])];
    assert_eq!(changes(&daily), "a[10,20) a[20,30) b[30,)");
    assert_eq!(show(&run_all(&daily, true)), "a[10,30) b[30,)");
    let ended = [(10, vec![says(10, 'a')]), (20, vec![ends(20)]), (30, vec![ends(30)]), (40, vec![says(40, 'a')])];
    assert_eq!(show(&run_all(&ended, true)), "a[10,20) a[40,)");
    assert_eq!(show(&run_all(&[(10, vec![ends(10)])], true)), "");
}

#[test]
fn an_interval_that_is_forced_again_says_what_is_true_at_its_time() {
    let first = [(10, vec![says(10, 'a')]), (20, vec![says(20, 'b')])];
    let again = |event| run(&run_all(&first, true), &(20, vec![event]), true);
    assert_eq!(show(&again(says(20, 'c'))), "a[10,20) c[20,)");
    assert_eq!(show(&again(says(20, 'a'))), "a[10,)");
    assert_eq!(show(&again(ends(20))), "a[10,20)");
}

#[test]
fn unchanged_rows_keep_their_place_and_load_interval() {
    let rows = run_all(&[(1, vec![says(10, 'a'), says(20, 'b')])], false);
    let kept = history(&rows, &[says(10, 'a'), says(30, 'c')], 2, false);
    let origins: Vec<_> = kept.iter().map(|row| (row.origin, row.load_interval)).collect();
    assert_eq!(origins, [(Origin::Stored(0), 1), (Origin::Stored(1), 1), (Origin::Incoming(1), 2)]);
}

#[test]
fn what_a_batch_takes_back_leaves_no_trace() {
    let rows = run_all(&[(1, vec![says(10, 'a')]), (2, vec![says(20, 'b')])], true);
    let kept = history(&rows, &[ends(20), says(20, 'b')], 2, true);
    assert_eq!(kept.last().map(|row| (row.origin, row.load_interval)), Some((Origin::Stored(1), 2)));
}

/// Times of facts, and batches that each say some of them; a time is a version, an end, or both.
fn batches() -> impl Strategy<Value = Vec<Batch>> {
    let fact = (prop::option::of(prop::sample::select(vec!['a', 'b', 'c'])), any::<bool>());
    let facts = prop::collection::vec(fact, 8);
    let batch = prop::collection::vec((0usize..8, any::<bool>()), 0..6);
    (facts, prop::collection::vec(batch, 1..6)).prop_map(|(facts, batches)| {
        let event = |(at, which): (usize, bool)| {
            let (content, has_end) = facts[at];
            Event { at: at as i64, content: content.filter(|_| which || !has_end) }
        };
        let batch = |(interval, events): (usize, Vec<_>)| (interval as i64, events.into_iter().map(event).collect());
        batches.into_iter().enumerate().map(batch).collect()
    })
}

/// The content that is in force at a time, by all that the batches say.
fn in_force<'a>(batches: impl IntoIterator<Item = &'a Batch>, at: i64) -> Option<char> {
    let events = batches.into_iter().flat_map(|(_, events)| events).filter(|event| event.at <= at);
    events.max_by_key(|event| (event.at, event.content)).and_then(|event| event.content)
}

fn content_at(rows: &[Row], at: i64) -> Vec<char> {
    let holds = |row: &&Row| row.valid_from <= at && row.valid_to.is_none_or(|to| at < to);
    rows.iter().filter(holds).map(|row| row.content).collect()
}

fn check_shape(rows: &[Row]) -> Result<(), TestCaseError> {
    for (row, next) in rows.iter().zip(rows.iter().skip(1)) {
        prop_assert!(row.valid_to.is_some_and(|to| to <= next.valid_from), "{rows:?} overlap");
        prop_assert!(row.valid_from < next.valid_from, "{rows:?} have one key twice");
    }
    for row in rows {
        prop_assert_eq!(row.is_current, row.valid_to.is_none());
    }
    prop_assert!(rows.iter().filter(|row| row.is_current).count() <= 1);
    Ok(())
}

fn batches_and_order() -> impl Strategy<Value = (Vec<Batch>, Vec<usize>)> {
    batches().prop_flat_map(|batches| {
        let order: Vec<usize> = (0..batches.len()).collect();
        (Just(batches), Just(order).prop_shuffle())
    })
}

proptest! {
    #[test]
    fn the_order_of_batches_does_not_matter((batches, order) in batches_and_order()) {
        let (in_order, shuffled) = (run_all(&batches, false), run_all(order.iter().map(|index| &batches[*index]), false));
        prop_assert_eq!(show(&in_order), show(&shuffled));
        // The first that said it, whichever came first.
        let intervals = |rows: &[Row]| -> Vec<i64> {
            rows.iter().filter(|row| row.valid_to != Some(row.valid_from)).map(|row| row.load_interval).collect()
        };
        prop_assert_eq!(intervals(&in_order), intervals(&shuffled));
    }

    #[test]
    fn rows_say_what_the_batches_said((batches, order) in batches_and_order()) {
        for length in 1..=order.len() {
            let some: Vec<&Batch> = order[..length].iter().map(|index| &batches[*index]).collect();
            let rows = run_all(some.iter().copied(), false);
            check_shape(&rows)?;
            for at in -1..9 {
                let expected: Vec<char> = in_force(some.iter().copied(), at).into_iter().collect();
                prop_assert_eq!(content_at(&rows, at), expected, "at {} of {:?}", at, rows);
            }
        }
    }

    #[test]
    fn a_repeated_batch_changes_nothing((batches, order) in batches_and_order(), collapse: bool) {
        let rows = run_all(order.iter().map(|index| &batches[*index]), collapse);
        let last = &batches[order[order.len() - 1]];
        prop_assert_eq!(&run(&rows, last, collapse), &rows);
        for batch in batches.iter().filter(|_| !collapse) {
            prop_assert_eq!(show(&run(&rows, batch, collapse)), show(&rows));
        }
    }

    /// Each batch says something else of the same times: the latest interval counts.
    #[test]
    fn other_content_is_the_later_intervals(
        times in prop::collection::vec(prop::collection::btree_set(0i64..4, 0..4), 1..6),
        seed in any::<prop::sample::Index>(),
    ) {
        let batch = |(number, times): (usize, &BTreeSet<i64>)| -> Batch {
            let content = char::from(b'a' + number as u8);
            (number as i64, times.iter().map(|at| says(*at, content)).collect())
        };
        let mut batches: Vec<Batch> = times.iter().enumerate().map(batch).collect();
        let in_order = run_all(&batches, false);
        let middle = seed.index(batches.len());
        batches.rotate_left(middle);
        prop_assert_eq!(&run_all(&batches, false), &in_order);
        batches.reverse();
        prop_assert_eq!(&run_all(&batches, false), &in_order);
    }

    /// Intervals in order, each saying what is true at its start.
    #[test]
    fn without_change_times_only_changes_make_rows(days in prop::collection::vec(
        prop::option::of(prop::option::of(prop::sample::select(vec!['a', 'b']))), 1..10,
    )) {
        let batch = |(at, said): (usize, &Option<Option<char>>)| -> Batch {
            (at as i64, said.iter().map(|content| Event { at: at as i64, content: *content }).collect())
        };
        let batches: Vec<Batch> = days.iter().enumerate().map(batch).collect();
        let rows = run_all(&batches, true);
        check_shape(&rows)?;
        for at in 0..days.len() as i64 {
            let expected: Vec<char> = in_force(&batches, at).into_iter().collect();
            prop_assert_eq!(content_at(&rows, at), expected);
        }
        for (row, next) in rows.iter().zip(rows.iter().skip(1)) {
            prop_assert!(row.content != next.content || row.valid_to < Some(next.valid_from), "{rows:?}");
        }
    }
}
