//! `hash`: HMAC-SHA-256 (RFC 2104, FIPS 198-1) as 64 lower-case hexadecimal digits.

use hmac::digest::generic_array::GenericArray;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::key::HashKey;

/// Block size of SHA-256, to which HMAC pads its key with zeros.
const BLOCK_BYTES: usize = 64;

/// Hashes texts under one key.
pub(crate) struct Hasher {
    /// With the key taken in, which is half of the work for a short text.
    keyed: Hmac<Sha256>,
}

impl Hasher {
    pub(crate) fn new(key: &HashKey) -> Self {
        let mut padded = Zeroizing::new([0u8; BLOCK_BYTES]);
        padded[..key.len()].copy_from_slice(key);
        Self { keyed: <Hmac<Sha256> as hmac::digest::KeyInit>::new(GenericArray::from_slice(&*padded)) }
    }

    pub(crate) fn hash_into(&self, text: &[u8], out: &mut Vec<u8>) {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let digest = self.keyed.clone().chain_update(text).finalize().into_bytes();
        let mut shown = [0; 64];
        for (pair, byte) in shown.as_chunks_mut::<2>().0.iter_mut().zip(digest) {
            *pair = [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 0xf)]];
        }
        out.extend_from_slice(&shown);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(key: &[u8], text: &[u8]) -> String {
        let mut padded = [0; 32];
        padded[..key.len()].copy_from_slice(key);
        let mut out = Vec::new();
        Hasher::new(&padded).hash_into(text, &mut out);
        String::from_utf8_lossy(&out).into_owned()
    }

    /// RFC 4231, the cases whose keys a hash key can hold (HMAC pads with zeros, too).
    #[test]
    fn known_answers() {
        let cases: [(&[u8], Vec<u8>, &str); 4] = [
            (&[0x0b; 20], b"Hi There".to_vec(), "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
            (
                b"Jefe",
                b"what do ya want for nothing?".to_vec(),
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            ),
            (&[0xaa; 20], vec![0xdd; 50], "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
            (
                &std::array::from_fn::<u8, 25, _>(|n| n as u8 + 1),
                vec![0xcd; 50],
                "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b",
            ),
        ];
        for (key, text, expected) in cases {
            assert_eq!(hash(key, &text), expected);
        }
    }
}
