//! Dialects of every kind.

use naru_core::Dialect;
use naru_core::dialect::{Encoding, Header};
use proptest::prelude::*;
use proptest::sample::select;

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).into()).collect()
}

fn encoding() -> impl Strategy<Value = Encoding> {
    prop_oneof![
        4 => Just(Encoding::Utf8),
        2 => Just(Encoding::Cp949),
        1 => select(vec![Encoding::Utf16, Encoding::Utf16Le, Encoding::Utf16Be]),
    ]
}

prop_compose! {
    fn syntax()(
        delimiter in prop_oneof![3 => Just(','), 2 => select(vec!['|', '\t', ';', ' ', '\x01'])],
        quote in prop_oneof![4 => Just(Some('"')), 1 => Just(Some('\'')), 1 => Just(None), 1 => Just(Some(' '))],
        escape in prop_oneof![3 => Just(None), 2 => Just(Some('\\')), 1 => select(vec![Some('"'), Some('^'), Some(' ')])],
        trim in any::<bool>(),
        null in select(vec![
            texts(&[]), texts(&[""]), texts(&[""]), texts(&["", "NULL", "\\N"]), texts(&["\\N"]), texts(&["널", "-", "0"]),
        ]),
    ) -> Dialect {
        // Blanks that are quotes or escapes are not taken off.
        let trim = trim && quote != Some(' ') && escape != Some(' ');
        Dialect { delimiter, quote, escape, trim, null, ..Dialect::default() }
    }
}

prop_compose! {
    pub(crate) fn dialect()(
        syntax in syntax(),
        encoding in encoding(),
        header in prop_oneof![2 => Just(Header::None), 2 => Just(Header::ByName), 1 => Just(Header::ByPosition)],
        skip_rows in prop_oneof![5 => Just(0), 1 => 1..3u32],
        (decimal_separator, thousands_separator) in select(vec![
            ('.', None), ('.', None), ('.', Some(',')), (',', Some('.')), (',', None), ('.', Some(' ')), ('.', Some('_')),
        ]),
        date_format in select(vec!["%Y-%m-%d", "%Y-%m-%d", "%Y%m%d", "%d.%m.%Y", "%Y년 %m월%d일", "%d-%b-%Y", "%b%%%d%Y"]),
        timestamp_format in select(vec![None, None, Some("%Y%m%d%H%M%S"), Some("%F %T.%6f")]),
        time_zone in select(vec!["Asia/Seoul", "America/New_York", "Australia/Lord_Howe", "UTC"]),
        (true_words, false_words) in select(vec![
            (texts(&["true", "TRUE", "y", "1"]), texts(&["false", "n", "0"])), (texts(&["예", "O"]), texts(&["아니오", "X"])),
        ]),
        max_record_bytes in prop_oneof![8 => Just(64u64 << 20), 1 => 1..100u64],
    ) -> Dialect {
        Dialect {
            encoding, header, skip_rows, decimal_separator, thousands_separator, date_format: date_format.into(),
            timestamp_format: timestamp_format.map(Into::into), time_zone: time_zone.into(), true_words, false_words,
            max_record_bytes, ..syntax
        }
    }
}
