//! `naru manifest`, and the needs that `naru check` reads from DAG files.

use serde_json::{Value, json};

use crate::append::{DEFINITION, JOB};
use crate::support::{Project, python, run};

const MART: &str = "core__mart__account__p1__replace__pl__m";

/// A project whose monthly mart needs the days of an account.
pub(crate) fn with_needs(needs: &str) -> Project {
    let project = Project::with_job(JOB, DEFINITION);
    project.job(MART, DEFINITION);
    let text = format!(
        "from naru_airflow import job_dag\n\ndag = job_dag(\n    __file__,\n    needs=[\n        {needs},\n    ],\n)\n"
    );
    project.write(&format!("dags/{MART}.py"), text.as_bytes());
    project
}

#[test]
fn jobs_are_told_with_schedule_and_needs() {
    let project = with_needs(&format!("\"{JOB}\""));
    let manifest = project.naru(&["manifest"]).ok().json();
    assert_eq!(manifest["format"], 1);
    assert_eq!((&manifest["phase"], &manifest["org"]), (&json!("dev"), &json!("acme")));
    assert_eq!(manifest["airflow"]["retries"], 3);
    let root = project.path().canonicalize().unwrap();
    assert_eq!(manifest["project"], json!(root));
    let mart = &manifest["jobs"][MART];
    assert_eq!(mart["schedule"], "0 0 1 * *");
    assert_eq!(mart["needs"], json!([{"job": JOB, "slice": "month", "cadence": "d", "written": JOB}]));
    assert!(mart["doc_md"].as_str().unwrap().contains("| id |"), "{mart}");
    assert_eq!(manifest["jobs"].as_object().unwrap().len(), 2);
}

#[test]
fn the_digest_is_what_another_program_computes() {
    let project = with_needs(&format!("\"{JOB}@quarter\""));
    let file = project.path().join("out/naru-manifest.json");
    project.naru(&["manifest", "--output", &file.to_string_lossy()]).ok();
    let code = "import hashlib, json, sys\n\
                manifest = json.load(open(sys.argv[1], encoding='utf-8'))\n\
                text = json.dumps(manifest['jobs'], sort_keys=True, separators=(',', ':'), ensure_ascii=False)\n\
                print(json.dumps([manifest['digest'], hashlib.sha256(text.encode()).hexdigest()]))";
    let digests: Value = run(python().arg("-c").arg(code).arg(&file)).ok().json();
    assert_eq!(digests[0], digests[1]);
}

#[test]
fn needs_that_can_never_be_met_are_found_at_review_time() {
    let told = |needs: &str| with_needs(needs).naru(&["check"]).fails(1).stderr;
    let missing = told("\"core__deposit__acount__p1__append__auto__d\"");
    assert!(
        missing.contains(&format!("dags/{MART}.py:6:9: needs")) && missing.contains("which is no job"),
        "{missing}"
    );
    assert!(told(&format!("\"{JOB}@day\"")).contains("no day holds its interval"));
    assert!(told(&format!("\"{JOB}\", \"{JOB}\"")).contains("twice"));
    assert!(told(&format!("\"{MART}\"")).contains("needs itself"));
    assert!(told("upstream").contains("expected the name of a job in quotes"));
    let project = with_needs(&format!("\"{JOB}\""));
    project.naru(&["check"]).ok();
    let circle = format!("from naru_airflow import job_dag\n\ndag = job_dag(__file__, needs=[\"{MART}@month\"])\n");
    project.write(&format!("dags/{JOB}.py"), circle.as_bytes());
    let circle = project.naru(&["check"]).fails(1).stderr;
    assert!(circle.contains("need each other in a circle"), "{circle}");
    // What is wrong is no manifest.
    project.naru(&["manifest"]).fails(1);
}
