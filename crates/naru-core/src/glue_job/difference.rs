//! What differs between a Glue job as it is and as its name says, field by field.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use super::spec::GlueJobSpec;

/// One way in which a Glue job is not as its name says. Prints as one line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum GlueJobDifference {
    /// There is no such job.
    Created {
        /// Its name.
        job: String,
    },
    /// A field has another value.
    FieldChanged {
        /// The field, in words.
        field: &'static str,
        /// In Glue.
        from: String,
        /// By the name.
        to: String,
    },
    /// A default argument is missing, or has another value.
    ArgumentSet {
        /// Its name, as `--datalake-formats`.
        argument: String,
        /// In Glue; none: it has none.
        from: Option<String>,
        /// By the name.
        to: String,
    },
    /// An argument that the name does not derive. Its value is not told: others may have put a secret there.
    ArgumentRemoved {
        /// Its name.
        argument: String,
    },
    /// A tag is missing, or has another value.
    TagSet {
        /// Its key.
        tag: String,
        /// In Glue; none: it has none.
        from: Option<String>,
        /// By the name.
        to: String,
    },
}

/// What has to change in a Glue job so that it is as its name says; empty if nothing. `found` is none where there is no
/// such job.
///
/// Tags that the name does not derive are others' and stay. A role by its ARN is the role of its name.
pub fn differences(found: Option<&GlueJobSpec>, wanted: &GlueJobSpec) -> Vec<GlueJobDifference> {
    let Some(found) = found else { return vec![GlueJobDifference::Created { job: wanted.name.clone() }] };
    let mut differences = Vec::new();
    for ((field, from), (_, to)) in fields(found).into_iter().zip(fields(wanted)) {
        let is_same_role = field == "role" && role_name(&from) == role_name(&to) && !(is_arn(&from) && is_arn(&to));
        if from != to && !is_same_role {
            differences.push(GlueJobDifference::FieldChanged { field, from, to });
        }
    }
    for (argument, from, to) in changed(&found.default_arguments, &wanted.default_arguments) {
        differences.push(GlueJobDifference::ArgumentSet { argument, from, to });
    }
    let strangers = |found: &BTreeMap<String, String>, wanted: &BTreeMap<String, String>| {
        let names: Vec<String> = found.keys().filter(|name| !wanted.contains_key(*name)).cloned().collect();
        names.into_iter().map(|argument| GlueJobDifference::ArgumentRemoved { argument })
    };
    differences.extend(strangers(&found.default_arguments, &wanted.default_arguments));
    // These would win over what a run says of itself.
    differences.extend(strangers(&found.fixed_arguments, &wanted.fixed_arguments));
    for (tag, from, to) in changed(&found.tags, &wanted.tags) {
        differences.push(GlueJobDifference::TagSet { tag, from, to });
    }
    differences
}

fn fields(spec: &GlueJobSpec) -> [(&'static str, String); 14] {
    let yes = |is: bool| String::from(if is { "on" } else { "off" });
    [
        ("description", spec.description.clone()),
        ("role", spec.role.clone()),
        ("Glue version", spec.glue_version.clone()),
        ("command", spec.command.clone()),
        ("Python version", spec.python_version.clone()),
        ("script", spec.script_location.clone()),
        ("worker type", spec.worker_type.clone()),
        ("number of workers", spec.workers.to_string()),
        ("timeout in minutes", spec.timeout_minutes.to_string()),
        ("limit of runs at once", spec.max_concurrent_runs.to_string()),
        ("number of retries by Glue", spec.max_retries.to_string()),
        ("queuing", yes(spec.queues)),
        ("execution class", spec.execution_class.clone()),
        ("security configuration", spec.security_configuration.clone()),
    ]
}

fn changed(
    found: &BTreeMap<String, String>,
    wanted: &BTreeMap<String, String>,
) -> Vec<(String, Option<String>, String)> {
    let others = wanted.iter().filter(|(name, to)| found.get(*name) != Some(to));
    others.map(|(name, to)| (name.clone(), found.get(name).cloned(), to.clone())).collect()
}

fn is_arn(role: &str) -> bool {
    role.starts_with("arn:")
}

/// The name at the end of a role's ARN, which may have a path.
fn role_name(role: &str) -> &str {
    if is_arn(role) { role.rsplit('/').next().unwrap_or(role) } else { role }
}

impl fmt::Display for GlueJobDifference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let or_none = |text: &str| if text.is_empty() { "none".to_owned() } else { text.to_owned() };
        match self {
            Self::Created { job } => write!(f, "Glue job {job} is created"),
            Self::FieldChanged { field, from, to } => {
                write!(f, "{field} changes from {} to {}", or_none(from), or_none(to))
            }
            Self::ArgumentSet { argument, from: None, to } => write!(f, "argument {argument} is added: {to}"),
            Self::ArgumentSet { argument, from: Some(from), to } => {
                write!(f, "argument {argument} changes from {from} to {to}")
            }
            Self::ArgumentRemoved { argument } => write!(f, "argument {argument} is removed"),
            Self::TagSet { tag, from: None, to } => write!(f, "tag {tag} is added: {to}"),
            Self::TagSet { tag, from: Some(from), to } => write!(f, "tag {tag} changes from {from} to {to}"),
        }
    }
}
