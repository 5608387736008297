//! The check of a phase's buckets, keys and workgroups.

use aws_sdk_athena::types::{
    EncryptionConfiguration, EncryptionOption, EngineVersion, ResultConfiguration, WorkGroupConfiguration,
};
use aws_sdk_s3::types::{PublicAccessBlockConfiguration, ServerSideEncryption};
use naru_aws::live_faults;
use naru_core::check::live::{NeededBucket, NeededWorkgroup, needed_buckets, needed_workgroups};
use naru_core::{Phase, PhysicalNames, Project};
use naru_lake::LakeErrorKind;

use crate::faulty::{Fate, Faulty};
use crate::moto::{Bucket, REGION, athena, kms, s3, session, session_of};

/// A project of a test's own, whose phase dev is as it must be.
struct Bank {
    org: String,
    needed: Vec<NeededBucket>,
    workgroups: Vec<NeededWorkgroup>,
    buckets: Vec<Bucket>,
}

impl Bank {
    async fn new() -> Self {
        let org = format!("t{}", &uuid::Uuid::new_v4().simple().to_string()[..12]);
        let project = Project::parse(&format!("org = \"{org}\""), "naru.toml").unwrap();
        let job = "hq__reference__branch__p0__replace__auto__d".parse().unwrap();
        let names = [PhysicalNames::derive(&project, Phase::Dev, &job).unwrap()];
        let (needed, workgroups) = (needed_buckets(&names), needed_workgroups(&names));
        let mut buckets = Vec::new();
        for needed in &needed {
            let bucket = Bucket::named(needed.bucket.name.as_str()).await;
            bucket.encrypt(ServerSideEncryption::AwsKms, Some(&bucket.key_id), true).await;
            block(&bucket, true).await;
            put_policy(&bucket, "s3:*").await;
            kms().enable_key_rotation().key_id(&bucket.key_id).send().await.unwrap();
            buckets.push(bucket);
        }
        let bank = Self { org, needed, workgroups, buckets };
        bank.make_workgroup(bank.workgroup()).await;
        bank
    }

    /// A workgroup's configuration as it must be.
    fn workgroup(&self) -> WorkGroupConfiguration {
        let results = self.bucket("results");
        let encryption = EncryptionConfiguration::builder().encryption_option(EncryptionOption::SseKms);
        let encryption = encryption.kms_key(&results.key_id).build().unwrap();
        let to = ResultConfiguration::builder().output_location(results.at("")).encryption_configuration(encryption);
        let version = EngineVersion::builder().effective_engine_version("Athena engine version 3").build();
        WorkGroupConfiguration::builder()
            .enforce_work_group_configuration(true)
            .bytes_scanned_cutoff_per_query(1 << 40)
            .result_configuration(to.build())
            .engine_version(version)
            .build()
    }

    /// Makes the workgroup of the one level, in place of one that is there: moto changes none.
    async fn make_workgroup(&self, configuration: WorkGroupConfiguration) {
        let name = self.workgroups[0].name.as_str();
        athena(REGION).delete_work_group().work_group(name).send().await.unwrap();
        athena(REGION).create_work_group().name(name).configuration(configuration).send().await.unwrap();
    }

    /// One of its buckets.
    fn bucket(&self, layer: &str) -> &Bucket {
        self.buckets.iter().find(|bucket| bucket.name.contains(layer)).unwrap()
    }

    fn plain(&self, text: &str) -> String {
        text.replace(&self.org, "acme")
    }

    async fn faults(&self) -> Vec<String> {
        let faults = live_faults(&session(), &self.needed, &self.workgroups).await.unwrap();
        assert!(faults.iter().all(|fault| fault.hint.is_some()), "each says what to do");
        faults.iter().map(|fault| self.plain(&fault.message)).collect()
    }
}

async fn block(bucket: &Bucket, policies: bool) {
    let block = PublicAccessBlockConfiguration::builder();
    let block = block.block_public_acls(true).ignore_public_acls(true).restrict_public_buckets(true);
    let block = block.block_public_policy(policies).build();
    s3().put_public_access_block().bucket(&bucket.name).public_access_block_configuration(block).send().await.unwrap();
}

async fn put_policy(bucket: &Bucket, action: &str) {
    let name = &bucket.name;
    let policy = serde_json::json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Deny", "Principal": "*", "Action": action,
        "Resource": [format!("arn:aws:s3:::{name}"), format!("arn:aws:s3:::{name}/*")],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }]});
    s3().put_bucket_policy().bucket(name).policy(policy.to_string()).send().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phase_as_it_must_be_has_no_faults() {
    let bank = Bank::new().await;
    assert_eq!(bank.buckets.len(), 8, "four of the level, four without");
    assert_eq!(bank.faults().await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn every_fault_of_a_bucket_is_told() {
    let bank = Bank::new().await;
    let lake = bank.bucket("lake");
    s3().delete_public_access_block().bucket(&lake.name).send().await.unwrap();
    let public = "bucket acme-dev-lake-p0 has no public access block: a policy or an ACL can make it public";
    assert_eq!(bank.faults().await, [public]);
    block(lake, false).await;
    let public = "bucket acme-dev-lake-p0 can be made public: BlockPublicPolicy of its public access block is off";
    assert_eq!(bank.faults().await, [public]);
    block(lake, true).await;

    put_policy(lake, "s3:PutObject").await;
    let tls = "bucket acme-dev-lake-p0 denies only some requests without TLS: not every action";
    assert_eq!(bank.faults().await, [tls]);
    s3().delete_bucket_policy().bucket(&lake.name).send().await.unwrap();
    let tls = "bucket acme-dev-lake-p0 has no policy: requests without TLS are not denied";
    assert_eq!(bank.faults().await, [tls]);

    // All at once, with those of another bucket.
    lake.encrypt(ServerSideEncryption::Aes256, None, false).await;
    let audit = bank.bucket("audit");
    audit.encrypt(ServerSideEncryption::AwsKms, Some(&audit.key_id), false).await;
    assert_eq!(
        bank.faults().await,
        [
            "bucket acme-dev-audit has no S3 bucket key: every object would be a request to KMS",
            "bucket acme-dev-lake-p0 is not encrypted by SSE-KMS but by AES256",
            "bucket acme-dev-lake-p0 has no S3 bucket key: every object would be a request to KMS",
            tls,
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn buckets_that_are_not_there_and_those_of_others_are_told() {
    let bank = Bank::new().await;
    s3().delete_bucket().bucket(&bank.bucket("results").name).send().await.unwrap();
    let missing = "bucket acme-dev-results-p0 does not exist; it is for results of queries of level p0";
    assert_eq!(bank.faults().await, [missing]);

    let faults = live_faults(&session_of("999999999999", REGION), &bank.needed, &[]).await.unwrap();
    assert_eq!(faults.len(), 8);
    let told = bank.plain(&faults[0].message);
    assert_eq!(told, "bucket acme-dev-audit cannot be looked at: it is for who did what, and access to it is denied");
    let hint = faults[0].hint.as_ref().unwrap();
    assert!(hint.starts_with("if it belongs to another account than 999999999999"), "{hint}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_fault_of_a_key_is_told() {
    let bank = Bank::new().await;
    let lake = bank.bucket("lake");
    let key = &lake.key_id;
    kms().disable_key_rotation().key_id(key).send().await.unwrap();
    assert_eq!(bank.faults().await, ["key alias/acme-dev-lake-p0 is not rotated"]);
    kms().enable_key_rotation().key_id(key).send().await.unwrap();

    let open = serde_json::json!({"Version": "2012-10-17", "Statement": [
        {"Sid": "All", "Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "kms:*", "Resource": "*"},
    ]});
    kms().put_key_policy().key_id(key).policy_name("default").policy(open.to_string()).send().await.unwrap();
    let everybody =
        "key alias/acme-dev-lake-p0 may be used by everybody: statement \"All\" of its policy allows the principal *";
    assert_eq!(bank.faults().await, [everybody]);
    kms().disable_key().key_id(key).send().await.unwrap();
    assert_eq!(bank.faults().await, ["key alias/acme-dev-lake-p0 is disabled", everybody]);
    kms().schedule_key_deletion().key_id(key).pending_window_in_days(7).send().await.unwrap();
    assert_eq!(bank.faults().await, ["key alias/acme-dev-lake-p0 is scheduled for deletion", everybody]);
    kms().delete_alias().alias_name(format!("alias/{}", lake.name)).send().await.unwrap();
    assert_eq!(bank.faults().await, ["there is no key alias/acme-dev-lake-p0"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_fault_of_a_workgroup_is_told() {
    let bank = Bank::new().await;
    let right = bank.workgroup();
    let lake = bank.bucket("lake");
    let other_key = EncryptionConfiguration::builder().encryption_option(EncryptionOption::SseKms);
    let other_key = other_key.kms_key(&lake.key_id).build().unwrap();
    let to = right.result_configuration().unwrap().clone();
    let results = |output: String, encryption: Option<EncryptionConfiguration>| {
        let to =
            ResultConfiguration::builder().output_location(output).set_encryption_configuration(encryption).build();
        let mut configuration = right.clone();
        configuration.result_configuration = Some(to);
        configuration
    };
    let there = to.output_location().unwrap().to_owned();
    let no_limit = |mut configuration: WorkGroupConfiguration| {
        configuration.bytes_scanned_cutoff_per_query = None;
        configuration.enforce_work_group_configuration = Some(false);
        configuration
    };
    let w = "workgroup acme-dev-p0";
    for (configuration, told) in [
        (
            results(there.clone(), Some(other_key)),
            vec![format!("{w} encrypts results with another key than alias/acme-dev-results-p0: {}", lake.key_id)],
        ),
        (results(there, None), vec![format!("{w} does not encrypt results")]),
        (
            results(lake.at("results/"), None),
            vec![format!("{w} puts results into s3://acme-dev-lake-p0/results/, not into s3://acme-dev-results-p0/")],
        ),
        (
            no_limit(right.clone()),
            vec![
                format!("{w} does not enforce its configuration: a query can put its results elsewhere"),
                format!("{w} has no limit of what a query may scan"),
            ],
        ),
    ] {
        bank.make_workgroup(configuration).await;
        assert_eq!(bank.faults().await, told);
    }
    let name = bank.workgroups[0].name.as_str();
    athena(REGION).delete_work_group().work_group(name).send().await.unwrap();
    // The key of the results is gone, too: that is told once.
    let results = bank.bucket("results");
    kms().delete_alias().alias_name(format!("alias/{}", results.name)).send().await.unwrap();
    let none = format!("{w} does not exist; queries of level p0 run in it");
    assert_eq!(bank.faults().await, ["there is no key alias/acme-dev-results-p0", &none]);
    bank.make_workgroup(right).await;
    assert_eq!(bank.faults().await, ["there is no key alias/acme-dev-results-p0"]);

    let session = Faulty::start("GetWorkGroup", Fate::Refused(400, "AccessDeniedException")).session();
    let faults = live_faults(&session, &[], &bank.workgroups).await.unwrap();
    assert_eq!(bank.plain(&faults[0].message), format!("{w} cannot be looked at: access denied"));
    assert_eq!(faults[0].hint.as_deref(), Some("allow these credentials athena:GetWorkGroup"));
    let session = Faulty::start("GetWorkGroup", Fate::LostBefore).session();
    let error = live_faults(&session, &[], &bank.workgroups).await.unwrap_err();
    assert_eq!(error.kind(), LakeErrorKind::Unavailable, "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_not_be_looked_at_is_a_fault() {
    let bank = Bank::new().await;
    for (request, what, action) in [
        ("GetKeyRotationStatus", "the rotation of key alias/acme-dev-audit", "kms:GetKeyRotationStatus"),
        ("GetKeyPolicy", "the policy of key alias/acme-dev-audit", "kms:GetKeyPolicy"),
        ("DescribeKey", "key alias/acme-dev-audit", "kms:DescribeKey"),
    ] {
        let session = Faulty::start(request, Fate::Refused(400, "AccessDeniedException")).session();
        let faults = live_faults(&session, &bank.needed, &[]).await.unwrap();
        assert_eq!(faults.len(), 8, "{faults:?}");
        assert_eq!(bank.plain(&faults[0].message), format!("{what} cannot be looked at: access denied"));
        assert_eq!(faults[0].hint.as_deref(), Some(&*format!("allow these credentials {action}")));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_an_answer_nothing_is_said() {
    let bank = Bank::new().await;
    for request in ["GetKeyPolicy", "publicAccessBlock", "HEAD /"] {
        let session = Faulty::start(request, Fate::LostBefore).session();
        let error = live_faults(&session, &bank.needed, &[]).await.unwrap_err();
        assert_eq!(error.kind(), LakeErrorKind::Unavailable, "{request}: {error}");
    }
}
