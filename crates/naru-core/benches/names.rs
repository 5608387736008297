//! How long a job's name takes: parsing it, deriving every physical name from it, and both. One core; the median of 401
//! samples of 500 rounds over names of every level, mode and length, with the fastest sample beside it.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark prints, and fails by panicking")]

use std::hint::black_box;
use std::time::Instant;

use naru_core::{JobName, Phase, PhysicalNames, Project};

const SAMPLES: usize = 401;
const ROUNDS: usize = 500;

const NAMES: [&str; 5] = [
    "corebank__deposit__account__p2__merge__auto__d",
    "market__market__exchange_rate__p0__append__pl__h",
    "loansys__loan__contract__p1__scd2__sp__m",
    "card__card__authorization_reversal_detail__p3__append__auto__d",
    "crm__sales__lead__p2__replace__auto__x",
];

fn main() {
    let project = Project::parse("org = \"acme\"\n", "naru.toml").unwrap();
    let jobs = NAMES.map(|name| JobName::parse(name).unwrap());
    let derive = |job: &JobName| PhysicalNames::derive(&project, Phase::Prod, job).unwrap();
    report("parse", |at| drop(black_box(JobName::parse(black_box(NAMES[at])))));
    report("derive", |at| drop(black_box(derive(black_box(&jobs[at])))));
    report("parse and derive", |at| drop(black_box(derive(&JobName::parse(black_box(NAMES[at])).unwrap()))));
}

/// Prints what one name takes, in nanoseconds; `work` is given which name.
fn report(what: &str, work: impl Fn(usize)) {
    let sample = || {
        let start = Instant::now();
        (0..ROUNDS).for_each(|round| work(round % NAMES.len()));
        start.elapsed().as_nanos() as f64 / ROUNDS as f64
    };
    // The first one warms caches and the allocator.
    sample();
    let mut samples: Vec<f64> = (0..SAMPLES).map(|_| sample()).collect();
    samples.sort_by(f64::total_cmp);
    println!("{what:20} {:7.0} ns, fastest {:7.0} ns", samples[SAMPLES / 2], samples[0]);
}
