//! Large loads: the function starts the Glue run, and does not outlive its own time for it.

use serde_json::{Value, json};

use super::{AwsProject, DAY, DEFINITION, Deployed, Ended, post};

const JOB: &str = "core__deposit__account__p1__append__sp__d";

/// Ids and states of the Glue job's runs.
fn runs(lambda: &Deployed) -> Vec<(String, String)> {
    let found = lambda.aws.boto3(&format!(
        "print(json.dumps([(r['Id'], r['JobRunState']) for r in glue.get_job_runs(JobName='{}-dev-{JOB}')['JobRuns']]))",
        lambda.aws.org
    ));
    serde_json::from_value(found).unwrap()
}

fn end(lambda: &Deployed, run_id: &str, state: &str) {
    let asked = json!({"JobRunId": run_id, "JobRunState": state, "ExecutionTime": 90});
    post(&lambda.aws, "/moto-additions/glue-job-runs", &asked.to_string());
}

fn landed() -> (Deployed, Value) {
    let lambda = Deployed::of(AwsProject::with_jobs(&[(JOB, DEFINITION)]));
    lambda.land("a.csv", "ID,NAME,AMT\n1,kim,10.50\n2,lee,\n");
    let marker = lambda.land("_SUCCESS", "");
    (lambda, marker)
}

#[test]
fn a_glue_run_is_started_once_and_left_and_found_again() {
    let (lambda, marker) = landed();
    let first = lambda.invoke(&marker).answer();
    let run = first["report"]["run"][0]["glue_run"].as_str().unwrap_or_else(|| panic!("{first}")).to_owned();
    assert_eq!(first["exit"], 75);
    let told = first["message"].as_str().unwrap();
    assert!(told.contains(&run) && told.contains("goes on, and the same command waits for it"), "{told}");
    // Again and again, by whichever event: the same run.
    for event in [&marker, &marker, &json!({"event": "look"})] {
        let answer = lambda.invoke(event).answer();
        assert!(answer.to_string().contains(&run), "{answer}");
    }
    assert_eq!(runs(&lambda).len(), 1);
    // moto runs no Spark: the table is loaded in its stead.
    lambda.aws.naru(&["run", JOB, "--date", DAY, "--engine", "pl", "--quiet"]).ok();
    end(&lambda, &run, "SUCCEEDED");
    let done = lambda.invoke(&marker).answer();
    assert_eq!((&done["exit"], &done["report"]["run"][0]["status"]), (&json!(0), &json!("unchanged")), "{done}");
    assert_eq!(runs(&lambda), [(run, "SUCCEEDED".to_owned())]);
}

#[test]
fn a_glue_run_that_failed_is_told() {
    let (lambda, marker) = landed();
    let first = lambda.invoke(&marker).answer();
    let run = first["report"]["run"][0]["glue_run"].as_str().unwrap().to_owned();
    end(&lambda, &run, "FAILED");
    // The next event starts the next attempt; who is asked while that goes on, is told so.
    let again = lambda.invoke(&marker).answer();
    let second = again["report"]["run"][0]["glue_run"].as_str().unwrap();
    assert_ne!(second, run);
    assert_eq!(runs(&lambda).len(), 2);
}

#[test]
fn a_run_that_is_asked_for_waits_until_its_time_is_up() {
    let (lambda, _) = landed();
    let asked = json!({"event": "run", "job": JOB, "date": DAY});
    let ended = lambda.invoke_for(&asked, 20);
    let Ended::Answer(answer) = ended else { panic!("a function error: {ended:?}") };
    let report = &answer["report"][0];
    assert_eq!((&answer["exit"], &report["exit"]), (&json!(75), &json!(75)));
    let told = answer["message"].as_str().unwrap();
    assert!(told.contains("stopped by the time limit: 0 of 1 runs are done"), "{told}");
    let run = report["glue_run"].as_str().unwrap();
    assert!(report["error"].as_str().unwrap().contains(run), "{report}");
    assert_eq!(runs(&lambda), [(run.to_owned(), "RUNNING".to_owned())]);
}
