#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use serde_json::{Value, json};

use super::*;
use crate::{Fault, Phase, PhysicalNames, Project};

fn messages(faults: &[Fault]) -> Vec<&str> {
    assert!(faults.iter().all(|fault| fault.hint.is_some()), "each says what to do");
    faults.iter().map(|fault| fault.message.as_str()).collect()
}

#[test]
fn each_bucket_is_needed_once() {
    let project = Project::parse("org = \"acme\"", "naru.toml").unwrap();
    let jobs = [
        "a__deposit__account__p2__merge__auto__d",
        "a__deposit__branch__p0__replace__auto__d",
        "b__loan__account__p2__append__auto__d",
    ];
    let names = jobs.map(|job| PhysicalNames::derive(&project, Phase::Qa, &job.parse().unwrap()).unwrap());
    let needed = needed_buckets(&names);
    let told: Vec<_> = needed.iter().map(|n| format!("{} {} {}", n.bucket.name, n.bucket.key_alias, n.holds)).collect();
    assert_eq!(
        told,
        [
            "acme-qa-audit alias/acme-qa-audit who did what",
            "acme-qa-code alias/acme-qa-code programs",
            "acme-qa-dags alias/acme-qa-dags DAG files",
            "acme-qa-defs alias/acme-qa-defs table definitions",
            "acme-qa-lake-p0 alias/acme-qa-lake-p0 tables of level p0",
            "acme-qa-lake-p2 alias/acme-qa-lake-p2 tables of level p2",
            "acme-qa-landing-p0 alias/acme-qa-landing-p0 landed files of level p0",
            "acme-qa-landing-p2 alias/acme-qa-landing-p2 landed files of level p2",
            "acme-qa-quarantine-p0 alias/acme-qa-quarantine-p0 rejected rows of level p0",
            "acme-qa-quarantine-p2 alias/acme-qa-quarantine-p2 rejected rows of level p2",
            "acme-qa-results-p0 alias/acme-qa-results-p0 results of queries of level p0",
            "acme-qa-results-p2 alias/acme-qa-results-p2 results of queries of level p2",
        ]
    );
    assert_eq!(needed_buckets(&[]), []);
}

#[test]
fn all_four_settings_of_the_public_access_block_are_on() {
    let on = PublicAccessBlock {
        block_public_acls: true,
        ignore_public_acls: true,
        block_public_policy: true,
        restrict_public_buckets: true,
    };
    assert_eq!(public_access_faults("b", Some(on)), []);
    let some = PublicAccessBlock { ignore_public_acls: false, restrict_public_buckets: false, ..on };
    assert_eq!(
        messages(&public_access_faults("b", Some(some))),
        ["bucket b can be made public: IgnorePublicAcls, RestrictPublicBuckets of its public access block is off"]
    );
    assert_eq!(
        messages(&public_access_faults("b", None)),
        ["bucket b has no public access block: a policy or an ACL can make it public"]
    );
}

fn tls_statement() -> Value {
    json!({
        "Sid": "TlsOnly",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": ["arn:aws:s3:::b", "arn:aws:s3:::b/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    })
}

fn tls(statements: &Value) -> Vec<Fault> {
    tls_faults("b", Some(&json!({"Version": "2012-10-17", "Statement": statements}).to_string()))
}

/// The statement with one element changed.
fn with(key: &str, value: Value) -> Value {
    let mut statement = tls_statement();
    statement[key] = value;
    statement
}

#[test]
fn a_policy_that_denies_requests_without_tls_is_right_in_every_spelling() {
    for right in [
        tls_statement(),
        with("Principal", json!({"AWS": "*"})),
        with("Principal", json!({"AWS": ["*"]})),
        with("Action", json!(["s3:GetObject", "S3:*"])),
        with("Action", json!("*")),
        with("Resource", json!("*")),
        with("Resource", json!("arn:aws-cn:s3:::b*")),
        with("Condition", json!({"Bool": {"aws:securetransport": false}})),
        with("Condition", json!({"BoolIfExists": {"aws:SecureTransport": ["false"]}})),
    ] {
        assert_eq!(tls(&right), [], "{right}");
        assert_eq!(
            tls(&json!([{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"}, right])),
            []
        );
    }
}

#[test]
fn a_policy_that_does_not_deny_all_requests_without_tls_is_a_fault() {
    let only = |rest: &str| format!("bucket b denies only some requests without TLS: {rest}");
    let none = "bucket b has a policy that does not deny requests without TLS".to_string();
    for (key, value, message) in [
        ("Effect", json!("Allow"), none.clone()),
        ("Condition", json!({"Bool": {"aws:SecureTransport": "true"}}), none.clone()),
        ("Condition", json!({"StringEquals": {"aws:SecureTransport": "false"}}), none.clone()),
        ("Condition", json!({}), none),
        ("Principal", json!({"AWS": "arn:aws:iam::123456789012:root"}), only("not those of everybody")),
        ("Action", json!("s3:PutObject"), only("not every action")),
        ("Resource", json!("arn:aws:s3:::b/*"), only("not those about the bucket itself")),
        ("Resource", json!("arn:aws:s3:::b"), only("not those about its objects")),
        (
            "Resource",
            json!(["arn:aws:s3:::ab", "arn:aws:s3:::ab/*"]),
            only("not those about the bucket itself, not those about its objects"),
        ),
        (
            "Condition",
            json!({"Bool": {"aws:SecureTransport": "false"}, "StringEquals": {"aws:PrincipalTag/x": "y"}}),
            only("only on other conditions, too"),
        ),
    ] {
        assert_eq!(messages(&tls(&with(key, value.clone()))), [message], "{key} {value}");
    }
    assert_eq!(messages(&tls_faults("b", None)), ["bucket b has no policy: requests without TLS are not denied"]);
    assert_eq!(messages(&tls_faults("b", Some("{"))), ["bucket b has a policy that cannot be read"]);
}

#[test]
fn a_key_is_rotated() {
    assert_eq!(rotation_faults("alias/b", RotationState::On), []);
    assert_eq!(messages(&rotation_faults("alias/b", RotationState::Off)), ["key alias/b is not rotated"]);
    let impossible = rotation_faults("alias/b", RotationState::Impossible);
    assert_eq!(messages(&impossible), ["key alias/b cannot be rotated by KMS"]);
}

fn key_policy(statements: &Value) -> Vec<Fault> {
    key_policy_faults("alias/b", Some(&json!({"Statement": statements}).to_string()))
}

#[test]
fn a_key_is_open_to_nobody_but_named_principals() {
    let root = json!({"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::123456789012:root"}, "Action": "kms:*", "Resource": "*"});
    let service = json!({"Effect": "Allow", "Principal": {"Service": "glue.amazonaws.com"}, "Action": "kms:Decrypt"});
    let conditional = json!({"Effect": "Allow", "Principal": "*", "Action": "kms:Decrypt",
        "Condition": {"StringEquals": {"kms:CallerAccount": "123456789012"}}});
    let denied = json!({"Effect": "Deny", "Principal": "*", "Action": "kms:ScheduleKeyDeletion"});
    assert_eq!(key_policy(&json!([root, service, conditional, denied])), []);
    assert_eq!(key_policy(&root), [], "one statement needs no list");
    let open = json!({"Effect": "Allow", "Principal": {"AWS": ["arn:aws:iam::1:root", "*"]}, "Action": "kms:Decrypt"});
    let named = json!({"Sid": "Use", "Effect": "Allow", "Principal": "*", "Action": "kms:*", "Condition": {}});
    let but = json!({"Effect": "Allow", "NotPrincipal": {"AWS": "arn:aws:iam::1:root"}, "Action": "kms:*"});
    assert_eq!(
        messages(&key_policy(&json!([root, open, named, but]))),
        [
            "key alias/b may be used by everybody: statement 2 of its policy allows the principal *",
            "key alias/b may be used by everybody: statement \"Use\" of its policy allows the principal *",
            "key alias/b may be used by everybody but some: statement 4 of its policy has NotPrincipal",
        ]
    );
    assert_eq!(messages(&key_policy_faults("alias/b", None)), ["key alias/b has no policy"]);
    assert_eq!(messages(&key_policy_faults("alias/b", Some("{}"))), ["key alias/b has a policy that cannot be read"]);
}
