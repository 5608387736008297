#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;

use insta::assert_snapshot;

use super::*;
use crate::PhysicalNames;

const JOBS: [&str; 3] = [
    "corebank__deposit__account__p2__merge__auto__d",
    "crm__customer__identity__p3__scd2__auto__x",
    "corebank__deposit__branch__p0__replace__pl__m",
];

fn derive(settings: &str, jobs: &[&str]) -> Result<Layout, Vec<Fault>> {
    let project = Project::parse(settings, "naru.toml").unwrap();
    let jobs: Vec<JobName> = jobs.iter().map(|job| job.parse().unwrap()).collect();
    Layout::derive(&project, Phase::Prod, &jobs)
}

const ON_AWS: &str = "org = \"acme\"\naccount = \"123456789012\"\n[phases.prod]\nlake = \"aws\"\n";

/// The faults, one line each, with its hint below.
fn faults(settings: &str, jobs: &[&str]) -> String {
    let line = |fault: &Fault| format!("{fault}\n  hint: {}", fault.hint.as_deref().unwrap_or("none"));
    derive(settings, jobs).unwrap_err().iter().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn an_empty_project_has_all_buckets_and_workgroups() {
    let layout = derive(ON_AWS, &[]).unwrap();
    assert_eq!((layout.buckets.len(), layout.workgroups.len(), layout.glue.jobs.len()), (20, 4, 4));
    assert!(layout.jobs.is_empty() && layout.databases.is_empty());
    let names: BTreeSet<&str> = layout.buckets.iter().map(|bucket| bucket.name.as_str()).collect();
    let aliases: BTreeSet<&str> = layout.buckets.iter().map(|bucket| bucket.key_alias.as_str()).collect();
    assert_eq!((names.len(), aliases.len()), (20, 20), "each bucket has a name and a key of its own");
}

#[test]
fn a_job_finds_all_its_names_in_the_layout() {
    let settings = ON_AWS.replace("[phases", "[names]\nbucket = \"{account}-{org}-{phase}-{layer}-{level}\"\n[phases");
    let layout = derive(&settings, &JOBS).unwrap();
    let project = Project::parse(&settings, "naru.toml").unwrap();
    let bucket = |layer, level| {
        let is_it = |bucket: &&LayoutBucket| (bucket.layer, bucket.level) == (layer, level);
        let found = layout.buckets.iter().find(is_it).unwrap();
        (found.name.clone(), found.key_alias.clone())
    };
    for (job, in_layout) in JOBS.iter().zip([0, 2, 1].map(|at| &layout.jobs[at])) {
        let job: JobName = job.parse().unwrap();
        let names = PhysicalNames::derive(&project, Phase::Prod, &job).unwrap();
        let level = Some(job.level);
        for (layer, of_job) in
            Layer::OF_LEVEL.iter().zip([&names.landing, &names.lake, &names.quarantine, &names.results])
        {
            assert_eq!(bucket(*layer, level), (of_job.name.clone(), of_job.key_alias.clone()));
        }
        for (layer, of_job) in Layer::SHARED.iter().zip([&names.code, &names.dags, &names.defs, &names.audit]) {
            assert_eq!(bucket(*layer, None), (of_job.name.clone(), of_job.key_alias.clone()));
        }
        let workgroup = layout.workgroups.iter().find(|workgroup| Some(workgroup.level) == level).unwrap();
        assert_eq!((&workgroup.name, &workgroup.results_bucket), (&names.workgroup, &names.results.name));
        assert_eq!(in_layout.job, names.job);
        assert_eq!((&in_layout.glue_job, &in_layout.table_location), (&names.glue_job, &names.table_location));
    }
    let databases: Vec<_> = layout.databases.iter().map(|of| (of.database.as_str(), of.name.as_str())).collect();
    assert_eq!(databases, [("customer", "prod_customer"), ("deposit", "prod_deposit")]);
}

#[test]
fn a_phase_without_a_lake_is_a_fault() {
    assert_snapshot!(faults("org = \"acme\"", &JOBS), @r#"
    naru.toml: phase "prod" has no lake
      hint: write a table [phases.prod] with lake = "embedded" or lake = "aws"
    "#);
}

#[test]
fn all_names_over_a_limit_are_told_at_once_and_once() {
    let org = "a".repeat(52);
    let found = derive(&ON_AWS.replace("acme", &org), &JOBS[..1]).unwrap_err();
    assert_eq!(found.len(), 20, "four buckets and a role of each level; the job's are among them");
    let of_p2 = found.iter().map(ToString::to_string).filter(|fault| fault.contains("-p2"));
    assert_snapshot!(of_p2.collect::<Vec<_>>().join("\n").replace(&org, "ORG"), @r#"
    naru.toml: bucket "ORG-prod-landing-p2" has 68 characters
    naru.toml: bucket "ORG-prod-lake-p2" has 65 characters
    naru.toml: bucket "ORG-prod-quarantine-p2" has 71 characters
    naru.toml: bucket "ORG-prod-results-p2" has 68 characters
    naru.toml: role "ORG-prod-glue-p2" has 65 characters
    "#);
}

#[test]
fn buckets_of_single_jobs_are_a_fault() {
    let settings = ON_AWS.replace("[phases", "[names]\nbucket = \"{source}-{phase}-{layer}-{level}\"\n[phases");
    let told = faults(&settings, &[]);
    assert_snapshot!(told.lines().take(2).collect::<Vec<_>>().join("\n"), @r#"
    naru.toml: names.bucket holds {source}: a level has no bucket before it has a job
      hint: a layout needs buckets of layer and level alone, as in "{org}-{phase}-{layer}-{level}"
    "#);
}

#[test]
fn roles_keep_to_iams_limit() {
    let name = "a".repeat(64);
    assert!(
        RoleName::new(&*name).is_ok() && RoleName::new(format!("arn:aws:iam::123456789012:role/path/{name}")).is_ok()
    );
    let problem = |text: String| RoleName::new(text).unwrap_err().problem;
    assert_eq!(problem(format!("{name}a")), "has 65 characters");
    assert_eq!(problem(format!("arn:aws:iam::123456789012:role/{name}a")), "has 65 characters");
    assert_eq!(problem("a/b".into()), "holds '/'");
    assert_eq!(problem("arn:aws:iam::123456789012:role/".into()), "ends with a slash");
    assert_eq!(problem("a b".into()), "holds ' '");
}
