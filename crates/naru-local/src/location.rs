//! Locations of the directory store: `file://` and the path as it is.
//!
//! Nothing is percent-encoded: PyIceberg, iceberg-rust and Hadoop's `Path` all take what stands after `file://` for the
//! path itself. So a blank stays a blank, and `?` and `#`, which URI parsers cut at, may not be in a lake's path.

use std::path::{Path, PathBuf};

use naru_lake::{LakeError, LakeErrorKind};

/// The path of a location: `file:///path`, `file:/path` or `/path`.
///
/// # Errors
/// `InvalidInput` for another scheme or a relative path.
pub fn location_to_path(location: &str) -> Result<PathBuf, LakeError> {
    let path = location.strip_prefix("file://").or_else(|| location.strip_prefix("file:")).unwrap_or(location);
    if path.starts_with('/') {
        return Ok(PathBuf::from(path));
    }
    Err(LakeError::new(
        LakeErrorKind::InvalidInput,
        "a location of the directory store is file:// and an absolute path",
    )
    .with("location", location))
}

/// The location of an absolute path.
///
/// # Errors
/// `InvalidInput` if the path is relative, no UTF-8, or holds a character that URI parsers cut at.
pub fn path_to_location(path: &Path) -> Result<String, LakeError> {
    let refuse = |what: &str| LakeError::new(LakeErrorKind::InvalidInput, what).with("path", path.display());
    let text = path.to_str().ok_or_else(|| refuse("a lake's path must be UTF-8; choose another directory"))?;
    if !path.is_absolute() {
        return Err(refuse("a lake's path must be absolute"));
    }
    if text.contains(['?', '#', '\n', '\r']) {
        return Err(refuse(
            "a path in the lake may not hold ?, # or a line break, at which URI parsers cut; rename it",
        ));
    }
    Ok(format!("file://{text}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_and_locations_are_inverse() {
        for path in ["/data/lake", "/data/내 호수/50% off", "/a+b/c d"] {
            let location = path_to_location(Path::new(path));
            assert_eq!(location.as_deref().ok(), Some(format!("file://{path}").as_str()));
            assert_eq!(location.and_then(|l| location_to_path(&l)).ok(), Some(PathBuf::from(path)));
        }
    }

    #[test]
    fn what_is_no_local_path_is_refused() {
        assert!(location_to_path("s3://bucket/key").is_err());
        assert!(location_to_path("data/lake").is_err());
        assert!(path_to_location(Path::new("/a#b")).is_err());
    }
}
