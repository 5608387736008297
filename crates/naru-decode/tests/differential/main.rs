//! The kernel and the plain decoder beside it agree on every input, cell for cell and reject for reject.
//!
//! `PROPTEST_RNG_SEED=1 PROPTEST_CASES=200000 cargo test --release -p naru-decode --test differential` looks elsewhere, and
//! longer.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod generate;
mod kernel;
#[path = "../reference/mod.rs"]
mod reference;

use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use generate::Case;

/// Block sizes in bytes: a few fields, a record or so, a page, and all at once.
const BLOCK_BYTES: [usize; 4] = [16, 64, 4 << 10, 4 << 20];

/// The same cases every time, so that what a change breaks is told from what nobody has met before.
fn config() -> ProptestConfig {
    let default = ProptestConfig::default();
    let rng_seed = match default.rng_seed {
        RngSeed::Random => RngSeed::Fixed(20_261_122),
        chosen => chosen,
    };
    ProptestConfig { rng_seed, max_shrink_iters: 20_000, ..default }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn the_kernel_reads_what_the_reference_reads(case in generate::case()) {
        let Case { dialect, columns, bytes } = &case;
        let expected = reference::read(dialect, columns, bytes);
        for block_bytes in BLOCK_BYTES {
            let found = kernel::read(dialect, columns, bytes, block_bytes);
            if let Some(difference) = kernel::difference(&expected, &found) {
                prop_assert!(false, "blocks of {block_bytes} bytes: {difference}\nsource: {:?}", bytes.escape_ascii().to_string());
            }
        }
    }
}
