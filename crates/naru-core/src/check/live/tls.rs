//! Whether a bucket's policy denies requests without TLS.

use serde_json::Value;

use super::policy::{Policy, Statement, texts};
use crate::Fault;

/// What is wrong with a bucket's policy, as far as TLS goes; `None` where it has no policy.
///
/// It must have a statement that denies everybody everything, on the bucket and its objects, when `aws:SecureTransport` is
/// false, and on no other condition. Source: AWS Config rule `s3-bucket-ssl-requests-only`; Amazon S3 User Guide, "Security
/// best practices for Amazon S3", "Enforce encryption of data in transit".
pub fn tls_faults(bucket: &str, policy: Option<&str>) -> Vec<Fault> {
    let fault = |message: String| {
        let hint = format!(
            "add a statement: Effect Deny, Principal *, Action s3:*, Resource arn:aws:s3:::{bucket} and \
             arn:aws:s3:::{bucket}/*, Condition Bool aws:SecureTransport false"
        );
        vec![Fault::new("", message).hint(hint)]
    };
    let Some(policy) = policy else {
        return fault(format!("bucket {bucket} has no policy: requests without TLS are not denied"));
    };
    let Some(policy) = Policy::parse(policy) else {
        return fault(format!("bucket {bucket} has a policy that cannot be read"));
    };
    let about_tls: Vec<&Statement> =
        policy.statements().iter().filter(|s| s.denies() && without_tls(s).is_some()).collect();
    if about_tls.is_empty() {
        return fault(format!("bucket {bucket} has a policy that does not deny requests without TLS"));
    }
    let gaps: Vec<_> = about_tls.iter().map(|statement| gaps(bucket, statement)).collect();
    match gaps.iter().min_by_key(|gaps| gaps.len()) {
        Some(fewest) if !fewest.is_empty() => {
            let message = format!("bucket {bucket} denies only some requests without TLS: {}", fewest.join(", "));
            fault(message)
        }
        _ => Vec::new(),
    }
}

/// What a statement about requests without TLS leaves out.
fn gaps(bucket: &str, statement: &Statement) -> Vec<&'static str> {
    let is = |resource: &String, rest: &str| {
        resource == "*" || resource.strip_suffix(rest).is_some_and(|arn| is_arn(arn, bucket))
    };
    let covers = |rest: &str| statement.resources().iter().any(|resource| is(resource, rest) || is(resource, "*"));
    let gaps = [
        ("not those of everybody", statement.is_about_everybody()),
        ("not every action", statement.has_action(&["s3:*", "*"])),
        ("not those about the bucket itself", covers("")),
        ("not those about its objects", covers("/*")),
        ("only on other conditions, too", without_tls(statement) == Some(true)),
    ];
    gaps.into_iter().filter(|(_, covered)| !covered).map(|(gap, _)| gap).collect()
}

/// `arn:aws:s3:::bucket`, in any partition.
fn is_arn(text: &str, bucket: &str) -> bool {
    text.strip_prefix("arn:aws").and_then(|rest| rest.strip_suffix(bucket)).is_some_and(|rest| rest.ends_with(":s3:::"))
}

/// Whether a statement's condition is that there is no TLS, and nothing else; none if that is no part of it.
fn without_tls(statement: &Statement) -> Option<bool> {
    let is_false = |value: &Value| *value == Value::Bool(false) || texts(value).eq(["false"]);
    let is_tls = |key: &str| key.eq_ignore_ascii_case("aws:SecureTransport");
    let mut keys = statement.condition.iter().flat_map(|(operator, keys)| {
        keys.as_object().into_iter().flatten().map(move |(key, value)| (operator, key, value))
    });
    let found = keys.clone().any(|(operator, key, value)| {
        matches!(operator.as_str(), "Bool" | "BoolIfExists") && is_tls(key) && is_false(value)
    });
    found.then(|| keys.all(|(_, key, _)| is_tls(key)))
}
