//! From a job and an interval to a load plan and its route.

use clap::Args;
use naru_core::control::{Control, ControlFile};
use naru_core::definition::TableDefinition;
use naru_core::physical::PhysicalNames;
use naru_core::plan::{
    LandedControl, PLAN_VERSION, QuarantineTarget, RunIdentity, SourceCompression, SourceFile, Target,
};
use naru_core::project::PROJECT_FILE;
use naru_core::route::{Bill, Place, PlaceKind};
use naru_core::{Engine, Interval, JobName, LoadPlan, Route};
use naru_lake::{LandedFile, LandingStore};
use naru_load::ExecuteOptions;

use crate::error::CommandError;
use crate::phase_lake::PhaseLake;
use crate::runtime;
use crate::saved_plan::SavedPlan;
use crate::spark::SparkArgs;
use crate::workspace::Workspace;

/// Options that shape a plan.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct PlanArgs {
    /// Engine to use instead of the one that the name says: pl, sp or auto.
    #[arg(long, env = "NARU_ENGINE")]
    pub(crate) engine: Option<Engine>,
    /// Cores that a load may use; 0 for all.
    #[arg(long, env = "NARU_THREADS", value_name = "N")]
    pub(crate) threads: Option<u32>,
    /// Memory that a load may use, in MiB.
    #[arg(long, env = "NARU_MEMORY_MIB", value_name = "MIB", value_parser = clap::value_parser!(u32).range(64..))]
    pub(crate) memory_mib: Option<u32>,
    #[command(flatten)]
    pub(crate) spark: SparkArgs,
}

impl PlanArgs {
    /// Cores that a load may use.
    pub(crate) fn threads(&self, workspace: &Workspace) -> usize {
        match self.threads.unwrap_or(workspace.project.run.threads) {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            threads => threads as usize,
        }
    }

    /// Memory that a load may use, in bytes.
    pub(crate) fn memory_bytes(&self, workspace: &Workspace) -> u64 {
        u64::from(self.memory_mib.unwrap_or(workspace.project.run.memory_mib)) << 20
    }

    /// The same for one of several runs at once, which has a share of the cores and of the memory.
    pub(crate) fn shared(&self, share: &ExecuteOptions) -> Self {
        let memory_mib = u32::try_from(share.memory_bytes >> 20).unwrap_or(u32::MAX);
        let threads = u32::try_from(share.threads).ok();
        Self { threads, memory_mib: Some(memory_mib), ..self.clone() }
    }

    /// What tells the money of a run in this process.
    pub(crate) fn bill(&self, workspace: &Workspace, route: &Route) -> Bill {
        Bill::of_place(&self.place(workspace), &route.prices)
    }

    fn place(&self, workspace: &Workspace) -> Place {
        let model = &workspace.project.route;
        let memory_bytes = match model.place {
            PlaceKind::Process => self.memory_bytes(workspace),
            PlaceKind::Lambda => model.lambda.memory_mib << 20,
        };
        Place { kind: model.place, cores: self.threads(workspace) as u32, memory_bytes }
    }
}

/// A job with what its name gives in this phase, and its definition.
pub(crate) struct PlannedJob {
    pub(crate) job: JobName,
    pub(crate) names: PhysicalNames,
    pub(crate) definition: TableDefinition,
    /// A plan that was saved before, to be carried out instead of one made now.
    pub(crate) saved: Option<SavedPlan>,
}

impl PlannedJob {
    /// Derives the names and reads the definition.
    pub(crate) fn new(workspace: &Workspace, job: JobName) -> Result<Self, CommandError> {
        let names = names(workspace, &job)?;
        let definition = workspace.definition(&job)?;
        Ok(Self { job, names, definition, saved: None })
    }

    /// The table that the job loads.
    pub(crate) fn target(&self, lake: &PhaseLake) -> Target {
        Target {
            database: self.names.glue_database.to_string(),
            table: self.names.glue_table.to_string(),
            location: lake.location(&self.names.lake, self.names.table_location.as_str()).trim_end_matches('/').into(),
            spec: self.definition.table_spec_for(self.job.mode),
        }
    }

    /// The table of the rows that do not fit: the same level, in a bucket of its own.
    pub(crate) fn quarantine(&self, lake: &PhaseLake) -> QuarantineTarget {
        let (bucket, prefix) = (&self.names.quarantine, self.names.table_location.as_str());
        QuarantineTarget {
            database: self.names.glue_database.to_string(),
            table: self.names.quarantine_table.to_string(),
            location: lake.location(bucket, prefix).trim_end_matches('/').into(),
        }
    }

    /// The directory that an interval's files land in, with a trailing slash.
    pub(crate) fn landing(&self, lake: &PhaseLake, interval: &Interval) -> String {
        lake.location(&self.names.landing, &self.names.landing_prefix(interval))
    }

    /// Lists what has landed, decides the route, and writes all of it down.
    pub(crate) fn plan(
        &self,
        workspace: &Workspace,
        lake: &PhaseLake,
        interval: &Interval,
        args: &PlanArgs,
    ) -> Result<(LoadPlan, Route), CommandError> {
        let job = &self.job;
        let prices = workspace.project.prices(workspace.phase, lake.region());
        let prices = prices.map_err(|fault| CommandError::faults(PROJECT_FILE, &[fault]))?;
        let landing = self.landing(lake, interval);
        let landed = runtime::block_on(lake.landing().list(&landing))?;
        let mut sources: Vec<SourceFile> = landed.into_iter().map(source_file).collect();
        if let Some(Control::File(file)) = self.definition.control() {
            find_controls(lake.landing(), file, &mut sources)?;
        }
        let engine = args.engine.unwrap_or(job.engine);
        let route = workspace.project.route.route(&args.place(workspace), prices, engine, job.mode, &sources);
        let plan = LoadPlan {
            version: PLAN_VERSION,
            job: job.to_string(),
            phase: workspace.phase.to_string(),
            run: RunIdentity {
                source: job.source.to_string(),
                database: job.database.to_string(),
                table: job.table.to_string(),
                interval: interval.text.clone(),
            },
            interval: interval.clone(),
            mode: job.mode,
            replace: self.definition.replace(),
            merge: self.definition.merge().clone(),
            engine: route.engine,
            reason: route.reason.clone(),
            level: job.level,
            landing,
            sources,
            dialect: self.definition.dialect().clone(),
            columns: self.definition.plan_columns(job.level),
            target: self.target(lake),
            quarantine: self.quarantine(lake),
            reject_limit: self.definition.reject_limit(),
            empty: self.definition.empty(),
            control: self.definition.control().cloned(),
            evolution: workspace.project.evolution(workspace.phase),
        };
        Ok((plan, route))
    }
}

fn source_file(file: LandedFile) -> SourceFile {
    SourceFile {
        compression: SourceCompression::of_name(&file.location),
        size_bytes: file.size_bytes,
        etag: file.etag,
        modified: file.modified.into(),
        location: file.location,
        control: None,
    }
}

/// Looks for the control file of each source.
fn find_controls(
    landing: &dyn LandingStore,
    file: &ControlFile,
    sources: &mut [SourceFile],
) -> Result<(), CommandError> {
    for source in sources {
        let landed = runtime::block_on(landing.find(&file.location(&source.location)))?;
        source.control =
            landed.map(|file| LandedControl { location: file.location, size_bytes: file.size_bytes, etag: file.etag });
    }
    Ok(())
}

/// The physical names of a job in the workspace's phase.
pub(crate) fn names(workspace: &Workspace, job: &JobName) -> Result<PhysicalNames, CommandError> {
    PhysicalNames::derive(&workspace.project, workspace.phase, job)
        .map_err(|faults| CommandError::faults(&format!("job {job}"), &faults))
}
