//! Numbers that look random and are the same every time: the demo's.

#[path = "../../crates/naru/src/demo/random.rs"]
mod numbers;

pub(crate) use numbers::Random;

impl Random {
    /// Whether something happens that has this many chances in a hundred.
    pub(crate) fn percent(&mut self, chances: u64) -> bool {
        self.below(100) < chances
    }
}
