use std::path::PathBuf;

use clap::Args;
use naru_core::route::human_bytes;
use naru_core::run::{Again, Decision, decide};
use naru_core::treatment::AppliedTreatments;
use naru_core::{Interval, LoadPlan, Route, Treatment};
use naru_lake::LakeTable;
use naru_load::require_same_treatment;

use crate::cli::Global;
use crate::error::CommandError;
use crate::interval_args::IntervalArgs;
use crate::planning::{PlanArgs, PlannedJob};
use crate::saved_plan::SavedPlan;
use crate::spark::GlueJobState;
use crate::table_state::TableState;
use crate::workspace::Workspace;
use crate::{backfill_plan, jobs, merge_estimate, output, runtime, spark};

/// Show what a run would do, and change nothing
///
/// Lists the files that have landed, the route and its reason, what treatments would be applied, and whether the table
/// would be created, is unchanged, or differs from its definition. Needs no treatment key. With `--json`, prints the whole
/// load plan; its schema is `docs/load-plan.schema.json`.
///
/// Of a span of several intervals it lists what would become of each, and where the run would stop.
#[derive(Debug, Args)]
pub(crate) struct Plan {
    /// Job: a name, a DAG file's name, or a path to it.
    job: String,
    #[command(flatten)]
    interval: IntervalArgs,
    #[command(flatten)]
    plan: PlanArgs,
    /// Show intervals for which nothing has landed as passed over.
    #[arg(long, env = "NARU_SKIP_MISSING")]
    skip_missing: bool,
    /// Save the plan in a file, for `naru apply FILE` or `naru run --plan FILE`: they do exactly this, or refuse if the
    /// definition, the table or the landed files have changed since.
    #[arg(long, env = "NARU_OUT", value_name = "FILE")]
    out: Option<PathBuf>,
}

/// What a run of an interval would come to, as things are.
pub(crate) struct Foreseen {
    pub(crate) plan: LoadPlan,
    table: Option<LakeTable>,
    route: Route,
    state: TableState,
    /// Of a merge: how it would be written.
    merge: Option<String>,
    /// Of a run on AWS Glue: its Glue job.
    glue_job: Option<GlueJobState>,
    pub(crate) run: String,
    /// Whether the run would end with an error, so that later intervals would not be tried.
    pub(crate) stops: bool,
}

impl Plan {
    pub(crate) fn run(&self, global: &Global) -> Result<(), CommandError> {
        let workspace = Workspace::open(global)?;
        let job = PlannedJob::new(&workspace, jobs::parse(&self.job)?)?;
        let intervals = self.interval.of(&workspace, &job.job)?;
        let foreseen = intervals.iter().map(|interval| self.foresee(&workspace, &job, interval));
        let foreseen = foreseen.collect::<Result<Vec<Foreseen>, CommandError>>()?;
        let [Foreseen { plan, table, route, state, merge, glue_job, run, .. }] = foreseen.as_slice() else {
            if self.out.is_some() {
                let several = format!("the span holds {} intervals of job {}", foreseen.len(), job.job);
                return Err(CommandError::usage(several).hint("a saved plan is of one: give `--date`"));
            }
            return backfill_plan::show(global, &foreseen);
        };
        if let Some(file) = &self.out {
            SavedPlan::write(file, &job, plan, table.as_ref(), state.changes())?;
        }
        if global.json {
            return output::json(&serde_json::json!({
                "plan": plan, "route": route, "table": state, "merge": merge, "glue_job": glue_job, "run": run
            }));
        }
        print(plan, state, merge.as_deref(), glue_job.as_ref(), run);
        Ok(())
    }

    fn foresee(&self, workspace: &Workspace, job: &PlannedJob, interval: &Interval) -> Result<Foreseen, CommandError> {
        let phase_lake = workspace.lake()?;
        let (plan, route) = job.plan(workspace, &phase_lake, interval, &self.plan)?;
        let lake = phase_lake.lake();
        let table = runtime::block_on(lake.table(&plan.target.database, &plan.target.table))?;
        let state = TableState::of(&plan, table.as_ref())?;
        let planned = table.as_ref().map(|table| naru_load::table_as_planned(&plan, table)).transpose()?;
        let (recorded, newest) = match planned.as_ref().filter(|table| table.was_loaded()) {
            None => (None, None),
            Some(table) => (naru_load::earlier_run(&plan, table), runtime::block_on(table.newest_interval())?),
        };
        let recorded = planned.as_ref().zip(recorded).and_then(|(table, run)| naru_load::recorded(table, &run));
        let treatments = AppliedTreatments::of(&plan, None);
        let treated = || planned.as_ref().and_then(|table| require_same_treatment(&plan, table, &treatments).err());
        let missing = spark::missing(workspace, &phase_lake, &self.plan, plan.engine);
        let no_spark = || format!("the route is Spark, which is not installed here; missing: {}", missing.join("; "));
        let refusal = (!missing.is_empty()).then(no_spark).or_else(|| treated().map(|error| error.to_string()));
        let glue_job = GlueJobState::of(workspace, job, &phase_lake, plan.engine)?;
        let alter = |_: &GlueJobState| format!("its Glue job differs; run `naru sync --phase {}`", workspace.phase);
        let refusal = refusal.or_else(|| glue_job.as_ref().filter(|job| job.is_refused).map(alter));
        let (run, stops) =
            match (refusal, decide(&plan, &treatments, recorded.as_ref(), newest, false, Again::IfChanged)) {
                (Some(refusal), _) => (format!("would fail: {refusal}"), true),
                (None, Decision::Load { .. }) if state.is_blocked() => {
                    ("would fail: the table differs from its definition".into(), true)
                }
                (None, Decision::NothingLanded { recorded: 0 }) if self.skip_missing => {
                    ("would be passed over: nothing has landed".into(), false)
                }
                (None, decision) => {
                    (in_words(&decision), !matches!(decision, Decision::Load { .. } | Decision::Unchanged))
                }
            };
        let merge = merge_estimate::of(&plan, &route, planned.as_ref());
        Ok(Foreseen { plan, table, route, state, merge, glue_job, run, stops })
    }
}

fn in_words(decision: &Decision) -> String {
    match decision {
        Decision::Load { reload: false } => "would load the interval for the first time".into(),
        Decision::Load { reload: true } => {
            "would replace what the interval had loaded: its files or its treatments have changed, or an earlier interval may \
             have brought back keys that it deletes"
                .into()
        }
        Decision::Unchanged => "would do nothing: the same files are loaded already".into(),
        Decision::NothingLanded { recorded: 0 } => "would end with exit code 75: nothing has landed yet".into(),
        Decision::NothingLanded { recorded } => {
            format!("would end with exit code 75: the {recorded} file(s) that it was loaded from are gone")
        }
        Decision::FewerSources { recorded } => {
            format!("would end with exit code 75: it was loaded from {recorded} files before")
        }
        Decision::ControlMissing { locations } => {
            format!("would end with exit code 75: {} control file(s) have not landed yet", locations.len())
        }
        Decision::OlderThanLoaded { .. } => {
            "would fail: a later interval is loaded, and nothing tells which rows are newer".into()
        }
    }
}

fn print(plan: &LoadPlan, state: &TableState, merge: Option<&str>, glue_job: Option<&GlueJobState>, run: &str) {
    output::line(format!("job       {}", plan.job));
    output::line(format!("interval  {} [{}, {})", plan.interval.text, plan.interval.start, plan.interval.end));
    output::line(format!("landing   {}", plan.landing));
    for source in &plan.sources {
        let name = source.location.strip_prefix(&plan.landing).unwrap_or(&source.location);
        output::line(format!("  + {name} ({})", human_bytes(source.size_bytes)));
    }
    if plan.sources.is_empty() {
        output::line("  nothing has landed");
    }
    output::line(format!("route     {}: {}", plan.engine.as_str(), plan.reason));
    for (column, treatment) in plan.treatments() {
        output::line(format!("treat     {column}: {treatment}"));
    }
    for column in plan.columns.iter().filter(|column| column.treatment == Some(Treatment::Drop)) {
        output::line(format!("treat     {} of the source: drop", column.source));
    }
    if !plan.keyed_columns().is_empty() {
        output::line("  with the treatment key, which the run needs");
    }
    state.print(plan);
    if let Some(merge) = merge {
        output::line(format!("merge     {merge}"));
    }
    if let Some(glue_job) = glue_job {
        glue_job.print();
    }
    output::line(format!("run       {run}"));
}
