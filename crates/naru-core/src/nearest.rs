//! The right word that lies nearest to a wrong one.

/// Words longer than this many bytes are no misspelling of ours; measuring them would only cost time.
const MAX_WORD_BYTES: usize = 80;

/// The candidate that a misspelt `word` most likely means, ignoring case; none if all are far.
///
/// Far is more than a third of the word's characters (at least one) to be inserted, deleted, replaced or swapped.
pub(crate) fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if word.is_empty() || word.len() > MAX_WORD_BYTES {
        return None;
    }
    let word = word.to_lowercase();
    let limit = (word.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&word, &candidate.to_lowercase()), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// `did you mean "x"?` where a candidate is near, otherwise the list of all.
pub(crate) fn did_you_mean(word: &str, what: &str, candidates: &[&str]) -> String {
    match nearest(word, candidates.iter().copied()) {
        Some(near) => format!("did you mean \"{near}\"?"),
        None => format!("{what} {}", candidates.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_misspellings_and_leaves_strangers_alone() {
        let words = ["source", "target", "type", "treatment"];
        assert_eq!(nearest("Traget", words), Some("target"));
        assert_eq!(nearest("tpe", words), Some("type"));
        assert_eq!(nearest("comment", words), None);
        assert_eq!(nearest(&"x".repeat(100_000), words), None);
    }
}
