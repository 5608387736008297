//! The event "run": what Airflow's runner sends, and what it is answered.

use serde_json::{Value, json};

use super::{DAY, DEFINITION, Deployed, JOB};

/// As `airflow/naru_airflow/request.py` writes it.
fn run(job: &str, phase: Option<&str>) -> Value {
    json!({
        "event": "run",
        "job": job,
        "interval_start": "2026-11-22T00:00:00+09:00",
        "interval_end": "2026-11-23T00:00:00+09:00",
        "date": null,
        "phase": phase,
    })
}

#[test]
fn a_run_is_answered_as_the_command_ends() {
    let lambda = Deployed::with_job(JOB, DEFINITION);
    let nothing = lambda.invoke(&run(JOB, Some("dev"))).answer();
    assert_eq!((&nothing["exit"], &nothing["report"]["runs"][0]["exit"]), (&json!(75), &json!(75)));
    assert!(nothing["message"].as_str().unwrap().contains("nothing was committed; drop the files there"), "{nothing}");

    lambda.land("a.csv", "ID,NAME,AMT\n1,kim,10.50\n2,lee,\n");
    let first = lambda.invoke(&run(JOB, Some("dev"))).answer();
    assert_eq!((&first["exit"], &first["message"]), (&json!(0), &Value::Null), "{first}");
    let report = &first["report"]["runs"][0];
    assert_eq!((&report["status"], &report["rows"], &report["engine"]), (&json!("loaded"), &json!(2), &json!("pl")));
    // What the router and the bill go by is Lambda.
    assert!(report["estimate"]["usd"].as_f64().unwrap() > 0.0, "{report}");
    let by_date = json!({"event": "run", "job": format!("{JOB}.py"), "date": DAY});
    let again = lambda.invoke(&by_date).answer();
    assert_eq!((&again["exit"], &again["report"][0]["status"]), (&json!(0), &json!("unchanged")), "{again}");
    // The command on another machine finds it loaded, too: one code, one table.
    assert_eq!(lambda.aws.loaded(JOB, DAY)["status"], "unchanged");
    assert_eq!(lambda.aws.table("deposit", "account")["count"], 2);

    lambda.land("b.csv", "ID,NAME,AMT\nx,park,1\n");
    let bad = lambda.invoke(&run(JOB, None)).answer();
    let told = bad["message"].as_str().unwrap();
    assert_eq!((&bad["exit"], &bad["report"]["runs"][0]["status"]), (&json!(1), &json!("failed")));
    assert!(told.contains("b.csv:2") && told.contains("column id"), "{told}");
}

#[test]
fn what_is_asked_wrongly_is_told() {
    let lambda = Deployed::with_job(JOB, DEFINITION);
    let other = JOB.replace("append", "replace");
    let asked = [
        (run(JOB, Some("prod")), 2, "this function is of phase dev, and was asked for prod"),
        (run(&other, None), 2, "its job for deposit.account is core__"),
        (run("core__deposit", None), 2, "7 segments"),
        (json!({"event": "run", "job": JOB, "date": "yesterday"}), 2, "\"yesterday\" is no interval"),
        (json!({"event": "run", "job": JOB, "date": DAY, "interval_start": DAY}), 2, "in two ways, or by half of one"),
        (json!({"event": "run", "job": JOB, "interval_start": DAY}), 2, "in two ways, or by half of one"),
    ];
    for (event, exit, part) in asked {
        let answer = lambda.invoke(&event).answer();
        assert_eq!((&answer["exit"], &answer["report"]), (&json!(exit), &Value::Null), "{answer}");
        assert!(answer["message"].as_str().unwrap().contains(part), "{part}: {answer}");
    }
    for event in [json!({"event": "load"}), json!({"Records": "none"}), json!([1]), json!({"detail": {}})] {
        let (kind, told) = lambda.invoke(&event).error();
        assert_eq!(kind, "naru.UnknownEvent");
        assert!(told.as_str().unwrap().contains("expected {\"event\": \"run\""), "{told}");
    }
}

#[test]
fn a_project_that_is_not_synced_is_told() {
    let aws = crate::support::aws::AwsProject::with_jobs(&[(JOB, DEFINITION)]);
    let api = crate::RuntimeApi::start();
    let _function = crate::function(&aws, &api, aws.endpoint());
    let told = api.ended(api.send(&run(JOB, None), 900)).answer();
    assert!(
        told["message"].as_str().unwrap().contains("-dev-defs/naru.toml\nhint: `naru sync` puts it there"),
        "{told}"
    );
    assert_eq!(told["exit"], 1);
    crate::sync(&aws);
    assert_eq!(api.ended(api.send(&run(JOB, None), 900)).answer()["exit"], 75, "nothing has landed");
    // naru.toml is of another account than the function.
    let file = aws.project.path().join("naru.toml");
    let text = std::fs::read_to_string(&file).unwrap().replace("123456789012", "210987654321");
    aws.boto3(&format!("s3.put_object(Bucket='{}-dev-defs', Key='naru.toml', Body={text:?})\nprint(1)", aws.org));
    let told = api.ended(api.send(&run(JOB, None), 900)).answer();
    assert!(told["message"].as_str().unwrap().contains("is of account 210987654321, the function of 123456789012"));
}
