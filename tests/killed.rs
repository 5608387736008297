//! `kill -9` at random moments: the same command again ends as one clean run. The fault injection of the crates hits every
//! call of a commit; this hits the whole binary.
//!
//! `NARU_TEST_KILLS=500 NARU_TEST_SEED=7` kills oftener, and at other moments.

use std::time::{Duration, Instant};

use crate::append::DEFINITION;
use crate::support::Project;

/// A mode, and what its definitions say above the columns.
struct Mode {
    name: &'static str,
    settings: &'static str,
}

const APPEND: Mode = Mode { name: "append", settings: "@partition,\"bucket(4, id)\"\n" };
const REPLACE: Mode = Mode { name: "replace", settings: "" };

#[test]
fn killed_anywhere_an_append_ends_as_one_clean_run() {
    killed_anywhere(&APPEND);
}

#[test]
fn killed_anywhere_a_replace_ends_as_one_clean_run() {
    killed_anywhere(&REPLACE);
}

/// Takes two projects through the same deliveries: one is never killed, the other at a random moment of each run.
#[track_caller]
fn killed_anywhere(mode: &Mode) {
    let job = format!("core__deposit__account__p1__{}__pl__d", mode.name);
    let project = || Project::with_job(&job, &format!("{}{DEFINITION}", mode.settings));
    let (clean, killed) = (project(), project());
    let kills = from_environment("NARU_TEST_KILLS", 25) / 2 + 1;
    let seed = from_environment("NARU_TEST_SEED", 1);
    let mut random = Random(seed);
    for step in 0..kills {
        // Each day is delivered twice: the second time other rows take the place of those of the first.
        let day = day_after(step / 2);
        for project in [&clean, &killed] {
            project.drop(&job, &day, "a.csv", delivery(step));
        }
        let started = Instant::now();
        clean.loaded(&job, &day);
        let longest = started.elapsed().mul_f64(1.1);
        let after = longest.mul_f64(random.share());
        kill_after(&killed, &job, &day, after);
        if step % 4 == 3 {
            kill_after(&killed, &job, &day, longest.mul_f64(random.share()));
        }
        killed.loaded(&job, &day);
        let sums = "select count(*) as n, count(distinct id) as d, sum(id) as i, sum(amount) as s from deposit.account";
        assert_eq!(killed.csv(sums), clean.csv(sums), "{}, seed {seed}, step {step}, after {after:?}", mode.name);
    }
    // Nothing of it hangs on a snapshot that is gone.
    killed.naru(&["maintain", "--keep-days", "0", "--keep-snapshots", "1"]).ok();
    let rows = "select * from deposit.account order by load_interval, id";
    assert_eq!(killed.csv(rows), clean.csv(rows), "{}, seed {seed}", mode.name);
    killed.check_with_pyiceberg();
}

fn kill_after(project: &Project, job: &str, day: &str, after: Duration) {
    let mut child = project.command(&["run", job, "--date", day, "-q"]).spawn().unwrap();
    std::thread::sleep(after);
    child.kill().unwrap();
    child.wait().unwrap();
}

/// Rows of a delivery: other ones, and other numbers of them, each time.
fn delivery(step: u64) -> String {
    let rows = 3_000 + step % 5 * 500;
    (0..rows).fold("ID,NAME,AMT\n".into(), |text, n| text + &format!("{},name-{n},{step}.25\n", n + step * 10_000))
}

/// The day after so many, in 2026 and the years behind it.
fn day_after(days: u64) -> String {
    let (year, day) = (2026 + days / 336, days % 336);
    format!("{year}-{:02}-{:02}", day / 28 + 1, day % 28 + 1)
}

pub(crate) fn from_environment(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().unwrap())
}

/// Numbers that follow from a seed (SplitMix64, <https://prng.di.unimi.it/splitmix64.c>).
pub(crate) struct Random(pub(crate) u64);

impl Random {
    /// 0 to 1.
    pub(crate) fn share(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ mixed >> 31) >> 11) as f64 / (1_u64 << 53) as f64
    }
}
