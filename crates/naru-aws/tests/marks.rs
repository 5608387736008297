//! Marks on S3 do what every store of marks does.

use naru_aws::S3Marks;

use crate::moto::{Bucket, keys, session};

#[tokio::test(flavor = "multi_thread")]
async fn s3_does_what_every_store_does() {
    let bucket = Bucket::new().await;
    // The port blocks.
    let suite = tokio::task::spawn_blocking(move || {
        let marks = S3Marks::new(keys(&session()), &format!("s3://{}/marks", bucket.name)).unwrap();
        naru_core::marks::testing::suite(&marks);
    });
    suite.await.unwrap();
}
