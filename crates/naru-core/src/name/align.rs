//! Which segment was meant to be what, when a name has too few or too many of them.

use super::{Cadence, Engine, Level, Mode, SegmentKind};
use crate::Phase;

const KINDS: usize = SegmentKind::ALL.len();

/// For each segment, what it was probably meant to be; `None` for one too many.
///
/// The alignment that keeps both orders and fits best: the usual dynamic programme over segments and kinds. A name of
/// fewer than seven segments leaves no segment over where that can be avoided.
pub(super) fn align(segments: &[&str]) -> Vec<Option<SegmentKind>> {
    // best[i][k]: the best score of segments i.. against kinds k..
    let mut best = vec![[0_i32; KINDS + 1]; segments.len() + 1];
    for i in (0..segments.len()).rev() {
        best[i][KINDS] = best[i + 1][KINDS] + SURPLUS;
        for k in (0..KINDS).rev() {
            let fits = best[i + 1][k + 1] + fit(segments[i], SegmentKind::ALL[k]);
            best[i][k] = fits.max(best[i][k + 1]).max(best[i + 1][k] + SURPLUS);
        }
    }
    let mut kinds = vec![None; segments.len()];
    let (mut i, mut k) = (0, 0);
    while i < segments.len() && k < KINDS {
        if best[i][k] == best[i + 1][k + 1] + fit(segments[i], SegmentKind::ALL[k]) {
            kinds[i] = Some(SegmentKind::ALL[k]);
            (i, k) = (i + 1, k + 1);
        } else if best[i][k] == best[i][k + 1] {
            k += 1;
        } else {
            i += 1;
        }
    }
    kinds
}

/// What a segment that is left over costs: more than a bad fit, so that it happens only when there are too many.
const SURPLUS: i32 = -4;

/// How well a segment fits a kind.
fn fit(segment: &str, kind: SegmentKind) -> i32 {
    let vocabularies = [
        (SegmentKind::Level, Level::VOCABULARY),
        (SegmentKind::Mode, Mode::VOCABULARY),
        (SegmentKind::Engine, Engine::VOCABULARY),
        (SegmentKind::Cadence, Cadence::VOCABULARY),
    ];
    let is_word = |v: &super::vocabulary::Vocabulary| v.words.iter().any(|(word, _)| *word == segment);
    match vocabularies.iter().find(|(closed, _)| *closed == kind) {
        Some((_, vocabulary)) if is_word(vocabulary) => 6,
        Some((_, vocabulary)) if vocabulary.later.iter().any(|(word, _)| *word == segment) => 4,
        Some((_, vocabulary)) if vocabulary.meant(segment).is_some() => 3,
        Some(_) => -3,
        None if vocabularies.iter().any(|(_, vocabulary)| is_word(vocabulary)) => -1,
        None if segment.is_empty() => -3,
        None if segment.parse::<Phase>().is_ok() => 1,
        None => 2,
    }
}
