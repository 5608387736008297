//! Checks of the settings against one another.

use crate::plan::ReplaceScope;

use super::control_checks;
use super::faults::{Faults, Place};
use super::setting::Setting;
use super::settings::Settings;

/// Reports settings that contradict each other. Words for true and false matter only to boolean columns, unless a row
/// declares them.
pub(super) fn check(settings: &Settings, has_boolean: bool, faults: &mut Faults) {
    check_characters(settings, faults);
    check_number_separators(settings, faults);
    check_words(settings, has_boolean, faults);
    control_checks::check_mark(settings, faults);
    if settings.replace == ReplaceScope::Partitions && settings.place(Setting::Partition).is_none() {
        let place = settings.place(Setting::Replace).unwrap_or(Place::FILE);
        faults.add_hint(
            place,
            "@replace: partitions of a table without any cannot be replaced",
            "add @partition, as in @partition,day(load_interval), or write @replace,table",
        );
    }
}

/// Where to report a clash: at the row of the two that comes last, since one of them may be a default.
fn place_of(settings: &Settings, one: Setting, other: Setting) -> Place {
    settings.place(one).max(settings.place(other)).unwrap_or(Place::FILE)
}

fn check_characters(settings: &Settings, faults: &mut Faults) {
    let dialect = &settings.dialect;
    let named = [
        (Setting::Delimiter, Some(dialect.delimiter)),
        (Setting::Quote, dialect.quote),
        (Setting::Escape, dialect.escape),
    ];
    for (index, (one, character)) in named.iter().enumerate() {
        for (other, _) in named.iter().skip(index + 1).filter(|(_, c)| c.is_some() && c == character) {
            let hint = match (one, other) {
                (Setting::Quote, Setting::Escape) => {
                    "a quote inside quotes is doubled by itself: take @escape out, or write @escape,none"
                }
                (_, Setting::Quote) => "choose another delimiter, or another @quote (or none)",
                _ => "choose different characters",
            };
            let message = format!("{} and {} are the same character", one.name(), other.name());
            faults.add_hint(place_of(settings, *one, *other), message, hint);
        }
    }
}

fn check_number_separators(settings: &Settings, faults: &mut Faults) {
    let dialect = &settings.dialect;
    if dialect.thousands_separator == Some(dialect.decimal_separator) {
        let place = place_of(settings, Setting::DecimalSeparator, Setting::ThousandsSeparator);
        let message = "@decimal_separator and @thousands_separator are the same character";
        faults.add_hint(place, message, "a number would have two readings: choose different characters");
    }
    // With quotes a number may hold the delimiter, as in "1,234.50".
    if dialect.quote.is_some() || dialect.escape.is_some() {
        return;
    }
    for (setting, separator) in [
        (Setting::DecimalSeparator, Some(dialect.decimal_separator)),
        (Setting::ThousandsSeparator, dialect.thousands_separator),
    ] {
        if separator == Some(dialect.delimiter) {
            let message = format!("@delimiter and {} are the same character, and there are no quotes", setting.name());
            let hint = "such a number would fall apart into two fields: set @quote, or choose different characters";
            faults.add_hint(place_of(settings, Setting::Delimiter, setting), message, hint);
        }
    }
}

fn check_words(settings: &Settings, has_boolean: bool, faults: &mut Faults) {
    let dialect = &settings.dialect;
    let declared = settings.place(Setting::TrueWords).is_some() || settings.place(Setting::FalseWords).is_some();
    if !(has_boolean || declared) {
        return;
    }
    if let Some(word) = dialect.true_words.iter().find(|word| dialect.false_words.contains(word)) {
        let place = place_of(settings, Setting::TrueWords, Setting::FalseWords);
        let hint = "write both rows, @true_words and @false_words, without a word in common";
        faults.add_hint(place, format!("\"{word}\" means both true and false"), hint);
    }
    for (setting, words) in [(Setting::TrueWords, &dialect.true_words), (Setting::FalseWords, &dialect.false_words)] {
        let matters = has_boolean || settings.place(setting).is_some();
        if let Some(word) = words.iter().find(|word| matters && dialect.null.contains(word)) {
            let place = place_of(settings, Setting::Null, setting);
            let message = format!("\"{word}\" stands in both @null and {}", setting.name());
            let hint = format!("a boolean field would have two readings: write {} without it", setting.name());
            faults.add_hint(place, message, hint);
        }
    }
}
