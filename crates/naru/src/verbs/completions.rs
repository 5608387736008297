use clap::{Args, CommandFactory};
use clap_complete::Shell;

use crate::cli::Cli;
use crate::error::CommandError;
use crate::output;

/// Print a shell's completion script
///
/// For bash: `naru completions bash > ~/.local/share/bash-completion/completions/naru`.
#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// The shell.
    #[arg(value_enum)]
    shell: Shell,
}

impl Completions {
    pub(crate) fn run(&self) -> Result<(), CommandError> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "naru", &mut script);
        output::write(|out| std::io::Write::write_all(out, &script));
        Ok(())
    }
}
