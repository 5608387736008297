//! Locations of objects: `s3://bucket/key`, the key as it is.
//!
//! Nothing is percent-encoded: Iceberg's `S3FileIO` and PyIceberg take what stands after the bucket for the key itself.

use std::fmt;

use naru_lake::{LakeError, LakeErrorKind};

/// An object, or a prefix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct S3Location {
    pub(crate) bucket: String,
    pub(crate) key: String,
}

impl S3Location {
    /// # Errors
    /// `InvalidInput` for another scheme, or without bucket or key.
    pub(crate) fn parse(location: &str) -> Result<Self, LakeError> {
        // Written by old Hadoop clients, `s3a` and `s3n` mean the same objects.
        let path = ["s3://", "s3a://", "s3n://"].iter().find_map(|scheme| location.strip_prefix(scheme));
        match path.and_then(|path| path.split_once('/')) {
            Some((bucket, key)) if !bucket.is_empty() && !key.is_empty() => {
                Ok(Self { bucket: bucket.into(), key: key.into() })
            }
            _ => Err(LakeError::new(LakeErrorKind::InvalidInput, "a location in S3 is s3://bucket/key")
                .with("location", location)),
        }
    }

    /// As [`Self::parse`]: all below a directory, with a slash at the end.
    pub(crate) fn parse_prefix(location: &str) -> Result<Self, LakeError> {
        let mut prefix = Self::parse(location)?;
        if !prefix.key.ends_with('/') {
            prefix.key.push('/');
        }
        Ok(prefix)
    }

    /// Another object of the bucket.
    pub(crate) fn at(&self, key: &str) -> Self {
        Self { bucket: self.bucket.clone(), key: key.into() }
    }
}

impl fmt::Display for S3Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "s3://{}/{}", self.bucket, self.key)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn locations_parse_and_print_as_inverses() {
        for location in ["s3://b/k", "s3://b/디렉터리/a b%20c+d#e?f", "s3://b/k//l/"] {
            assert_eq!(S3Location::parse(location).unwrap().to_string(), location);
        }
        assert_eq!(S3Location::parse("s3a://b/k").unwrap().to_string(), "s3://b/k");
        assert_eq!(S3Location::parse_prefix("s3://b/k").unwrap().to_string(), "s3://b/k/");
    }

    #[test]
    fn what_is_no_object_is_refused() {
        for location in ["file:///b/k", "s3://b", "s3://b/", "s3:///k", "b/k", "S3://b/k"] {
            assert!(S3Location::parse(location).is_err(), "{location}");
        }
    }
}
