//! Behaviour of naru-core through its public interface.

#![expect(clippy::unwrap_used, reason = "tests")]

mod definition;
