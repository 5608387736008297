//! Binary values: hexadecimal or base64.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::{KernelError, Reason};

#[derive(Debug, Clone, Copy)]
pub(crate) enum BinaryText {
    /// Two digits a byte, any case.
    Hex,
    /// The standard alphabet, padded (RFC 4648 §4).
    Base64,
}

impl BinaryText {
    pub(crate) fn new(column: &str, format: Option<&str>) -> Result<Self, KernelError> {
        match format {
            None | Some("hex") => Ok(Self::Hex),
            Some("base64") => Ok(Self::Base64),
            Some(_) => Err(KernelError::BinaryFormat { column: column.into() }),
        }
    }

    /// Appends the bytes that the text means; on an error `out` is as before.
    pub(crate) fn parse_into(self, text: &[u8], out: &mut Vec<u8>) -> Result<(), Reason> {
        let before = out.len();
        let result = match self {
            Self::Hex => parse_hex(text, out).ok_or(Reason::NotHex),
            Self::Base64 => parse_base64(text, out).ok_or(Reason::NotBase64),
        };
        if result.is_err() {
            out.truncate(before);
        }
        result
    }
}

fn parse_hex(text: &[u8], out: &mut Vec<u8>) -> Option<()> {
    let (pairs, rest) = text.as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    let digit = |byte: u8| char::from(byte).to_digit(16).map(|digit| digit as u8);
    for [high, low] in pairs {
        out.push(digit(*high)? << 4 | digit(*low)?);
    }
    Some(())
}

fn parse_base64(text: &[u8], out: &mut Vec<u8>) -> Option<()> {
    let start = out.len();
    out.resize(start + base64::decoded_len_estimate(text.len()), 0);
    let count = STANDARD.decode_slice(text, out.get_mut(start..)?).ok()?;
    out.truncate(start + count);
    Some(())
}
