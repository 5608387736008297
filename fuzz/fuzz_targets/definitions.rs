//! Any bytes are a definition or faults.
#![no_main]

use libfuzzer_sys::fuzz_target;
use naru_core::definition::TableDefinition;

fuzz_target!(|bytes: &[u8]| {
    match TableDefinition::parse(bytes, "fuzz.csv") {
        Ok(definition) => assert!(!definition.columns().is_empty()),
        Err(faults) => assert!(!faults.is_empty()),
    }
});
