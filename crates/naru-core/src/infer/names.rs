//! Target names: what a source's title becomes in the table.

use std::collections::HashSet;

use crate::definition::{MAX_NAME_BYTES, is_reserved, suggest_name};
use crate::table_spec::LOAD_INTERVAL;

use super::doubt::{Doubt, Topic};

/// Longer titles are sentences: their letters would make no name.
const MAX_SYLLABLES: usize = 12;

/// A name for each title, in their order; a title in Korean goes letter by letter, any other that cannot be a name
/// becomes `column_3`.
pub(super) fn targets(titles: &[String], doubts: &mut Vec<Doubt>) -> Vec<String> {
    let mut taken = HashSet::new();
    titles.iter().enumerate().map(|(index, title)| target(index, title, &mut taken, doubts)).collect()
}

fn target(index: usize, title: &str, taken: &mut HashSet<String>, doubts: &mut Vec<Doubt>) -> String {
    let romanized = if title.is_ascii() { None } else { romanize(title) };
    let plain = romanized.as_deref().unwrap_or(title);
    // A digit first: a letter before it.
    let name = suggest_name(plain).or_else(|| plain.is_ascii().then(|| suggest_name(&format!("c_{plain}"))).flatten());
    match (&name, &romanized) {
        (Some(_), Some(_)) => {
            let message = "the title's letters stand for a name, and its text in the description: write a better name";
            doubts.push(Doubt::of_column(Topic::Name, index, message));
        }
        (None, _) if !title.is_empty() => {
            let message = "no name can be made of its title: write one";
            doubts.push(Doubt::of_column(Topic::Name, index, message));
        }
        _ => {}
    }
    let mut name = name.filter(|name| name != "c").unwrap_or_else(|| format!("column_{}", index + 1));
    if is_reserved(&name) || name == LOAD_INTERVAL {
        name.push_str("_value");
    }
    // Room for what makes it unique.
    name.truncate(MAX_NAME_BYTES - 20);
    let mut unique = name.clone();
    let mut number = 2;
    while !taken.insert(unique.clone()) {
        unique = format!("{name}_{number}");
        number += 1;
    }
    unique
}

/// Hangul in Latin letters, syllable by syllable, by the letters' table of the Revised Romanization (Ministry of Culture
/// and Tourism, 2000-8), without the changes of sound between syllables; none for other scripts or long texts.
fn romanize(title: &str) -> Option<String> {
    const INITIALS: [&str; 19] =
        ["g", "kk", "n", "d", "tt", "r", "m", "b", "pp", "s", "ss", "", "j", "jj", "ch", "k", "t", "p", "h"];
    const VOWELS: [&str; 21] = [
        "a", "ae", "ya", "yae", "eo", "e", "yeo", "ye", "o", "wa", "wae", "oe", "yo", "u", "wo", "we", "wi", "yu",
        "eu", "ui", "i",
    ];
    const FINALS: [&str; 28] = [
        "", "k", "k", "k", "n", "n", "n", "t", "l", "k", "m", "l", "l", "l", "p", "l", "m", "p", "p", "t", "t", "ng",
        "t", "t", "k", "t", "p", "t",
    ];
    let mut out = String::new();
    let mut syllables = 0;
    for c in title.trim().chars() {
        // Syllables are ordered by initial, vowel and final (Unicode, section 3.12).
        let Some(at) = u32::from(c).checked_sub(0xAC00).filter(|at| *at < 19 * 588) else {
            if !c.is_ascii() {
                return None;
            }
            out.push(c);
            continue;
        };
        syllables += 1;
        let at = at as usize;
        out.push_str(INITIALS.get(at / 588)?);
        out.push_str(VOWELS.get(at % 588 / 28)?);
        out.push_str(FINALS.get(at % 28)?);
    }
    (1..=MAX_SYLLABLES).contains(&syllables).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_become_names() {
        let cases = [
            ("ACNT_NO", "acnt_no"),
            ("accountNo", "account_no"),
            ("Open Date (KST)", "open_date_kst"),
            ("order", "order_value"),
            ("load_interval", "load_interval_value"),
            ("2026 sales", "c_2026_sales"),
            ("지점코드", "jijeomkodeu"),
            ("잔액(원)", "janaek_won"),
            ("名前", "column_9"),
            ("", "column_10"),
            ("%", "column_11"),
            ("acnt no", "acnt_no_2"),
            ("Acnt-No", "acnt_no_3"),
        ];
        let titles: Vec<String> = cases.iter().map(|(title, _)| (*title).into()).collect();
        let mut doubts = Vec::new();
        let names = targets(&titles, &mut doubts);
        assert_eq!(names, cases.map(|(_, name)| name));
        assert_eq!(doubts.iter().filter_map(|doubt| doubt.column).collect::<Vec<_>>(), [7, 8, 9]);
    }

    #[test]
    fn long_titles_are_cut() {
        let mut doubts = Vec::new();
        let names = targets(&["Ab".repeat(300), "Ab".repeat(300), "가".repeat(40)], &mut doubts);
        assert!(names.iter().all(|name| name.len() <= MAX_NAME_BYTES), "{names:?}");
        assert_eq!(names[2], "column_3");
    }
}
