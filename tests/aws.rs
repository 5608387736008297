//! A phase whose lake is on AWS: every verb does there what it does on an embedded lake. AWS is moto, with what it lacks added.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::append::{DEFINITION, JOB};
use crate::killed::Random;
use crate::support::aws::AwsProject;
use crate::support::{Project, python, repository, run};

const MERGE: &str = "core__deposit__balance__p1__merge__pl__d";
const MERGE_DEFINITION: &str = "\
@merge_write,position-deletes
@partition,\"bucket(2, no)\"
source,target,type,key,required,level,treatment,format,description
NO,no,int,1,y,p1,,,Number
AMT,amount,\"decimal(9,2)\",,,p1,,,Amount
";
const HISTORY: &str = "core__deposit__grade__p2__scd2__pl__d";
const HISTORY_DEFINITION: &str = "\
@valid_from,since
source,target,type,key,required,level,treatment,format,description
NO,no,int,1,y,p2,,,Number
GRADE,grade,string,,,p1,,,Grade
SINCE,since,date,,y,p0,,,Since
";
const REPLACE: &str = "core__code__branch__p0__replace__pl__d";
const REPLACE_DEFINITION: &str = "\
source,target,type,key,required,level,treatment,format,description
CD,code,string,1,y,p0,,,Code
NM,name,string,,,p0,,,이름
";

/// A step that both lakes take: a drop, or a command and the exit code that it ends with.
enum Step<'a> {
    Drop(&'a str, &'a str, &'a str, &'a str),
    Define(&'a str, &'a str),
    Naru(&'a [&'a str], i32),
}

/// Every mode, rerun, quarantine, replay, evolution and maintenance.
fn story() -> Vec<Step<'static>> {
    use Step::{Define, Drop, Naru};
    vec![
        Naru(&["apply"], 0),
        Drop(JOB, "2026-11-21", "a.csv", "ID,NAME,AMT\n1,kim,1.50\n2,lee,\n"),
        Drop(MERGE, "2026-11-21", "a.csv", "NO,AMT\n1,1.00\n2,2.00\n3,3.00\n"),
        Drop(HISTORY, "2026-11-21", "a.csv", "NO,GRADE,SINCE\n1,A,2026-11-20\n2,B,2026-11-20\n"),
        Drop(REPLACE, "2026-11-21", "a.csv", "CD,NM\n001,본점\n002,강남\n"),
        Naru(&["run", "--date", "2026-11-21"], 0),
        Naru(&["run", "--date", "2026-11-21"], 0),
        // A day with a changed row, an ended version, another branch; and an amount that is none.
        Drop(JOB, "2026-11-22", "a.csv", "ID,NAME,AMT\n3,park,3\n4,choi,four\n"),
        Drop(MERGE, "2026-11-22", "a.csv", "NO,AMT\n2,2.50\n4,4.00\n"),
        Drop(HISTORY, "2026-11-22", "a.csv", "NO,GRADE,SINCE\n1,C,2026-11-22\n"),
        Drop(REPLACE, "2026-11-22", "a.csv", "CD,NM\n003,해운대\n"),
        Naru(&["run", "--date", "2026-11-22"], 1),
        Drop(JOB, "2026-11-22", "a.csv", "ID,NAME,AMT\n3,park,3\n4,choi,4\n"),
        Naru(&["replay", JOB], 0),
        // The first day's file was wrong: what it had loaded is replaced.
        Drop(JOB, "2026-11-21", "a.csv", "ID,NAME,AMT\n1,kim,1.75\n"),
        Naru(&["run", JOB, "--date", "2026-11-21"], 0),
        Define(
            MERGE,
            "source,target,type,key,required,level,treatment,format,description\n\
                       NO,no,bigint,1,y,p1,,,Number\nAMT,amount,\"decimal(12,2)\",,,p1,,,Amount\nCUR,currency,string,,,p1,,,\n",
        ),
        Drop(MERGE, "2026-11-23", "a.csv", "NO,AMT,CUR\n5,5.00,KRW\n1,1.10,USD\n"),
        Naru(&["run", MERGE, "--date", "2026-11-23"], 0),
        Naru(&["maintain", "--keep-days", "0", "--keep-snapshots", "1"], 0),
    ]
}

const TABLES: [(&str, &str); 5] = [
    ("deposit", "account"),
    ("deposit", "account_quarantine"),
    ("deposit", "balance"),
    ("deposit", "grade"),
    ("code", "branch"),
];

#[test]
fn the_same_jobs_end_as_the_same_tables_on_both_lakes() {
    let jobs =
        [(JOB, DEFINITION), (MERGE, MERGE_DEFINITION), (HISTORY, HISTORY_DEFINITION), (REPLACE, REPLACE_DEFINITION)];
    let (aws, embedded) = (AwsProject::with_jobs(&jobs), Project::new());
    jobs.iter().for_each(|(job, definition)| embedded.job(job, definition));
    for step in story() {
        match step {
            Step::Drop(job, interval, name, text) => {
                aws.drop(job, interval, name, text);
                embedded.drop(job, interval, name, text);
            }
            Step::Define(job, definition) => {
                aws.project.job(job, definition);
                embedded.job(job, definition);
            }
            Step::Naru(args, code) => {
                let (there, here) = (aws.naru(args).fails(code), embedded.naru(args).fails(code));
                assert_eq!(lines(&there.stdout), lines(&here.stdout), "{args:?}\n{}", there.stderr);
            }
        }
    }
    let script = repository().join("tests/python/check_tables.py");
    let local = run(python().arg(script).arg(embedded.lake()).args(["--json", "--rows"])).ok().json();
    for (database, table) in TABLES {
        let (there, here) = (aws.table(database, table), &local["tables"][format!("dev_{database}.{table}")]);
        for figure in ["count", "columns", "types", "required", "key", "partition", "sums", "snapshots", "data_files"] {
            assert_eq!(there[figure], here[figure], "{figure} of {database}.{table}");
        }
        if table != "account_quarantine" {
            assert_eq!(rows(&there), rows(here), "{database}.{table}");
        }
    }
    let named = |ran: Value| {
        ran.as_array().unwrap().iter().map(|t| (t["table"].clone(), t["rows"].clone())).collect::<Vec<_>>()
    };
    let tables = ["tables", "--json"];
    assert_eq!(named(aws.naru(&tables).ok().json()), named(embedded.naru(&tables).ok().json()));
}

/// Lines of output without what is another each time: durations.
fn lines(text: &str) -> Vec<String> {
    let mut lines: Vec<String> =
        text.lines().map(|line| line.split(", in ").next().unwrap_or_default().to_owned()).collect();
    // Jobs run side by side.
    lines.sort();
    lines
}

fn rows(report: &Value) -> Vec<String> {
    let mut rows: Vec<String> = report["rows"].as_array().unwrap().iter().map(ToString::to_string).collect();
    rows.sort();
    rows
}

#[test]
fn athena_finds_a_table_as_it_expects_it() {
    let aws = AwsProject::with_jobs(&[(REPLACE, REPLACE_DEFINITION)]);
    aws.naru(&["apply"]).ok();
    aws.drop(REPLACE, "2026-11-22", "a.csv", "CD,NM\n001,본점\n");
    aws.loaded(REPLACE, "2026-11-22");
    let database = format!("{}_dev_code", aws.org);
    let table = aws.boto3(&format!(
        "print(json.dumps(glue.get_table(DatabaseName='{database}', Name='branch')['Table'], default=str))"
    ));
    assert_eq!(table["TableType"], "EXTERNAL_TABLE");
    assert_eq!(table["Parameters"]["table_type"], "ICEBERG");
    assert!(table["Parameters"]["metadata_location"].as_str().unwrap().starts_with("s3://"), "{table}");
    assert!(table["Parameters"]["previous_metadata_location"].is_string(), "{table}");
    let descriptor = &table["StorageDescriptor"];
    assert_eq!(descriptor["Location"], format!("s3://{}-dev-lake-p0/code/branch", aws.org));
    let columns: Vec<_> =
        descriptor["Columns"].as_array().unwrap().iter().map(|c| json!([c["Name"], c["Type"], c["Comment"]])).collect();
    assert_eq!(
        columns,
        [
            json!(["code", "string", "Code"]),
            json!(["name", "string", "이름"]),
            json!(["load_interval", "timestamp", columns[2][2]])
        ]
    );
    // Every object is encrypted by its bucket's key.
    let keys = aws.boto3(&format!(
        "bucket = '{}-dev-lake-p0'\n\
         key = kms.describe_key(KeyId='alias/' + bucket)['KeyMetadata']['Arn']\n\
         heads = [s3.head_object(Bucket=bucket, Key=o['Key']) for o in s3.list_objects_v2(Bucket=bucket)['Contents']]\n\
         print(json.dumps([[h.get('ServerSideEncryption'), h.get('SSEKMSKeyId') == key] for h in heads]))",
        aws.org
    ));
    let keys = keys.as_array().unwrap();
    assert!(keys.len() >= 4 && keys.iter().all(|key| *key == json!(["aws:kms", true])), "{keys:?}");
}

#[test]
fn without_its_key_a_run_writes_nothing_and_with_it_goes_on() {
    let aws = AwsProject::with_jobs(&[(JOB, DEFINITION)]);
    aws.drop(JOB, "2026-11-21", "a.csv", "ID,NAME,AMT\n1,kim,1\n");
    aws.loaded(JOB, "2026-11-21");
    let (bucket, objects) = (format!("{}-dev-lake-p1", aws.org), objects(&aws));
    aws.drop(JOB, "2026-11-22", "a.csv", "ID,NAME,AMT\n2,lee,2\n");
    let key = format!("kms.describe_key(KeyId='alias/{bucket}')['KeyMetadata']['KeyId']");
    for (end, begin, told) in [
        ("kms.disable_key(KeyId=KEY)", "kms.enable_key(KeyId=KEY)", "is disabled"),
        (
            "kms.schedule_key_deletion(KeyId=KEY)",
            "kms.cancel_key_deletion(KeyId=KEY); kms.enable_key(KeyId=KEY)",
            "scheduled for deletion",
        ),
    ] {
        aws.boto3(&format!("{}; print('null')", end.replace("KEY", &key)));
        let refused = aws.load(JOB, "2026-11-22").fails(1);
        assert!(
            refused.stderr.contains(told) || refused.stderr.contains("KMS key cannot be used"),
            "{}",
            refused.stderr
        );
        assert_eq!(objects_of(&aws, &bucket), objects, "something was written");
        aws.boto3(&format!("{}; print('null')", begin.replace("KEY", &key)));
    }
    aws.loaded(JOB, "2026-11-22");
    assert_eq!(aws.table("deposit", "account")["count"], 2);
}

fn objects(aws: &AwsProject) -> Value {
    objects_of(aws, &format!("{}-dev-lake-p1", aws.org))
}

fn objects_of(aws: &AwsProject, bucket: &str) -> Value {
    aws.boto3(&format!(
        "print(json.dumps([o['Key'] for o in s3.list_objects_v2(Bucket='{bucket}').get('Contents', [])]))"
    ))
}

#[test]
fn a_bucket_that_is_not_encrypted_as_it_must_be_is_not_written_into() {
    let aws = AwsProject::with_jobs(&[(JOB, DEFINITION)]);
    aws.drop(JOB, "2026-11-22", "a.csv", "ID,NAME,AMT\n1,kim,1\n");
    let bucket = format!("{}-dev-lake-p1", aws.org);
    aws.boto3(&format!("s3.delete_bucket_encryption(Bucket='{bucket}'); print('null')"));
    for args in [["run", JOB, "--date", "2026-11-22"].as_slice(), &["apply"]] {
        let refused = aws.naru(args).fails(1);
        assert!(refused.stderr.contains("has no default encryption"), "{}", refused.stderr);
        assert!(
            refused.stderr.contains(&format!("make SSE-KMS by alias/{bucket} its default encryption")),
            "{}",
            refused.stderr
        );
    }
    assert_eq!(objects_of(&aws, &bucket), json!([]));
}

#[test]
fn what_is_missing_is_told_by_name() {
    let aws = AwsProject::without_buckets(&[(JOB, DEFINITION)]);
    let told = aws.load(JOB, "2026-11-22").fails(1).stderr;
    assert!(told.contains(&format!("{}-dev-landing-p1", aws.org)) && told.contains("does not exist"), "{told}");
    // Nothing listens there: a network that may come back.
    let mut command = aws.command(&["run", JOB, "--date", "2026-11-22"]);
    let told = run(command.env("AWS_ENDPOINT_URL", "http://127.0.0.1:9").env("AWS_MAX_ATTEMPTS", "1")).fails(75).stderr;
    assert!(told.contains("try again later"), "{told}");
    // No credentials anywhere.
    let mut command = aws.command(&["run", JOB, "--date", "2026-11-22"]);
    command
        .env_remove("AWS_ACCESS_KEY_ID")
        .env_remove("AWS_SECRET_ACCESS_KEY")
        .env("AWS_EC2_METADATA_DISABLED", "true");
    let told = run(command.env("HOME", aws.project.path())).fails(1).stderr;
    assert!(told.contains("check the credentials"), "{told}");
    // No region.
    let told = run(aws.command(&["tables"]).env_remove("AWS_REGION").env("HOME", aws.project.path())).fails(1).stderr;
    assert!(told.contains("no AWS region is configured"), "{told}");
}

#[test]
fn an_interval_that_has_not_landed_is_waited_for() {
    let aws = AwsProject::with_jobs(&[(JOB, DEFINITION)]);
    aws.load(JOB, "2026-11-22").fails(75);
    aws.drop(JOB, "2026-11-22", "a.csv", "ID,NAME,AMT\n1,kim,1\n");
    assert_eq!(aws.loaded(JOB, "2026-11-22")["rows"], 1);
    assert_eq!(aws.loaded(JOB, "2026-11-22")["status"], "unchanged");
}

#[test]
fn killed_anywhere_a_run_ends_as_one_clean_run() {
    let aws = AwsProject::with_jobs(&[(JOB, DEFINITION)]);
    let mut random = Random(11);
    let mut longest = Duration::from_secs(1);
    for step in 0..12 {
        let day = format!("2026-11-{:02}", step / 2 + 1);
        let rows: String = (0..3000).map(|n| format!("{},name-{n},{step}.25\n", n + step * 10_000)).collect();
        aws.drop(JOB, &day, "a.csv", format!("ID,NAME,AMT\n{rows}"));
        let mut child = aws.command(&["run", JOB, "--date", &day, "-q"]).spawn().unwrap();
        std::thread::sleep(longest.mul_f64(random.share()));
        child.kill().unwrap();
        child.wait().unwrap();
        let started = Instant::now();
        aws.loaded(JOB, &day);
        longest = started.elapsed();
    }
    let table = aws.table("deposit", "account");
    assert_eq!((&table["count"], table["rows"].as_array().unwrap().len()), (&json!(18_000), 18_000));
    let ids: std::collections::BTreeSet<i64> =
        table["rows"].as_array().unwrap().iter().map(|row| row["id"].as_i64().unwrap()).collect();
    assert_eq!(ids.len(), 18_000);
    // What the second delivery of each day has, and nothing of the first.
    assert!(ids.iter().all(|id| id / 10_000 % 2 == 1), "rows of a first delivery are left");
}

#[test]
fn ten_processes_at_one_table_lose_nothing() {
    let aws = AwsProject::with_jobs(&[(JOB, DEFINITION)]);
    aws.naru(&["apply"]).ok();
    let days: Vec<String> = (1..=10).map(|day| format!("2026-11-{day:02}")).collect();
    for (n, day) in days.iter().enumerate() {
        aws.drop(JOB, day, "a.csv", format!("ID,NAME,AMT\n{n},kim,1\n"));
    }
    let mut children: Vec<_> =
        days.iter().map(|day| aws.command(&["run", JOB, "--date", day, "-q"]).spawn().unwrap()).collect();
    let codes: Vec<_> = children.iter_mut().map(|child| child.wait().unwrap().code().unwrap()).collect();
    // Who lost too many races may be asked to come again.
    for (day, code) in days.iter().zip(&codes) {
        assert!([0, 75].contains(code), "{codes:?}");
        assert_eq!(aws.loaded(JOB, day)["rows"], 1);
    }
    let table = aws.table("deposit", "account");
    assert_eq!((table["count"].clone(), table["snapshots"].clone()), (json!(10), json!(10)));
}
