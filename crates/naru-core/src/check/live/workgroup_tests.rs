#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use super::*;
use crate::{Fault, Phase, PhysicalNames, Project};

const ARN: &str = "arn:aws:kms:us-east-1:123456789012:key/k-1";

fn names(settings: &str, jobs: &[&str]) -> Vec<PhysicalNames> {
    let project = Project::parse(&format!("org = \"acme\"\n{settings}"), "naru.toml").unwrap();
    let derive = |job: &&str| PhysicalNames::derive(&project, Phase::Qa, &job.parse().unwrap()).unwrap();
    jobs.iter().map(derive).collect()
}

fn needed() -> NeededWorkgroup {
    needed_workgroups(&names("", &["a__deposit__account__p2__merge__auto__d"])).remove(0)
}

/// As it must be.
fn right() -> FoundWorkgroup {
    FoundWorkgroup {
        is_enabled: true,
        enforces_configuration: true,
        manages_results: false,
        output_location: Some("s3://acme-qa-results-p2/".into()),
        encryption: Some("SSE_KMS".into()),
        kms_key: Some(ARN.into()),
        scan_limit_bytes: Some(1 << 40),
        engine_version: Some("Athena engine version 3".into()),
    }
}

fn messages(faults: &[Fault]) -> Vec<&str> {
    assert!(faults.iter().all(|fault| fault.hint.is_some()), "each says what to do");
    faults.iter().map(|fault| fault.message.as_str()).collect()
}

fn faults(found: &FoundWorkgroup) -> Vec<Fault> {
    workgroup_faults(&needed(), Some(found), |_| Some(ResultsKey { arn: ARN.into(), id: "k-1".into() }))
}

#[test]
fn each_level_needs_its_workgroup_once() {
    let jobs = [
        "a__deposit__account__p2__merge__auto__d",
        "a__deposit__branch__p0__replace__auto__d",
        "b__loan__account__p2__append__auto__d",
    ];
    let told = |settings: &str| {
        let needed = needed_workgroups(&names(settings, &jobs));
        let buckets =
            |of: &NeededWorkgroup| of.results.iter().map(|b| b.name.to_string()).collect::<Vec<_>>().join(" ");
        needed.iter().map(|needed| format!("{} {} {}", needed.level, needed.name, buckets(needed))).collect::<Vec<_>>()
    };
    assert_eq!(told(""), ["p0 acme-qa-p0 acme-qa-results-p0", "p2 acme-qa-p2 acme-qa-results-p2"]);
    let by_database = "[names]\nbucket = \"{org}-{phase}-{layer}-{level}-{database}\"";
    assert_eq!(
        told(by_database),
        [
            "p0 acme-qa-p0 acme-qa-results-p0-deposit",
            "p2 acme-qa-p2 acme-qa-results-p2-deposit acme-qa-results-p2-loan"
        ]
    );
    assert_eq!(needed_workgroups(&[]), []);
}

#[test]
fn a_workgroup_as_it_must_be_has_no_faults() {
    for found in [
        right(),
        FoundWorkgroup { kms_key: Some("k-1".into()), ..right() },
        FoundWorkgroup { output_location: Some("s3://acme-qa-results-p2".into()), ..right() },
        FoundWorkgroup { output_location: Some("s3://acme-qa-results-p2/by-day/".into()), ..right() },
    ] {
        assert_eq!(faults(&found), []);
    }
    let unknown_key = FoundWorkgroup { kms_key: Some("other".into()), ..right() };
    assert_eq!(workgroup_faults(&needed(), Some(&unknown_key), |_| None), [], "the bucket's fault tells of it");
}

#[test]
fn each_fault_of_a_workgroup_is_told() {
    let w = "workgroup acme-qa-p2";
    for (found, told) in [
        (FoundWorkgroup { is_enabled: false, ..right() }, "is disabled"),
        (
            FoundWorkgroup { enforces_configuration: false, ..right() },
            "does not enforce its configuration: a query can put its results elsewhere",
        ),
        (FoundWorkgroup { scan_limit_bytes: None, ..right() }, "has no limit of what a query may scan"),
        (
            FoundWorkgroup { engine_version: Some("Athena engine version 2".into()), ..right() },
            "runs Athena engine version 2, and naru writes SQL for Athena engine version 3",
        ),
        (
            FoundWorkgroup { engine_version: None, ..right() },
            "runs no engine version, and naru writes SQL for Athena engine version 3",
        ),
        (
            FoundWorkgroup { manages_results: true, output_location: None, ..right() },
            "leaves its results with Athena, and not in a bucket of level p2",
        ),
        (FoundWorkgroup { output_location: None, ..right() }, "has no location of results"),
        (
            FoundWorkgroup { output_location: Some("s3://acme-qa-results-p20/x/".into()), ..right() },
            "puts results into s3://acme-qa-results-p20/x/, not into s3://acme-qa-results-p2/",
        ),
        (FoundWorkgroup { encryption: None, kms_key: None, ..right() }, "does not encrypt results"),
        (
            FoundWorkgroup { encryption: Some("SSE_S3".into()), kms_key: None, ..right() },
            "encrypts results not by SSE_KMS but by SSE_S3",
        ),
        (
            FoundWorkgroup { encryption: Some("CSE_KMS".into()), ..right() },
            "encrypts results not by SSE_KMS but by CSE_KMS",
        ),
        (FoundWorkgroup { kms_key: None, ..right() }, "encrypts results with no key of its own"),
        (
            FoundWorkgroup { kms_key: Some("k-2".into()), ..right() },
            "encrypts results with another key than alias/acme-qa-results-p2: k-2",
        ),
    ] {
        assert_eq!(messages(&faults(&found)), [format!("{w} {told}")]);
    }
    let none = workgroup_faults(&needed(), None, |_| None);
    assert_eq!(messages(&none), [format!("{w} does not exist; queries of level p2 run in it")]);
}

#[test]
fn all_faults_are_told_at_once() {
    let bare = FoundWorkgroup {
        is_enabled: false,
        enforces_configuration: false,
        manages_results: false,
        output_location: None,
        encryption: None,
        kms_key: None,
        scan_limit_bytes: None,
        engine_version: None,
    };
    assert_eq!(faults(&bare).len(), 5);
}
