//! Where a run is looked at.

/// The page of a run in AWS's console: its state, its Spark UI, its logs. By region, job and run.
pub fn run_link(region: &str, job: &str, run_id: &str) -> String {
    // AWS General Reference, "China Regions": a console of their own.
    let host = if region.starts_with("cn-") { "console.amazonaws.cn" } else { "console.aws.amazon.com" };
    format!("https://{region}.{host}/gluestudio/home?region={region}#/job/{job}/run/{run_id}")
}
