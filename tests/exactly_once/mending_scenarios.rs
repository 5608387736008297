//! The scenarios of rows that do not fit, of their replay, and of tables that change with their definition, as data.

use crate::scenario::Scenario;
use crate::scenario::Step::{Define, Deliver, Fails, Maintain, Replay, Run};

const APPEND: &str = "core__deposit__account__p1__append__pl__d";
const REPLACE: &str = "core__deposit__account__p1__replace__pl__d";
const MERGE: &str = "core__deposit__account__p1__merge__pl__d";

macro_rules! definition {
    ($settings:literal, $digits:literal) => {
        concat!(
            $settings,
            "source,target,type,key,required,level\n",
            "ID,id,bigint,1,y,p1\nNAME,name,string,,,p1\nAMT,amount,\"decimal(",
            $digits,
            ",2)\",,,p1\n"
        )
    };
}

const NARROW: &str = definition!("", "12");
const WIDER: &str = definition!("", "14");
const NARROW_LIMITED: &str = definition!("@reject_limit,5\n", "12");
const WIDER_LIMITED: &str = definition!("@reject_limit,5\n", "14");

/// As `NARROW`, with another name, more digits, another order and one column more.
const EVOLVED: &str = "\
source,target,type,key,required,level,renamed_from
ID,id,bigint,1,y,p1,
AMT,amount,\"decimal(14,2)\",,,p1,
NAME,holder,string,,,p1,name
CITY,city,string,,,p0,
";

const ONE: &str = "ID,NAME,AMT\n1,kim,1.00\n2,lee,2.00\n";
const OTHER: &str = "ID,NAME,AMT\n3,park,3.00\n";
/// The amount of 2 has too many digits for 12; that of 4 is no number.
const BAD: &str = "ID,NAME,AMT\n1,kim,1.50\n2,lee,12345678901.00\n4,choi,four\n";
/// The amount of 2 has too many digits for 12.
const GREAT: &str = "ID,NAME,AMT\n1,kim,1.50\n2,lee,12345678901.00\n";
const WITH_CITY: &str = "ID,NAME,AMT,CITY\n2,lee,12345678901.00,Seoul\n5,han,5.00,\n";
const ONE_WITH_CITY: &str = "ID,NAME,AMT,CITY\n1,kim,1.00,Busan\n";

/// Rows that do not fit, and their replay.
pub(crate) fn quarantine() -> Vec<Scenario> {
    let limited = |name, job| Scenario {
        name,
        job,
        steps: vec![
            Define(NARROW_LIMITED),
            Deliver("2026-11-20", &[ONE]),
            Run("2026-11-20"),
            Deliver("2026-11-21", &[BAD, OTHER]),
            Run("2026-11-21"),
            Replay("2026-11-21"),
            Define(WIDER_LIMITED),
            Replay("2026-11-21"),
            Replay("2026-11-21"),
            Run("2026-11-21"),
            Maintain,
        ],
    };
    let failed = |name, job| Scenario {
        name,
        job,
        steps: vec![
            Define(NARROW),
            Deliver("2026-11-20", &[GREAT]),
            Fails("2026-11-20"),
            Deliver("2026-11-20", &[GREAT, OTHER]),
            Fails("2026-11-20"),
            Define(WIDER),
            Replay("2026-11-20"),
            Maintain,
        ],
    };
    vec![
        limited("append some rows, replay the others", APPEND),
        limited("replace by some rows, replay the others", REPLACE),
        limited("merge some rows, replay the others", MERGE),
        failed("append no row, replay all", APPEND),
        failed("merge no row, replay all", MERGE),
    ]
}

/// Runs that change their table in the commit of their rows.
pub(crate) fn evolution() -> Vec<Scenario> {
    let evolved = |name, job| Scenario {
        name,
        job,
        steps: vec![
            Define(NARROW),
            Deliver("2026-11-20", &[ONE]),
            Run("2026-11-20"),
            Define(EVOLVED),
            Run("2026-11-20"),
            Deliver("2026-11-21", &[WITH_CITY]),
            Run("2026-11-21"),
            Deliver("2026-11-21", &[WITH_CITY, ONE_WITH_CITY]),
            Run("2026-11-21"),
            Maintain,
        ],
    };
    vec![
        evolved("append to an evolving table", APPEND),
        evolved("replace an evolving table", REPLACE),
        evolved("merge into an evolving table", MERGE),
    ]
}
