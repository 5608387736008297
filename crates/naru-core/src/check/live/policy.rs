//! Policies in IAM's JSON, as far as they are looked at here.
//!
//! Source: AWS Identity and Access Management User Guide, "Grammar of the IAM JSON policy language": an element may be one
//! value or a list of them.

use serde::Deserialize;
use serde_json::{Map, Value};

/// A policy of a bucket or a key.
#[derive(Debug, Deserialize)]
pub(super) struct Policy {
    #[serde(rename = "Statement")]
    statements: OneOrMany<Statement>,
}

impl Policy {
    /// None if the text is no policy.
    pub(super) fn parse(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    pub(super) fn statements(&self) -> &[Statement] {
        self.statements.as_slice()
    }
}

/// A statement.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Statement {
    #[serde(default)]
    pub(super) sid: Option<String>,
    effect: String,
    #[serde(default)]
    principal: Option<Value>,
    #[serde(default)]
    not_principal: Option<Value>,
    #[serde(default)]
    action: OneOrMany<String>,
    #[serde(default)]
    resource: OneOrMany<String>,
    #[serde(default)]
    pub(super) condition: Map<String, Value>,
}

impl Statement {
    pub(super) fn allows(&self) -> bool {
        self.effect == "Allow"
    }

    pub(super) fn denies(&self) -> bool {
        self.effect == "Deny"
    }

    /// Whether it is about everybody: `"*"` and `{"AWS": "*"}` are the same; `NotPrincipal` is everybody but some.
    pub(super) fn is_about_everybody(&self) -> bool {
        match &self.principal {
            Some(Value::String(principal)) => principal == "*",
            Some(Value::Object(kinds)) => kinds.get("AWS").is_some_and(|aws| texts(aws).any(|text| text == "*")),
            _ => false,
        }
    }

    pub(super) fn excepts_some(&self) -> bool {
        self.not_principal.is_some()
    }

    pub(super) fn has_action(&self, wanted: &[&str]) -> bool {
        self.action.as_slice().iter().any(|action| wanted.iter().any(|wanted| action.eq_ignore_ascii_case(wanted)))
    }

    pub(super) fn resources(&self) -> &[String] {
        self.resource.as_slice()
    }
}

/// The texts of a value that is one text or a list of them.
pub(super) fn texts(value: &Value) -> impl Iterator<Item = &str> {
    let (one, many) = match value {
        Value::Array(many) => (None, many.as_slice()),
        one => (Some(one), [].as_slice()),
    };
    one.into_iter().chain(many).filter_map(Value::as_str)
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum OneOrMany<T> {
    Many(Vec<T>),
    One(T),
}

impl<T> OneOrMany<T> {
    fn as_slice(&self) -> &[T] {
        match self {
            Self::Many(many) => many,
            Self::One(one) => std::slice::from_ref(one),
        }
    }
}

impl<T> Default for OneOrMany<T> {
    fn default() -> Self {
        Self::Many(Vec::new())
    }
}
