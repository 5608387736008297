use std::path::PathBuf;

use clap::Args;

use crate::cli::Global;
use crate::demo::{self, DAYS};
use crate::error::{CommandError, Exit};
use crate::interval_args::IntervalArgs;
use crate::planning::PlannedJob;
use crate::verbs::{apply::Apply, check::Check, init, query::Query, run::Run};
use crate::workspace::Workspace;
use crate::{jobs, output};

/// Make a small bank, load two days of its drops, and query the tables
///
/// Needs no cloud and no account. Run again in the same directory, it changes nothing.
#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// Directory of the demo project.
    #[arg(default_value = "naru-demo")]
    dir: PathBuf,
}

/// Queries that the demo shows.
const QUERIES: [&str; 3] = [
    "select b.region, count(*) as accounts, sum(a.balance) as balance from deposit.account a \
     join organization.branch b on a.branch_code = b.branch_code group by b.region order by balance desc",
    "select load_interval, channel, count(*) as transactions, sum(amount) as amount from deposit.transaction \
     group by load_interval, channel order by load_interval, channel",
    "select currency, rate, rank() over (order by rate desc) as place from market.exchange_rate order by place",
];

impl Demo {
    pub(crate) fn run(&self, global: &Global) -> Result<(), CommandError> {
        let global = Global { project: Some(self.dir.clone()), json: false, ..global.clone() };
        self.make(&global)?;
        say("\nCheck what would fail in production");
        command("naru check");
        Check {}.run(&global)?;
        say("\nCreate the tables from their definitions");
        command("naru apply");
        Apply::new().run(&global)?;
        self.load(&global)?;
        say("\nQuery the tables; SQL says database.table in every phase");
        for sql in QUERIES {
            command(&format!("naru query \"{sql}\""));
            Query::new(sql).run(&global)?;
        }
        self.next();
        Ok(())
    }

    /// Makes the project and drops the files.
    fn make(&self, global: &Global) -> Result<(), CommandError> {
        demo::refuse_other_project(&self.dir)?;
        let mut made = init::create(&self.dir, "acme")?.len();
        made += demo::write_files(&self.dir)?.len();
        let workspace = Workspace::open(global)?;
        let lake = workspace.lake()?;
        for drop in demo::drops() {
            let job = jobs::parse(drop.job)?;
            let planned = PlannedJob::new(&workspace, job)?;
            let args = IntervalArgs { date: Some(drop.date.into()), ..IntervalArgs::default() };
            let interval = args.one(&workspace, &planned.job)?;
            let path = naru_local::location_to_path(&planned.landing(&lake, &interval))?.join(&drop.name);
            made += usize::from(demo::write_new(&path, &drop.bytes)?);
        }
        let dir = self.dir.display();
        say(&match made {
            0 => format!("The bank in {dir} is there already"),
            _ => format!("Made a small bank in {dir}: 5 jobs, 5 definitions, two days of drops"),
        });
        Ok(())
    }

    fn load(&self, global: &Global) -> Result<(), CommandError> {
        say("\nLoad what landed, day by day");
        for day in DAYS {
            command(&format!("naru run --date {day}"));
            let loaded = Run::new(Vec::new(), day).run(global);
            match loaded {
                Ok(()) => {}
                // The second day holds one bad row, made to be seen.
                Err(error) if day == demo::BAD_DROP.1 && error.exit() == Exit::Failed => {
                    error.print(global);
                    say("That was the row made to fail: its table stayed as it was, all others were loaded.");
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn next(&self) {
        let dir = self.dir.display();
        let (job, day) = demo::BAD_DROP;
        say(&format!(
            "\nTry next, in {dir}:\n  \
             naru name {job}\n  \
             naru plan {job} --date {day}\n  \
             naru history deposit.transaction\n  \
             naru query \"select count(*) from deposit.transaction\" --as-of SNAPSHOT\n  \
             mend the bad date in the file named above, then naru run {job} --date {day}"
        ));
    }
}

fn say(text: &str) {
    output::line(text);
}

fn command(text: &str) {
    output::line(format!("\n$ {text}"));
}
