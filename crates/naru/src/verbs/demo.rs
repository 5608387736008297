use std::path::PathBuf;

use clap::Args;

use crate::cli::Global;
use crate::demo;
use crate::error::CommandError;

/// Make a small bank, load its drops, and show a merge, a replay and an evolution
///
/// Needs no cloud and no account. Each step is a command as you would type it, and what it prints. Killed anywhere and run
/// again in the same directory, it goes on and ends in the same tables; run once more, it changes nothing.
#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// Directory of the demo project.
    #[arg(default_value = "naru-demo")]
    dir: PathBuf,
}

impl Demo {
    pub(crate) fn run(&self, global: &Global) -> Result<(), CommandError> {
        let global = Global { project: Some(self.dir.clone()), json: false, ..global.clone() };
        demo::show(&global, &self.dir)
    }
}
