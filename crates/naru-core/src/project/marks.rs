//! The `[marks]` table of `naru.toml`.

use super::reader::{Faults, Reader};
use crate::marks::{MarkSettings, MarkStoreKind};

/// What is wrong with a value, and what to do about it.
type Wrong = (String, String);

/// `phases`: how many phases have a lake.
pub(super) fn marks(mut reader: Reader<'_>, phases: usize, faults: &mut Faults<'_>) -> Option<MarkSettings> {
    let location_span = reader.span("location");
    let store = reader.parse("store", Some(None), faults, |text| {
        text.parse().map(Some).map_err(|error: crate::name::WordError| (error.to_string(), error.hint()))
    });
    let kind = store.flatten();
    let location = reader.parse("location", Some(None), faults, |text| location(kind, text).map(Some)).flatten();
    let is_said = location_span.is_some();
    reader.finish(faults);
    match (kind, location) {
        (Some(store), Some(location)) => {
            if phases > 1 && !location.contains("{phase}") {
                let message = "marks.location lacks {phase}: the marks of all phases would be one another's";
                let hint = "put {phase} into it, as in \"s3://{org}-{phase}-audit/marks\"";
                faults.add(location_span, message, Some(hint.into()));
            }
            Some(MarkSettings { store, location })
        }
        (Some(store), None) if !is_said => {
            faults.add(None, "marks.store without a location", Some(example(store)));
            None
        }
        (None, Some(_)) if store.is_some() => {
            let hint = "write store = \"directory\", \"s3\" or \"postgres\"";
            faults.add(location_span, "marks.location without a store", Some(hint.into()));
            None
        }
        _ => None,
    }
}

fn location(store: Option<MarkStoreKind>, text: &str) -> Result<String, Wrong> {
    let Some(store) = store else { return Ok(text.into()) };
    let is_right = match store {
        MarkStoreKind::Directory => !text.trim().is_empty() && !text.contains("://"),
        MarkStoreKind::S3 => {
            let bucket = text.strip_prefix("s3://").map(|path| path.split('/').next().unwrap_or_default());
            bucket.is_some_and(|bucket| !bucket.is_empty())
        }
        MarkStoreKind::Postgres => text.starts_with("postgresql://") || text.starts_with("postgres://"),
    };
    if !is_right {
        return Err((format!("this is no location of store \"{store}\""), example(store)));
    }
    if store == MarkStoreKind::Postgres && has_password(text) {
        let hint = "leave it out: it comes from NARU_MARKS_PASSWORD; this one is no secret any more: make another";
        return Err(("it holds a password".into(), hint.into()));
    }
    Ok(text.into())
}

fn has_password(url: &str) -> bool {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    let in_user = authority.rsplit_once('@').is_some_and(|(user, _)| user.contains(':'));
    in_user || url.contains("password=")
}

fn example(store: MarkStoreKind) -> String {
    let example = match store {
        MarkStoreKind::Directory => "location = \".naru/marks/{phase}\"",
        MarkStoreKind::S3 => "location = \"s3://{org}-{phase}-audit/marks\"",
        MarkStoreKind::Postgres => "location = \"postgresql://naru@db.example.com/naru_{phase}\"",
    };
    format!("write {example}")
}
