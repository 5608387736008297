//! The lake of a phase: embedded, or on AWS.

#[cfg(feature = "aws")]
use naru_aws::AwsLake;
use naru_core::physical::Bucket;
use naru_lake::{FileLister, Lake, LandingStore};
use naru_local::{DirectoryFiles, DirectoryLanding, EmbeddedLake};

/// A phase's storage, catalog and landing.
#[derive(Debug, Clone)]
pub(crate) enum PhaseLake {
    Embedded(EmbeddedLake),
    #[cfg(feature = "aws")]
    Aws(AwsLake),
}

impl PhaseLake {
    /// The tables.
    pub(crate) fn lake(&self) -> &Lake {
        match self {
            Self::Embedded(embedded) => embedded.lake(),
            #[cfg(feature = "aws")]
            Self::Aws(aws) => aws.lake(),
        }
    }

    /// What sources have dropped.
    pub(crate) fn landing(&self) -> &dyn LandingStore {
        match self {
            Self::Embedded(_) => &DirectoryLanding,
            #[cfg(feature = "aws")]
            Self::Aws(aws) => aws.landing(),
        }
    }

    /// Lists the files of tables.
    pub(crate) fn files(&self) -> &dyn FileLister {
        match self {
            Self::Embedded(_) => &DirectoryFiles,
            #[cfg(feature = "aws")]
            Self::Aws(aws) => aws.files(),
        }
    }

    /// The AWS region that the lake is in; none for one on this machine.
    pub(crate) fn region(&self) -> Option<&str> {
        match self {
            Self::Embedded(_) => None,
            #[cfg(feature = "aws")]
            Self::Aws(aws) => Some(aws.keys().session().region()),
        }
    }

    /// The location of a prefix in a bucket.
    pub(crate) fn location(&self, bucket: &Bucket, prefix: &str) -> String {
        let bucket = match self {
            Self::Embedded(embedded) => embedded.bucket_location(bucket.name.as_str()),
            #[cfg(feature = "aws")]
            Self::Aws(aws) => aws.bucket_location(bucket.name.as_str()),
        };
        format!("{bucket}/{prefix}")
    }
}
