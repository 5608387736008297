//! Values written as CSV and loaded come back as they were, whatever the dialect; a property over the whole binary.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::append::JOB;
use crate::support::Project;

const COLUMNS: &str = "\
source,target,type,key,required,level,treatment,format,description
n,n,bigint,1,y,p1,,,
s,s,string,,,p1,,,
m,m,\"decimal(20,4)\",,,p1,,,
d,d,date,,,p1,,%Y/%m/%d,
t,t,timestamp,,,p1,,,
b,b,boolean,,,p1,,,
";

#[derive(Debug, Clone)]
struct Row {
    s: Option<String>,
    m: Option<i64>,
    d: Option<(i32, u32, u32)>,
    t: Option<(u32, u32, u32, u32)>,
    b: Option<bool>,
}

fn row() -> impl Strategy<Value = Row> {
    let text = proptest::string::string_regex("[a-z가-힣 ,;|\"\n\\\\]{0,12}").unwrap();
    (
        proptest::option::of(text),
        proptest::option::of(any::<i64>()),
        proptest::option::of((1i32..9999, 1u32..13, 1u32..29)),
        proptest::option::of((0u32..24, 0u32..60, 0u32..60, 0u32..1_000_000)),
        proptest::option::of(any::<bool>()),
    )
        .prop_map(|(s, m, d, t, b)| Row { s, m, d, t, b })
}

fn decimal(m: i64) -> String {
    let (sign, m) = (if m < 0 { "-" } else { "" }, i128::from(m).abs());
    format!("{sign}{}.{:04}", m / 10_000, m % 10_000)
}

/// A field as a source would write it, null as nothing.
fn quoted(value: Option<&str>) -> String {
    value.map(|v| format!("\"{}\"", v.replace('"', "\"\""))).unwrap_or_default()
}

fn csv(rows: &[Row], delimiter: &str, crlf: bool) -> String {
    let end = if crlf { "\r\n" } else { "\n" };
    let mut text = ["n", "s", "m", "d", "t", "b"].join(delimiter) + end;
    for (n, r) in rows.iter().enumerate() {
        let date = r.d.map(|(y, m, d)| format!("{y:04}/{m:02}/{d:02}")).unwrap_or_default();
        let time = r.t.map(|(h, m, s, u)| format!("2026-11-22 {h:02}:{m:02}:{s:02}.{u:06}")).unwrap_or_default();
        let flag = r.b.map(|b| if b { "Y" } else { "N" }).unwrap_or_default();
        let fields =
            [n.to_string(), quoted(r.s.as_deref()), r.m.map(decimal).unwrap_or_default(), date, time, flag.into()];
        text += &(fields.join(delimiter) + end);
    }
    text
}

#[test]
fn what_was_written_is_read_back() {
    let mut runner = TestRunner::new(Config { cases: 24, failure_persistence: None, ..Config::default() });
    let input = (proptest::collection::vec(row(), 1..30), 0usize..4, 0usize..3, any::<bool>());
    runner
        .run(&input, |(rows, delimiter, encoding, crlf)| {
            let (setting, delimiter) = [("comma", ","), ("pipe", "|"), ("semicolon", ";"), ("tab", "\t")][delimiter];
            let name = ["utf-8", "cp949", "utf-16"][encoding];
            let text = csv(&rows, delimiter, crlf);
            let bytes = match encoding {
                0 => text.into_bytes(),
                1 => encoding_rs::EUC_KR.encode(&text).0.into_owned(),
                _ => [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect(),
            };
            let project = Project::with_job(JOB, &format!("@encoding,{name}\n@delimiter,{setting}\n{COLUMNS}"));
            project.drop(JOB, "2026-11-22", "a.csv", bytes);
            project.loaded(JOB, "2026-11-22");
            let read = project.query("select n, s, cast(m as varchar) as m, d, t, b from deposit.account order by n");
            prop_assert_eq!(read.len(), rows.len());
            for (row, read) in rows.iter().zip(&read) {
                prop_assert_eq!(read["s"].as_str(), row.s.as_deref());
                let m = row.m.map(decimal);
                prop_assert_eq!(read["m"].as_str(), m.as_deref());
                let date = row.d.map(|(y, m, d)| format!("{y:04}-{m:02}-{d:02}"));
                prop_assert_eq!(read["d"].as_str(), date.as_deref());
                let time = row.t.map(|(h, m, s, u)| {
                    let fraction = if u == 0 { String::new() } else { format!(".{u:06}") };
                    format!("2026-11-22T{h:02}:{m:02}:{s:02}{fraction}")
                });
                prop_assert_eq!(read["t"].as_str(), time.as_deref());
                prop_assert_eq!(read["b"].as_bool(), row.b);
            }
            Ok(())
        })
        .unwrap();
}
