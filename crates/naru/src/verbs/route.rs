use chrono::Utc;
use clap::Args;

use crate::cli::Global;
use crate::error::CommandError;
use crate::interval_args::IntervalArgs;
use crate::planning::{PlanArgs, PlannedJob};
use crate::workspace::Workspace;
use crate::{jobs, log, output, spark};

/// Explain which engine would run a load, and why
///
/// Compares what this process and Spark would cost in time and money, from the bytes that have landed, by the prices of the
/// phase's region. The constants of the comparison stand in `naru.toml` under `[route]`, prices under `[prices.REGION]`.
#[derive(Debug, Args)]
pub(crate) struct Route {
    /// Job: a name, a DAG file's name, or a path to it.
    job: String,
    #[command(flatten)]
    interval: IntervalArgs,
    #[command(flatten)]
    plan: PlanArgs,
}

impl Route {
    pub(crate) fn run(&self, global: &Global) -> Result<(), CommandError> {
        let workspace = Workspace::open(global)?;
        let job = PlannedJob::new(&workspace, jobs::parse(&self.job)?)?;
        let interval = self.interval.one(&workspace, &job.job)?;
        let lake = workspace.lake()?;
        let (plan, route) = job.plan(&workspace, &lake, &interval, &self.plan)?;
        let missing = spark::missing(&workspace, &lake, &self.plan, route.engine);
        let model = &workspace.project.route;
        let warning = route.prices.warning(model.place, Utc::now().date_naive());
        if global.json {
            return output::json(&serde_json::json!({
                "job": plan.job,
                "interval": plan.interval,
                "route": route,
                "model": model,
                "spark_missing": missing,
                "warning": warning,
            }));
        }
        output::line(format!("{} for {}", route.engine.as_str(), interval.text));
        output::line(&route.reason);
        if !missing.is_empty() {
            let missing = missing.join("; ");
            output::line(format!(
                "Spark is not installed here; missing: {missing}. `--engine pl` runs it in this process."
            ));
        }
        if let Some(warning) = warning {
            log::step(global, &format!("warning: {warning}"), serde_json::json!({}));
        }
        Ok(())
    }
}
