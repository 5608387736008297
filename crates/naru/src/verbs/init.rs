use std::path::{Path, PathBuf};

use clap::Args;
use naru_core::prices::{Price, PriceTable, RegionPrices};
use naru_core::project::PROJECT_FILE;
use naru_core::route::ORIGINS;

use crate::cli::Global;
use crate::error::CommandError;
use crate::{output, whole_file};

/// Make an empty project
#[derive(Debug, Args)]
pub(crate) struct Init {
    /// Directory of the project.
    #[arg(default_value = ".")]
    dir: PathBuf,
    /// Organisation: begins the names of buckets, keys and jobs.
    #[arg(long, env = "NARU_ORG", default_value = "acme")]
    org: String,
    /// AWS account, 12 digits: qa and prod have their lakes there. Without it, dev is the one phase.
    #[arg(long, env = "NARU_ACCOUNT", value_name = "ID")]
    account: Option<String>,
    /// AWS region of these lakes; by default the environment's.
    #[arg(long, env = "NARU_REGION", requires = "account")]
    region: Option<String>,
}

impl Init {
    pub(crate) fn run(&self, global: &Global) -> Result<(), CommandError> {
        let made = create(&self.dir, &project_file(&self.org, self.account.as_deref(), self.region.as_deref()))?;
        if global.json {
            return output::json(&serde_json::json!({ "directory": self.dir, "created": made }));
        }
        for path in &made {
            output::line(format!("created {}", path.display()));
        }
        if made.is_empty() {
            output::line(format!("{} is a project already; nothing was changed", self.dir.display()));
        }
        Ok(())
    }
}

/// Makes what a project needs and does not have yet; the paths made. `settings` is the text of its `naru.toml`.
///
/// # Errors
/// Settings that are none, of what was given on the command line; a file that cannot be written.
pub(crate) fn create(dir: &Path, settings: &str) -> Result<Vec<PathBuf>, CommandError> {
    naru_core::project::Project::parse(settings, PROJECT_FILE).map_err(|faults| {
        CommandError::faults("the new project's settings", &faults).with_exit(crate::error::Exit::Usage)
    })?;
    let mut made = Vec::new();
    for name in ["table-defs", "dags"] {
        let path = dir.join(name);
        if !path.is_dir() {
            std::fs::create_dir_all(&path).map_err(|error| CommandError::io("create", &path, &error))?;
            made.push(path);
        }
    }
    for (name, text) in [(PROJECT_FILE, settings), (".gitignore", "/.naru/\n")] {
        let path = dir.join(name);
        if whole_file::write_new(&path, text.as_bytes())? {
            made.push(path);
        }
    }
    Ok(made)
}

/// A `naru.toml` with the few keys that a project sets, and the router's constants and AWS's prices as comments with their origins.
///
/// With an AWS account the phases after dev have their lakes there.
pub(crate) fn project_file(org: &str, account: Option<&str>, region: Option<&str>) -> String {
    let line = |key: &str, value: Option<&str>| value.map(|value| format!("{key} = \"{value}\"\n")).unwrap_or_default();
    let on_aws = |phase: &str| format!("[phases.{phase}]\nlake = \"aws\"\n{}\n", line("region", region));
    let phases = account.map(|_| on_aws("qa") + &on_aws("prod")).unwrap_or_default();
    let mut text = format!(
        "# What is not said here has a default; docs/configuration.md lists every key.\n\
         org = \"{org}\"\n\
         {}\
         time_zone = \"Asia/Seoul\"\n\
         phase = \"dev\"\n\n\
         [phases.dev]\n\
         lake = \"embedded\"\n\
         path = \".naru/lake\"\n\n\
         {phases}\
         [run]\n\
         # Memory that the loads of one command may use together, in MiB.\n\
         memory_mib = 512\n\n\
         # The router's constants, each with its origin. To change one, uncomment it and the line of its table.\n",
        line("account", account),
    );
    text.push_str(&route_constants());
    text.push_str("\n# What AWS charges, by region. A region that is not here has to be written, with all three.\n");
    text.push_str(&known_prices());
    text
}

/// The router's constants, table by table, as comments: key, default, origin.
fn route_constants() -> String {
    let defaults = toml::Value::try_from(naru_core::route::RouteModel::default()).ok();
    let value = |key: &str| key.split('.').skip(1).try_fold(defaults.as_ref()?, |found, part| found.get(part));
    let (mut text, mut table) = (String::new(), "");
    for (key, origin) in ORIGINS {
        let (Some((of, name)), Some(value)) = (key.rsplit_once('.'), value(key)) else { continue };
        if of != table {
            text.push_str(&format!("# [{of}]\n"));
            table = of;
        }
        text.push_str(&format!("# {name} = {value}  # {origin}\n"));
    }
    text
}

/// The prices that are known without being set, as comments.
fn known_prices() -> String {
    let line = |name: &str, Price { usd, date, source }: &Price| {
        format!("# {name} = {{ usd = {usd}, date = \"{date}\", source = \"{source}\" }}\n")
    };
    let of_region = |prices: &RegionPrices| {
        let RegionPrices { region, dpu_hour, lambda_gb_second, lambda_request } = prices;
        [
            format!("# [prices.{region}]\n"),
            line("dpu_hour", dpu_hour),
            line("lambda_gb_second", lambda_gb_second),
            line("lambda_request", lambda_request),
        ]
        .concat()
    };
    PriceTable::default().regions().map(of_region).collect()
}
