//! What goes to standard output.

use std::io::{IsTerminal, Write};

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use serde::Serialize;

use crate::error::CommandError;

/// Whether standard error is a terminal that wants colour (<https://no-color.org>).
pub(crate) fn stderr_has_colour() -> bool {
    std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty())
}

/// Prints a line of result. A reader that has gone away ends the program quietly.
pub(crate) fn line(text: impl std::fmt::Display) {
    write(|out| writeln!(out, "{text}"));
}

/// Prints a value as indented JSON.
///
/// # Errors
/// A value that JSON cannot hold.
pub(crate) fn json<T: Serialize>(value: &T) -> Result<(), CommandError> {
    let text = serde_json::to_string_pretty(value)
        .map_err(|error| CommandError::failed(format!("cannot write the result as JSON: {error}")))?;
    line(text);
    Ok(())
}

/// Prints rows under headings, without borders; columns named in `right` are aligned to the right.
pub(crate) fn table(headings: &[&str], right: &[usize], rows: impl IntoIterator<Item = Vec<String>>) {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(headings);
    for row in rows {
        table.add_row(row);
    }
    for (index, column) in table.column_iter_mut().enumerate() {
        column.set_padding((0, 2));
        if right.contains(&index) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    for text in table.lines() {
        line(text.trim_end());
    }
}

/// A number of rows, and whether it is certain.
pub(crate) fn row_count(rows: u64, is_exact: bool) -> String {
    if is_exact { rows.to_string() } else { format!("about {rows}") }
}

/// Writes to standard output; a broken pipe is the reader's way to say "enough".
pub(crate) fn write(print: impl FnOnce(&mut std::io::StdoutLock<'static>) -> std::io::Result<()>) {
    let mut out = std::io::stdout().lock();
    if let Err(error) = print(&mut out).and_then(|()| out.flush()) {
        if error.kind() == std::io::ErrorKind::BrokenPipe {
            std::process::exit(0);
        }
        let _ = writeln!(std::io::stderr(), "error: cannot write to standard output: {error}");
        std::process::exit(1);
    }
}
