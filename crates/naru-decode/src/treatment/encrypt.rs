//! `encrypt`: AES-256-SIV (RFC 5297, AEAD_AES_SIV_CMAC_512 without associated data): the 16 bytes of the synthetic IV, then
//! the ciphertext, in padded standard base64 (RFC 4648 §4).

use aes_siv::KeyInit;
use aes_siv::aead::generic_array::GenericArray;
use aes_siv::siv::Aes256Siv;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::NotTreated;
use super::key::EncryptionKey;

/// Bytes of the synthetic IV, which stands first.
const IV_BYTES: usize = 16;

/// No associated data: equal values are equal in every column and table.
const HEADERS: [&[u8]; 0] = [];

/// Encrypts texts under one key.
pub(crate) struct Encryptor {
    siv: Aes256Siv,
    /// IV and ciphertext of the last text.
    sealed: Vec<u8>,
}

impl Encryptor {
    pub(crate) fn new(key: &EncryptionKey) -> Self {
        Self { siv: Aes256Siv::new(GenericArray::from_slice(key)), sealed: Vec::new() }
    }

    /// Appends a text's ciphertext; on an error `out` is as before.
    pub(crate) fn encrypt_into(&mut self, text: &[u8], out: &mut Vec<u8>) -> Result<(), NotTreated> {
        self.sealed.clear();
        self.sealed.extend_from_slice(&[0; IV_BYTES]);
        self.sealed.extend_from_slice(text);
        let (iv, body) = self.sealed.split_at_mut(IV_BYTES);
        let tag = self.siv.encrypt_in_place_detached(HEADERS, body).map_err(|_| NotTreated)?;
        iv.copy_from_slice(&tag);
        let start = out.len();
        let length = base64::encoded_len(self.sealed.len(), true).ok_or(NotTreated)?;
        out.resize(start + length, 0);
        let written = STANDARD.encode_slice(&self.sealed, &mut out[start..]);
        if written != Ok(length) {
            out.truncate(start);
            return Err(NotTreated);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use aes_siv::siv::Aes128Siv;

    use super::*;

    fn bytes(hex: &str) -> Vec<u8> {
        (0..hex.len()).step_by(2).map(|n| u8::from_str_radix(&hex[n..n + 2], 16).unwrap()).collect()
    }

    /// RFC 5297, appendix A.1: the cipher under a key of half the length, and with associated data.
    #[test]
    fn the_cipher_is_the_one_of_the_rfc() {
        let key = bytes("fffefdfcfbfaf9f8f7f6f5f4f3f2f1f0f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff");
        let mut siv = Aes128Siv::new(GenericArray::from_slice(&key));
        let headers = [bytes("101112131415161718191a1b1c1d1e1f2021222324252627")];
        let sealed = siv.encrypt(headers, &bytes("112233445566778899aabbccddee")).unwrap();
        assert_eq!(sealed, bytes("85632d07c6e8f37f950acd320a2ecc9340c02b9690c4dc04daef7f6afe5c"));
    }

    #[test]
    fn what_is_encrypted_can_be_decrypted_and_is_appended() {
        let key = std::array::from_fn(|n| n as u8);
        let mut encryptor = Encryptor::new(&key);
        for text in ["", "7", "fifteen bytes..", "sixteen bytes...", "김하나, 900101-1234567"] {
            let mut out = b"before".to_vec();
            encryptor.encrypt_into(text.as_bytes(), &mut out).unwrap();
            let sealed = STANDARD.decode(out.strip_prefix(b"before").unwrap()).unwrap();
            let clear = Aes256Siv::new(GenericArray::from_slice(&key)).decrypt(HEADERS, &sealed).unwrap();
            assert_eq!(clear, text.as_bytes());
        }
    }
}
