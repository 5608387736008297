//! Treatments of personal data: clear values go no further than landing, equal values join, keys do not mix.

use serde_json::{Value, json};

use crate::support::{Project, Ran, python, repository, run};

const JOB: &str = "core__deposit__account__p3__append__auto__d";

/// Uncompressed, so that a value would be found in the bytes of a data file.
const DEFINITION: &str = "\
@compression,none
source,target,type,key,required,level,treatment,format,description
ID,id,bigint,1,y,p1,,,
CITY,city,string,,,p0,,,
ACCOUNT,account_no,string,2,y,p2,hash,,
RESIDENT,resident_no,string,,,p3,encrypt,,
BORN,born,date,,,p2,hash,%Y%m%d,
NAME,name,string,,,p2,redact,,
CARD,card_no,bigint,,,p3,last4,,
SECRET,secret,string,,,p3,drop,,
";

const CSV: &str = "\
ID,CITY,ACCOUNT,RESIDENT,BORN,NAME,CARD,SECRET
1,Suwon-in-the-clear,110-123-456789,900101-1234567,19900101,Kim Hana,4111111111111234,hunter2-of-kim
2,Busan-in-the-clear,110-987-654321,880202-2345678,,,,hunter2-of-lee
3,Daegu-in-the-clear,110-123-456789,900101-1234567,19900101,Kim Hana,,
";

/// What no file but those in landing, and no output, may hold.
const CLEAR: [&str; 9] = [
    "110-123-456789",
    "110-987-654321",
    "900101-1234567",
    "880202-2345678",
    "19900101",
    "1990-01-01",
    "Kim Hana",
    "41111111",
    "hunter2",
];

const KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
const KEY_ID: &str = "2afdd2a1d9c83d6c";
const OTHER_KEY: &str = "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff01";

fn with_key(project: &Project, key: &str, args: &[&str]) -> Ran {
    run(project.command(args).env("NARU_TREATMENT_KEY", key))
}

fn load(project: &Project, key: &str, day: &str) -> Ran {
    with_key(project, key, &["run", JOB, "--date", day, "--json"])
}

fn status(ran: Ran) -> Value {
    ran.ok().json()[0]["status"].clone()
}

/// Which of the needles stand in a file of the lake outside landing.
fn found_in_lake(project: &Project, needles: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for (path, _) in project.lake_files() {
        if path.to_string_lossy().contains("-landing-") {
            continue;
        }
        let bytes = std::fs::read(&path).unwrap();
        let holds = |needle: &&&str| bytes.windows(needle.len()).any(|window| window == needle.as_bytes());
        found.extend(needles.iter().filter(holds).map(|needle| format!("{needle} in {}", path.display())));
    }
    found
}

#[test]
fn clear_values_go_no_further_than_landing() {
    let project = Project::with_job(JOB, DEFINITION);
    project.drop(JOB, "2026-11-22", "a.csv", CSV);
    let outputs = [
        project.naru(&["check"]).ok(),
        project.naru(&["plan", JOB, "--date", "2026-11-22"]).ok(),
        project.naru(&["plan", JOB, "--date", "2026-11-22", "--json"]).ok(),
        load(&project, KEY, "2026-11-22").ok(),
        project.naru(&["query", "select * from deposit.account order by id", "--csv"]).ok(),
        project.naru(&["history", "deposit.account", "--json"]).ok(),
        project.naru(&["tables", "--json"]).ok(),
    ];
    for output in &outputs {
        let text = format!("{}{}", output.stdout, output.stderr);
        assert!(!text.contains(KEY), "{text}");
        assert!(!CLEAR.iter().any(|value| text.contains(value)), "{text}");
    }
    // The search finds what is in the clear: in a data file, and in a manifest's bounds.
    let clear = found_in_lake(&project, &["Suwon-in-the-clear", "Busan-in-the-cl"]);
    assert!(clear.iter().any(|place| place.ends_with(".parquet")), "{clear:?}");
    assert!(clear.iter().any(|place| place.ends_with(".avro")), "{clear:?}");
    assert_eq!(found_in_lake(&project, &CLEAR), Vec::<String>::new());
    assert_eq!(found_in_lake(&project, &[KEY]), Vec::<String>::new());
    project.check_with_pyiceberg();
}

#[test]
fn equal_values_join_and_null_stays_null() {
    let project = Project::with_job(JOB, DEFINITION);
    project.drop(JOB, "2026-11-22", "a.csv", CSV);
    load(&project, KEY, "2026-11-22").ok();
    let rows = project.query("select * from deposit.account order by id");
    let columns: Vec<&String> = rows[0].as_object().unwrap().keys().collect();
    assert!(!columns.iter().any(|name| *name == "secret"), "{columns:?}");
    assert_eq!(rows[0]["account_no"], "8a72ea3cfc7df4578af93e515856ea12524e530bed5f7f1552a6dc196ef00d50");
    assert_eq!(rows[0]["account_no"], rows[2]["account_no"]);
    assert_ne!(rows[0]["account_no"], rows[1]["account_no"]);
    assert_eq!(rows[0]["resident_no"], "4oVMTErMdla6rO34b8t3HBoGRgt9+IhfJxxP/2t9");
    assert_eq!((&rows[0]["name"], &rows[0]["card_no"]), (&json!("***"), &json!("1234")));
    for column in ["born", "name", "card_no"] {
        assert_eq!(rows[1][column], Value::Null, "{column}");
    }
    let pairs = "select count(*) from deposit.account a join deposit.account b on a.account_no = b.account_no";
    assert_eq!(project.value(pairs), 5);
}

/// The recipe of `docs/treatments.md`, followed by Python's own hmac and by the cryptography package.
#[test]
fn another_system_computes_the_same() {
    let project = Project::with_job(JOB, DEFINITION);
    project.drop(JOB, "2026-11-22", "a.csv", CSV);
    load(&project, KEY, "2026-11-22").ok();
    let script = repository().join("tests/python/check_treatments.py");
    let source = project.landing(JOB, "2026-11-22").join("a.csv");
    let mut check = python();
    check.arg(script).arg(project.path().join(".naru/lake")).arg("dev_deposit.account").arg(source);
    check.args(["account_no=ACCOUNT:hash", "resident_no=RESIDENT:encrypt", "born=BORN:hash"]);
    let told = run(check.env("NARU_TREATMENT_KEY", KEY)).ok();
    assert_eq!(told.stdout, "3 rows are treated as documented\n");
    run(check.env("NARU_TREATMENT_KEY", OTHER_KEY)).fails(1);
}

#[test]
fn without_the_key_no_row_is_read() {
    let project = Project::with_job(JOB, DEFINITION);
    project.drop(JOB, "2026-11-22", "a.csv", "this is not even read");
    let missing = project.load(JOB, "2026-11-22").fails(1);
    let expected = "no treatment key is given, and account_no, resident_no, born cannot be treated without";
    assert!(missing.stderr.contains(expected), "{}", missing.stderr);
    assert!(missing.stderr.contains("set NARU_TREATMENT_KEY, or NARU_TREATMENT_KEY_FILE"), "{}", missing.stderr);
    assert_eq!(project.naru(&["tables", "--json"]).ok().json().as_array().unwrap().len(), 0);
    // Neither does what needs no key: masks and drops.
    let masked = DEFINITION.replace("p2,hash", "p2,").replace("p3,encrypt", "p3,redact");
    project.job(JOB, &masked);
    project.drop(JOB, "2026-11-22", "a.csv", CSV);
    project.loaded(JOB, "2026-11-22");
}

#[test]
fn keys_come_from_files_too_and_are_never_told() {
    let project = Project::with_job(JOB, DEFINITION);
    project.drop(JOB, "2026-11-22", "a.csv", CSV);
    let file = project.write("treatment.key", format!("{KEY}\n").as_bytes());
    let with_file = |value: &std::path::Path| {
        run(project.command(&["run", JOB, "--date", "2026-11-22", "--json"]).env("NARU_TREATMENT_KEY_FILE", value))
    };
    assert_eq!(status(with_file(&file)), "loaded");
    let absent = with_file(&project.path().join("absent")).fails(1);
    assert!(absent.stderr.contains("cannot read the treatment key from") && absent.stderr.contains("absent"));
    let mut toml = std::fs::read_to_string(project.path().join("naru.toml")).unwrap();
    toml = toml.replace("path = \".naru/lake\"\n", "path = \".naru/lake\"\ntreatment_key_file = \"treatment.key\"\n");
    project.write("naru.toml", toml.as_bytes());
    assert_eq!(status(project.load(JOB, "2026-11-22")), "unchanged");
    let both = run(project
        .command(&["run", JOB, "--date", "2026-11-22"])
        .env("NARU_TREATMENT_KEY", KEY)
        .env("NARU_TREATMENT_KEY_FILE", &file))
    .fails(1);
    assert!(both.stderr.contains("both NARU_TREATMENT_KEY and NARU_TREATMENT_KEY_FILE"), "{}", both.stderr);
    let short = load(&project, "correct-horse-battery", "2026-11-22").fails(1);
    assert!(short.stderr.contains("NARU_TREATMENT_KEY holds is no treatment key"), "{}", short.stderr);
    assert!(!short.stderr.contains("horse"), "{}", short.stderr);
}

#[test]
fn bad_values_are_rejected_by_their_type_without_the_value() {
    let project = Project::with_job(JOB, DEFINITION);
    project.drop(JOB, "2026-11-22", "a.csv", CSV.replace("19900101", "19900231"));
    let refused = load(&project, KEY, "2026-11-22").fails(1);
    assert!(refused.stderr.contains("column born") && refused.stderr.contains("no_such_day"), "{}", refused.stderr);
    assert!(!format!("{}{}", refused.stdout, refused.stderr).contains("19900231"));
    project.job(JOB, &format!("@reject_limit,2\n{DEFINITION}"));
    let some = load(&project, KEY, "2026-11-22").ok();
    assert_eq!((&some.json()[0]["rows"], &some.json()[0]["rejected"]), (&json!(1), &json!(2)));
    assert!(!format!("{}{}", some.stdout, some.stderr).contains("19900231"));
    // What does not fit cannot be treated: it stays raw, at the raw data's level.
    let outside_quarantine = |values: &[&str]| {
        found_in_lake(&project, values).into_iter().filter(|place| !place.contains("/acme-dev-quarantine-p3/")).count()
    };
    assert_eq!((outside_quarantine(&["19900231"]), outside_quarantine(&CLEAR)), (0, 0));
}

#[test]
fn the_key_is_recorded_and_another_one_does_not_mix() {
    let project = Project::with_job(JOB, DEFINITION);
    for day in ["2026-11-21", "2026-11-22"] {
        project.drop(JOB, day, "a.csv", CSV);
    }
    assert_eq!(status(load(&project, KEY, "2026-11-21")), "loaded");
    let history = project.naru(&["history", "deposit.account", "--json"]).ok().json();
    let snapshot = &history["snapshots"][0];
    assert_eq!(snapshot["treatment_key"], KEY_ID);
    assert_eq!(snapshot["treatments"]["resident_no"], "encrypt");
    let other = load(&project, OTHER_KEY, "2026-11-22").fails(1);
    let expected = format!("rows of interval 2026-11-21 that were treated with key {KEY_ID}");
    assert!(other.stderr.contains(&expected) && other.stderr.contains("--force"), "{}", other.stderr);
    // Another treatment of the same column does not, either: the table's type alone would not tell.
    project.job(JOB, &DEFINITION.replace("p2,redact", "p2,"));
    let clear = load(&project, KEY, "2026-11-22").fails(1);
    assert!(clear.stderr.contains("in which name had another treatment"), "{}", clear.stderr);
    let plan = project.naru(&["plan", JOB, "--date", "2026-11-22"]).ok().stdout;
    assert!(plan.contains("would fail") && plan.contains("name had another treatment"), "{plan}");
    project.job(JOB, DEFINITION);
    // The way to another key: every interval again.
    let forced = |day: &str| status(with_key(&project, OTHER_KEY, &["run", JOB, "--date", day, "--json", "--force"]));
    assert_eq!(forced("2026-11-22"), "loaded");
    load(&project, OTHER_KEY, "2026-11-22").fails(1);
    assert_eq!(forced("2026-11-21"), "reloaded");
    assert_eq!(status(load(&project, OTHER_KEY, "2026-11-22")), "unchanged");
    assert_eq!(project.value("select count(distinct account_no) from deposit.account"), 2);
}

#[test]
fn a_replaced_table_takes_another_key_and_another_treatment() {
    let job = JOB.replace("append", "replace");
    let project = Project::with_job(&job, DEFINITION);
    project.drop(&job, "2026-11-22", "a.csv", CSV);
    let load = |key: &str| status(with_key(&project, key, &["run", &job, "--date", "2026-11-22", "--json"]));
    assert_eq!(load(KEY), "loaded");
    assert_eq!(load(KEY), "unchanged");
    assert_eq!(load(OTHER_KEY), "reloaded");
    project.job(&job, &DEFINITION.replace("p2,redact", "p2,hash"));
    assert_eq!(load(OTHER_KEY), "reloaded");
    assert_eq!(project.value("select count(*) from deposit.account where name = '***'"), 0);
}

#[test]
fn a_plan_tells_the_treatments_and_needs_no_key() {
    let project = Project::with_job(JOB, DEFINITION);
    project.drop(JOB, "2026-11-22", "a.csv", CSV);
    project.naru(&["check"]).ok();
    let plan = project.naru(&["plan", JOB, "--date", "2026-11-22"]).ok().stdout;
    for line in ["treat     account_no: hash", "treat     SECRET of the source: drop", "the treatment key"] {
        assert!(plan.contains(line), "{plan}");
    }
    let plan = project.naru(&["plan", JOB, "--date", "2026-11-22", "--json"]).ok().json()["plan"].clone();
    assert_eq!(plan["columns"][2]["treatment"], "hash");
    assert_eq!(
        plan["target"]["spec"]["columns"][4],
        json!({
            "name": "born", "type": "string", "required": false, "description": "",
        })
    );
}
