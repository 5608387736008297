//! Sessions in which requests of one kind go wrong.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use naru_aws::{AwsAccount, AwsSession};

use crate::moto::{ACCOUNT, REGION, config};
pub(crate) use crate::proxy::Fate;
use crate::proxy::Proxy;

pub(crate) struct Faulty {
    proxy: Proxy,
    seen: Arc<AtomicUsize>,
}

impl Faulty {
    /// Requests of a kind are those that hold this text in their heads.
    pub(crate) fn start(kind: &'static str, fate: Fate) -> Self {
        let seen = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&seen);
        let proxy = Proxy::start(move |_, head| {
            if !head.contains(kind) {
                return Fate::Done;
            }
            counter.fetch_add(1, Ordering::SeqCst);
            fate
        });
        Self { proxy, seen }
    }

    pub(crate) fn session(&self) -> AwsSession {
        self.session_in(REGION)
    }

    pub(crate) fn session_in(&self, region: &str) -> AwsSession {
        AwsSession::with_config(AwsAccount::new(ACCOUNT).unwrap(), config(region, self.proxy.endpoint())).unwrap()
    }

    /// Where the proxy answers.
    pub(crate) fn address(&self) -> &str {
        self.proxy.endpoint()
    }

    /// Requests of the kind so far.
    pub(crate) fn seen(&self) -> usize {
        self.seen.load(Ordering::SeqCst)
    }
}
