use clap::Args;
use naru_core::diff::{Difference, TableDiff};
use naru_core::route::human_bytes;
use naru_core::run::{Decision, decide};
use naru_core::treatment::AppliedTreatments;
use naru_core::{Interval, LoadPlan, Route, Treatment};
use naru_lake::LakeTable;
use naru_load::require_same_treatment;
use serde::Serialize;

use crate::cli::Global;
use crate::error::CommandError;
use crate::interval_args::IntervalArgs;
use crate::planning::{PlanArgs, PlannedJob};
use crate::workspace::Workspace;
use crate::{backfill_plan, jobs, output, runtime};

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
}

/// What a run of an interval would come to, as things are.
pub(crate) struct Foreseen {
    pub(crate) plan: LoadPlan,
    route: Route,
    state: TableState,
    pub(crate) run: String,
    /// Whether the run would end with an error, so that later intervals would not be tried.
    pub(crate) stops: bool,
}

/// The table beside its definition.
#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case", tag = "state")]
enum TableState {
    Create,
    Unchanged,
    Differs { differences: Vec<String> },
}

impl Plan {
    pub(crate) fn run(&self, global: &Global) -> Result<(), CommandError> {
        let workspace = Workspace::open(global)?;
        let job = PlannedJob::new(&workspace, jobs::parse(&self.job)?)?;
        let intervals = self.interval.of(&workspace, &job.job)?;
        let foreseen = intervals.iter().map(|interval| self.foresee(&workspace, &job, interval));
        let foreseen = foreseen.collect::<Result<Vec<Foreseen>, CommandError>>()?;
        let [Foreseen { plan, route, state, run, .. }] = foreseen.as_slice() else {
            return backfill_plan::show(global, &foreseen);
        };
        if global.json {
            return output::json(&serde_json::json!({ "plan": plan, "route": route, "table": state, "run": run }));
        }
        print(plan, state, run);
        Ok(())
    }

    fn foresee(&self, workspace: &Workspace, job: &PlannedJob, interval: &Interval) -> Result<Foreseen, CommandError> {
        let embedded = workspace.lake()?;
        let (plan, route) = job.plan(workspace, &embedded, interval, &self.plan)?;
        let lake = embedded.lake();
        let table = runtime::block_on(lake.table(&plan.target.database, &plan.target.table))?;
        let (state, recorded, newest) = match &table {
            None => (TableState::Create, None, None),
            Some(table) if table.metadata().snapshots().len() == 0 => (TableState::Create, None, None),
            Some(table) => {
                let differences = TableDiff::between(&table.spec()?, &plan.target.spec);
                let newest = runtime::block_on(table.newest_interval())?;
                (TableState::of(&differences), naru_load::earlier_run(&plan, table), newest)
            }
        };
        let recorded = recorded.and_then(|info| info.run).as_ref().map(naru_load::recorded);
        let treatments = AppliedTreatments::of(&plan, None);
        let treated = || table.as_ref().and_then(|table| require_same_treatment(&plan, table, &treatments).err());
        let refusal = naru_load::require_runnable(&plan).err().or_else(treated);
        let (run, stops) = match (refusal, decide(&plan, &treatments, recorded.as_ref(), newest, false)) {
            (Some(refusal), _) => (format!("would fail: {refusal}"), true),
            (None, Decision::Load { .. }) if is_blocked(&plan, table.as_ref(), &state)? => {
                ("would fail: the table differs from its definition".into(), true)
            }
            (None, Decision::NothingLanded { recorded: 0 }) if self.skip_missing => {
                ("would be passed over: nothing has landed".into(), false)
            }
            (None, decision) => (in_words(&decision), !matches!(decision, Decision::Load { .. } | Decision::Unchanged)),
        };
        Ok(Foreseen { plan, route, state, run, stops })
    }
}

/// Whether the table differs in what a run writes. Comments and settings of new files are none of that.
fn is_blocked(plan: &LoadPlan, table: Option<&LakeTable>, state: &TableState) -> Result<bool, CommandError> {
    match (table, state) {
        (Some(table), TableState::Differs { .. }) => Ok(!naru_load::blocking_differences(plan, table)?.is_empty()),
        _ => Ok(false),
    }
}

impl TableState {
    fn of(differences: &[Difference]) -> Self {
        if differences.is_empty() {
            Self::Unchanged
        } else {
            Self::Differs { differences: differences.iter().map(ToString::to_string).collect() }
        }
    }
}

fn in_words(decision: &Decision) -> String {
    match decision {
        Decision::Load { reload: false } => "would load the interval for the first time".into(),
        Decision::Load { reload: true } => {
            "would replace what the interval had loaded: its files or its treatments have changed".into()
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

fn print(plan: &LoadPlan, state: &TableState, run: &str) {
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
    let table = format!("{}.{}", plan.target.database, plan.target.table);
    match state {
        TableState::Create => output::line(format!("table     {table}: create")),
        TableState::Unchanged => output::line(format!("table     {table}: unchanged")),
        TableState::Differs { differences } => {
            output::line(format!("table     {table}: differs from its definition"));
            for difference in differences {
                output::line(format!("  ~ {difference}"));
            }
        }
    }
    output::line(format!("run       {run}"));
}
