//! What AWS and Airflow allow in the names of things. Each limit names the page that states it.

use std::fmt;
use std::ops::RangeInclusive;

use serde::Serialize;

use super::alphabet::Alphabet;

/// Why a text cannot be the name of a thing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what} \"{text}\" {problem}")]
pub struct LimitError {
    /// What it would name, as in `bucket`.
    pub what: &'static str,
    /// The name.
    pub text: String,
    /// What is wrong with it, as in `has 64 characters`.
    pub problem: String,
    /// What is allowed.
    pub allowed: &'static str,
    /// The page that says so.
    pub page: &'static str,
}

impl LimitError {
    /// What is allowed, and where it is written.
    pub fn hint(&self) -> String {
        format!("{} ({})", self.allowed, self.page)
    }
}

/// Greatest length of the prefix that an interval's files land under, in bytes: S3 allows keys of 1,024 bytes, and the
/// file's own name follows.
pub const MAX_PREFIX_BYTES: usize = 768;

struct Limit {
    what: &'static str,
    length: RangeInclusive<usize>,
    alphabet: Alphabet,
    /// What else is wrong with a name of right length and alphabet.
    also: fn(&str) -> Option<String>,
    allowed: &'static str,
    page: &'static str,
}

impl Limit {
    fn check(&self, text: &str) -> Result<(), LimitError> {
        let problem = if text.is_empty() {
            "is empty".into()
        } else if !self.length.contains(&text.len()) {
            format!("has {} characters", text.len())
        } else if let Some(stranger) = self.alphabet.stranger(text) {
            format!("holds '{stranger}'")
        } else if let Some(problem) = (self.also)(text) {
            problem
        } else {
            return Ok(());
        };
        let (what, allowed, page) = (self.what, self.allowed, self.page);
        Err(LimitError { what, text: text.into(), problem, allowed, page })
    }
}

macro_rules! limited {
    ($(#[$doc:meta])+ $type:ident, $limit:expr) => {
        $(#[$doc])+
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
        #[serde(transparent)]
        pub struct $type(String);

        impl $type {
            /// Takes a name that is within the limits.
            ///
            /// # Errors
            /// Which limit it breaks.
            pub fn new(text: impl Into<String>) -> Result<Self, LimitError> {
                static LIMIT: Limit = $limit;
                let text = text.into();
                LIMIT.check(&text)?;
                Ok(Self(text))
            }

            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl AsRef<str> for $type {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }
    };
}

limited!(
    /// Name of an S3 general purpose bucket.
    BucketName,
    Limit {
        what: "bucket",
        length: 3..=63,
        alphabet: Alphabet::LOWER.and(b"-."),
        also: bucket_shape,
        allowed: "S3 allows 3 to 63 lower-case letters, digits, dots and hyphens",
        page: "Amazon S3 User Guide, General purpose bucket naming rules",
    }
);
limited!(
    /// Alias of a KMS key.
    KeyAlias,
    Limit {
        what: "key alias",
        length: 7..=256,
        alphabet: Alphabet::LETTERS.and(b"/_-"),
        also: |text| match text {
            _ if !text.starts_with("alias/") => Some("does not begin with alias/".into()),
            _ if text.starts_with("alias/aws/") => Some("begins with alias/aws/, which is AWS's own".into()),
            _ => None,
        },
        allowed: "KMS allows alias/ and then letters, digits, slashes, underscores and hyphens, 256 characters in all",
        page: "AWS KMS API Reference, CreateAlias",
    }
);
limited!(
    /// Name of a database in the Glue Data Catalog that Athena can read without quotes.
    GlueDatabaseName,
    Limit { what: "Glue database", ..CATALOG }
);
limited!(
    /// Name of a table in the Glue Data Catalog that Athena can read without quotes.
    GlueTableName,
    Limit { what: "Glue table", ..CATALOG }
);
limited!(
    /// Name of a Glue job.
    GlueJobName,
    Limit {
        what: "Glue job",
        length: 1..=255,
        alphabet: Alphabet::PRINTABLE,
        also: |_| None,
        allowed: "Glue allows 255 characters in one line",
        page: "AWS Glue Web API Reference, CreateJob",
    }
);
limited!(
    /// Name or ARN of an IAM role.
    RoleName,
    Limit {
        what: "role",
        // An ARN has a path besides.
        length: 1..=2048,
        alphabet: Alphabet::LETTERS.and(b"+=,.@_-:/"),
        also: role_shape,
        allowed: "IAM allows 64 letters, digits and + = , . @ _ -",
        page: "AWS Identity and Access Management API Reference, CreateRole",
    }
);
limited!(
    /// Name of a Glue security configuration.
    SecurityConfigurationName,
    Limit {
        what: "security configuration",
        length: 1..=255,
        alphabet: Alphabet::PRINTABLE,
        also: |_| None,
        allowed: "Glue allows 255 characters in one line",
        page: "AWS Glue Web API Reference, CreateSecurityConfiguration",
    }
);
limited!(
    /// Name of an Athena workgroup.
    WorkgroupName,
    Limit {
        what: "workgroup",
        length: 1..=128,
        alphabet: Alphabet::LETTERS.and(b"._-"),
        also: |_| None,
        allowed: "Athena allows 1 to 128 letters, digits, dots, underscores and hyphens",
        page: "Amazon Athena API Reference, WorkGroup",
    }
);
limited!(
    /// Id of an Airflow DAG.
    DagId,
    Limit {
        what: "DAG",
        length: 1..=250,
        alphabet: Alphabet::LETTERS.and(b"._-"),
        also: |_| None,
        allowed: "Airflow allows 1 to 250 letters, digits, dots, underscores and hyphens",
        page: "Apache Airflow, airflow.utils.helpers.validate_key",
    }
);
limited!(
    /// Name of a DAG's file.
    DagFileName,
    Limit {
        what: "DAG file",
        length: 1..=255,
        alphabet: Alphabet::LETTERS.and(b"._-"),
        also: |_| None,
        allowed: "file systems allow names of 255 bytes",
        page: "POSIX, NAME_MAX",
    }
);
limited!(
    /// Value of an AWS tag and of a Lake Formation tag.
    TagValue,
    Limit {
        what: "tag",
        length: 1..=256,
        alphabet: Alphabet::LETTERS.and(b" +-=._:/@"),
        also: |_| None,
        allowed: "a tag's value has 1 to 256 letters, digits, spaces and + - = . _ : / @",
        page: "AWS Lake Formation API Reference, LFTagPair; Tagging AWS Resources User Guide",
    }
);
limited!(
    /// Prefix of object keys, relative to a bucket, with a slash at the end.
    KeyPrefix,
    Limit {
        what: "prefix",
        length: 1..=MAX_PREFIX_BYTES,
        // Braces stand where an interval's text will be.
        alphabet: Alphabet::LETTERS.and(b"!-_.*'()/+={}"),
        also: prefix_shape,
        allowed: "naru wants folders/with/a/slash/behind/, 768 bytes at most, since S3 allows 1,024 for a key",
        page: "Amazon S3 User Guide, Naming Amazon S3 objects",
    }
);

const CATALOG: Limit = Limit {
    what: "",
    length: 1..=255,
    alphabet: Alphabet::LOWER.and(b"_"),
    also: |text| (!text.starts_with(|c: char| c.is_ascii_lowercase())).then(|| "does not begin with a letter".into()),
    allowed: "Athena reads 1 to 255 lower-case letters, digits and underscores, a letter first, without quotes",
    page: "Amazon Athena User Guide, Name databases, tables, and columns",
};

fn bucket_shape(text: &str) -> Option<String> {
    const PREFIXES: [&str; 3] = ["xn--", "sthree-", "amzn-s3-demo-"];
    const SUFFIXES: [&str; 5] = ["-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"];
    if !text.starts_with(|c: char| c.is_ascii_alphanumeric()) || !text.ends_with(|c: char| c.is_ascii_alphanumeric()) {
        return Some("does not begin and end with a letter or digit".into());
    }
    let has_dot = text.bytes().any(|byte| byte == b'.');
    if has_dot && text.contains("..") {
        return Some("holds two dots in a row".into());
    }
    if let Some(prefix) = PREFIXES.iter().find(|prefix| is_head(prefix.bytes(), text.bytes())) {
        return Some(format!("begins with {prefix}"));
    }
    if let Some(suffix) = SUFFIXES.iter().find(|suffix| is_head(suffix.bytes().rev(), text.bytes().rev())) {
        return Some(format!("ends with {suffix}"));
    }
    (has_dot && text.parse::<std::net::Ipv4Addr>().is_ok()).then(|| "looks like an IP address".into())
}

fn role_shape(text: &str) -> Option<String> {
    let name = if text.starts_with("arn:") { text.rsplit('/').next().unwrap_or_default() } else { text };
    match name.find([':', '/']).and_then(|at| name[at..].chars().next()) {
        Some(stranger) => Some(format!("holds '{stranger}'")),
        None if name.is_empty() => Some("ends with a slash".into()),
        None => (name.len() > 64).then(|| format!("has {} characters", name.len())),
    }
}

/// Whether a text begins with another. Nearly all differ in the first byte or two: a call to compare them takes longer.
fn is_head(mut head: impl Iterator<Item = u8>, mut text: impl Iterator<Item = u8>) -> bool {
    head.all(|byte| text.next() == Some(byte))
}

fn prefix_shape(text: &str) -> Option<String> {
    let folders = text.strip_suffix('/');
    let Some(folders) = folders else { return Some("does not end with a slash".into()) };
    let mut folders = folders.as_bytes().split(|byte| *byte == b'/');
    folders.any(|folder| matches!(folder, b"" | b"." | b"..")).then(|| "holds an empty folder, \".\" or \"..\"".into())
}
