//! The process dies at every call of storage and catalog: before it, halfway through a write, and after it.

use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use naru_faults::{Death, Ending, Fault, Faults, faulty};
use naru_local::EmbeddedLake;
use serde::{Deserialize, Serialize};

use crate::random::Random;
use crate::scenario::Scenario;
use crate::site::{Site, runs_all};
use crate::task::Task;
use crate::{mending_scenarios, merge_scenarios, scenarios};

/// Names the file that says what the child process is to do.
const CHILD: &str = "NARU_FAULTS_CHILD";

/// What the child process is to do.
#[derive(Serialize, Deserialize)]
struct Order {
    lake: PathBuf,
    task: Task,
    /// The call to die at; none: it is killed from outside, or comes to its end.
    dies: Option<(usize, Death)>,
}

crate::scenario::in_every_mode!(check);

/// Executes an order. `check` starts this test alone in a process of its own.
#[test]
#[ignore = "dies: the other tests of this module start it as a child process"]
fn child() {
    let Some(path) = std::env::var_os(CHILD) else { return };
    let order: Order = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let lake = EmbeddedLake::init(&order.lake).unwrap();
    let faults = match order.dies {
        Some((call, death)) => Faults::at(call, Fault::Dies(death), Ending::Abort),
        None => Faults::none(),
    };
    let outcome = order.task.execute(&faulty(lake.lake(), &faults));
    std::process::exit(if outcome.is_ok() { 0 } else { 1 });
}

fn check(scenarios: &[Scenario], rarity: u64) {
    let mut died = 0;
    for scenario in scenarios {
        scenario.for_each_command(|site| {
            for (call, fault) in site.faults(Fault::deaths, rarity) {
                let Fault::Dies(death) = fault else { continue };
                let what = format!("died {death:?} call {call} ({:?})", site.calls[call]);
                site.start_over();
                kill(site, call, death, &what);
                site.is_before_or_after(&what);
                site.ends_as_one_run(&what);
                died += 1;
            }
        });
    }
    assert!(died > 0, "nothing was killed");
    eprintln!("{died} processes were killed");
}

/// `kill -9` at any instant, which also falls between the system calls of one write or swap.
#[test]
fn at_any_instant() {
    let kills = if runs_all() { 500 } else { 12 };
    let (mut random, mut killed) = (Random::new(1), 0);
    let scenarios = [
        scenarios::append(),
        scenarios::replace(),
        merge_scenarios::in_any_order(),
        merge_scenarios::undone(),
        mending_scenarios::quarantine(),
        mending_scenarios::evolution(),
    ]
    .concat();
    while killed < kills {
        for scenario in &scenarios {
            scenario.for_each_command(|site| {
                if killed == kills || !runs_all() && random.below(4) > 0 {
                    return;
                }
                site.start_over();
                let started = Instant::now();
                assert!(spawn(site, None).wait().unwrap().success() != site.fails, "{}", site.name);
                let whole = started.elapsed();
                site.start_over();
                let instant = whole.mul_f64(random.below(1000) as f64 / 1000.0);
                let mut child = spawn(site, None);
                std::thread::sleep(instant);
                child.kill().unwrap();
                child.wait().unwrap();
                let what = format!("killed after {instant:?} of {whole:?}");
                site.is_before_or_after(&what);
                site.ends_as_one_run(&what);
                killed += 1;
            });
        }
    }
}

/// Runs the command in a process that dies.
fn kill(site: &Site<'_>, call: usize, death: Death, what: &str) {
    let status = spawn(site, Some((call, death))).wait().unwrap();
    // SIGABRT. No call is left out, and the child meets the same calls as the run without a fault.
    assert_eq!(status.signal(), Some(6), "{}: {what}: {status:?}", site.name);
}

/// Runs the command in a process of its own.
fn spawn(site: &Site<'_>, dies: Option<(usize, Death)>) -> Child {
    let order = Order { lake: site.sandbox.lake_path(), task: site.task.clone(), dies };
    let path = site.sandbox.path().join("order.json");
    std::fs::write(&path, serde_json::to_vec(&order).unwrap()).unwrap();
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["killed::child", "--exact", "--ignored", "--nocapture", "--test-threads=1"]).env(CHILD, path);
    child.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}
