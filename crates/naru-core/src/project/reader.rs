//! Reading a TOML table key by key, so that every fault is found at once and has its place.

use std::ops::Range;

use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};

use crate::Fault;
use crate::nearest::nearest;

/// The faults of one file, found so far.
pub(super) struct Faults<'t> {
    file: &'t str,
    text: &'t str,
    found: Vec<Fault>,
}

impl<'t> Faults<'t> {
    pub(super) fn new(file: &'t str, text: &'t str) -> Self {
        Self { file, text, found: Vec::new() }
    }

    /// A fault at a span of bytes; the file as a whole without one.
    pub(super) fn add(&mut self, span: Option<Range<usize>>, message: impl Into<String>, hint: Option<String>) {
        let (line, column) = span.map_or((0, 0), |span| self.place(span.start));
        let mut fault = Fault::new(self.file, message).at(line, column);
        fault.hint = hint;
        self.found.push(fault);
    }

    /// A fault of TOML's own syntax, or of the type of the value at `path`.
    pub(super) fn add_toml(&mut self, error: &toml::de::Error, path: Option<&str>, otherwise: Option<Range<usize>>) {
        let message = error.message();
        let span = error.span().or(otherwise);
        match unknown_field(message) {
            Some((key, known)) => {
                let within = path.map(|path| format!(" in [{path}]")).unwrap_or_default();
                self.add(span, format!("unknown key \"{key}\"{within}"), Some(key_hint(key, &known)));
            }
            None => {
                let path = path.map(|path| format!("{path}: ")).unwrap_or_default();
                let message = message.replace("expected i64", "expected a whole number").replace('\n', " ");
                let hint = message.contains("expected a string").then(|| "put the value in quotes".into());
                self.add(span, format!("{path}{message}"), hint);
            }
        }
    }

    /// The faults, if any, in the order of their places.
    pub(super) fn into_result<T>(mut self, value: Option<T>) -> Result<T, Vec<Fault>> {
        self.found.sort_by_key(|fault| (fault.line, fault.column));
        match value {
            Some(value) if self.found.is_empty() => Ok(value),
            _ => Err(self.found),
        }
    }

    /// Line and character of a byte, both from 1.
    fn place(&self, byte: usize) -> (u32, u32) {
        let before = self.text.get(..byte).unwrap_or(self.text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let count = |n: usize| u32::try_from(n + 1).unwrap_or(u32::MAX);
        (count(before.matches('\n').count()), count(before[line_start..].chars().count()))
    }
}

/// A table whose keys are taken out one by one; what is left over at the end is unknown.
pub(super) struct Reader<'i> {
    /// As in `run`; empty for the file's top.
    name: &'static str,
    table: DeTable<'i>,
    known: Vec<&'static str>,
}

impl<'i> Reader<'i> {
    pub(super) fn new(name: &'static str, table: DeTable<'i>) -> Self {
        Self { name, table, known: Vec::new() }
    }

    /// The value of a key, if it is there and has the type.
    pub(super) fn take<T: DeserializeOwned>(
        &mut self,
        key: &'static str,
        faults: &mut Faults<'_>,
    ) -> Option<Spanned<T>> {
        let value = self.take_raw(key)?;
        let span = value.span();
        match T::deserialize(ValueDeserializer::from(value)) {
            Ok(value) => Some(Spanned::new(span, value)),
            Err(error) => {
                faults.add_toml(&error, Some(&self.path(key)), Some(span));
                None
            }
        }
    }

    /// The text of a key, parsed; the default's when the key is absent; nothing when it is wrong.
    pub(super) fn parse<T>(
        &mut self,
        key: &'static str,
        default: Option<T>,
        faults: &mut Faults<'_>,
        parse: impl FnOnce(&str) -> Result<T, (String, String)>,
    ) -> Option<T> {
        if !self.holds(key) {
            self.known.push(key);
            return default;
        }
        let text = self.take::<String>(key, faults)?;
        match parse(text.get_ref()) {
            Ok(value) => Some(value),
            Err((message, hint)) => {
                faults.add(Some(text.span()), format!("{}: {message}", self.path(key)), Some(hint));
                None
            }
        }
    }

    /// A whole number of at least `least`.
    pub(super) fn count(&mut self, key: &'static str, default: u32, least: u32, faults: &mut Faults<'_>) -> u32 {
        let Some(given) = self.take::<i64>(key, faults) else { return default };
        match u32::try_from(*given.get_ref()) {
            Ok(count) if count >= least => count,
            _ => {
                let message = format!("{} is {}", self.path(key), given.get_ref());
                faults.add(Some(given.span()), message, Some(format!("write {least} or more, up to {}", u32::MAX)));
                default
            }
        }
    }

    /// A table inside; an empty one when it is absent.
    pub(super) fn table(&mut self, key: &'static str, faults: &mut Faults<'_>) -> DeTable<'i> {
        let Some(value) = self.take_raw(key) else { return DeTable::new() };
        let span = value.span();
        match value.into_inner() {
            DeValue::Table(table) => table,
            other => {
                let message = format!("{} is of type {}, not a table", self.path(key), other.type_str());
                faults.add(Some(span), message, Some(format!("write [{key}], and its keys below")));
                DeTable::new()
            }
        }
    }

    /// Tells of the keys that nobody took.
    pub(super) fn finish(self, faults: &mut Faults<'_>) {
        let within = if self.name.is_empty() { String::new() } else { format!(" in [{}]", self.name) };
        for key in self.table.keys() {
            let text: &str = key.get_ref();
            faults.add(Some(key.span()), format!("unknown key \"{text}\"{within}"), Some(key_hint(text, &self.known)));
        }
    }

    /// Where the value of a key is that has not been taken yet.
    pub(super) fn span(&self, key: &str) -> Option<Range<usize>> {
        self.table.iter().find(|(held, _)| held.get_ref() == key).map(|(_, value)| value.span())
    }

    pub(super) fn holds(&self, key: &str) -> bool {
        self.span(key).is_some()
    }

    /// As in `run.threads`.
    pub(super) fn path(&self, key: &str) -> String {
        if self.name.is_empty() { key.into() } else { format!("{}.{key}", self.name) }
    }

    fn take_raw(&mut self, key: &'static str) -> Option<Spanned<DeValue<'i>>> {
        self.known.push(key);
        self.table.remove(key)
    }
}

fn key_hint(key: &str, known: &[&str]) -> String {
    match nearest(key, known.iter().copied()) {
        Some(meant) => format!("did you mean \"{meant}\"?"),
        None if known.is_empty() => "leave it out: this table has no keys".into(),
        None => format!("the keys are {}", known.join(", ")),
    }
}

/// Key and known keys of serde's message "unknown field `a`, expected one of `b`, `c`".
fn unknown_field(message: &str) -> Option<(&str, Vec<&str>)> {
    let mut quoted = message.strip_prefix("unknown field ")?.split('`').skip(1).step_by(2);
    Some((quoted.next()?, quoted.collect()))
}
