//! A session with AWS: one runtime, one credential chain, one client for each service, one account.

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use naru_lake::{LakeError, LakeErrorKind};

use crate::failure::Failure;
use crate::runtime::Runtime;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// From a request's start to the first byte of its answer.
const READ_TIMEOUT: Duration = Duration::from_secs(60);

/// The id of an AWS account: twelve digits. It must own every bucket, and its catalog is the one that is used, so that
/// credentials of another account reach nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AwsAccount(String);

impl AwsAccount {
    /// # Errors
    /// `InvalidInput` if it is not twelve digits.
    pub fn new(id: impl Into<String>) -> Result<Self, LakeError> {
        let id = id.into();
        if id.len() == 12 && id.bytes().all(|byte| byte.is_ascii_digit()) {
            return Ok(Self(id));
        }
        Err(LakeError::new(LakeErrorKind::InvalidInput, "an AWS account's id has twelve digits").with("account", id))
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A session with AWS. Cheap to clone.
#[derive(Clone)]
pub struct AwsSession {
    inner: Arc<Inner>,
}

struct Inner {
    runtime: Runtime,
    account: AwsAccount,
    region: String,
    athena: aws_sdk_athena::Client,
    s3: aws_sdk_s3::Client,
    glue: aws_sdk_glue::Client,
    kms: aws_sdk_kms::Client,
}

impl AwsSession {
    /// A session by the SDK's usual chain: environment, profile, web identity, container, instance. So with the region
    /// where none is given, the endpoint (`AWS_ENDPOINT_URL`), and how often a request is tried (`AWS_MAX_ATTEMPTS`;
    /// three times with jitter by default, by the standard retry mode, which slows down when AWS asks for it).
    ///
    /// # Errors
    /// `InvalidInput` without a region; `Other` if threads cannot be started.
    pub fn connect(account: AwsAccount, region: Option<&str>) -> Result<Self, LakeError> {
        let region = region.map(|region| Region::new(region.to_owned()));
        Self::start(account, async {
            let mut loader = aws_config::defaults(BehaviorVersion::v2026_01_12());
            if let Some(region) = region {
                loader = loader.region(region);
            }
            loader.http_client(https()).timeout_config(timeouts()).load().await
        })
    }

    /// A session with a given configuration, in place of the chain.
    ///
    /// # Errors
    /// As [`Self::connect`].
    pub fn with_config(account: AwsAccount, config: SdkConfig) -> Result<Self, LakeError> {
        let config = config.into_builder().http_client(https()).timeout_config(timeouts()).build();
        Self::start(account, async { config })
    }

    fn start(account: AwsAccount, config: impl Future<Output = SdkConfig> + Send + 'static) -> Result<Self, LakeError> {
        let failed =
            |error| LakeError::new(LakeErrorKind::Other, "cannot start threads for AWS requests").because(error);
        let runtime = Runtime::start().map_err(failed)?;
        let config = runtime.start_task(config).map_err(failed)?.recv();
        let config = config.map_err(|e| LakeError::new(LakeErrorKind::Other, "cannot configure AWS").because(e))?;
        let Some(region) = config.region().map(ToString::to_string) else {
            let message = "no AWS region is configured; set AWS_REGION, or the profile's region";
            return Err(LakeError::new(LakeErrorKind::InvalidInput, message));
        };
        let inner = Inner {
            athena: aws_sdk_athena::Client::new(&config),
            s3: aws_sdk_s3::Client::new(&config),
            glue: aws_sdk_glue::Client::new(&config),
            kms: aws_sdk_kms::Client::new(&config),
            runtime,
            account,
            region,
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// The account.
    pub fn account(&self) -> &AwsAccount {
        &self.inner.account
    }

    pub(crate) fn owner(&self) -> &str {
        self.inner.account.as_str()
    }

    pub(crate) fn runtime(&self) -> &Runtime {
        &self.inner.runtime
    }

    pub(crate) fn athena(&self) -> &aws_sdk_athena::Client {
        &self.inner.athena
    }

    pub(crate) fn s3(&self) -> &aws_sdk_s3::Client {
        &self.inner.s3
    }

    pub(crate) fn glue(&self) -> &aws_sdk_glue::Client {
        &self.inner.glue
    }

    pub(crate) fn kms(&self) -> &aws_sdk_kms::Client {
        &self.inner.kms
    }

    /// The region, as `ap-northeast-2`.
    pub fn region(&self) -> &str {
        &self.inner.region
    }

    /// Runs a request on the session's runtime, and blocks until it is answered.
    pub(crate) fn wait<T: Send + 'static>(
        &self,
        request: impl Future<Output = Result<T, Failure>> + Send + 'static,
    ) -> Result<T, Failure> {
        let answer = self.inner.runtime.start_task(request)?.recv();
        answer.map_err(std::io::Error::other)?
    }

    /// Runs a request on the session's runtime, whatever executor polls this.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        request: impl Future<Output = Result<T, Failure>> + Send + 'static,
    ) -> Result<T, Failure> {
        self.inner.runtime.run(request).await?
    }
}

impl fmt::Debug for AwsSession {
    /// Without the clients, whose configuration is long, and is about credentials.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AwsSession").field("account", &self.inner.account).finish_non_exhaustive()
    }
}

fn https() -> aws_sdk_s3::config::SharedHttpClient {
    aws_smithy_http_client::Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https()
}

fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder().connect_timeout(CONNECT_TIMEOUT).read_timeout(READ_TIMEOUT).build()
}
