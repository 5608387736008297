//! Where the function finds its project: the environment.

use naru_core::Phase;

/// Where the function finds its project.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// The bucket that `naru sync` puts `naru.toml` and the definitions into: `NARU_DEFS_BUCKET`.
    pub(crate) defs_bucket: String,
    /// `NARU_PHASE`.
    pub(crate) phase: Phase,
    /// The function's memory, in MiB, as Lambda says it.
    pub(crate) memory_mib: u64,
}

impl Settings {
    /// Reads the environment.
    ///
    /// # Errors
    /// What is missing, or wrong; all of it in one text.
    pub(crate) fn from_environment() -> Result<Self, String> {
        let said = |name: &str| std::env::var(name).ok().filter(|value| !value.trim().is_empty());
        let phase = said("NARU_PHASE").map(|text| text.parse::<Phase>());
        match (said("NARU_DEFS_BUCKET"), phase) {
            (Some(defs_bucket), Some(Ok(phase))) => {
                let memory_mib = said("AWS_LAMBDA_FUNCTION_MEMORY_SIZE").and_then(|text| text.parse().ok());
                Ok(Self { defs_bucket, phase, memory_mib: memory_mib.unwrap_or(128) })
            }
            (bucket, phase) => {
                let bucket = bucket.is_none().then(|| "NARU_DEFS_BUCKET is not set".to_owned());
                let phase = match phase {
                    None => Some("NARU_PHASE is not set".to_owned()),
                    Some(Ok(_)) => None,
                    Some(Err(error)) => Some(format!("NARU_PHASE: {error}")),
                };
                let wrong: Vec<String> = bucket.into_iter().chain(phase).collect();
                Err(format!("{}; docs/lambda.md says what the function's environment holds", wrong.join(", ")))
            }
        }
    }
}
