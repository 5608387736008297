//! Damage to a source's bytes.

use proptest::prelude::*;
use proptest::sample::{Index, select};

const BYTES: &[&[u8]] = &[
    b"\"",
    b"'",
    b",",
    b"\n",
    b"\r",
    b"\r\n",
    b"\\",
    b"\0",
    b" ",
    b"\t",
    b"\xFF",
    b"\xFE",
    b"\xEA\xB0",
    b"\x80",
    b"\xC0\x80",
    b"\xED\xA0\x80",
    b"\xF4\x90\x80\x80",
    b"\xD8\x00",
    b"\x00\xDC",
    b"\x81",
    b"\xA1\xFF",
    b"\"\"",
    b"\"\r",
    b"\\\n",
    b"0",
    b"\n\n",
    b"x",
    b"\n\0",
    b"\"\0",
];

/// One change.
#[derive(Debug, Clone)]
pub(crate) enum Damage {
    Overwrite(Index, u8),
    Insert(Index, &'static [u8]),
    Remove(Index, usize),
    CutOff(Index),
}

/// Often none.
pub(crate) fn damages() -> impl Strategy<Value = Vec<Damage>> {
    let damage = prop_oneof![
        2 => (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Damage::Overwrite(at, byte)),
        6 => (any::<Index>(), select(BYTES)).prop_map(|(at, bytes)| Damage::Insert(at, bytes)),
        2 => (any::<Index>(), 1..4usize).prop_map(|(at, length)| Damage::Remove(at, length)),
        1 => any::<Index>().prop_map(Damage::CutOff),
    ];
    prop_oneof![Just(Vec::new()), prop::collection::vec(damage, 1..4)]
}

impl Damage {
    pub(crate) fn apply(&self, bytes: &mut Vec<u8>) {
        let places = bytes.len() + 1;
        match self {
            Self::Overwrite(at, byte) => {
                let at = at.index(places);
                bytes.splice(at..bytes.len().min(at + 1), [*byte]);
            }
            Self::Insert(at, inserted) => {
                let at = at.index(places);
                bytes.splice(at..at, inserted.iter().copied());
            }
            Self::Remove(at, length) => {
                let at = at.index(places);
                bytes.drain(at..bytes.len().min(at + length));
            }
            Self::CutOff(at) => bytes.truncate(at.index(places)),
        }
    }
}
