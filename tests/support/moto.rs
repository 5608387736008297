//! moto, started once for all tests of a process; it ends with the process, as its standard input does.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;

struct Moto {
    endpoint: String,
    _server: Child,
}

static MOTO: LazyLock<Moto> = LazyLock::new(|| {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let python =
        std::env::var_os("NARU_TEST_PYTHON").map_or_else(|| repository.join(".venv/bin/python"), PathBuf::from);
    assert!(python.exists(), "there is no {}: run tests/all once, it installs what the tests need", python.display());
    let mut server = Command::new(python)
        .arg(repository.join("tests/aws/serve.py"))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(server.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let endpoint = line.trim().to_string();
    assert!(endpoint.starts_with("http://"), "moto has not started; is it installed ($NARU_TEST_PYTHON)?");
    Moto { endpoint, _server: server }
});

/// Where moto answers.
pub(crate) fn endpoint() -> &'static str {
    &MOTO.endpoint
}
