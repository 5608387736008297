//! Personal data: by what values look like, by check digits, and by titles.

use std::fmt;

use crate::Level;

use super::doubt::{Doubt, Topic, counted};
use super::profile::ColumnProfile;
use super::{check_digits, personal_titles};

/// A kind of personal data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    ResidentNumber,
    Passport,
    DriversLicence,
    Secret,
    CardNumber,
    BusinessNumber,
    Email,
    Phone,
    Account,
    Address,
    BirthDate,
    Name,
}

impl Kind {
    /// Level of the raw value: unique identifiers and secrets above other personal data.
    pub(super) fn level(self) -> Level {
        match self {
            Self::ResidentNumber | Self::Passport | Self::DriversLicence | Self::Secret | Self::CardNumber => Level::P3,
            _ => Level::P2,
        }
    }

    /// Whether the value is a text even where it is written in digits only.
    pub(super) fn is_text(self) -> bool {
        !matches!(self, Self::BirthDate)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ResidentNumber => "resident registration numbers",
            Self::Passport => "passport numbers",
            Self::DriversLicence => "driver's licence numbers",
            Self::Secret => "secrets",
            Self::CardNumber => "card numbers",
            Self::BusinessNumber => "business registration numbers",
            Self::Email => "e-mail addresses",
            Self::Phone => "phone numbers",
            Self::Account => "account numbers",
            Self::Address => "addresses",
            Self::BirthDate => "dates of birth",
            Self::Name => "names of persons",
        })
    }
}

/// How many of a column's values look like personal data.
#[derive(Debug, Clone, Default)]
pub(super) struct PersonalProfile {
    resident_form: u64,
    /// Of these, with a hyphen: nothing else is written so.
    resident_hyphen: u64,
    resident_check: u64,
    business: u64,
    card_form: u64,
    card_check: u64,
    email: u64,
    phone: u64,
    korean_name: u64,
}

impl PersonalProfile {
    pub(super) fn add(&mut self, text: &str) {
        // The longest of all is an e-mail address (RFC 5321: 254 bytes).
        if text.len() > 254 {
            return;
        }
        if check_digits::is_resident_form(text) {
            self.resident_form += 1;
            self.resident_hyphen += u64::from(text.contains('-'));
            self.resident_check += u64::from(check_digits::resident_check_digit_fits(text));
        }
        self.business += u64::from(check_digits::is_business_number(text));
        if check_digits::is_card_form(text) {
            self.card_form += 1;
            self.card_check += u64::from(check_digits::luhn_fits(text));
        }
        self.email += u64::from(is_email(text));
        self.phone += u64::from(is_phone(text));
        self.korean_name += u64::from(is_korean_name(text));
    }
}

/// What a column holds, with what speaks for it; none: nothing personal that can be told.
pub(super) fn classify(index: usize, title: &str, column: &ColumnProfile, doubts: &mut Vec<Doubt>) -> Option<Kind> {
    let found = &column.personal;
    let most = |count: u64| column.values > 0 && count * 10 >= column.values * 8;
    let nearly_all = |count: u64| column.values > 0 && count * 20 >= column.values * 19;
    let by_title = personal_titles::kind(title);
    let of = |count: u64| format!("{count} of {}", counted(column.values, "value"));
    let mut doubt = |message: String| doubts.push(Doubt::of_column(Topic::Level, index, message));
    if most(found.resident_form) && (most(found.resident_hyphen) || nearly_all(found.resident_check)) {
        let checked = of(found.resident_check);
        doubt(format!(
            "looks like {}, p3: the check digit fits {checked} (numbers since October 2020 have none)",
            Kind::ResidentNumber
        ));
        return Some(Kind::ResidentNumber);
    }
    // One digit in ten fits by chance, so that nearly all must.
    let by_value = [
        (Kind::CardNumber, nearly_all(found.card_check), found.card_check),
        (Kind::BusinessNumber, nearly_all(found.business), found.business),
        (Kind::Email, most(found.email), found.email),
        (Kind::Phone, most(found.phone), found.phone),
        (Kind::Name, most(found.korean_name) && personal_titles::may_be_name(title), found.korean_name),
    ];
    if let Some((kind, _, count)) = by_value.into_iter().find(|(_, holds, _)| *holds) {
        let kind = by_title.filter(|by_title| by_title.level() > kind.level()).unwrap_or(kind);
        doubt(format!("looks like {kind}, {}: {} have their form", kind.level(), of(count)));
        return Some(kind);
    }
    if let Some(kind) = by_title {
        let failed = match kind {
            Kind::CardNumber if found.card_form > 0 => format!("; the check digit fits {}", of(found.card_check)),
            Kind::ResidentNumber | Kind::BusinessNumber | Kind::Email | Kind::Phone if column.values > 0 => {
                "; the values do not look so".into()
            }
            _ => String::new(),
        };
        doubt(format!("{kind}, {}, by its title{failed}", kind.level()));
        return Some(kind);
    }
    for (kind, count) in
        [(Kind::ResidentNumber, found.resident_hyphen), (Kind::Email, found.email), (Kind::Phone, found.phone)]
    {
        if count > 0 {
            doubt(format!("{} look like {kind}, in a column without a level of its own", of(count)));
        }
    }
    None
}

/// `local@domain.tld` (RFC 5322's addr-spec, as people write it).
fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else { return false };
    let is_atom = |c: char| c.is_ascii_alphanumeric() || "._%+-".contains(c);
    let is_label = |label: &str| !label.is_empty() && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    let top = domain.rsplit('.').next().unwrap_or_default();
    let is_top = top.len() >= 2 && top.chars().all(|c| c.is_ascii_alphabetic());
    !local.is_empty() && local.chars().all(is_atom) && domain.contains('.') && domain.split('.').all(is_label) && is_top
}

/// A Korean phone number: a mobile one (010, 011, 016 to 019) or one of an area (02, 031 to 064, 070) with 9 to 11 digits,
/// or `+82` for its first zero; digits in groups by hyphens, points or blanks, or all in one.
fn is_phone(text: &str) -> bool {
    if !(9..=18).contains(&text.len()) || !text.bytes().all(|byte| byte.is_ascii_digit() || b"+-. ()".contains(&byte)) {
        return false;
    }
    let is_foreign = text.starts_with('+');
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let national = match digits.strip_prefix("82").filter(|_| is_foreign) {
        Some(rest) => format!("0{}", rest.trim_start_matches('0')),
        None => digits,
    };
    let rest_starts_right =
        |area: usize| national.as_bytes().get(area).is_some_and(|byte| (b'1'..=b'9').contains(byte));
    match national.as_bytes() {
        [b'0', b'1', b'0' | b'1' | b'6'..=b'9', ..] => matches!(national.len(), 10 | 11),
        [b'0', b'2', ..] => matches!(national.len(), 9 | 10) && rest_starts_right(2),
        [b'0', b'3'..=b'6', b'1'..=b'5', ..] => matches!(national.len(), 10 | 11) && rest_starts_right(3),
        [b'0', b'7', b'0', ..] => national.len() == 11,
        _ => false,
    }
}

/// The usual surnames; they are those of more than nine Koreans in ten (Statistics Korea, census of 2015).
const SURNAMES: &str = "김이박최정강조윤장임한오서신권황안송류유전홍고문양손배백허남심노하곽성차주우구민진나지엄채원천방공현함변염여추도소석선설마길연위표명기반왕금옥육인맹제모탁국어은편용";

/// Two to four syllables that begin with a usual surname.
fn is_korean_name(text: &str) -> bool {
    let count = text.chars().count();
    let is_syllable = |c: char| ('가'..='힣').contains(&c);
    (2..=4).contains(&count)
        && text.chars().all(is_syllable)
        && text.chars().next().is_some_and(|c| SURNAMES.contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::infer::SampleField;

    fn classified(title: &str, values: &[&str]) -> (Option<Kind>, Vec<String>) {
        let mut column = ColumnProfile::new();
        let mut remembered = 0;
        values.iter().for_each(|value| column.add(&SampleField::plain(value), &mut remembered));
        let mut doubts = Vec::new();
        let kind = classify(0, title, &column, &mut doubts);
        (kind, doubts.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn values_tell_their_kind() {
        let cases: [(&str, &[&str], Option<Kind>); 12] = [
            ("c", &["800101-1234560", "800101-5234563"], Some(Kind::ResidentNumber)),
            ("c", &["8001011234560", "8001015234563"], Some(Kind::ResidentNumber)),
            ("c", &["8001011234561", "8001015234562"], None),
            ("c", &["4111111111111111", "5555555555554444"], Some(Kind::CardNumber)),
            ("c", &["4111111111111112", "5555555555554443"], None),
            ("c", &["123-45-67891"], Some(Kind::BusinessNumber)),
            ("c", &["123-45-67892"], None),
            ("c", &["a.b@c.kr", "x@y.co.kr"], Some(Kind::Email)),
            ("c", &["010-1234-5678", "+82 10 1234 5678", "02-312-4567"], Some(Kind::Phone)),
            ("c", &["1234-5678", "12345678901"], None),
            ("고객명", &["김민준", "이서연"], Some(Kind::Name)),
            ("지점명", &["본점영업부", "해운대", "동성로"], None),
        ];
        for (title, values, expected) in cases {
            assert_eq!(classified(title, values).0, expected, "{title} {values:?}");
        }
    }

    #[test]
    fn doubts_count_and_never_quote() {
        let (_, doubts) = classified("c", &["800101-1234560", "800101-1234561"]);
        insta::assert_snapshot!(doubts.join("\n"), @"level: column 1: looks like resident registration numbers, p3: the check digit fits 1 of 2 values (numbers since October 2020 have none)");
        let (kind, doubts) = classified("card_no", &["9410-0000-0000-0001"]);
        assert_eq!(kind, Some(Kind::CardNumber));
        insta::assert_snapshot!(doubts.join("\n"), @"level: column 1: card numbers, p3, by its title; the check digit fits 0 of 1 value");
        let (kind, doubts) = classified("memo", &["hello", "010-1234-5678", "x", "y", "z"]);
        assert_eq!(kind, None);
        insta::assert_snapshot!(doubts.join("\n"), @"level: column 1: 1 of 5 values look like phone numbers, in a column without a level of its own");
    }
}
