//! Dates and times, mostly at the edges, in the form of a format.

use naru_core::time_format::{TimeFormat, TimeItem};

use super::random::Random;

/// Local days on which clocks change in one of the zones, and the hour.
const CHANGES: [(u32, u32, u32, u32); 6] =
    [(1988, 5, 8, 2), (1988, 10, 9, 2), (2024, 3, 10, 2), (2024, 11, 3, 1), (2024, 4, 7, 1), (2024, 10, 6, 2)];

const ISO: [&str; 6] = ["%FT%T", "%F %T", "%F %T.%f", "%FT%T.%6f", "%FT%T%z", "%F %T.%3f%z"];

/// A text of the format, or of ISO 8601.
pub(crate) fn text(random: &mut Random, format: Option<&str>) -> String {
    let format: TimeFormat = format.unwrap_or_else(|| random.of(&ISO)).parse().unwrap();
    let (mut year, mut month) =
        (random.of(&[2024, 2023, 1900, 2000, 1970, 1969, 1, 9999]), 1 + random.below(12) as u32);
    let (mut day, mut hour) = (1 + random.below(31) as u32, random.below(24) as u32);
    if random.once_in(4) {
        (year, month, day, hour) = random.of(&CHANGES);
    }
    if random.once_in(16) {
        (year, month, day) = random.of(&[
            (0, 1, 1),
            (2024, 13, 1),
            (2024, 0, 1),
            (2024, 1, 0),
            (0, 0, 0),
            (9999, 12, 31),
            (1, 1, 1),
            (2023, 2, 29),
            (2024, 4, 31),
        ]);
    }
    if random.once_in(16) {
        hour = random.of(&[24, 0, 25, 99]);
    }
    let minute = if random.once_in(32) { 60 } else { random.of(&[0, 15, 29, 30, 45, 59]) };
    let second = if random.once_in(32) { 60 } else { random.of(&[0, 1, 30, 59]) };
    format.items().iter().map(|item| part(random, *item, [year, month, day, hour, minute, second])).collect()
}

fn part(random: &mut Random, item: TimeItem, [year, month, day, hour, minute, second]: [u32; 6]) -> String {
    match item {
        TimeItem::Year => format!("{year:04}"),
        TimeItem::Month => format!("{month:02}"),
        TimeItem::MonthName => random
            .of(&["Jan", "FEB", "mar", "Apr", "May", "jun", "Jul", "AUG", "SEp", "oct", "Nov", "dec", "Foo"])
            .into(),
        TimeItem::Day => format!("{day:02}"),
        TimeItem::Hour => format!("{hour:02}"),
        TimeItem::Hour12 => format!("{:02}", random.of(&[hour % 12 + 1, hour % 12 + 1, 12, 0, 13])),
        TimeItem::Meridiem => random.of(&["AM", "AM", "pm", "pm", "Am", "pM", "PM", "PM", "XM"]).into(),
        TimeItem::Minute => format!("{minute:02}"),
        TimeItem::Second => format!("{second:02}"),
        TimeItem::Fraction(digits) => {
            let digits = digits.map_or_else(|| random.below(11), usize::from);
            let all = random.of(&["123456000000", "000000000000", "999999999999", "100000000000", "000001000000"]);
            all[..digits].into()
        }
        TimeItem::Offset => random
            .of(&[
                "Z", "+09", "+0900", "-03:30", "+18:00", "-18:01", "+19:00", "z", "", "+9", "-00:60", "+09:0", "+14:00",
            ])
            .into(),
        TimeItem::Literal(character) => character.into(),
    }
}
