//! All jobs of a project, whole: names, definitions, needs; for what is about all of them at once.

use std::collections::BTreeMap;

use naru_core::check::{self, CheckSettings, CheckedDefinition, CheckedJob};
use naru_core::dag_file::DagFile;
use naru_core::manifest::{Manifest, ManifestSource, Origin};
use naru_core::needs::Need;
use naru_core::physical::PhysicalNames;
use naru_core::{Fault, JobName, Phase, Project, TableDefinition};

use crate::error::CommandError;
use crate::origin;
use crate::parallel::in_parallel;
use crate::workspace::Workspace;

/// A project's DAG files and definitions, and all that is wrong with them.
pub(crate) struct CheckedProject {
    pub(crate) jobs: Vec<CheckedJob>,
    pub(crate) definitions: Vec<CheckedDefinition>,
    pub(crate) faults: Vec<Fault>,
}

impl CheckedProject {
    /// Reads and checks all files of a project, in every phase.
    pub(crate) fn of(workspace: &Workspace) -> Result<Self, CommandError> {
        let definitions = workspace.definitions()?;
        let named = in_parallel(&workspace.dag_files()?, |(path, text)| name(&workspace.project, path, text));
        let (jobs, faults): (Vec<CheckedJob>, Vec<Vec<Fault>>) = named.into_iter().unzip();
        let mut faults = faults.concat();
        faults.extend(check::project(CheckSettings::of(&workspace.project), &jobs, &definitions));
        faults.extend(workspace.project.price_faults());
        faults.sort();
        faults.dedup();
        Ok(Self { jobs, definitions, faults })
    }
}

/// A job without a fault.
pub(crate) struct WholeJob {
    pub(crate) job: JobName,
    pub(crate) names: PhysicalNames,
    pub(crate) needs: Vec<Need>,
    definition: TableDefinition,
}

impl WholeJob {
    fn source(&self) -> ManifestSource<'_> {
        let Self { job, names, needs, definition } = self;
        ManifestSource { job, names, definition, needs }
    }
}

/// All jobs of a project without a fault, in the order of their names.
pub(crate) struct ProjectJobs(pub(crate) Vec<WholeJob>);

impl ProjectJobs {
    /// Reads all jobs.
    ///
    /// # Errors
    /// Everything that `naru check` finds.
    pub(crate) fn read(workspace: &Workspace) -> Result<Self, CommandError> {
        let CheckedProject { jobs, definitions, faults } = CheckedProject::of(workspace)?;
        if !faults.is_empty() {
            return Err(CommandError::faults("the project", &faults));
        }
        let definitions: BTreeMap<String, TableDefinition> =
            definitions.into_iter().filter_map(|(path, parsed)| Some((path, parsed.ok()?))).collect();
        let named: Vec<(JobName, String)> =
            jobs.into_iter().filter_map(|checked| Some((checked.name.ok()?, checked.text))).collect();
        let known: BTreeMap<String, &JobName> = named.iter().map(|(job, _)| (job.to_string(), job)).collect();
        let has_marks = workspace.project.marks.is_some();
        let whole = in_parallel(&named, |(job, text)| -> Result<WholeJob, Vec<Fault>> {
            let names = PhysicalNames::derive(&workspace.project, workspace.phase, job)?;
            let path = crate::workspace::slashed(&workspace.definition_path(job));
            let missing = || vec![Fault::new(&path, format!("job {job} has no table definition"))];
            let definition = definitions.get(&path).cloned().ok_or_else(missing)?;
            let file = DagFile::parse(names.dag_file.as_str(), text).map_err(|fault| vec![fault])?;
            let need = |text: &str| Need::parse(text, job, &known, has_marks);
            let needs = file.needs.iter().map(|written| need(&written.text)).collect::<Result<Vec<Need>, _>>();
            let needs = needs.map_err(|error| vec![Fault::new(names.dag_file.as_str(), error.to_string())])?;
            Ok(WholeJob { job: job.clone(), names, needs, definition })
        });
        let whole = whole.into_iter().collect::<Result<Vec<WholeJob>, Vec<Fault>>>();
        let mut whole = whole.map_err(|faults| CommandError::faults("the project", &faults))?;
        whole.sort_by(|one, other| one.job.cmp(&other.job));
        Ok(Self(whole))
    }

    /// A job of the project.
    pub(crate) fn get(&self, job: &JobName) -> Option<&WholeJob> {
        self.0.iter().find(|whole| whole.job == *job)
    }

    /// The project's manifest in the workspace's phase.
    pub(crate) fn manifest(&self, workspace: &Workspace) -> Result<Manifest, CommandError> {
        let origin = Origin {
            naru_version: env!("CARGO_PKG_VERSION").into(),
            project: origin::local_project(workspace)?,
            commit: origin::commit(workspace),
        };
        Ok(Manifest::of(&workspace.project, workspace.phase, origin, self.0.iter().map(WholeJob::source)))
    }
}

/// A DAG file's job, and the faults of the names that follow from it in any phase.
fn name(project: &Project, path: &str, text: &str) -> (CheckedJob, Vec<Fault>) {
    let name = JobName::parse(path).map_err(Vec::<Fault>::from);
    let in_phase = |job, phase: &Phase| PhysicalNames::derive(project, *phase, job).err().unwrap_or_default();
    let derived = name.iter().flat_map(|job| Phase::ALL.iter().flat_map(move |phase| in_phase(job, phase)));
    let faults = derived.map(|fault| Fault { file: path.into(), ..fault }).collect();
    (CheckedJob { path: path.into(), text: text.into(), name }, faults)
}
