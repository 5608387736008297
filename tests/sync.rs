//! `naru sync`: a project is put where its phase runs it, and only what differs.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::append::{DEFINITION, JOB};
use crate::support::aws::AwsProject;
use crate::support::{Project, python, run};

pub(crate) const OTHER: &str = "core__deposit__balance__p1__append__pl__d";
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// A project on AWS with a wheel, which nobody looks into here.
pub(crate) fn project() -> (AwsProject, String) {
    let aws = AwsProject::with_jobs(&[(JOB, DEFINITION), (OTHER, DEFINITION)]);
    let wheel = aws.project.write("kernel.whl", b"PK a wheel of the tests");
    let wheel = wheel.to_string_lossy().into_owned();
    (aws, wheel)
}

/// Objects of a shared bucket: key and ETag.
fn objects(aws: &AwsProject, bucket: &str) -> BTreeMap<String, String> {
    let found = aws.boto3(&format!(
        "objects = s3.list_objects_v2(Bucket='{}-dev-{bucket}').get('Contents', [])\n\
         print(json.dumps({{o['Key']: o['ETag'] for o in objects}}))",
        aws.org
    ));
    serde_json::from_value(found).unwrap()
}

/// Names of the project's Glue jobs.
fn glue_jobs(aws: &AwsProject) -> Vec<String> {
    let found = aws.boto3(&format!(
        "print(json.dumps(sorted(j['Name'] for j in glue.get_jobs(MaxResults=1000)['Jobs'] if j['Name'].startswith('{}-'))))",
        aws.org
    ));
    serde_json::from_value(found).unwrap()
}

fn counts(report: &Value) -> (u64, u64, u64) {
    let count = |key: &str| report["changes"]["counts"][key].as_u64().unwrap();
    (count("create"), count("update"), count("remove"))
}

#[test]
fn a_project_is_put_once_and_then_only_what_differs() {
    let (aws, wheel) = project();
    // Before the wheel is there nothing is put.
    let told = aws.naru(&["sync"]).fails(1).stderr;
    assert!(told.contains("the kernel's wheel is not there") && told.contains("--wheel"), "{told}");
    let plan = aws.naru(&["sync", "--plan", "--wheel", &wheel]).ok().stdout;
    assert!(plan.contains(&format!("+ Glue job {}-dev-{JOB}", aws.org)), "{plan}");
    assert!(plan.contains("11 to create, 0 to change, 0 to remove\nnothing was changed"), "{plan}");
    assert_eq!((objects(&aws, "dags"), objects(&aws, "audit").len(), glue_jobs(&aws).len()), (BTreeMap::new(), 0, 0));

    // As a pipeline runs it: the commit stands in the manifest, too.
    let sync = |args: &[&str]| {
        let mut sync = aws.command(args);
        run(sync.env("NARU_ACTOR", "pipeline").env("NARU_COMMIT", "0123456789abcdef")).ok()
    };
    let report = sync(&["sync", "--wheel", &wheel, "--json"]).json();
    assert_eq!(counts(&report), (11, 0, 0));
    let dags: Vec<String> = objects(&aws, "dags").into_keys().collect();
    assert_eq!(dags, [format!("dags/{JOB}.py"), format!("dags/{OTHER}.py"), "dags/naru-manifest.json".into()]);
    let defs: Vec<String> = objects(&aws, "defs").into_keys().collect();
    assert_eq!(defs, ["naru.toml", "table-defs/deposit/account.csv", "table-defs/deposit/balance.csv"]);
    assert_eq!(objects(&aws, "code").len(), 3);
    assert_eq!(glue_jobs(&aws).len(), 2);

    // The record says who, when, which commit, and what.
    let record = report["record"].as_str().unwrap();
    let kept = aws.boto3(&format!(
        "print(s3.get_object(Bucket='{}-dev-audit', Key='{record}')['Body'].read().decode())",
        aws.org
    ));
    assert_eq!((&kept["status"], &kept["phase"], &kept["error"]), (&json!("done"), &json!("dev"), &Value::Null));
    assert_eq!((&kept["by"], &kept["commit"]), (&json!("pipeline"), &json!("0123456789abcdef")));
    assert!(record.starts_with("sync/") && record.ends_with("-0123456789ab.json"), "{record}");
    assert_eq!(kept["files"].as_array().unwrap().len(), 9);

    // Again: nothing to do, and nothing is written, not even a record.
    let before = (objects(&aws, "dags"), objects(&aws, "defs"), objects(&aws, "code"), objects(&aws, "audit"));
    assert!(sync(&["sync"]).stdout.ends_with("0 to create, 0 to change, 0 to remove\nnothing to do\n"));
    assert_eq!((objects(&aws, "dags"), objects(&aws, "defs"), objects(&aws, "code"), objects(&aws, "audit")), before);

    // A changed description changes the definition, and the page in the manifest.
    aws.project.write("table-defs/deposit/account.csv", DEFINITION.replace("Name", "Its name").as_bytes());
    let report = sync(&["sync", "--json"]).json();
    let changed: Vec<&Value> = report["changes"]["files"].as_array().unwrap().iter().map(|step| &step["key"]).collect();
    assert_eq!(changed, ["table-defs/deposit/account.csv", "dags/naru-manifest.json"]);
}

#[test]
fn what_somebody_else_has_put_is_put_right_or_left_alone() {
    let (aws, wheel) = project();
    aws.naru(&["sync", "--wheel", &wheel]).ok();
    let bucket = format!("{}-dev-dags", aws.org);
    aws.boto3(&format!(
        "s3.put_object(Bucket='{bucket}', Key='dags/{JOB}.py', Body=b'print(1)')\n\
         s3.put_object(Bucket='{bucket}', Key='dags/others.py', Body=b'print(2)')\n\
         glue.update_job(JobName='{}-dev-{JOB}', JobUpdate={{**{{k: v for k, v in glue.get_job(JobName='{}-dev-{JOB}')['Job'].items() \
         if k in ('Role', 'Command', 'DefaultArguments', 'GlueVersion', 'WorkerType', 'NumberOfWorkers')}}, 'Timeout': 2880}})\nprint(1)",
        aws.org, aws.org
    ));
    let told = aws.naru(&["sync", "--prune"]).ok();
    assert!(told.stdout.contains(&format!("~ DAG file s3://{bucket}/dags/{JOB}.py")), "{}", told.stdout);
    assert!(told.stdout.contains("timeout in minutes changes from 2880 to 120"), "{}", told.stdout);
    assert!(objects(&aws, "dags").contains_key("dags/others.py"), "it is not naru's");
    assert!(aws.naru(&["sync", "--prune"]).ok().stdout.contains("nothing to do"));
}

#[test]
fn what_is_gone_stays_until_it_is_pruned() {
    let (aws, wheel) = project();
    aws.naru(&["sync", "--wheel", &wheel]).ok();
    aws.project.remove_job(OTHER);
    let told = aws.naru(&["sync"]).ok().stdout;
    assert!(told.contains(&format!("? Glue job {}-dev-{OTHER}", aws.org)), "{told}");
    assert!(told.contains("`--prune` removes them"), "{told}");
    assert_eq!((objects(&aws, "dags").len(), glue_jobs(&aws).len()), (3, 2));
    let pruned = aws.naru(&["sync", "--prune"]).ok();
    let place = |part: &str| pruned.stderr.find(part).unwrap_or_else(|| panic!("{part}: {}", pruned.stderr));
    let (dag, job) = (place(&format!("dags/{OTHER}.py: removed")), place(&format!("{OTHER}: removed")));
    assert!(dag < job && job < place("balance.csv: removed"), "{}", pruned.stderr);
    assert_eq!((objects(&aws, "dags").len(), objects(&aws, "defs").len(), glue_jobs(&aws).len()), (2, 2, 1));
}

#[test]
fn a_versions_program_never_changes_by_itself() {
    let (aws, wheel) = project();
    aws.naru(&["sync", "--wheel", &wheel]).ok();
    aws.project.write("kernel.whl", b"PK another wheel");
    let told = aws.naru(&["sync", "--wheel", &wheel]).fails(1).stderr;
    assert!(told.contains("a version's program never changes"), "{told}");
    aws.naru(&["sync", "--wheel", &wheel, "--replace-program"]).ok();
    // What is put is what Python can import.
    let zip = aws.project.path().join("program.zip");
    let code = format!(
        "s3.download_file('{}-dev-code', 'spark/{VERSION}/naru_spark.zip', '{}')\n\
         import sys, zipfile\nsys.path.insert(0, '{1}')\nimport naru_spark.errors\n\
         print(json.dumps([zipfile.ZipFile('{1}').testzip(), naru_spark.errors.TRY_LATER]))",
        aws.org,
        zip.display()
    );
    assert_eq!(aws.boto3(&code), json!([null, 75]));
}

#[test]
fn a_project_with_faults_is_not_synced() {
    let (aws, wheel) = project();
    aws.project.write("table-defs/deposit/account.csv", b"source,target,type\nA,a,number\n");
    assert!(aws.naru(&["sync", "--wheel", &wheel]).fails(1).stderr.contains("unknown type"));
    assert_eq!(objects(&aws, "defs"), BTreeMap::new());
}

fn with_folder() -> (Project, PathBuf) {
    let project = Project::with_job(JOB, DEFINITION);
    project.job(OTHER, DEFINITION);
    let settings = project.path().join("naru.toml");
    let text = std::fs::read_to_string(&settings).unwrap();
    std::fs::write(&settings, text + "\n[airflow]\ndags_folder = \"airflow/dags\"\n").unwrap();
    let folder = project.path().join("airflow/dags");
    (project, folder)
}

#[test]
fn an_airflow_on_this_machine_has_its_folder() {
    let (project, folder) = with_folder();
    project.write("dags/_naru_rerun.py", b"from naru_airflow import rerun_dag\n\ndag = rerun_dag(__file__)\n");
    project.naru(&["sync"]).ok();
    let names = || {
        let entries =
            std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = entries.collect();
        names.sort();
        names
    };
    let rerun = "_naru_rerun.py".to_owned();
    assert_eq!(names(), [rerun.clone(), format!("{JOB}.py"), format!("{OTHER}.py"), "naru-manifest.json".into()]);
    let code = "import json, sys; print(json.dumps(sorted(json.load(open(sys.argv[1]))['jobs'])))";
    let jobs = run(python().args(["-c", code]).arg(folder.join("naru-manifest.json"))).ok().json();
    assert_eq!(jobs, json!([JOB, OTHER]));
    assert!(project.naru(&["sync"]).ok().stdout.contains("nothing to do"));
    // Other people's DAGs stay; what is gone goes with --prune.
    std::fs::write(folder.join("others.py"), "print(1)").unwrap();
    project.remove_job(OTHER);
    project.naru(&["sync", "--prune"]).ok();
    assert_eq!(names(), [rerun, format!("{JOB}.py"), "naru-manifest.json".into(), "others.py".into()]);
    let records = project.lake().join("acme-dev-audit/sync");
    assert!(records.is_dir());
}

#[test]
fn without_a_folder_there_is_nowhere_to_sync_to() {
    let project = Project::with_job(JOB, DEFINITION);
    let told = project.naru(&["sync"]).fails(1).stderr;
    assert!(told.contains("dags_folder"), "{told}");
}

/// The claim of a sync on another machine, which said something last so many minutes ago.
fn put_claim(aws: &AwsProject, silent_minutes: u32) {
    aws.boto3(&format!(
        "import datetime\n\
         then = (datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(minutes={silent_minutes})).isoformat()\n\
         process = {{'machine': 'another', 'id': 1, 'started': 1}}\n\
         claim = {{'process': process, 'by': 'ci', 'started_at': then, 'renewed_at': then, 'record': 'sync/killed.json', 'status': 'held'}}\n\
         record = {{'by': 'ci', 'status': 'running', 'ended_at': None, 'error': None, 'commit': 'abc'}}\n\
         for key, value in (('claim', claim), ('killed', record)):\n    \
             s3.put_object(Bucket='{}-dev-audit', Key=f'sync/{{key}}.json', Body=json.dumps(value).encode())\n\
         print(1)",
        aws.org
    ));
}

#[test]
fn two_syncs_of_a_phase_are_kept_apart() {
    let (aws, wheel) = project();
    put_claim(&aws, 9);
    let refused = aws.naru(&["sync", "--wheel", &wheel]).fails(75).stderr;
    assert!(
        refused.contains("this phase is being synced by ci, since 20") && refused.contains("nothing was changed"),
        "{refused}"
    );
    assert_eq!((objects(&aws, "defs"), objects(&aws, "dags")), (BTreeMap::new(), BTreeMap::new()));
    // To look is always allowed.
    aws.naru(&["sync", "--plan", "--wheel", &wheel]).ok();
    // One that has said nothing for ten minutes is dead, and its record ends.
    put_claim(&aws, 11);
    aws.naru(&["sync", "--wheel", &wheel]).ok();
    let read = |key: &str| {
        aws.boto3(&format!(
            "print(s3.get_object(Bucket='{}-dev-audit', Key='sync/{key}.json')['Body'].read().decode())",
            aws.org
        ))
    };
    let (killed, claim) = (read("killed"), read("claim"));
    assert_eq!((&killed["status"], &killed["commit"]), (&json!("unknown"), &json!("abc")));
    assert!(killed["error"].as_str().unwrap().contains("without a word") && killed["ended_at"].is_string(), "{killed}");
    assert_eq!(claim["status"], "released");
    // Of many at once each ends well, or says who is at it.
    aws.project.write("table-defs/deposit/account.csv", DEFINITION.replace("Name", "Its name").as_bytes());
    let mut syncs: Vec<_> =
        (0..4).map(|_| aws.command(&["sync", "-q"]).stdout(std::process::Stdio::null()).spawn().unwrap()).collect();
    let codes: Vec<i32> = syncs.iter_mut().map(|sync| sync.wait().unwrap().code().unwrap()).collect();
    assert!(codes.contains(&0) && codes.iter().all(|code| [0, 75].contains(code)), "{codes:?}");
    assert!(aws.naru(&["sync"]).ok().stdout.contains("nothing to do"));
}

#[test]
fn syncs_of_a_folder_are_kept_apart_too() {
    let (project, folder) = with_folder();
    let claim = project.lake().join("acme-dev-audit/sync/claim.json");
    std::fs::create_dir_all(claim.parent().unwrap()).unwrap();
    let now =
        run(python().args(["-c", "import datetime; print(datetime.datetime.now(datetime.timezone.utc).isoformat())"]))
            .ok();
    let now = now.stdout.trim();
    let held = json!({"process": {"machine": "another", "id": 1, "started": 1}, "by": "ci", "started_at": now, "renewed_at": now,
        "record": "sync/killed.json", "status": "held"});
    std::fs::write(&claim, held.to_string()).unwrap();
    assert!(project.naru(&["sync"]).fails(75).stderr.contains("is being synced by ci"));
    assert!(!folder.exists());
    std::fs::write(&claim, held.to_string().replace("held", "released")).unwrap();
    project.naru(&["sync"]).ok();
    assert!(folder.join("naru-manifest.json").exists());
}
