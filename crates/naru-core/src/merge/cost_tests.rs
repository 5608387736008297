use super::*;
use proptest::prelude::*;

const MIB: u64 = 1 << 20;

fn file(size_bytes: u64, deleted_before: u64, deleted_now: u64) -> FileChange {
    FileChange { rows: 1_000, size_bytes, deleted_before, deleted_now }
}

#[test]
fn few_rows_of_a_large_file_are_marked_and_many_rewrite_it() {
    let auto = |file| choose(MergeWrite::Auto, &file);
    assert_eq!(auto(file(512 * MIB, 0, 1)), Way::PositionDeletes);
    assert_eq!(auto(file(512 * MIB, 0, 199)), Way::PositionDeletes);
    assert_eq!(auto(file(512 * MIB, 0, 200)), Way::Rewrite);
    // What was deleted before is read in vain as well.
    assert_eq!(auto(file(512 * MIB, 150, 50)), Way::Rewrite);
    // Opening one more file is dearer than a small file itself: up to 640 KiB.
    assert_eq!(auto(file(640 * 1024, 0, 0)), Way::Rewrite);
    assert_eq!(auto(file(640 * 1024 + 1, 0, 0)), Way::PositionDeletes);
    assert_eq!(auto(file(MIB, 0, 75)), Way::Rewrite);
    assert_eq!(auto(file(MIB, 0, 74)), Way::PositionDeletes);
}

#[test]
fn a_file_without_a_row_left_is_removed_however_rows_are_taken_away() {
    for write in [MergeWrite::Auto, MergeWrite::CopyOnWrite, MergeWrite::PositionDeletes] {
        assert_eq!(choose(write, &file(MIB, 400, 600)), Way::Remove);
        assert_eq!(choose(write, &file(MIB, 0, 1_000)), Way::Remove);
    }
    assert_eq!(choose(MergeWrite::CopyOnWrite, &file(512 * MIB, 0, 1)), Way::Rewrite);
    assert_eq!(choose(MergeWrite::PositionDeletes, &file(10, 0, 999)), Way::PositionDeletes);
}

#[test]
fn an_estimate_in_words() {
    let table = TableSize { rows: 10_000_000, size_bytes: 4 * 512 * MIB, files: 4 };
    let say = |write, table: &TableSize, rows| estimate(write, table, rows);
    insta::assert_snapshot!(say(MergeWrite::Auto, &table, 10_000), @"at most 10,000 of 10,000,000 rows change: position deletes where fewer than 20 % of a file's rows change, else the file is rewritten");
    insta::assert_snapshot!(say(MergeWrite::CopyOnWrite, &table, 10_000), @"at most 10,000 of 10,000,000 rows change: the files that hold them are rewritten");
    insta::assert_snapshot!(say(MergeWrite::PositionDeletes, &table, 1), @"at most 1 of 10,000,000 rows change: position deletes mark them in their files");
    let small = TableSize { rows: 1, size_bytes: 900, files: 1 };
    insta::assert_snapshot!(say(MergeWrite::Auto, &small, 100), @"at most 1 of 1 row change: the files that hold them are small, and are rewritten");
    insta::assert_snapshot!(say(MergeWrite::Auto, &TableSize::default(), 1_234), @"the table has no rows: 1,234 rows are new");
    let medium = TableSize { rows: 1_000, size_bytes: 2 * MIB, files: 1 };
    insta::assert_snapshot!(say(MergeWrite::Auto, &medium, 5), @"at most 5 of 1,000 rows change: position deletes where fewer than 14 % of a file's rows change, else the file is rewritten");
}

proptest! {
    /// The docstring's formula, in floating-point numbers.
    #[test]
    fn auto_is_the_cheaper(rows in 1u64..1 << 40, size in 0u64..1 << 50, before: f64, now: f64) {
        let part = |share: f64, of: u64| (share.abs().fract() * of as f64) as u64;
        let deleted_before = part(before, rows);
        let deleted_now = part(now, rows - deleted_before);
        let change = FileChange { rows, size_bytes: size, deleted_before, deleted_now };
        let share = (deleted_before + deleted_now) as f64 / rows as f64;
        let (rewrite, deletes) = (2.0 * size as f64, READS as f64 * (share * size as f64 + OPEN_BYTES as f64));
        let way = choose(MergeWrite::Auto, &change);
        if deleted_before + deleted_now == rows {
            prop_assert_eq!(way, Way::Remove);
        } else if (rewrite - deletes).abs() > rewrite * 1e-9 + 1.0 {
            prop_assert_eq!(way, if deletes < rewrite { Way::PositionDeletes } else { Way::Rewrite });
        }
    }

    #[test]
    fn any_numbers_are_decided(rows: u64, size_bytes: u64, deleted_before: u64, deleted_now: u64, files: u64) {
        choose(MergeWrite::Auto, &FileChange { rows, size_bytes, deleted_before, deleted_now });
        estimate(MergeWrite::Auto, &TableSize { rows, size_bytes, files }, deleted_now);
    }
}
