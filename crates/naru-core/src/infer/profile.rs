//! What a sample's columns hold: counts and forms, gathered record by record in bounded memory. No value is kept.

use super::booleans::BooleanProfile;
use super::keys::{Distinct, MAX_REMEMBERED, PairWatch};
use super::layout::SampleField;
use super::null_tokens::{self, TokenCounts};
use super::numbers::{NumberProfile, STYLES};
use super::personal::PersonalProfile;
use super::time_formats::{TimeProfile, most_misses};

/// What a sample's columns hold.
#[derive(Debug, Clone)]
pub struct TableProfile {
    records: u64,
    pub(super) columns: Vec<ColumnProfile>,
    pub(super) pairs: PairWatch,
    /// Values whose hashes are held, over all columns.
    remembered: usize,
}

impl TableProfile {
    /// An empty profile of so many columns.
    pub fn new(columns: usize) -> Self {
        Self {
            records: 0,
            columns: (0..columns).map(|_| ColumnProfile::new()).collect(),
            pairs: PairWatch::new(columns),
            remembered: 0,
        }
    }

    /// Looks at a record: one field for each column, in their order.
    pub fn add(&mut self, record: &[SampleField<'_>]) {
        self.records += 1;
        for (column, field) in self.columns.iter_mut().zip(record) {
            column.add(field, &mut self.remembered);
        }
        self.pairs.add(record, &mut self.remembered);
        if self.remembered > MAX_REMEMBERED {
            // Keys stand in front.
            let mut columns = self.columns.iter_mut().rev();
            columns.find_map(|column| column.distinct.give_up(&mut self.remembered).then_some(()));
        }
    }

    /// Records so far.
    pub fn records(&self) -> u64 {
        self.records
    }
}

/// What a column holds.
#[derive(Debug, Clone)]
pub(super) struct ColumnProfile {
    /// Fields that are neither empty nor one of the texts that may mean null.
    pub(super) values: u64,
    /// Fields without a character but blanks.
    pub(super) empty: u64,
    /// Of these, in quotes: empty texts rather than nulls.
    pub(super) quoted_empty: u64,
    /// Fields without quotes that have blanks around them.
    pub(super) padded: u64,
    pub(super) tokens: TokenCounts,
    /// One for each of [`STYLES`].
    pub(super) numbers: [NumberProfile; STYLES.len()],
    pub(super) booleans: BooleanProfile,
    pub(super) times: TimeProfile,
    pub(super) personal: PersonalProfile,
    pub(super) distinct: Distinct,
    /// Length of the longest value, in bytes.
    pub(super) longest: usize,
}

impl ColumnProfile {
    pub(super) fn new() -> Self {
        Self {
            values: 0,
            empty: 0,
            quoted_empty: 0,
            padded: 0,
            tokens: TokenCounts::default(),
            numbers: Default::default(),
            booleans: BooleanProfile::new(),
            times: TimeProfile::default(),
            personal: PersonalProfile::default(),
            distinct: Distinct::default(),
            longest: 0,
        }
    }

    /// Looks at a field.
    pub(super) fn add(&mut self, field: &SampleField<'_>, remembered: &mut usize) {
        let text = match field.is_quoted {
            true => &field.text,
            false => field.text.trim_matches([' ', '\t']),
        };
        let is_padded = text.len() < field.text.len();
        if text.is_empty() {
            self.empty += 1;
            self.quoted_empty += u64::from(field.is_quoted);
            // Only blanks: null if blanks are taken off, a text of blanks if not.
            self.padded += u64::from(is_padded);
            self.distinct.forget(remembered);
            return;
        }
        self.padded += u64::from(is_padded);
        if let Some(count) = null_tokens::token(text).and_then(|token| self.tokens.get_mut(token)) {
            *count += 1;
            self.distinct.forget(remembered);
            return;
        }
        self.values += 1;
        self.longest = self.longest.max(text.len());
        self.distinct.add(&text, remembered);
        self.booleans.add(text);
        self.times.add(text);
        self.personal.add(text);
        for (style, profile) in STYLES.iter().zip(&mut self.numbers) {
            // A column of texts is soon known for one.
            if self.values - profile.numbers <= most_misses(self.values) + 1
                && let Some(number) = style.read(text)
            {
                profile.add(number);
            }
        }
    }

    /// Fields that hold none of the texts that may mean null, and are not empty.
    pub(super) fn is_complete(&self) -> bool {
        self.empty == 0 && self.tokens.iter().all(|count| *count == 0)
    }
}
