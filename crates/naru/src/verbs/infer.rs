use std::path::{Path, PathBuf};

use clap::Args;
use naru_core::check::DAG_FILE;
use naru_core::infer::{Draft, draft};
use naru_core::{JobName, Level, TableDefinition};

use crate::cli::Global;
use crate::error::CommandError;
use crate::sampling::Sample;
use crate::workspace::{Workspace, slashed};
use crate::{jobs, log, output, planning, whole_file};

/// Draft a table definition from data files
///
/// Looks at the head of each file (64 MiB of text, 1,000,000 records) and prints a definition: encoding, delimiter, header,
/// types, formats, null tokens, the likely key and partition, levels of personal data. What it is not sure of, it tells on
/// standard error. The draft is to be read and mended; no value of the data is ever told.
#[derive(Debug, Args)]
pub(crate) struct Infer {
    /// Files of one table: CSV, plain or compressed with gzip or zstd.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Job that is to load them: says where the definition belongs, and which level it may hold.
    #[arg(long, env = "NARU_JOB")]
    job: Option<String>,
    /// Write the definition, and the job's DAG file if there is none; overwrites nothing.
    #[arg(long, env = "NARU_WRITE", requires = "job")]
    write: bool,
}

/// A job and the files of the project that describe it, relative to the project.
struct Home {
    workspace: Workspace,
    job: JobName,
    definition: PathBuf,
    dag: PathBuf,
}

/// Types that turn out wrong turn into text, so that few rounds are needed.
const MOST_ROUNDS: usize = 4;

impl Infer {
    pub(crate) fn run(&self, global: &Global) -> Result<(), CommandError> {
        let home = self.job.as_ref().map(|job| Home::new(global, job)).transpose()?;
        if let Some(home) = home.as_ref().filter(|_| self.write) {
            home.require_free()?;
        }
        let sample = Sample::read(&self.files)?;
        let draft = fitting_draft(&sample, home.as_ref().map(|home| home.job.level))?;
        let text = draft.to_csv();
        let written = match &home {
            Some(home) if self.write => home.write(&text)?,
            _ => Vec::new(),
        };
        tell(global, &sample, &draft, home.as_ref());
        if global.json {
            return output::json(&serde_json::json!({
                "draft": text,
                "columns": draft.columns,
                "needs_level": draft.needs_level,
                "doubts": draft.doubts,
                "records": sample.profile.records(),
                "files_cut": sample.cut,
                "definition": home.as_ref().map(|home| slashed(&home.definition)),
                "written": written,
            }));
        }
        if self.write {
            written.iter().for_each(|path| output::line(format!("created {path}")));
        } else {
            output::write(|out| std::io::Write::write_all(out, text.as_bytes()));
        }
        Ok(())
    }
}

/// A draft that parses, and by which the sample loads.
fn fitting_draft(sample: &Sample, level: Option<Level>) -> Result<Draft, CommandError> {
    let mut refusals = Vec::new();
    for _ in 0..MOST_ROUNDS {
        let mut draft = draft(&sample.layout, &sample.profile, level, &refusals);
        if draft.columns.iter().all(|column| column.target.is_none()) {
            let level = draft.needs_level.unwrap_or(Level::P3);
            return Err(CommandError::failed("every column holds personal data above the job's level")
                .hint(format!("name the job {level}")));
        }
        let parsed = TableDefinition::parse(draft.to_csv().as_bytes(), "draft");
        let definition = parsed.map_err(|faults| CommandError::faults("the draft", &faults))?;
        let mut verdict = sample.verify(&definition)?;
        draft.doubts.append(&mut verdict.doubts);
        if verdict.refusals.is_empty() {
            return Ok(draft);
        }
        refusals.append(&mut verdict.refusals);
    }
    let columns: Vec<_> = refusals.iter().map(|refusal| (refusal.column + 1).to_string()).collect();
    Err(CommandError::failed(format!("no type fits the columns {}", columns.join(", "))))
}

fn tell(global: &Global, sample: &Sample, draft: &Draft, home: Option<&Home>) {
    log::step(global, &sample.in_words(), serde_json::json!({ "records": sample.profile.records() }));
    if !global.json {
        for doubt in &draft.doubts {
            log::step(global, &format!("unsure: {doubt}"), serde_json::json!({ "doubt": doubt }));
        }
    }
    match (home, draft.needs_level) {
        (Some(home), _) => {
            let path = slashed(&home.definition);
            let message = format!("the definition of {} belongs in {path}", home.job.qualified_table());
            log::step(global, &message, serde_json::json!({ "definition": path }));
        }
        (None, Some(level)) => {
            let message = format!("the job that loads this needs the level {level}");
            log::step(global, &message, serde_json::json!({ "needs_level": level }));
        }
        (None, None) => {}
    }
}

impl Home {
    fn new(global: &Global, job: &str) -> Result<Self, CommandError> {
        let job = jobs::parse(job)?;
        let workspace = Workspace::open(global)?;
        planning::names(&workspace, &job)?;
        let definition = workspace.definition_path(&job);
        let dag = Path::new(&workspace.project.dags).join(format!("{job}.py"));
        Ok(Self { workspace, job, definition, dag })
    }

    /// Nothing may stand where the definition would be written, and no other job may load the table.
    fn require_free(&self) -> Result<(), CommandError> {
        let table = self.job.qualified_table();
        if self.workspace.root.join(&self.definition).exists() {
            return Err(already(&self.definition));
        }
        let jobs = self.workspace.jobs()?;
        let other = jobs.iter().find(|other| other.qualified_table() == table && **other != self.job);
        match other {
            Some(other) => Err(CommandError::failed(format!("{table} has another job: {other}"))
                .hint("one table has one job: infer for that one, or delete its DAG file")),
            None => Ok(()),
        }
    }

    /// Writes the definition and, where it is missing, the DAG file; the paths written.
    fn write(&self, text: &str) -> Result<Vec<String>, CommandError> {
        if !whole_file::write_new(&self.workspace.root.join(&self.definition), text.as_bytes())? {
            return Err(already(&self.definition));
        }
        let mut written = vec![slashed(&self.definition)];
        if whole_file::write_new(&self.workspace.root.join(&self.dag), DAG_FILE.as_bytes())? {
            written.push(slashed(&self.dag));
        }
        Ok(written)
    }
}

fn already(path: &Path) -> CommandError {
    CommandError::failed(format!("{} is there already; nothing was written", slashed(path)))
        .hint("without `--write` the draft is printed: compare the two, or delete the file first")
}
