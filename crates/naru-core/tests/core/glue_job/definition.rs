//! What a Glue job is, what differs, and who may alter it.

use insta::assert_snapshot;
use naru_core::glue_job::{GlueJobDifference, GlueJobSpec, JobAction, SparkProgram, by_run, by_sync, differences};
use naru_core::{Phase, Project};

use super::{names, project};
use crate::show;

fn spec(project: &Project, phase: Phase) -> GlueJobSpec {
    let (job, names) = names(project, phase);
    let program = SparkProgram {
        script: "spark/0.1.0/main.py".into(),
        packages: vec!["spark/0.1.0/naru_spark.zip".into()],
        wheels: vec!["spark/0.1.0/a.whl".into(), "spark/0.1.0/b.whl".into()],
    };
    GlueJobSpec::derive(project, &job, &names, &program)
}

#[test]
fn a_job_says_whose_account_it_is() {
    let account = |more: &str| spec(&project(more), Phase::Dev).default_arguments.get("--account").cloned();
    assert_eq!((account(""), account("account = \"123456789012\"\n")), (None, Some("123456789012".into())));
}

#[test]
fn a_job_names_the_secret_of_the_treatment_key_and_no_key() {
    let secret =
        |more: &str| spec(&project(more), Phase::Prod).default_arguments.get("--treatment-key-secret").cloned();
    let named = "[glue]\ntreatment_key_secret = \"{org}-{phase}-treatment-key\"\n";
    assert_eq!((secret(""), secret(named)), (None, Some("acme-prod-treatment-key".into())));
}

#[test]
fn the_programs_files_are_a_versions() {
    let keys: Vec<String> = SparkProgram::of_version("0.1.0").keys().map(Into::into).collect();
    assert_snapshot!(keys.join(" "), @"spark/0.1.0/main.py spark/0.1.0/naru_spark.zip spark/0.1.0/naru_decode-0.1.0-cp39-abi3-manylinux_2_28_x86_64.whl");
}

#[test]
fn a_job_follows_from_its_name() {
    assert_snapshot!(serde_json::to_string_pretty(&spec(&project(""), Phase::Dev)).unwrap(), @r#"
    {
      "name": "acme-dev-corebank__deposit__account__p2__merge__auto__d",
      "description": "naru: loads deposit.account from corebank",
      "role": "acme-dev-glue-p2",
      "glue_version": "5.1",
      "command": "glueetl",
      "python_version": "3",
      "script_location": "s3://acme-dev-code/spark/0.1.0/main.py",
      "worker_type": "G.1X",
      "workers": 2,
      "timeout_minutes": 120,
      "max_concurrent_runs": 1,
      "max_retries": 0,
      "queues": false,
      "execution_class": "STANDARD",
      "security_configuration": "acme-dev-glue-p2",
      "default_arguments": {
        "--additional-python-modules": "s3://acme-dev-code/spark/0.1.0/a.whl,s3://acme-dev-code/spark/0.1.0/b.whl",
        "--datalake-formats": "iceberg",
        "--extra-py-files": "s3://acme-dev-code/spark/0.1.0/naru_spark.zip",
        "--job-bookmark-option": "job-bookmark-disable"
      },
      "fixed_arguments": {},
      "tags": {
        "database": "deposit",
        "level": "p2",
        "source": "corebank"
      }
    }
    "#);
}

#[test]
fn settings_change_what_a_job_is() {
    let project = project(
        r#"account = "123456789012"
        [route.spark]
        dpu_per_worker = 2
        min_workers = 4
        [glue]
        role = "arn:aws:iam::{account}:role/naru-{phase}-{level}"
        security_configuration = "bank"
        worker_type = "G.2X"
        timeout_minutes = 30
        max_concurrent_runs = 3
        "#,
    );
    let spec = spec(&project, Phase::Prod);
    assert_eq!(spec.role, "arn:aws:iam::123456789012:role/naru-prod-p2");
    assert_eq!((spec.security_configuration.as_str(), spec.worker_type.as_str(), spec.workers), ("bank", "G.2X", 4));
    assert_eq!((spec.timeout_minutes, spec.max_concurrent_runs), (30, 3));
}

#[test]
fn every_fault_of_the_settings_is_told() {
    let text = r#"org = "acme"
[glue]
role = "{org}-{job}"
security_configuration = "{account}"
treatment_key_secret = "{level}-key"
worker_type = "G.3X"
timeout_minutes = 10080
max_concurrent_runs = 0
worker_typ = "G.1X"
"#;
    assert_snapshot!(show(&Project::parse(text, "naru.toml").unwrap_err()), @r#"
    naru.toml:3:8: glue.role: {job} means nothing here
      hint: it may hold {org} {phase} {level} {account}
    naru.toml:4:26: glue.security_configuration: {account} is not set
      hint: write account = "123456789012" at the top
    naru.toml:5:24: glue.treatment_key_secret: {level} means nothing here
      hint: it may hold {org} {phase} {account}
    naru.toml:6:15: glue.worker_type: unknown worker type "G.3X"
      hint: did you mean "G.1X"?
    naru.toml:7:19: glue.timeout_minutes is 10080
      hint: Glue allows up to 10079, less than 7 days
    naru.toml:8:23: glue.max_concurrent_runs is 0
      hint: write 1 or more, up to 4294967295
    naru.toml:9:1: unknown key "worker_typ" in [glue]
      hint: did you mean "worker_type"?
    "#);
    let text = "org = \"acme\"\nglue.worker_type = \"g.4x\"\n";
    assert_snapshot!(show(&Project::parse(text, "naru.toml").unwrap_err()), @r#"
    naru.toml:2:20: glue.worker_type: unknown worker type "g.4x"
      hint: did you mean "G.4X"?
    "#);
    let text = "org = \"acme\"\nglue.worker_type = \"G.4X\"\n";
    assert_snapshot!(show(&Project::parse(text, "naru.toml").unwrap_err()), @r#"
    naru.toml: route.spark.dpu_per_worker is 1, and a worker of glue.worker_type G.4X has 4 DPU
      hint: write route.spark.dpu_per_worker = 4, and the speed of such a worker beside it
    "#);
}

fn told(differences: &[GlueJobDifference]) -> String {
    differences.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

#[test]
fn differences_are_told_field_by_field() {
    let wanted = spec(&project(""), Phase::Dev);
    assert_eq!(differences(Some(&wanted), &wanted), []);
    assert_snapshot!(told(&differences(None, &wanted)), @"Glue job acme-dev-corebank__deposit__account__p2__merge__auto__d is created");
    let mut found = wanted.clone();
    found.description = String::new();
    found.role = "other".into();
    found.glue_version = "4.0".into();
    found.command = "pythonshell".into();
    found.python_version = "2".into();
    found.script_location = "s3://elsewhere/main.py".into();
    (found.worker_type, found.workers) = ("G.2X".into(), 9);
    (found.timeout_minutes, found.max_concurrent_runs, found.max_retries) = (2880, 2, 1);
    (found.queues, found.execution_class) = (true, "FLEX".into());
    found.security_configuration = String::new();
    found.default_arguments.remove("--extra-py-files");
    found.default_arguments.insert("--datalake-formats".into(), "hudi".into());
    found.default_arguments.insert("--token".into(), "a secret".into());
    found.fixed_arguments.insert("--plan".into(), "s3://elsewhere/plan.json".into());
    found.tags = [("level".to_owned(), "p0".to_owned()), ("team".to_owned(), "loans".to_owned())].into();
    let all = differences(Some(&found), &wanted);
    assert_snapshot!(told(&all), @r#"
    description changes from none to naru: loads deposit.account from corebank
    role changes from other to acme-dev-glue-p2
    Glue version changes from 4.0 to 5.1
    command changes from pythonshell to glueetl
    Python version changes from 2 to 3
    script changes from s3://elsewhere/main.py to s3://acme-dev-code/spark/0.1.0/main.py
    worker type changes from G.2X to G.1X
    number of workers changes from 9 to 2
    timeout in minutes changes from 2880 to 120
    limit of runs at once changes from 2 to 1
    number of retries by Glue changes from 1 to 0
    queuing changes from on to off
    execution class changes from FLEX to STANDARD
    security configuration changes from none to acme-dev-glue-p2
    argument --datalake-formats changes from hudi to iceberg
    argument --extra-py-files is added: s3://acme-dev-code/spark/0.1.0/naru_spark.zip
    argument --token is removed
    argument --plan is removed
    tag database is added: deposit
    tag level changes from p0 to p2
    tag source is added: corebank
    "#);
    assert!(!told(&all).contains("a secret"));
    assert_snapshot!(serde_json::to_string(&all[0]).unwrap(), @r#"{"change":"field_changed","field":"description","from":"","to":"naru: loads deposit.account from corebank"}"#);
}

#[test]
fn a_role_may_be_told_by_its_arn() {
    let wanted = spec(&project(""), Phase::Dev);
    let with_role = |role: &str| GlueJobSpec { role: role.into(), ..wanted.clone() };
    let arn = with_role("arn:aws:iam::123456789012:role/glue/acme-dev-glue-p2");
    assert_eq!(differences(Some(&arn), &wanted), []);
    assert_eq!(differences(Some(&wanted), &arn), []);
    let other = with_role("arn:aws:iam::999999999999:role/glue/acme-dev-glue-p2");
    assert_eq!(differences(Some(&other), &arn).len(), 1, "two accounts");
}

#[test]
fn only_in_dev_does_a_run_alter_its_job() {
    let wanted = spec(&project(""), Phase::Dev);
    let missing = differences(None, &wanted);
    let changed = differences(Some(&GlueJobSpec { timeout_minutes: 1, ..wanted.clone() }), &wanted);
    for phase in [Phase::Dev, Phase::Qa, Phase::Prod] {
        assert_eq!(by_run(phase, "job", &[]), Ok(JobAction::Leave));
        let by = |differences: &[_]| by_run(phase, "job", differences).ok();
        let allowed = |action: JobAction| (phase == Phase::Dev).then_some(action);
        assert_eq!((by(&missing), by(&changed)), (allowed(JobAction::Create), allowed(JobAction::Update)));
    }
    assert_eq!(
        (by_sync(&[]), by_sync(&missing), by_sync(&changed)),
        (JobAction::Leave, JobAction::Create, JobAction::Update)
    );
    let refused = by_run(Phase::Prod, &wanted.name, &changed).unwrap_err();
    assert_snapshot!(format!("{refused}\n{}\n{}", told(&refused.differences), refused.hint()), @r#"
    Glue job acme-dev-corebank__deposit__account__p2__merge__auto__d is not as its name says, and a run in prod does not alter it
    timeout in minutes changes from 1 to 120
    run `naru sync --phase prod`, which the pipeline does on merge
    "#);
}
