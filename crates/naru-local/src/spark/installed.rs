//! Whether what the Spark program needs is on this machine.

use std::process::{Command, Stdio};

use serde::Deserialize;

use super::LocalSpark;

/// The versions that the program is tested with, which are those of Glue 5.1.
const PYSPARK: &str = "3.5";
const ICEBERG: &str = "iceberg-spark-runtime-3.5_2.12";
const SQLITE: &str = "sqlite-jdbc";

/// What Python says of itself. Nothing is imported, which would take a second.
const LOOK: &str = r#"
import importlib.metadata, importlib.util, json, os, pathlib, shutil, sys
found = {name: importlib.util.find_spec(name) for name in ("pyspark", "pyarrow", "naru_decode", "naru_spark")}
jars, version = [], ""
if found["pyspark"]:
    version = importlib.metadata.version("pyspark")
    for place in found["pyspark"].submodule_search_locations:
        jars += [jar.name for jar in pathlib.Path(place, "jars").glob("*.jar")]
java = os.path.join(os.environ["JAVA_HOME"], "bin", "java") if os.environ.get("JAVA_HOME") else "java"
print(json.dumps({"missing": [name for name in found if not found[name]], "pyspark": version, "jars": jars,
                  "java": bool(shutil.which(java)), "python": sys.version_info[:2]}))
"#;

#[derive(Deserialize)]
struct Found {
    missing: Vec<String>,
    pyspark: String,
    jars: Vec<String>,
    java: bool,
    python: (u32, u32),
}

impl LocalSpark {
    /// What is missing for a run, each with what to do about it; empty if nothing is. Takes a tenth of a second.
    pub fn missing(&self) -> Vec<String> {
        let mut missing: Vec<String> = self
            .jars
            .iter()
            .filter(|jar| !jar.is_file())
            .map(|jar| format!("{}: there is no such jar", jar.display()))
            .collect();
        match self.look() {
            Ok(found) => missing.extend(self.missing_of(&found)),
            Err(why) => missing
                .insert(0, format!("{}: {why}; name a Python 3.11 or later that has PySpark", self.python.display())),
        }
        missing
    }

    fn look(&self) -> Result<Found, String> {
        let mut python = Command::new(&self.python);
        self.say_where_the_package_is(&mut python);
        let looked = python.args(["-c", LOOK]).stdin(Stdio::null()).output().map_err(|error| error.to_string())?;
        if !looked.status.success() {
            return Err(format!("it does not run ({})", looked.status));
        }
        serde_json::from_slice(&looked.stdout).map_err(|_| "it is no Python".into())
    }

    fn missing_of(&self, found: &Found) -> Vec<String> {
        let mut missing = Vec::new();
        let lacks = |name: &str| found.missing.iter().any(|missing| missing == name);
        if found.python < (3, 11) {
            missing.push(format!("Python 3.11 or later: it is {}.{}", found.python.0, found.python.1));
        }
        if lacks("pyspark") {
            missing.push("PySpark: `pip install 'pyspark[sql]==3.5.6'`".into());
        } else if !found.pyspark.starts_with(PYSPARK) {
            missing.push(format!("PySpark {PYSPARK}: it is {}; `pip install 'pyspark[sql]==3.5.6'`", found.pyspark));
        }
        if lacks("pyarrow") {
            missing.push("pyarrow: `pip install pyarrow`".into());
        }
        if lacks("naru_decode") {
            missing.push(
                "the kernel, naru_decode: `maturin build --release` in crates/naru-wheel, and `pip install` the wheel"
                    .into(),
            );
        }
        if lacks("naru_spark") {
            missing.push(
                "the program, naru_spark: `pip install` naru's directory spark/, or name that directory as `package`"
                    .into(),
            );
        }
        if !found.java {
            missing.push("Java 17, on PATH or at JAVA_HOME".into());
        }
        let ours = self.jars.iter().filter_map(|jar| jar.file_name()?.to_str());
        let jars: Vec<&str> = ours.chain(found.jars.iter().map(String::as_str)).collect();
        for (jar, version) in [(ICEBERG, " 1.10.0"), (SQLITE, "")] {
            if !jars.iter().any(|found| found.starts_with(jar)) {
                missing.push(format!(
                    "the jar {jar}{version}: name it in `jars`, or put it into PySpark's own directory `jars`"
                ));
            }
        }
        missing
    }

    /// For this process's Python and those that Spark starts. What lies in the working directory is no part of either.
    pub(super) fn say_where_the_package_is(&self, python: &mut Command) {
        python.env("PYTHONSAFEPATH", "1");
        if let Some(package) = &self.package {
            let others = std::env::var_os("PYTHONPATH");
            let paths = std::iter::once(package.clone()).chain(others.iter().flat_map(std::env::split_paths));
            // A path that holds the separator cannot be said; then the package is found to be missing.
            if let Ok(paths) = std::env::join_paths(paths) {
                python.env("PYTHONPATH", paths);
            }
        }
    }
}
