//! Formats of dates and times: those that all values of a column fit.

use crate::time_format::{TimeFormat, TimeItem};

use super::time_text::{self, Moment};

/// Dates, the usual first. Definitions have no two-digit years and no days or months of one digit.
const DATES: [&str; 16] = [
    "%Y-%m-%d",
    "%Y%m%d",
    "%Y/%m/%d",
    "%Y.%m.%d",
    "%Y. %m. %d.",
    "%Y. %m. %d",
    "%Y년 %m월 %d일",
    "%Y년%m월%d일",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d-%m-%Y",
    "%m-%d-%Y",
    "%d.%m.%Y",
    "%m.%d.%Y",
    "%d-%b-%Y",
    "%d %b %Y",
];

/// Times of day that follow a date of any form.
const TIMES: [&str; 10] = [
    " %H:%M:%S",
    "T%H:%M:%S",
    " %H:%M:%S.%f",
    "T%H:%M:%S.%f",
    " %H:%M",
    "T%H:%M",
    " %I:%M:%S %p",
    " %I:%M %p",
    " %H:%M:%S%z",
    " %H:%M:%S %z",
];

/// Times of day that follow a date of eight digits.
const COMPACT_TIMES: [&str; 6] = ["%H%M%S", "%H%M", "%H%M%S%3f", "%H%M%S%6f", " %H%M%S", "T%H%M%S"];

/// Texts of other lengths are no date or time.
const LENGTHS: std::ops::RangeInclusive<usize> = 8..=40;

/// Of so many values so many may miss a form that is still told: one in twenty, and one more.
pub(super) fn most_misses(values: u64) -> u64 {
    values / 20 + 1
}

/// How texts are read.
#[derive(Debug, Clone)]
enum Pattern {
    /// A timestamp without a format.
    Iso,
    Format(TimeFormat),
}

/// A format that all values of a column fit so far.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    pattern: Pattern,
    /// Days since the first day of the year 1.
    pub(super) first_day: i32,
    pub(super) last_day: i32,
    /// Least and greatest year but for 9999, the common "for ever"; none: no other was seen.
    years: Option<(i32, i32)>,
    pub(super) with_offset: u64,
    pub(super) without_offset: u64,
    /// Values that do not fit.
    misses: u64,
}

/// The formats that a column's values fit.
#[derive(Debug, Clone, Default)]
pub(super) struct TimeProfile {
    values: u64,
    /// With few misses, so that those that nearly all values fit can be told.
    candidates: Vec<Candidate>,
    /// Values of the form of a date that no format reads: years of two digits, days of one.
    pub(super) unreadable: u64,
}

impl TimeProfile {
    pub(super) fn add(&mut self, text: &str) {
        self.values += 1;
        self.unreadable += u64::from(is_unreadable(text));
        if self.values == 1 && LENGTHS.contains(&text.len()) && text.bytes().any(|byte| byte.is_ascii_digit()) {
            self.candidates = patterns().filter_map(|pattern| Candidate::new(pattern, text)).collect();
        } else {
            let most = most_misses(self.values);
            self.candidates.retain_mut(|candidate| candidate.add(text) <= most);
        }
    }

    /// The formats that all values fit, the usual first.
    pub(super) fn live(&self) -> Vec<&Candidate> {
        self.candidates.iter().filter(|candidate| candidate.misses == 0).collect()
    }

    /// How many values do not fit the format that nearly all fit, where none fits all.
    pub(super) fn misses(&self) -> Option<u64> {
        let least = self.candidates.iter().map(|candidate| candidate.misses).min();
        least.filter(|misses| *misses > 0 && misses * 2 < self.values)
    }
}

impl Candidate {
    fn new(pattern: Pattern, text: &str) -> Option<Self> {
        let moment = pattern.read(text)?;
        let (first_day, last_day) = (moment.day, moment.day);
        let mut candidate =
            Self { pattern, first_day, last_day, years: None, with_offset: 0, without_offset: 0, misses: 0 };
        candidate.note(moment);
        Some(candidate)
    }

    /// Looks at a value; the misses so far.
    fn add(&mut self, text: &str) -> u64 {
        match self.pattern.read(text) {
            Some(moment) => self.note(moment),
            None => self.misses += 1,
        }
        self.misses
    }

    fn note(&mut self, moment: Moment) {
        self.first_day = self.first_day.min(moment.day);
        self.last_day = self.last_day.max(moment.day);
        if moment.year != 9999 {
            let (least, greatest) = self.years.unwrap_or((moment.year, moment.year));
            self.years = Some((least.min(moment.year), greatest.max(moment.year)));
        }
        let count = if moment.has_offset { &mut self.with_offset } else { &mut self.without_offset };
        *count += 1;
    }

    /// The format, as a definition has it; none: ISO 8601.
    pub(super) fn format(&self) -> Option<&str> {
        match &self.pattern {
            Pattern::Iso => None,
            Pattern::Format(format) => Some(format.as_str()),
        }
    }

    /// Whether the format names a time of day.
    pub(super) fn has_time(&self) -> bool {
        match &self.pattern {
            Pattern::Iso => true,
            Pattern::Format(format) => format.check_date().is_err(),
        }
    }

    /// Whether the texts are nothing but digits, so that they may be numbers.
    pub(super) fn is_digits(&self) -> bool {
        match &self.pattern {
            Pattern::Iso => false,
            Pattern::Format(format) => !format.items().iter().any(|item| matches!(item, TimeItem::Literal(_))),
        }
    }

    /// Whether all years are of living memory or near: numbers read as dates soon leave it.
    pub(super) fn is_plausible(&self) -> bool {
        self.years.is_some_and(|(least, greatest)| least >= 1900 && greatest <= 2100)
    }

    /// Whether two formats differ in the order of day and month.
    pub(super) fn swaps_day_and_month(&self, other: &Self) -> bool {
        let (Pattern::Format(one), Pattern::Format(two)) = (&self.pattern, &other.pattern) else { return false };
        let at = |format: &TimeFormat, item: TimeItem| format.items().iter().position(|i| *i == item);
        let order = |format: &TimeFormat| at(format, TimeItem::Day) < at(format, TimeItem::Month);
        order(one) != order(two)
    }
}

impl Pattern {
    fn read(&self, text: &str) -> Option<Moment> {
        match self {
            Self::Iso => time_text::read_iso(text),
            Self::Format(format) => time_text::read(format.items(), text),
        }
    }
}

fn patterns() -> impl Iterator<Item = Pattern> {
    let timed = DATES.iter().flat_map(|date| TIMES.iter().map(move |time| format!("{date}{time}")));
    let compact = COMPACT_TIMES.iter().map(|time| format!("%Y%m%d{time}"));
    let formats = DATES.iter().map(|date| (*date).to_owned()).chain(timed).chain(compact);
    std::iter::once(Pattern::Iso).chain(formats.filter_map(|text| text.parse().ok().map(Pattern::Format)))
}

/// Three numbers between points, slashes or hyphens, of which one or two have one digit, or none has four.
fn is_unreadable(text: &str) -> bool {
    let Some(separator) = text.chars().find(|c| !c.is_ascii_digit()).filter(|c| "/.-".contains(*c)) else {
        return false;
    };
    if text.len() > 10 || text.len() < 5 {
        return false;
    }
    let lengths: Vec<usize> = text.split(separator).map(str::len).collect();
    let are_digits = text.chars().all(|c| c.is_ascii_digit() || c == separator);
    let are_parts = matches!(*lengths, [1 | 2, 1 | 2, 2 | 4] | [2 | 4, 1 | 2, 1 | 2]);
    are_digits && are_parts && (lengths.contains(&1) || !lengths.contains(&4))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn live(values: &[&str]) -> Vec<String> {
        let mut profile = TimeProfile::default();
        values.iter().for_each(|value| profile.add(value));
        profile.live().iter().map(|found| found.format().unwrap_or("ISO").to_owned()).collect()
    }

    #[test]
    fn formats_that_all_values_fit() {
        let cases: [(&[&str], &[&str]); 13] = [
            (&["2026-11-22", "2024-02-29"], &["%Y-%m-%d"]),
            (&["20261122"], &["%Y%m%d"]),
            (&["1971.03.02"], &["%Y.%m.%d"]),
            (&["2026년 01월 02일"], &["%Y년 %m월 %d일"]),
            (&["13/01/2026", "01/02/2026"], &["%d/%m/%Y"]),
            (&["01/13/2026"], &["%m/%d/%Y"]),
            (&["01/02/2026"], &["%d/%m/%Y", "%m/%d/%Y"]),
            (&["20261122093015"], &["%Y%m%d%H%M%S"]),
            (&["2026-11-22 09:30:15", "2026-11-22 09:30:15.5"], &["ISO"]),
            (&["2026-11-22T09:30:15", "2026-11-22T09:30:15+09:00"], &["ISO"]),
            (&["22-Nov-2026 09:30"], &["%d-%b-%Y %H:%M"]),
            (&["2026-02-29"], &[]),
            (&["2026-11-22", "soon"], &[]),
        ];
        for (values, expected) in cases {
            assert_eq!(live(values), expected, "{values:?}");
        }
        let mut profile = TimeProfile::default();
        ["2026-11-22", "2026-02-29", "2026-11-24"].iter().for_each(|value| profile.add(value));
        assert_eq!((profile.live().len(), profile.misses()), (0, Some(1)));
        assert_eq!(live(&["2026-11-22 09:30:15"]), ["ISO", "%Y-%m-%d %H:%M:%S"]);
        assert_eq!(live(&["2026-11-22 24:30:15"]), [""; 0]);
    }

    #[test]
    fn day_and_month_may_be_swapped() {
        let mut profile = TimeProfile::default();
        profile.add("01/02/2026");
        let live = profile.live();
        assert_eq!(live.len(), 2);
        assert!(live[0].swaps_day_and_month(live[1]) && !live[0].swaps_day_and_month(live[0]));
    }

    #[test]
    fn dates_that_no_format_reads() {
        for text in ["26-11-22", "22/11/26", "2026-1-2", "1/2/2026", "1.2.26"] {
            assert!(is_unreadable(text), "{text}");
        }
        for text in ["2026-11-22", "1.5", "10.0.0.1", "2026", "1-2", "a-b-c", "110-003-001000"] {
            assert!(!is_unreadable(text), "{text}");
        }
    }
}
