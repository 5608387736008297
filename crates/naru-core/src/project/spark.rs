//! The `[spark]` table of `naru.toml`: Spark on this machine, which runs large loads of embedded lakes.

use std::collections::BTreeMap;

use super::reader::{Faults, Reader};

/// Spark on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SparkSettings {
    /// The Python that has PySpark: a program's name, or a path that is absolute or relative to the settings' file.
    /// Default `python3`.
    pub python: String,
    /// Iceberg's runtime and the SQLite driver, absolute or relative to the settings' file; empty: PySpark has them
    /// among its own.
    pub jars: Vec<String>,
    /// Directory that holds the package `naru_spark`, absolute or relative to the settings' file; none: it is installed.
    pub package: Option<String>,
    /// Settings of Spark's own, as `spark.driver.memory`.
    pub conf: BTreeMap<String, String>,
}

impl Default for SparkSettings {
    fn default() -> Self {
        Self { python: "python3".into(), jars: Vec::new(), package: None, conf: BTreeMap::new() }
    }
}

pub(super) fn spark(mut reader: Reader<'_>, faults: &mut Faults<'_>) -> SparkSettings {
    let default = SparkSettings::default();
    let python = reader.parse("python", Some(default.python.clone()), faults, path);
    let jars = reader.take::<Vec<String>>("jars", faults).map(toml::Spanned::into_inner);
    let package = reader.parse("package", Some(None), faults, |text| path(text).map(Some));
    let conf = reader.take::<BTreeMap<String, String>>("conf", faults).map(toml::Spanned::into_inner);
    reader.finish(faults);
    SparkSettings {
        python: python.unwrap_or(default.python),
        jars: jars.unwrap_or_default(),
        package: package.flatten(),
        conf: conf.unwrap_or_default(),
    }
}

fn path(text: &str) -> Result<String, (String, String)> {
    if text.trim().is_empty() {
        return Err(("the path is empty".into(), "write a path, absolute or relative to naru.toml".into()));
    }
    Ok(text.into())
}
