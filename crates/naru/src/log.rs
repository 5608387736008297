//! Progress lines on standard error, as text or as JSON.

use std::io::Write;

use crate::cli::{Global, LogFormat};

/// Starts the log of the libraries: warnings, in the chosen format.
pub(crate) fn start(global: &Global) {
    let builder = tracing_subscriber::fmt().with_writer(std::io::stderr).with_max_level(tracing::Level::WARN);
    let started = match global.log {
        LogFormat::Text => builder.without_time().with_target(false).try_init(),
        LogFormat::Json => builder.json().try_init(),
    };
    // A second start in one process (the demo calls verbs) keeps the first.
    drop(started);
}

/// Tells one step: a sentence for people, fields for machines.
pub(crate) fn step(global: &Global, message: &str, fields: serde_json::Value) {
    if global.quiet {
        return;
    }
    let mut stderr = std::io::stderr().lock();
    let _ = match global.log {
        LogFormat::Text => writeln!(stderr, "{message}"),
        LogFormat::Json => {
            let mut line = serde_json::json!({ "level": "info", "message": message });
            if let (Some(line), Some(fields)) = (line.as_object_mut(), fields.as_object()) {
                line.extend(fields.clone());
            }
            writeln!(stderr, "{line}")
        }
    };
}
