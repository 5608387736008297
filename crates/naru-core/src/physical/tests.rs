#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use chrono_tz::Tz;
use insta::assert_snapshot;

use super::*;
use crate::Cadence;

const JOB: &str = "corebank__deposit__account__p2__merge__auto__d";

fn derive(settings: &str, job: &str) -> Result<PhysicalNames, Vec<Fault>> {
    let project = Project::parse(settings, "naru.toml").unwrap();
    PhysicalNames::derive(&project, Phase::Prod, &job.parse().unwrap())
}

/// The faults of names over a limit, one line each, with its hint below.
fn faults(settings: &str, job: &str) -> String {
    let line = |fault: &Fault| format!("{}\n  hint: {}", fault.message, fault.hint.as_deref().unwrap_or("none"));
    derive(settings, job).unwrap_err().iter().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_landing_prefix_holds_the_intervals_text() {
    let names = derive("org = \"acme\"", JOB).unwrap();
    let day = Interval::parse(Cadence::D, "2026-11-22", Tz::Asia__Seoul).unwrap();
    assert_eq!(names.landing_prefix(&day), "corebank/deposit/account/2026-11-22/");
}

#[test]
fn names_are_plain_in_json() {
    let names = serde_json::to_value(derive("org = \"acme\"", JOB).unwrap()).unwrap();
    assert_eq!(names["landing"]["name"], "acme-prod-landing-p2");
    assert_eq!(names["landing"]["key_alias"], "alias/acme-prod-landing-p2");
    assert_eq!(names["landing_prefix"], "corebank/deposit/account/{interval}/");
    assert_eq!(names["tags"], serde_json::json!({"level": "p2", "source": "corebank", "database": "deposit"}));
}

#[test]
fn templates_of_ones_own_are_used() {
    let settings = r#"
        org = "acme"
        account = "123456789012"
        [names]
        bucket = "{account}.{org}.{phase}.{layer}.{level}"
        key_alias = "alias/{org}/x"
        database = "{org}_{source}_{database}"
    "#;
    // The alias lacks {bucket}: told when the settings are read.
    assert!(Project::parse(settings, "naru.toml").is_err());
    let settings = settings.replace("alias/{org}/x", "alias/x/{bucket}").replace("}.{", "}-{");
    let names = derive(&settings, JOB).unwrap();
    assert_eq!(names.lake.name.as_str(), "123456789012-acme-prod-lake-p2");
    assert_eq!(names.lake.key_alias.as_str(), "alias/x/123456789012-acme-prod-lake-p2");
    assert_eq!(names.glue_database.as_str(), "acme_corebank_deposit");
    let project = Project::parse(&settings, "naru.toml").unwrap();
    assert_eq!(
        PhysicalNames::key_alias(&project, Phase::Prod, names.lake.name.as_str()),
        names.lake.key_alias.as_str()
    );
}

#[test]
fn a_bucket_of_64_characters_is_a_fault() {
    let org = |length: usize| format!("org = \"{}\"", "a".repeat(length));
    // "-prod-quarantine-p2" has 19 characters.
    assert!(derive(&org(44), JOB).is_ok());
    assert_snapshot!(faults(&org(45), JOB), @r#"
    bucket "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-prod-quarantine-p2" has 64 characters
      hint: change names.bucket or its parts in naru.toml: S3 allows 3 to 63 lower-case letters, digits, dots and hyphens (Amazon S3 User Guide, General purpose bucket naming rules)
    "#);
}

#[test]
fn underscores_in_buckets_and_upper_case_in_databases_are_faults() {
    let settings = r#"
        org = "acme"
        [names]
        bucket = "{source}-{phase}-{layer}-{level}"
        database = "DB_{database}"
        quarantine_table = "{table}"
        table_location = "/{database}/{table}"
    "#;
    assert_snapshot!(faults(settings, "core_bank__deposit__account__p2__merge__auto__d"), @r#"
    bucket "core_bank-prod-landing-p2" holds '_'
      hint: change names.bucket or its parts in naru.toml: S3 allows 3 to 63 lower-case letters, digits, dots and hyphens (Amazon S3 User Guide, General purpose bucket naming rules)
    bucket "core_bank-prod-lake-p2" holds '_'
      hint: change names.bucket or its parts in naru.toml: S3 allows 3 to 63 lower-case letters, digits, dots and hyphens (Amazon S3 User Guide, General purpose bucket naming rules)
    bucket "core_bank-prod-quarantine-p2" holds '_'
      hint: change names.bucket or its parts in naru.toml: S3 allows 3 to 63 lower-case letters, digits, dots and hyphens (Amazon S3 User Guide, General purpose bucket naming rules)
    bucket "core_bank-prod-results-p2" holds '_'
      hint: change names.bucket or its parts in naru.toml: S3 allows 3 to 63 lower-case letters, digits, dots and hyphens (Amazon S3 User Guide, General purpose bucket naming rules)
    prefix "/deposit/account" does not end with a slash
      hint: change names.table_location or its parts in naru.toml: naru wants folders/with/a/slash/behind/, 768 bytes at most, since S3 allows 1,024 for a key (Amazon S3 User Guide, Naming Amazon S3 objects)
    Glue database "DB_deposit" holds 'D'
      hint: change names.database or its parts in naru.toml: Athena reads 1 to 255 lower-case letters, digits and underscores, a letter first, without quotes (Amazon Athena User Guide, Name databases, tables, and columns)
    the table and its quarantine table have one name
      hint: change names.quarantine_table in naru.toml
    "#);
}

#[test]
fn long_segments_are_faults() {
    let job = format!("{}__deposit__{}__p2__merge__auto__x", "s".repeat(257), "t".repeat(460));
    assert_snapshot!(
        derive("org = \"acme\"", &job).unwrap_err().iter().map(|f| f.message.replace(&"s".repeat(257), "s…s").replace(&"t".repeat(460), "t…t")).collect::<Vec<_>>().join("\n"),
        @r#"
        the landing prefix has 791 characters with the longest interval
        Glue table "t…t" has 460 characters
        Glue table "t…t_quarantine" has 471 characters
        Glue job "acme-prod-s…s__deposit__t…t__p2__merge__auto__x" has 758 characters
        DAG "s…s__deposit__t…t__p2__merge__auto__x" has 748 characters
        DAG file "s…s__deposit__t…t__p2__merge__auto__x.py" has 751 characters
        tag "s…s" has 257 characters
        "#
    );
}

#[test]
fn buckets_keep_to_s3s_rules() {
    for right in ["abc", "a.b-c", "1a2", &"a".repeat(63)] {
        assert!(BucketName::new(right).is_ok(), "{right}");
    }
    let problem = |text: &str| BucketName::new(text).unwrap_err().problem;
    assert_eq!(problem(""), "is empty");
    assert_eq!(problem("ab"), "has 2 characters");
    assert_eq!(problem(&"a".repeat(64)), "has 64 characters");
    assert_eq!(problem("acme_lake"), "holds '_'");
    assert_eq!(problem("Acme"), "holds 'A'");
    assert_eq!(problem("은행은행"), "holds '은'");
    assert_eq!(problem("-acme"), "does not begin and end with a letter or digit");
    assert_eq!(problem("acme."), "does not begin and end with a letter or digit");
    assert_eq!(problem("acme..lake"), "holds two dots in a row");
    assert_eq!(problem("xn--acme"), "begins with xn--");
    assert_eq!(problem("sthree-acme"), "begins with sthree-");
    assert_eq!(problem("amzn-s3-demo-acme"), "begins with amzn-s3-demo-");
    assert_eq!(problem("acme-s3alias"), "ends with -s3alias");
    assert_eq!(problem("acme--ol-s3"), "ends with --ol-s3");
    assert_eq!(problem("acme.mrap"), "ends with .mrap");
    assert_eq!(problem("acme--x-s3"), "ends with --x-s3");
    assert_eq!(problem("acme--table-s3"), "ends with --table-s3");
    assert_eq!(problem("192.168.5.4"), "looks like an IP address");
}

#[test]
fn other_names_keep_to_their_rules() {
    assert!(KeyAlias::new(format!("alias/{}", "a".repeat(250))).is_ok());
    assert_eq!(KeyAlias::new(format!("alias/{}", "a".repeat(251))).unwrap_err().problem, "has 257 characters");
    assert_eq!(KeyAlias::new("key/acme").unwrap_err().problem, "does not begin with alias/");
    assert_eq!(KeyAlias::new("alias/aws/s3").unwrap_err().problem, "begins with alias/aws/, which is AWS's own");
    assert_eq!(KeyAlias::new("alias/a.b").unwrap_err().problem, "holds '.'");
    assert_eq!(GlueDatabaseName::new("1dev").unwrap_err().problem, "does not begin with a letter");
    assert_eq!(GlueTableName::new("account-2").unwrap_err().problem, "holds '-'");
    assert_eq!(GlueTableName::new("a".repeat(256)).unwrap_err().problem, "has 256 characters");
    assert_eq!(GlueJobName::new("a\nb").unwrap_err().problem, "holds '\n'");
    assert_eq!(WorkgroupName::new("a".repeat(129)).unwrap_err().problem, "has 129 characters");
    assert_eq!(DagId::new("a".repeat(251)).unwrap_err().problem, "has 251 characters");
    assert_eq!(DagId::new("a b").unwrap_err().problem, "holds ' '");
    assert_eq!(TagValue::new("a".repeat(257)).unwrap_err().problem, "has 257 characters");
    for wrong in ["a", "/", "/a/", "a//b/", "../a/", "a/./"] {
        assert!(KeyPrefix::new(wrong).is_err(), "{wrong}");
    }
}
