//! Quarantined values stand in the quarantine table, and nowhere else.

use crate::support::{Project, run};

const JOB: &str = "core__deposit__account__p3__append__auto__d";
const DEFINITION: &str = "\
@reject_limit,2
@compression,none
source,target,type,key,required,level,treatment,format,description
ID,id,bigint,1,y,p1,,,
RESIDENT,resident_no,string,,,p3,redact,,
BORN,born,date,,,p2,,%Y%m%d,
NAME,name,string,,y,p2,hash,,
";
const CSV: &str = "ID,RESIDENT,BORN,NAME\n1,900101-1234567,19900101,Kim Hana\n2,880202-2345678,19880230,Lee Duri\nthree,770303-1456789,19770303,Park Set\n";
const VALUES: [&str; 9] =
    ["900101", "880202", "770303", "19900101", "19880230", "19770303", "Kim Hana", "Lee Duri", "Park Set"];
const KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

#[test]
fn no_message_and_no_key_of_an_object_holds_a_value() {
    let project = Project::with_job(JOB, DEFINITION);
    project.drop(JOB, "2026-11-22", "a.csv", CSV);
    project.drop(JOB, "2026-11-23", "a.csv", format!("{CSV}4,1,2,Park Set\n"));
    let mended = DEFINITION.replace("%Y%m%d", "%Y%d%m");
    let mut told = String::new();
    let mut tell = |args: &[&str]| {
        for log in ["text", "json"] {
            let ran =
                run(project.command(args).args(["--log", log]).env("NARU_TREATMENT_KEY", KEY).env("RUST_LOG", "trace"));
            told += &format!("{}\n{}\n", ran.stdout, ran.stderr);
        }
    };
    for _ in 0..2 {
        tell(&["run", JOB, "--date", "2026-11-22", "--json"]);
        tell(&["run", JOB, "--date", "2026-11-23"]);
        tell(&["quarantine", JOB]);
        tell(&["quarantine", JOB, "--json"]);
        tell(&["replay", JOB, "--json"]);
        tell(&["history", "deposit.account_quarantine", "--json"]);
        tell(&["plan", JOB, "--date", "2026-11-22", "--json"]);
        project.job(JOB, &mended);
    }
    assert!(told.contains("no_such_day") && told.contains("not_an_integer"), "{told}");
    for value in VALUES {
        assert!(!told.contains(value), "{value} is in\n{told}");
    }
    let mut in_quarantine = false;
    for (path, _) in project.lake_files() {
        let shown = path.to_string_lossy().into_owned();
        assert!(!VALUES.iter().any(|value| shown.contains(value)), "{shown}");
        let bytes = std::fs::read(&path).unwrap();
        let holds = |value: &str| bytes.windows(value.len()).any(|window| window == value.as_bytes());
        if shown.contains("-quarantine-p3/") {
            in_quarantine |= VALUES.iter().any(|value| holds(value));
        } else if !shown.contains("-landing-p3/") {
            // What is treated stays out of the target.
            for value in ["880202", "770303", "900101", "Lee Duri", "Park Set"] {
                assert!(!holds(value), "{value} is in {shown}");
            }
        }
    }
    // zstd keeps short texts as they are: the search finds what is there.
    assert!(in_quarantine);
}
