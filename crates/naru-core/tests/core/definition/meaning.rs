use naru_core::control::{Control, ControlField, TrailerRecord};
use naru_core::dialect::{Encoding, Header};
use naru_core::plan::{EmptyPolicy, RejectLimit, ReplaceScope};
use naru_core::table_spec::{Compression, FileSettings};
use naru_core::{ColumnType, Dialect, Level, Treatment};

use super::parse;

const ACCOUNT: &str = "\
@encoding,cp949
@delimiter,|
@null,,NULL,\\N
@partition,month(opened_at),\"bucket(16, account_no)\"
source,target,type,key,required,level,treatment,format,description
ACNT_NO,account_no,string,1,y,p2,hash,,계좌번호
BAL_AMT,balance,\"decimal(18,2)\",,y,p1,,,잔액
OPEN_DTM,opened_at,timestamp,,,p0,,%Y%m%d%H%M%S,개설일시
";

#[test]
fn the_example_of_the_design_says_what_it_says() {
    let definition = parse(ACCOUNT);
    let dialect = Dialect {
        encoding: Encoding::Cp949,
        delimiter: '|',
        null: vec![String::new(), "NULL".into(), "\\N".into()],
        ..Dialect::default()
    };
    assert_eq!(*definition.dialect(), dialect);
    let spec = definition.table_spec();
    let columns: Vec<String> =
        spec.columns.iter().map(|c| format!("{} {} {} {}", c.name, c.column_type, c.required, c.description)).collect();
    insta::assert_snapshot!(columns.join("\n"), @r"
    account_no string true 계좌번호
    balance decimal(18,2) true 잔액
    opened_at timestamp false 개설일시
    load_interval timestamp true start of the interval whose run loaded this row, UTC
    ");
    let partition: Vec<String> = spec.partition.iter().map(ToString::to_string).collect();
    assert_eq!(partition, ["month(opened_at)", "bucket(16, account_no)"]);
    assert_eq!(spec.key, ["account_no"]);
    assert_eq!(definition.plan_columns(Level::P2)[0].treatment, Some(Treatment::Hash));
    let opened = &definition.plan_columns(Level::P2)[2];
    assert_eq!(opened.format.as_deref(), Some("%Y%m%d%H%M%S"));
    assert_eq!(opened.level, Level::P0);
}

#[test]
fn excel_changes_the_bytes_but_not_the_meaning() {
    let plain = parse(ACCOUNT);
    let padded: Vec<String> = ACCOUNT.lines().map(|line| format!("{line},,,")).collect();
    let mut excel = vec![0xef, 0xbb, 0xbf];
    excel.extend(format!("{}\r\n,,,,\r\n\r\n", padded.join("\r\n")).into_bytes());
    let excel = naru_core::TableDefinition::parse(&excel, super::FILE).unwrap();
    assert_eq!(excel, plain);
    assert_eq!(parse(&ACCOUNT.replace('\n', "\r")), plain);
    let shouting = ACCOUNT.replace("source,target,type", " Source , TARGET,Type").replace("@encoding", "@Encoding");
    assert_eq!(parse(&shouting), plain);
}

#[test]
fn every_setting_arrives() {
    let definition = parse(
        "@encoding,UTF-16LE\n@delimiter,\\u0001\n@quote,'\n@escape,\\\n@header,none\n@skip_rows,2\n@null,NA\n@trim,y\n\
         @decimal_separator,comma\n@thousands_separator,.\n@date_format,%d.%m.%Y\n@timestamp_format,%d.%m.%Y %H:%M\n\
         @time_zone,Europe/Berlin\n@true_words,ja\n@false_words,nein\n@max_record_bytes,1MiB\n\
         @partition,day(load_interval)\n@sort,a,b desc nulls first\n@compression,zstd(9)\n@target_file_size,128MiB\n\
         @reject_limit,0.5%\n@empty,allow\n@replace,partitions\n\
         @control,\"trailer(T, _, rows, sum(a))\"\n\
         source,target,type\nA,a,int\nB,b,date\nC,,\n",
    );
    let expected = Dialect {
        encoding: Encoding::Utf16Le,
        delimiter: '\u{1}',
        quote: Some('\''),
        escape: Some('\\'),
        header: Header::None,
        skip_rows: 2,
        null: vec!["NA".into()],
        trim: true,
        decimal_separator: ',',
        thousands_separator: Some('.'),
        date_format: "%d.%m.%Y".into(),
        timestamp_format: Some("%d.%m.%Y %H:%M".into()),
        time_zone: "Europe/Berlin".into(),
        true_words: vec!["ja".into()],
        false_words: vec!["nein".into()],
        max_record_bytes: 1 << 20,
    };
    assert_eq!(*definition.dialect(), expected);
    let spec = definition.table_spec();
    assert_eq!(spec.file, FileSettings { compression: Compression::Zstd(9), target_file_size_bytes: 128 << 20 });
    assert_eq!(spec.sort[1].to_string(), "b desc nulls first");
    assert_eq!(definition.reject_limit(), RejectLimit::Share(0.005));
    assert_eq!(definition.empty(), EmptyPolicy::Allow);
    assert_eq!(definition.replace(), ReplaceScope::Partitions);
    let fields = vec![ControlField::PassedOver, ControlField::Rows, ControlField::Sum("a".into())];
    assert_eq!(definition.control(), Some(&Control::Trailer(TrailerRecord { mark: "T".into(), fields })));
    let passed_over = &definition.plan_columns(Level::P1)[2];
    assert_eq!((passed_over.target.as_deref(), passed_over.column_type), (None, ColumnType::String));
}

#[test]
fn the_key_has_its_own_order() {
    let definition = parse("source,target,type,key,required\nA,a,int,2,y\nB,b,int,1,y\n");
    assert_eq!(definition.table_spec().key, ["b", "a"]);
}

#[test]
fn a_column_without_a_level_counts_as_the_job_s() {
    let definition = parse("@partition,branch\nsource,target,type\nBR,branch,string\n");
    assert_eq!(definition.plan_columns(Level::P2)[0].level, Level::P2);
    assert_eq!(definition.check_level(Level::P1), []);
    insta::assert_snapshot!(super::show(&definition.check_level(Level::P2)), @r#"
    table-defs/deposit/account.csv:1:2: @partition: "branch" would put values of a p2 column into object keys and logs
      hint: use bucket(16, branch), or a date; or write the column's level, if it is p0 or p1
    "#);
}

#[test]
fn the_digest_follows_the_meaning_not_the_layout() {
    let digest = parse(ACCOUNT).digest();
    assert_eq!(digest.len(), 64);
    let relaid = ACCOUNT.replace("@encoding,cp949\n@delimiter,|\n", "@delimiter,pipe\n\n@encoding,euc-kr,,\n");
    assert_eq!(parse(&relaid).digest(), digest);
    for (from, to) in [("잔액", "금액"), ("p1", "p2"), ("hash", "encrypt"), ("BAL_AMT", "BAL"), ("cp949", "utf-8")]
    {
        assert_ne!(parse(&ACCOUNT.replace(from, to)).digest(), digest, "{from}");
    }
    assert_ne!(parse(&format!("@control,{{file}}.ctl\n{ACCOUNT}")).digest(), digest);
}

#[test]
fn treatments_make_strings_and_drop_columns() {
    let definition = parse(
        "@partition,\"bucket(4, no)\"\n@sort,no\nsource,target,type,key,required,treatment,format\n\
         NO,no,bigint,1,y,hash,\nBORN,born,date,2,y,encrypt,%Y%m%d\nNAME,name,string,,,redact,\n\
         CARD,card,string,,,LAST4,\nSSN,ssn,string,,,drop,\nPIN,,,,,drop,\n",
    );
    let spec = definition.table_spec();
    let columns: Vec<String> =
        spec.columns.iter().map(|c| format!("{} {} {}", c.name, c.column_type, c.required)).collect();
    insta::assert_snapshot!(columns.join("\n"), @r"
    no string true
    born string true
    name string false
    card string false
    load_interval timestamp true
    ");
    assert_eq!(spec.key, ["no", "born"]);
    let plan = definition.plan_columns(Level::P3);
    // The text in the source is still checked as its own type.
    assert_eq!((plan[1].column_type, plan[1].stored_type()), (ColumnType::Date, Some(ColumnType::String)));
    assert_eq!(plan[3].treatment, Some(Treatment::Last4));
    let dropped: Vec<_> = plan[4..].iter().map(|c| (c.target.clone(), c.treatment, c.stored_type())).collect();
    assert_eq!(dropped, vec![(None, Some(Treatment::Drop), None); 2]);
}
