//! `naru layout`: what a phase must have on AWS, for whoever builds it.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::append::{DEFINITION, JOB};
use crate::support::Project;

/// A project without a job, whose phases dev and prod are on AWS.
fn empty() -> Project {
    let project = Project::new();
    let settings = "org = \"acme\"\naccount = \"123456789012\"\n[phases.dev]\nlake = \"aws\"\n\
                    [phases.prod]\nlake = \"aws\"\nregion = \"ap-northeast-2\"\n";
    project.write("naru.toml", settings.as_bytes());
    project
}

fn names(list: &Value, key: &str) -> BTreeSet<String> {
    list.as_array().unwrap().iter().map(|each| each[key].as_str().unwrap().to_owned()).collect()
}

#[test]
fn an_empty_account_can_be_built_before_the_first_job() {
    let layout = empty().naru(&["layout", "--json", "--phase", "prod"]).ok().json();
    assert_eq!(layout["buckets"].as_array().unwrap().len(), 20);
    assert_eq!((names(&layout["buckets"], "name").len(), names(&layout["buckets"], "key_alias").len()), (20, 20));
    assert_eq!(
        layout["buckets"][1],
        json!({"layer": "lake", "level": "p0", "name": "acme-prod-lake-p0", "key_alias": "alias/acme-prod-lake-p0"})
    );
    assert_eq!(layout["buckets"][19]["level"], Value::Null);
    assert_eq!(
        layout["workgroups"][2],
        json!({"level": "p2", "name": "acme-prod-p2", "results_bucket": "acme-prod-results-p2", "key_alias": "alias/acme-prod-results-p2"})
    );
    let of_p3 = json!({"level": "p3", "role": "acme-prod-glue-p3", "security_configuration": "acme-prod-glue-p3"});
    assert_eq!(layout["glue"]["jobs"][3], of_p3);
    for (key, value) in [
        ("databases", json!([])),
        ("jobs", json!([])),
        ("lake", json!("aws")),
        ("region", json!("ap-northeast-2")),
        ("account", json!("123456789012")),
        ("time_zone", json!("Asia/Seoul")),
        ("tags", json!({"org": "acme", "phase": "prod"})),
    ] {
        assert_eq!(layout[key], value, "{key}");
    }
}

#[test]
fn a_jobs_names_are_those_that_naru_name_gives() {
    let project = empty();
    project.job(JOB, DEFINITION);
    let layout = project.naru(&["layout", "--json"]).ok().json();
    let named = project.naru(&["name", JOB, "--json"]).ok().json()["names"].clone();
    let job = &layout["jobs"][0];
    for key in
        ["job", "glue_job", "glue_database", "glue_table", "quarantine_table", "landing_prefix", "table_location"]
    {
        assert_eq!(job[key], named[key], "{key}");
    }
    assert_eq!(layout["databases"], json!([{"database": job["database"], "name": named["glue_database"]}]));
    let (buckets, aliases) = (names(&layout["buckets"], "name"), names(&layout["buckets"], "key_alias"));
    for layer in ["landing", "lake", "quarantine", "results", "code", "dags", "defs", "audit"] {
        assert!(buckets.contains(named[layer]["name"].as_str().unwrap()), "{layer}");
        assert!(aliases.contains(named[layer]["key_alias"].as_str().unwrap()), "{layer}");
    }
    assert!(names(&layout["workgroups"], "name").contains(named["workgroup"].as_str().unwrap()));
}

#[test]
fn people_read_a_table() {
    let project = empty();
    project.job(JOB, DEFINITION);
    let told = project.naru(&["layout"]).ok().stdout;
    assert!(told.starts_with("acme dev, account 123456789012, region not said, lake aws\n"), "{told}");
    for part in ["alias/acme-dev-quarantine-p3", "rejected rows of level p3", "acme-dev-glue-p1", JOB] {
        assert!(told.contains(part), "{part} is not in\n{told}");
    }
}

#[test]
fn all_that_aws_would_refuse_is_told_at_once() {
    let project = empty();
    let org = "a".repeat(52);
    project.write("naru.toml", format!("org = \"{org}\"\n").as_bytes());
    let told = project.naru(&["layout"]).fails(1).stderr;
    assert!(told.contains("the layout has 16 faults") && told.contains(&format!("{org}-dev-lake-p3")), "{told}");
}

#[test]
fn a_dag_file_that_is_no_job_is_not_left_out() {
    let project = empty();
    project.write("dags/core__deposit__account__p9__append__auto__d.py", b"");
    let told = project.naru(&["layout", "--json"]).fails(1).stderr;
    assert!(told.contains("unknown level \"p9\""), "{told}");
}

#[test]
fn a_phase_without_a_lake_has_no_layout() {
    let told = empty().naru(&["layout", "--phase", "qa"]).fails(1).stderr;
    assert!(told.contains("phase \"qa\" has no lake"), "{told}");
}
