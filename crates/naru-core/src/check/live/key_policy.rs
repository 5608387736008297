//! Whether a bucket's key is changed every year, and who may use it.

use super::policy::Policy;
use crate::Fault;

/// Whether KMS changes a key's material by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RotationState {
    /// It does.
    On,
    /// It does not, though it could.
    Off,
    /// It cannot: the key's material was imported, or it is no symmetric key.
    Impossible,
}

/// What is wrong with a key's rotation. `key` is its alias.
pub fn rotation_faults(key: &str, rotation: RotationState) -> Vec<Fault> {
    let (message, hint) = match rotation {
        RotationState::On => return Vec::new(),
        RotationState::Off => (format!("key {key} is not rotated"), "turn its automatic rotation on"),
        RotationState::Impossible => (
            format!("key {key} cannot be rotated by KMS"),
            "make a symmetric key whose material KMS made, and rotate to it",
        ),
    };
    vec![Fault::new("", message).hint(hint)]
}

/// What is wrong with a key's policy: it must be open to nobody but principals that it names. `key` is its alias.
///
/// Source: AWS Key Management Service Developer Guide, "Key policies in AWS KMS": a principal `*` without a condition is
/// every identity in every account.
pub fn key_policy_faults(key: &str, policy: Option<&str>) -> Vec<Fault> {
    let fault = |message: String, hint: &str| vec![Fault::new("", message).hint(hint)];
    let Some(policy) = policy.filter(|policy| !policy.trim().is_empty()) else {
        return fault(format!("key {key} has no policy"), "write one that names who may use and administer the key");
    };
    let Some(policy) = Policy::parse(policy) else {
        return fault(format!("key {key} has a policy that cannot be read"), "write it anew");
    };
    let hint = "name the principals, or add a condition, as on kms:CallerAccount";
    let statements = policy.statements().iter().zip(1..);
    let open = statements.filter(|(statement, _)| statement.allows() && statement.condition.is_empty());
    let open = open.filter_map(|(statement, number)| {
        let which =
            statement.sid.as_ref().map_or_else(|| format!("statement {number}"), |sid| format!("statement \"{sid}\""));
        if statement.is_about_everybody() {
            Some(format!("key {key} may be used by everybody: {which} of its policy allows the principal *"))
        } else if statement.excepts_some() {
            Some(format!("key {key} may be used by everybody but some: {which} of its policy has NotPrincipal"))
        } else {
            None
        }
    });
    open.map(|message| Fault::new("", message).hint(hint)).collect()
}
