//! Writing objects: in one request, or in parts. Either way an object is there when it is whole and durable, not before.

use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{ChecksumAlgorithm, CompletedMultipartUpload, CompletedPart, ServerSideEncryption};
use bytes::Bytes;

use super::location::S3Location;
use crate::failure::{Cause, Failure};
use crate::session::AwsSession;

/// Where an object goes, and by which key it is encrypted.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    pub(crate) session: AwsSession,
    pub(crate) at: S3Location,
    /// ARN of the KMS key.
    pub(crate) key_arn: String,
}

/// A multipart upload under way.
#[derive(Debug, Clone)]
pub(crate) struct Upload {
    target: Target,
    id: String,
}

impl Target {
    /// Writes an object in one request.
    pub(crate) async fn put(&self, bytes: Bytes) -> Result<(), Failure> {
        let request = self.session.s3().put_object().bucket(&self.at.bucket).key(&self.at.key);
        let request = request.expected_bucket_owner(self.session.owner()).bucket_key_enabled(true);
        let request = request.server_side_encryption(ServerSideEncryption::AwsKms).ssekms_key_id(&self.key_arn);
        request.body(ByteStream::from(bytes)).send().await?;
        Ok(())
    }

    pub(crate) async fn start(&self) -> Result<Upload, Failure> {
        let request = self.session.s3().create_multipart_upload().bucket(&self.at.bucket).key(&self.at.key);
        let request = request.expected_bucket_owner(self.session.owner()).bucket_key_enabled(true);
        let request = request.server_side_encryption(ServerSideEncryption::AwsKms).ssekms_key_id(&self.key_arn);
        let started = request.checksum_algorithm(ChecksumAlgorithm::Crc32).send().await?;
        match started.upload_id() {
            Some(id) => Ok(Upload { target: self.clone(), id: id.into() }),
            None => Err(Failure::new(Cause::Other, "the upload has no id")),
        }
    }
}

impl Upload {
    /// Writes a part, numbered from 1. All parts but the last hold 5 MiB at least.
    pub(crate) async fn part(&self, number: i32, bytes: Bytes) -> Result<CompletedPart, Failure> {
        let Target { session, at, .. } = &self.target;
        let request = session.s3().upload_part().bucket(&at.bucket).key(&at.key).upload_id(&self.id);
        let request = request.expected_bucket_owner(session.owner()).part_number(number);
        let request = request.checksum_algorithm(ChecksumAlgorithm::Crc32).body(ByteStream::from(bytes));
        let part = request.send().await?;
        Ok(CompletedPart::builder()
            .part_number(number)
            .set_e_tag(part.e_tag().map(Into::into))
            .set_checksum_crc32(part.checksum_crc32().map(Into::into))
            .build())
    }

    /// Makes the parts the object.
    pub(crate) async fn complete(&self, parts: Vec<CompletedPart>) -> Result<(), Failure> {
        let Target { session, at, .. } = &self.target;
        let parts = CompletedMultipartUpload::builder().set_parts(Some(parts)).build();
        let request = session.s3().complete_multipart_upload().bucket(&at.bucket).key(&at.key).upload_id(&self.id);
        request.expected_bucket_owner(session.owner()).multipart_upload(parts).send().await?;
        Ok(())
    }

    /// Gives the parts up. What cannot be given up now, the bucket's lifecycle rule removes.
    pub(crate) async fn abort(&self) {
        let Target { session, at, .. } = &self.target;
        let request = session.s3().abort_multipart_upload().bucket(&at.bucket).key(&at.key).upload_id(&self.id);
        if let Err(error) = request.expected_bucket_owner(session.owner()).send().await.map_err(Failure::from) {
            tracing::warn!(object = %at, %error, "cannot give up an upload");
        }
    }
}
