//! Hexadecimal and base64.

use naru_decode::Reason;

/// Two digits a byte, any case.
pub(crate) fn hex(text: &str) -> Result<Vec<u8>, Reason> {
    let digits: Option<Vec<u32>> = text.chars().map(|character| character.to_digit(16)).collect();
    let digits = digits.filter(|digits| digits.len() % 2 == 0).ok_or(Reason::NotHex)?;
    Ok(digits.chunks(2).map(|pair| (pair[0] * 16 + pair[1]) as u8).collect())
}

/// The standard alphabet, padded, spare bits zero (RFC 4648 §4 and §3.5).
pub(crate) fn base64(text: &str) -> Result<Vec<u8>, Reason> {
    const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let data = text.trim_end_matches('=');
    let padding = text.len() - data.len();
    if !text.len().is_multiple_of(4) || padding > 2 {
        return Err(Reason::NotBase64);
    }
    let mut bits = Vec::new();
    for character in data.chars() {
        let value = ALPHABET.find(character).ok_or(Reason::NotBase64)?;
        bits.extend((0..6).rev().map(|bit| (value >> bit) & 1));
    }
    let (whole, spare) = bits.split_at(bits.len() / 8 * 8);
    if spare.contains(&1) {
        return Err(Reason::NotBase64);
    }
    Ok(whole.chunks(8).map(|bits| bits.iter().fold(0, |byte, bit| byte * 2 + *bit as u8)).collect())
}
