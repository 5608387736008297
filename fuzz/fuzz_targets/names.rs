//! Any text is a job's name that prints back as it was, or an error.
#![no_main]

use libfuzzer_sys::fuzz_target;
use naru_core::JobName;

fuzz_target!(|text: &str| {
    if let Ok(name) = JobName::parse(text) {
        assert_eq!(JobName::parse(&name.to_string()), Ok(name));
    }
});
