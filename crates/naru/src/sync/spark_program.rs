//! The Spark program: its Python is in this binary, so that both are of one version; the kernel's wheel is a file.

use super::archive::archive;

/// What Glue starts.
pub(super) const MAIN: &[u8] = include_bytes!("../../../../spark/glue_main.py");

/// The package `naru_spark`, by its files' names.
macro_rules! package {
    ($($name:literal),+ $(,)?) => {
        const PACKAGE: &[(&str, &[u8])] =
            &[$(($name, include_bytes!(concat!("../../../../spark/naru_spark/", $name)))),+];
    };
}

package!(
    "__init__.py",
    "__main__.py",
    "attempts.py",
    "aws.py",
    "bucket_keys.py",
    "catalogs.py",
    "changes.py",
    "commit.py",
    "control.py",
    "decoding.py",
    "errors.py",
    "evolve.py",
    "expressions.py",
    "java_errors.py",
    "key_ranges.py",
    "merge_commit.py",
    "merging.py",
    "partition_ranges.py",
    "plan.py",
    "quarantine.py",
    "ranges.py",
    "run.py",
    "s3.py",
    "session.py",
    "sources.py",
    "staging.py",
    "stopping.py",
    "table_json.py",
    "table_rows.py",
    "tables.py",
    "treatment_key.py",
);

/// The package as Glue takes it by `--extra-py-files`.
pub(super) fn package() -> Vec<u8> {
    let files: Vec<(String, &[u8])> =
        PACKAGE.iter().map(|(name, bytes)| (format!("naru_spark/{name}"), *bytes)).collect();
    archive(&files)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    #[test]
    fn the_package_is_whole() {
        let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../spark/naru_spark");
        let names =
            std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let found: BTreeSet<String> = names.filter(|name| name.ends_with(".py")).collect();
        let packed: BTreeSet<String> = PACKAGE.iter().map(|(name, _)| (*name).to_owned()).collect();
        assert_eq!(packed, found);
    }

    #[test]
    fn the_same_package_is_the_same_archive() {
        assert_eq!(package(), package());
    }
}
