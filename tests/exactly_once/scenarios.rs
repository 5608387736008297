//! The scenarios, as data.

use crate::scenario::Scenario;
use crate::scenario::Step::{Compact, Define, Deliver, Fails, Force, Maintain, Run};

const COLUMNS: &str = "\
source,target,type,key,required,level
ID,id,bigint,1,y,p1
NAME,name,string,,,p1
AMT,amount,\"decimal(12,2)\",,,p1
";

const PARTITIONED: &str = "\
@partition,\"bucket(3, id)\"
@sort,name
source,target,type,key,required,level
ID,id,bigint,1,y,p1
NAME,name,string,,,p1
AMT,amount,\"decimal(12,2)\",,,p1
";

/// As `COLUMNS`, after the amount was given more digits.
const WIDER: &str = "\
source,target,type,key,required,level
ID,id,bigint,1,y,p1
NAME,name,string,,,p1
AMT,amount,\"decimal(14,2)\",,,p1
";

const REGIONS: &str = "\
@partition,region
@replace,partitions
source,target,type,level
REGION,region,string,p0
N,n,int,p0
";

const EMPTY_ALLOWED: &str = "\
@empty,allow
source,target,type,level
ID,id,bigint,p1
";

const ONE: &str = "ID,NAME,AMT\n1,kim,1.00\n2,lee,2.00\n";
const OTHER: &str = "ID,NAME,AMT\n3,park,3.00\n4,choi,\n5,,5.00\n";
const CHANGED: &str = "ID,NAME,AMT\n1,kim,1.50\n6,jung,6.00\n";
const BAD: &str = "ID,NAME,AMT\n1,kim,1.00\n2,lee,not a number\n";

/// Mode `append`.
pub(crate) fn append() -> Vec<Scenario> {
    let job = "core__deposit__account__p1__append__pl__d";
    vec![
        Scenario {
            name: "append",
            job,
            steps: vec![
                Define(COLUMNS),
                Deliver("2026-11-20", &[ONE]),
                Run("2026-11-20"),
                Run("2026-11-20"),
                Deliver("2026-11-22", &[OTHER, ONE]),
                Run("2026-11-22"),
                Deliver("2026-11-20", &[CHANGED]),
                Run("2026-11-20"),
                Deliver("2026-11-21", &[ONE]),
                Run("2026-11-21"),
                Maintain,
                Run("2026-11-22"),
                Deliver("2026-11-22", &[OTHER]),
                Fails("2026-11-22"),
                Force("2026-11-22"),
                Maintain,
            ],
        },
        Scenario {
            name: "append to partitions",
            job,
            steps: vec![
                Define(PARTITIONED),
                Deliver("2026-11-20", &[ONE, OTHER]),
                Run("2026-11-20"),
                Deliver("2026-11-21", &[CHANGED]),
                Run("2026-11-21"),
                Deliver("2026-11-20", &[ONE, CHANGED]),
                Run("2026-11-20"),
                Maintain,
            ],
        },
        Scenario {
            name: "append to files of several intervals",
            job,
            steps: vec![
                Define(COLUMNS),
                Deliver("2026-11-20", &[ONE]),
                Run("2026-11-20"),
                Deliver("2026-11-21", &[OTHER]),
                Run("2026-11-21"),
                Compact,
                Deliver("2026-11-20", &[CHANGED]),
                Run("2026-11-20"),
                Compact,
                Maintain,
                Run("2026-11-21"),
            ],
        },
        Scenario {
            name: "append after a bad delivery and another definition",
            job,
            steps: vec![
                Define(COLUMNS),
                Deliver("2026-11-20", &[ONE, BAD]),
                Fails("2026-11-20"),
                Define(WIDER),
                Deliver("2026-11-20", &[ONE, OTHER]),
                Run("2026-11-20"),
                Deliver("2026-11-21", &[BAD]),
                Fails("2026-11-21"),
            ],
        },
    ]
}

/// Mode `replace`.
pub(crate) fn replace() -> Vec<Scenario> {
    let job = "core__deposit__account__p1__replace__pl__d";
    vec![
        Scenario {
            name: "replace",
            job,
            steps: vec![
                Define(COLUMNS),
                Deliver("2026-11-20", &[ONE]),
                Run("2026-11-20"),
                Deliver("2026-11-21", &[OTHER, CHANGED]),
                Run("2026-11-21"),
                Run("2026-11-20"),
                Deliver("2026-11-20", &[CHANGED]),
                Fails("2026-11-20"),
                Force("2026-11-20"),
                Run("2026-11-21"),
                Maintain,
            ],
        },
        Scenario {
            name: "replace by nothing",
            job,
            steps: vec![
                Define(EMPTY_ALLOWED),
                Deliver("2026-11-20", &["ID\n1\n"]),
                Run("2026-11-20"),
                Deliver("2026-11-21", &["ID\n"]),
                Run("2026-11-21"),
                Deliver("2026-11-22", &[]),
                Run("2026-11-22"),
                Maintain,
            ],
        },
        Scenario {
            name: "replace partitions",
            job,
            steps: vec![
                Define(REGIONS),
                Deliver("2026-11-20", &["REGION,N\nnorth,1\nsouth,1\n"]),
                Run("2026-11-20"),
                Deliver("2026-11-21", &["REGION,N\nnorth,2\neast,2\n"]),
                Run("2026-11-21"),
                Deliver("2026-11-21", &["REGION,N\nsouth,3\neast,3\n"]),
                Run("2026-11-21"),
                Deliver("2026-11-20", &["REGION,N\neast,4\n"]),
                Fails("2026-11-20"),
                Force("2026-11-20"),
                Maintain,
            ],
        },
    ]
}
