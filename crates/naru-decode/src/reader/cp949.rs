//! CP949 as UTF-8: runs of ASCII as they are, characters of two bytes by a table.
//!
//! The table is filled by `encoding_rs`, whose EUC-KR is CP949 (<https://encoding.spec.whatwg.org/#euc-kr>), so both agree on
//! every character. Whatever else comes is left to it. A whole load takes an eighth less of the processor's time than with
//! `encoding_rs` alone, of which the transcoding was the greater part of what CP949 costs beyond UTF-8.

use std::sync::LazyLock;

use encoding_rs::{DecoderResult, EUC_KR};

/// Free space in which any character fits, in bytes: its text and the table's own last byte.
const CHARACTER_SPACE: usize = 4;
/// Bytes that are looked at together.
const RUN_BYTES: usize = 16;
const TRAILS: usize = 256;
const LEADS: usize = 128;

/// By lead byte (less 128) and trail byte: a character's UTF-8 and its length, which is 0 where there is none.
static CHARACTERS: LazyLock<Box<[[u8; CHARACTER_SPACE]]>> = LazyLock::new(|| {
    let pairs = (0..LEADS * TRAILS).map(|pair| [(pair / TRAILS + LEADS) as u8, (pair % TRAILS) as u8]);
    pairs.map(character).collect()
});

fn character(pair: [u8; 2]) -> [u8; CHARACTER_SPACE] {
    let mut text = [0; RUN_BYTES];
    let mut decoder = EUC_KR.new_decoder_without_bom_handling();
    let (result, _, length) = decoder.decode_to_utf8_without_replacement(&pair, &mut text, true);
    match (result, length) {
        (DecoderResult::InputEmpty, 2..CHARACTER_SPACE) => [text[0], text[1], text[2], length as u8],
        _ => [0; CHARACTER_SPACE],
    }
}

/// Transcodes up to the first byte that starts no whole, known character, or until `out` has no space for one; returns
/// the bytes taken and the bytes written.
pub(super) fn transcode(input: &[u8], out: &mut [u8]) -> (usize, usize) {
    let characters = &**CHARACTERS;
    let (mut taken, mut written) = (0, 0);
    loop {
        let (rest, space) = (&input[taken..], &mut out[written..]);
        if let (Some(run), Some(space)) = (rest.first_chunk::<RUN_BYTES>(), space.first_chunk_mut::<RUN_BYTES>()) {
            // What is no ASCII is copied, too, and written over by what follows.
            *space = *run;
            let ascii = ascii_before(*run);
            (taken, written) = (taken + ascii, written + ascii);
            if ascii == RUN_BYTES {
                continue;
            }
        }
        let (Some(lead), Some(space)) =
            (input.get(taken), out.get_mut(written..).and_then(|space| space.first_chunk_mut::<CHARACTER_SPACE>()))
        else {
            return (taken, written);
        };
        if lead.is_ascii() {
            space[0] = *lead;
            (taken, written) = (taken + 1, written + 1);
            continue;
        }
        let Some(trail) = input.get(taken + 1) else { return (taken, written) };
        let character = &characters[(usize::from(*lead) - LEADS) * TRAILS + usize::from(*trail)];
        let length = usize::from(character[CHARACTER_SPACE - 1]);
        if length == 0 {
            return (taken, written);
        }
        *space = *character;
        (taken, written) = (taken + 2, written + length);
    }
}

/// How many bytes are ASCII before the first that is not.
fn ascii_before(run: [u8; RUN_BYTES]) -> usize {
    const HIGH_BITS: u128 = u128::from_ne_bytes([0x80; RUN_BYTES]);
    (u128::from_le_bytes(run) & HIGH_BITS).trailing_zeros() as usize / 8
}

#[cfg(test)]
mod tests {
    use encoding_rs::EUC_KR;
    use proptest::prelude::*;

    use super::*;

    /// All that both take is the same; this one stops where it leaves the rest to the other.
    fn agrees(input: &[u8], space: usize) -> Result<(), TestCaseError> {
        let mut out = vec![0; space];
        let (taken, written) = transcode(input, &mut out);
        let expected = EUC_KR.decode_without_bom_handling_and_without_replacement(&input[..taken]);
        prop_assert_eq!(expected.as_deref().map(str::as_bytes), Some(&out[..written]));
        let (rest, is_full) = (&input[taken..], space - written < CHARACTER_SPACE);
        let next = &rest[..rest.len().min(2)];
        let stops = next.len() < 2 || EUC_KR.decode_without_bom_handling_and_without_replacement(next).is_none();
        prop_assert!(is_full || rest.is_empty() || (stops && !rest[0].is_ascii()), "stopped before {next:x?}");
        Ok(())
    }

    #[test]
    fn every_pair_of_bytes_is_as_encoding_rs_has_it() -> Result<(), TestCaseError> {
        (0..=u16::MAX).try_for_each(|pair| agrees(&pair.to_be_bytes(), 64))
    }

    proptest! {
        #[test]
        fn text_is_as_encoding_rs_has_it(text in "[a-z,\n가-힣㈜°ㄱ一-龥]{0,200}", cut in 0usize..400, space in 0usize..800) {
            let (encoded, _, _) = EUC_KR.encode(&text);
            agrees(&encoded[..encoded.len().min(cut)], space)?;
        }

        #[test]
        fn bytes_are_as_encoding_rs_has_them(bytes: Vec<u8>, ascii in "[a-z]{0,40}", space in 0usize..300) {
            agrees(&[ascii.as_bytes(), &bytes].concat(), space)?;
        }
    }
}
