//! The scenarios of rows that find the earlier rows of their keys, as data.

use crate::scenario::Step::{Compact, Define, Deliver, Fails, Force, Maintain, Run};
use crate::scenario::{Scenario, Step};

const MERGE: &str = "core__deposit__account__p1__merge__pl__d";
const SCD2: &str = "core__deposit__account__p1__scd2__pl__d";

const PLAIN: &str = "\
source,target,type,key,required,level
ID,id,bigint,1,y,p1
NAME,name,string,,,p1
AMT,amount,\"decimal(12,2)\",,,p1
";

macro_rules! ordered {
    ($settings:literal) => {
        concat!(
            $settings,
            "source,target,type,key,required,level\n",
            "ID,id,bigint,1,y,p1\n",
            "REGION,region,string,,,p0\n",
            "CHG,changed_at,timestamp,,y,p0\n",
            "OP,,string,,,p0\n"
        )
    };
}

const BY_KEY: &str =
    ordered!("@partition,\"bucket(3, id)\"\n@order_by,changed_at\n@deleted,OP,D\n@merge_write,position-deletes\n");
const BY_REGION: &str =
    ordered!("@partition,region\n@order_by,changed_at\n@deleted,OP,D\n@merge_write,copy-on-write\n");
const DELETING: &str = ordered!("@order_by,changed_at\n@deleted,OP,D\n@merge_write,position-deletes\n");
const VERSIONS: &str = ordered!("@valid_from,changed_at\n@deleted,OP,D\n@merge_write,position-deletes\n");
const VERSIONS_BY_KEY: &str = ordered!("@partition,\"bucket(3, id)\"\n@valid_from,changed_at\n@deleted,OP,D\n");

const ONE: &str = "ID,NAME,AMT\n1,kim,1.00\n2,lee,2.00\n";
const OTHER: &str = "ID,NAME,AMT\n3,park,3.00\n4,choi,\n5,,5.00\n";
const CHANGED: &str = "ID,NAME,AMT\n1,kim,1.50\n6,jung,6.00\n";
const MENDED: &str = "ID,NAME,AMT\n1,kim,1.75\n6,jung,6.00\n7,han,7.00\n";
const TWICE: &str = "ID,NAME,AMT\n1,kim,1.00\n1,kim,2.00\n";

const FIRST: &str = "\
ID,REGION,CHG,OP
1,north,2026-11-20T01:00:00,I
2,south,2026-11-20T01:00:00,I
3,south,2026-11-20T01:00:00,I
4,east,2026-11-20T01:00:00,I
";
/// As `FIRST`, with another region of 1 and one more row.
const FIRST_MENDED: &str = "\
ID,REGION,CHG,OP
1,east,2026-11-20T01:00:00,I
2,south,2026-11-20T01:00:00,I
3,south,2026-11-20T01:00:00,I
4,east,2026-11-20T02:00:00,I
5,east,2026-11-20T01:00:00,I
";
const SECOND: &str = "\
ID,REGION,CHG,OP
1,south,2026-11-21T01:00:00,U
2,south,2026-11-21T01:00:00,D
4,north,2026-11-19T01:00:00,U
6,north,2026-11-21T01:00:00,I
";
/// As `SECOND`, with another region of 1 and one more row.
const SECOND_MENDED: &str = "\
ID,REGION,CHG,OP
1,north,2026-11-21T01:00:00,U
2,south,2026-11-21T01:00:00,D
4,north,2026-11-19T01:00:00,U
6,north,2026-11-21T01:00:00,I
7,east,2026-11-21T01:00:00,I
";
/// Nothing of what `SECOND` says.
const ELSE: &str = "ID,REGION,CHG,OP\n3,north,2026-11-21T01:00:00,U\n8,east,2026-11-21T01:00:00,I\n";

/// Mode `merge` without an order, and `scd2` without times of change: what is older than the newest is refused.
pub(crate) fn in_order() -> Vec<Scenario> {
    let merge = |name, definition, job| Scenario {
        name,
        job,
        steps: vec![
            Define(definition),
            Deliver("2026-11-20", &[ONE]),
            Run("2026-11-20"),
            Deliver("2026-11-21", &[CHANGED, OTHER]),
            Run("2026-11-21"),
            Run("2026-11-21"),
            Deliver("2026-11-20", &[CHANGED]),
            Fails("2026-11-20"),
            Deliver("2026-11-21", &[MENDED, OTHER]),
            Run("2026-11-21"),
            Deliver("2026-11-22", &[TWICE]),
            Fails("2026-11-22"),
            Deliver("2026-11-22", &[OTHER]),
            Run("2026-11-22"),
            Maintain,
            Fails("2026-11-21"),
        ],
    };
    vec![merge("merge", PLAIN, MERGE), merge("scd2 by interval", PLAIN, SCD2)]
}

/// Mode `merge` with an order, and `scd2` with times of change: intervals may come late. Where a later one has deleted keys
/// of a merge, they come on command only, and the later one deletes again.
pub(crate) fn in_any_order() -> Vec<Scenario> {
    let late = |name, definition, job, back: fn(&'static str) -> Step| Scenario {
        name,
        job,
        steps: vec![
            Define(definition),
            Deliver("2026-11-21", &[SECOND]),
            Run("2026-11-21"),
            Deliver("2026-11-20", &[FIRST]),
            back("2026-11-20"),
            Run("2026-11-21"),
            Deliver("2026-11-21", &[SECOND_MENDED]),
            Run("2026-11-21"),
            Deliver("2026-11-20", &[FIRST_MENDED]),
            back("2026-11-20"),
            Maintain,
            Force("2026-11-21"),
        ],
    };
    let refused = Scenario {
        name: "merge of what a later interval may have deleted",
        job: MERGE,
        steps: vec![
            Define(DELETING),
            Deliver("2026-11-21", &[SECOND]),
            Run("2026-11-21"),
            Deliver("2026-11-20", &[FIRST]),
            Fails("2026-11-20"),
            Maintain,
        ],
    };
    vec![
        late("merge into partitions of the key, by position deletes", BY_KEY, MERGE, Force),
        late("merge into partitions of a column that changes, by copy-on-write", BY_REGION, MERGE, Force),
        refused,
        late("scd2, by position deletes", VERSIONS, SCD2, Run),
        late("scd2 in partitions", VERSIONS_BY_KEY, SCD2, Run),
    ]
}

/// A rerun brings back what the run before had taken away. Others that come between may keep it from that, since then the
/// rows of the run alone are taken for never loaded.
pub(crate) fn undone() -> Vec<Scenario> {
    let undone = |name, definition, job, between: &[Step]| {
        let before = [
            Define(definition),
            Deliver("2026-11-20", &[FIRST]),
            Run("2026-11-20"),
            Deliver("2026-11-21", &[SECOND]),
            Run("2026-11-21"),
        ];
        let again = [Deliver("2026-11-21", &[ELSE]), Run("2026-11-21"), Maintain];
        Scenario { name, job, steps: [&before, between, &again].concat() }
    };
    vec![
        undone("merge undone", DELETING, MERGE, &[]),
        undone("merge into partitions undone", BY_REGION, MERGE, &[]),
        undone("scd2 undone", VERSIONS, SCD2, &[]),
        undone("merge after a compaction", DELETING, MERGE, &[Compact]),
    ]
}
