//! The ready pipelines: their commands, run as they are written.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::append::{DEFINITION, JOB};
use crate::support::{Project, Ran, python, repository, run};

/// A project whose phase dev has a folder for its DAGs.
fn project() -> Project {
    let project = Project::with_job(JOB, DEFINITION);
    let settings = project.path().join("naru.toml");
    let text = std::fs::read_to_string(&settings).unwrap();
    std::fs::write(&settings, text + "\n[airflow]\ndags_folder = \"airflow\"\n").unwrap();
    project
}

fn yaml(file: &str) -> Value {
    let code =
        "import json, sys, yaml; print(json.dumps(yaml.safe_load(open(sys.argv[1])), default=str, skipkeys=True))";
    run(python().args(["-c", code]).arg(repository().join("pipelines").join(file))).ok().json()
}

/// A command of a pipeline, in the project.
fn shell(project: &Project, command: &str, event: &str) -> Ran {
    let bin = Path::new(env!("CARGO_BIN_EXE_naru")).parent().unwrap();
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    let mut bash = Command::new("bash");
    bash.args(["-euc", command]).current_dir(project.path()).env("PATH", path);
    run(bash.env("NARU_PHASE", "dev").env("CODEBUILD_WEBHOOK_EVENT", event))
}

#[test]
fn codebuild_shows_the_plan_of_a_pull_request_and_carries_out_a_merge() {
    let (project, spec) = (project(), yaml("buildspec.yml"));
    let commands: Vec<&str> =
        spec["phases"]["build"]["commands"].as_array().unwrap().iter().map(|c| c.as_str().unwrap()).collect();
    let folder = project.path().join("airflow");
    for (event, is_synced) in [("PULL_REQUEST_CREATED", false), ("PUSH", true)] {
        let told: String = commands.iter().map(|command| shell(&project, command, event).ok().stdout).collect();
        assert!(told.contains("+ DAG file"), "{told}");
        assert_eq!(folder.exists(), is_synced, "{event}");
    }
}

#[test]
fn github_shows_the_plan_of_a_pull_request_and_carries_out_a_merge() {
    let (project, workflow) = (project(), yaml("github-actions.yml"));
    let folder = project.path().join("airflow");
    for (job, is_synced) in [("plan", false), ("sync", true)] {
        let steps = workflow["jobs"][job]["steps"].as_array().unwrap();
        let commands = steps.iter().filter_map(|step| step["run"].as_str()).filter(|run| run.starts_with("naru"));
        let ran: Vec<Ran> = commands.map(|command| shell(&project, command, "").ok()).collect();
        assert_eq!(ran.len(), 2);
        assert_eq!(folder.exists(), is_synced, "{job}");
    }
    let plan = std::fs::read_to_string(project.path().join("plan.txt")).unwrap();
    assert!(plan.contains("2 to create") && plan.contains("+ DAG file"), "{plan}");
}
