use chrono::Utc;
use clap::Args;
use naru_core::Cadence;
use naru_core::marks::Mark as Marked;

use crate::cli::Global;
use crate::error::CommandError;
use crate::interval_args::IntervalArgs;
use crate::marked_job::MarkedJob;
use crate::workspace::Workspace;
use crate::{marks, origin, output};

/// Mark intervals of a job as done
///
/// For jobs that another scheduler runs: whoever waits for them (`naru wait`, Airflow's sensor) goes on. `naru run` marks
/// what it has loaded by itself. Marking again changes nothing but when and by whom.
#[derive(Debug, Args)]
pub(crate) struct Mark {
    /// Job: a name of naru's, or any other name of letters, digits, dots, hyphens and underscores.
    job: String,
    #[command(flatten)]
    interval: IntervalArgs,
    /// How often a job runs whose name does not say it: h, d, w, m, q, y, x.
    #[arg(long, env = "NARU_CADENCE")]
    cadence: Option<Cadence>,
    /// Who says so; by default the pipeline's, or this machine's user.
    #[arg(long, env = "NARU_BY", value_name = "WHO")]
    by: Option<String>,
}

impl Mark {
    pub(crate) fn run(&self, global: &Global) -> Result<(), CommandError> {
        let workspace = Workspace::open(global)?;
        let job = MarkedJob::parse(&self.job, self.cadence)?;
        let intervals = self.interval.of_cadence(&workspace, &job.name, job.cadence)?;
        let store = marks::open(&workspace)?;
        let by = self.by.clone().unwrap_or_else(origin::actor);
        let mut marked = Vec::new();
        for interval in &intervals {
            let mark = Marked::of(&job.name, interval, Utc::now(), &by);
            store.put(&mark, interval)?;
            marked.push(mark);
            if !global.json {
                output::line(format!("{} {}: marked", job.name, interval.text));
            }
        }
        if global.json { output::json(&serde_json::json!({ "marked": marked })) } else { Ok(()) }
    }
}
