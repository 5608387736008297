//! Bad input: each with a clear error, and nothing lost. No message ever holds a value.

use std::io::Write;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::append::{DEFINITION, JOB};
use crate::support::Project;

/// Loads one good interval, then fails on a bad one: the message, with the table as it was.
#[track_caller]
fn refused(definition: &str, bytes: impl AsRef<[u8]>, name: &str) -> String {
    let project = Project::with_job(JOB, definition);
    project.drop(JOB, "2026-11-22", name, bytes);
    let failed = project.load(JOB, "2026-11-22").fails(1);
    let tables = project.naru(&["tables", "--json"]).ok().json();
    let is_quarantine = |t: &&serde_json::Value| t["table"].as_str().unwrap().ends_with("_quarantine");
    assert!(tables.as_array().unwrap().iter().filter(|t| !is_quarantine(t)).all(|t| t["rows"] == 0), "{tables}");
    let is_left = |path: &Path| {
        path.extension().is_some_and(|e| e == "parquet") && !path.to_string_lossy().contains("-quarantine-")
    };
    let left: Vec<_> = project.lake_files().into_iter().filter(|(path, _)| is_left(path)).collect();
    assert!(left.is_empty(), "{left:?}");
    failed.stderr
}

#[track_caller]
fn says(message: &str, parts: &[&str]) {
    for part in parts {
        assert!(message.contains(part), "\"{part}\" is not in\n{message}");
    }
}

#[test]
fn empty_file_and_header_only() {
    says(&refused(DEFINITION, "", "a.csv"), &["a.csv", "header"]);
    says(
        &refused(DEFINITION, "ID,NAME,AMT\n", "a.csv"),
        &["the 1 file(s) of interval 2026-11-22 hold no rows", "@empty,allow"],
    );
    let project = Project::with_job(JOB, &format!("@empty,allow\n{DEFINITION}"));
    project.drop(JOB, "2026-11-22", "a.csv", "ID,NAME,AMT\n");
    assert_eq!(project.loaded(JOB, "2026-11-22")["rows"], 0);
    assert_eq!(project.loaded(JOB, "2026-11-22")["status"], "unchanged");
}

#[test]
fn wrong_delimiter() {
    let message = refused(DEFINITION, "ID|NAME|AMT\n1|kim|1\n", "a.csv");
    says(&message, &["a.csv", "@delimiter"]);
}

#[test]
fn a_bad_value_names_its_own_column_behind_one_that_is_passed_over() {
    let definition = DEFINITION.replace("ID,", "SEQ,,string,,,,,,\nID,");
    let message = refused(&definition, "SEQ,ID,NAME,AMT\n1,x,kim,1\n", "a.csv");
    says(&message, &["column id", "not_an_integer"]);
}

#[test]
fn wrong_encoding_names_the_byte() {
    let korean = encoding_rs::EUC_KR.encode("ID,NAME,AMT\n1,a,1\n2,김,1\n").0.into_owned();
    says(&refused(DEFINITION, &korean, "a.csv"), &["invalid_encoding", "byte 20", "a.csv:3", "@encoding"]);
    let cp949 = format!("@encoding,cp949\n{DEFINITION}");
    says(&refused(&cp949, b"ID,NAME,AMT\n1,\xff\xff,1\n", "a.csv"), &["invalid_encoding", "byte 14"]);
}

#[test]
fn a_thousand_columns() {
    let columns: Vec<String> = (0..1000).map(|n| format!("C{n}")).collect();
    let mut definition = String::from("source,target,type,key,required,level,treatment,format,description\n");
    for n in 0..1000 {
        definition += &format!("C{n},c{n},int,,,p1,,,\n");
    }
    let row: Vec<String> = (0..1000).map(|n| n.to_string()).collect();
    let project = Project::with_job(JOB, &definition);
    project.drop(JOB, "2026-11-22", "a.csv", format!("{}\n{}\n", columns.join(","), row.join(",")));
    project.loaded(JOB, "2026-11-22");
    assert_eq!(project.csv("select c0, c500, c999 from deposit.account"), "c0,c500,c999\n0,500,999\n");
    let short = format!("{}\n{}\n", columns.join(","), row[1..].join(","));
    says(&refused(&definition, short, "a.csv"), &["too_few_fields", "row 1"]);
}

#[test]
fn a_field_of_50_mb_loads_and_a_missing_quote_is_placed() {
    let project = Project::with_job(JOB, DEFINITION);
    let field = "x".repeat(50 << 20);
    project.drop(JOB, "2026-11-22", "a.csv", format!("ID,NAME,AMT\n1,\"{field}\",1\n"));
    project.loaded(JOB, "2026-11-22");
    assert_eq!(project.value("select length(name) from deposit.account"), 50 << 20);
    let unclosed = format!("ID,NAME,AMT\n1,ok,1\n2,\"kim,1\n{}", "3,lee,1\n".repeat(1000));
    says(&refused(DEFINITION, unclosed, "a.csv"), &["quote", "line 3", "byte 21"]);
    let small = format!("@max_record_bytes,1KiB\n{DEFINITION}");
    let long = format!("ID,NAME,AMT\n1,{},1\n", "y".repeat(5000));
    says(&refused(&small, long, "a.csv"), &["1024", "line 2"]);
}

#[test]
fn nul_bytes() {
    says(&refused(DEFINITION, "ID,NAME,AMT\n1,a\0b,1\n", "a.csv"), &["nul_byte", "column name", "row 1"]);
}

#[test]
fn wrong_headers() {
    says(&refused(DEFINITION, "ID,NAME,NAME,AMT\n1,a,b,1\n", "a.csv"), &["NAME", "twice"]);
    says(&refused(DEFINITION, "ID,NAME\n1,a\n", "a.csv"), &["AMT"]);
    says(&refused(DEFINITION, "ID,NAME,AMT,EXTRA\n1,a,1,2\n", "a.csv"), &["EXTRA"]);
    // A cell that may be data is not shown, also where another one happens to match.
    let matching = refused(DEFINITION, "ID,kim-secret,850101-1234567\n", "a.csv");
    says(&matching, &["field 2", "field 3"]);
    assert!(!matching.contains("secret") && !matching.contains("850101"), "{matching}");
    let headerless = refused(DEFINITION, "1,kim-secret,1\n2,lee,1\n", "a.csv");
    says(&headerless, &["header"]);
    assert!(!headerless.contains("secret"), "{headerless}");
}

#[test]
fn missing_and_surplus_fields() {
    let message = refused(DEFINITION, "ID,NAME,AMT\n1,a\n2,b,1,surplus\n3,c,1\n", "a.csv");
    says(&message, &["2 of 3 rows", "a.csv:2: row 1", "too_few_fields", "a.csv:3: row 2", "too_many_fields"]);
}

#[test]
fn broken_gzip_and_zstd() {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(b"ID,NAME,AMT\n").unwrap();
    for n in 0..5000 {
        writeln!(gzip, "{n},kim,1").unwrap();
    }
    let whole = gzip.finish().unwrap();
    says(&refused(DEFINITION, &whole[..whole.len() / 2], "a.csv.gz"), &["a.csv.gz", "gzip"]);
    says(&refused(DEFINITION, "ID,NAME,AMT\n1,a,1\n", "a.csv.gz"), &["a.csv.gz", "gzip"]);
    let mut flipped = whole;
    let middle = flipped.len() / 2;
    flipped[middle] ^= 0xff;
    says(&refused(DEFINITION, flipped, "a.csv.gz"), &["a.csv.gz", "gzip"]);
    says(&refused(DEFINITION, "ID,NAME,AMT\n1,a,1\n", "a.csv.zst"), &["a.csv.zst", "zstd"]);
}

#[test]
fn values_that_do_not_fit_are_placed_with_their_reason() {
    let cases = [
        ("decimal(18,2)", "", "12345678901234567.00", "decimal_overflow"),
        ("decimal(18,2)", "", "1.234", "decimal_scale"),
        ("decimal(18,2)", "", "1e999999999", "decimal_overflow"),
        ("decimal(18,2)", "", "1e-999999999", "decimal_scale"),
        ("decimal(18,2)", "", "NaN", "not_a_decimal"),
        ("double", "", "1e999", "number_out_of_range"),
        ("double", "", "1e-999", "number_out_of_range"),
        ("int", "", "2147483648", "integer_out_of_range"),
        ("int", "", "1.0", "not_an_integer"),
        ("date", "", "2026-02-29", "no_such_day"),
        ("date", "", "2026-13-01", "no_such_day"),
        ("timestamp", "%Y%m%d%H%M%S", "20261122240000", "not_a_timestamp"),
        ("timestamp", "", "2026-11-22 10:00:00.1234567", "timestamp_precision"),
        ("boolean", "", "maybe", "not_a_boolean"),
        ("binary", "hex", "abc", "not_hex"),
    ];
    for (column_type, format, value, reason) in cases {
        let definition = format!(
            "source,target,type,key,required,level,treatment,format,description\nID,id,int,1,y,p1,,,\nV,v,\"{column_type}\",,,p2,,{format},\n"
        )
        .replace("p2", "p1");
        let message = refused(&definition, format!("ID,V\n1,\n2,{value}\n"), "a.csv");
        says(&message, &["a.csv:3: row 2, byte 10: column v:", reason]);
        assert!(!message.contains(value), "{message}");
    }
}

#[test]
fn a_time_that_a_dst_change_skips() {
    let definition = "@time_zone,America/New_York\nsource,target,type,key,required,level,treatment,format,description\nT,t,timestamptz,,,p0,,,\n";
    says(&refused(definition, "T\n2026-03-08 02:30:00\n", "a.csv"), &["skipped_by_dst"]);
    says(&refused(definition, "T\n2026-11-01 01:30:00\n", "a.csv"), &["ambiguous_by_dst"]);
    let project = Project::with_job(JOB, definition);
    project.drop(
        JOB,
        "2026-11-22",
        "a.csv",
        "T\n2026-03-08 03:30:00\n2026-11-01T01:30:00-05:00\n2024-02-29 12:00:00\n",
    );
    project.loaded(JOB, "2026-11-22");
    assert_eq!(
        project.csv("select t from deposit.account order by t"),
        "t\n2024-02-29T17:00:00Z\n2026-03-08T07:30:00Z\n2026-11-01T06:30:00Z\n"
    );
}

#[test]
fn leading_zeros_stay_in_strings_and_numbers_lose_none() {
    let project = Project::with_job(JOB, DEFINITION);
    project.drop(JOB, "2026-11-22", "a.csv", "ID,NAME,AMT\n007,007,0000000000000000000000.50\n");
    project.loaded(JOB, "2026-11-22");
    assert_eq!(project.csv("select id, name, amount from deposit.account"), "id,name,amount\n7,007,0.50\n");
}

#[test]
fn required_values_may_not_be_null_and_a_limit_may_allow_some() {
    let required = DEFINITION.replace("NAME,name,string,,,", "NAME,name,string,,y,");
    says(&refused(&required, "ID,NAME,AMT\n1,,1\n", "a.csv"), &["null_in_required", "column name"]);
    let limited = format!("@reject_limit,1\n{required}");
    says(&refused(&limited, "ID,NAME,AMT\n1,,1\n2,,2\n", "a.csv"), &["2 of 2 rows"]);
    let project = Project::with_job(JOB, &limited);
    project.drop(JOB, "2026-11-22", "a.csv", "ID,NAME,AMT\n1,,1\n2,lee,2\n");
    let report = project.loaded(JOB, "2026-11-22");
    assert_eq!((&report["rows"], &report["rejected"]), (&1.into(), &1.into()));
    assert!(report["rejects"][0].as_str().unwrap().contains("a.csv:2: row 1, byte 14: column name:"), "{report}");
    project.drop(JOB, "2026-11-23", "a.csv", "ID,NAME,AMT\n1,,1\n2,lee,2\n");
    let told = project.naru(&["run", JOB, "--date", "2026-11-23"]).ok().stderr;
    says(&told, &["warning:", "1 row(s) that do not fit were left out", "null_in_required"]);
}

#[test]
fn one_bad_file_of_many_fails_the_run_and_names_the_file() {
    let project = Project::with_job(JOB, DEFINITION);
    for n in 0..20 {
        project.drop(JOB, "2026-11-22", &format!("{n:02}.csv"), format!("ID,NAME,AMT\n{n},x,1\n"));
    }
    project.drop(JOB, "2026-11-22", "13.csv", "ID,NAME,AMT\nthirteen,x,1\n");
    let failed = project.load(JOB, "2026-11-22").fails(1);
    says(&failed.stderr, &["13.csv:2: row 1, byte 12: column id:", "not_an_integer", "1 of 20 rows"]);
}
