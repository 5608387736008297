//! Canonical JSON and its digest: keys sorted, no spaces, text as UTF-8. In Python:
//! `json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()`.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use crate::run::digest_text;

/// SHA-256 of a value's canonical JSON, in hexadecimal digits.
pub(super) fn digest(value: &impl Serialize) -> String {
    digest_text(&text(&serde_json::to_value(value).unwrap_or_default()))
}

fn text(value: &Value) -> String {
    match value {
        Value::Object(fields) => {
            let sorted: BTreeMap<&String, &Value> = fields.iter().collect();
            let fields =
                sorted.into_iter().map(|(key, value)| format!("{}:{}", Value::from(key.as_str()), text(value)));
            format!("{{{}}}", fields.collect::<Vec<_>>().join(","))
        }
        Value::Array(values) => format!("[{}]", values.iter().map(text).collect::<Vec<_>>().join(",")),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn keys_are_sorted_and_text_stays() {
        let value = json!({"b": [1, {"d": null, "c": "은행\n\""}], "a": true});
        assert_eq!(text(&value), r#"{"a":true,"b":[1,{"c":"은행\n\"","d":null}]}"#);
        assert_eq!(digest(&json!({"a": 1, "b": 2})), digest(&json!({"b": 2, "a": 1})));
        assert_eq!(digest(&json!({})), "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a");
    }
}
