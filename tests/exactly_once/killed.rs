//! The process dies at every call of storage and catalog: before it, halfway through a write, and after it.

use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use naru_faults::{Death, Ending, Fault, Faults, faulty};
use naru_local::EmbeddedLake;
use serde::{Deserialize, Serialize};

use crate::scenario::Scenario;
use crate::scenarios;
use crate::site::Site;
use crate::task::Task;

/// Names the file that says what the child process is to do.
const CHILD: &str = "NARU_FAULTS_CHILD";

/// What the child process is to do.
#[derive(Serialize, Deserialize)]
struct Order {
    lake: PathBuf,
    task: Task,
    call: usize,
    death: Death,
}

#[test]
fn appends() {
    check(&scenarios::append());
}

#[test]
fn replacements() {
    check(&scenarios::replace());
}

/// Executes an order. `check` starts this test alone in a process of its own.
#[test]
#[ignore = "dies: the other tests of this module start it as a child process"]
fn child() {
    let Some(path) = std::env::var_os(CHILD) else { return };
    let order: Order = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let lake = EmbeddedLake::init(&order.lake).unwrap();
    let faults = Faults::at(order.call, Fault::Dies(order.death), Ending::Abort);
    let outcome = order.task.execute(&faulty(lake.lake(), &faults));
    std::process::exit(if outcome.is_ok() { 0 } else { 1 });
}

fn check(scenarios: &[Scenario]) {
    let mut died = 0;
    for scenario in scenarios {
        scenario.for_each_command(|site| {
            for (call, fault) in site.faults(Fault::deaths, 16) {
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

/// Runs the command in a process that dies.
fn kill(site: &Site<'_>, call: usize, death: Death, what: &str) {
    let order = Order { lake: site.sandbox.lake_path(), task: site.task.clone(), call, death };
    let path = site.sandbox.path().join("order.json");
    std::fs::write(&path, serde_json::to_vec(&order).unwrap()).unwrap();
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["killed::child", "--exact", "--ignored", "--nocapture", "--test-threads=1"]).env(CHILD, path);
    let output = child.stdin(Stdio::null()).output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    // SIGABRT. No call is left out, and the child meets the same calls as the run without a fault.
    assert_eq!(output.status.signal(), Some(6), "{}: {what}: {:?}\n{told}", site.name, output.status);
}
