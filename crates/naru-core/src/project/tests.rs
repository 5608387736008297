#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use insta::assert_snapshot;
use proptest::prelude::*;

use super::*;

/// The faults of wrong settings, one line each, with its hint below.
fn faults(text: &str) -> String {
    let line = |fault: &Fault| format!("{fault}\n  hint: {}", fault.hint.as_deref().unwrap_or("none"));
    Project::parse(text, "naru.toml").unwrap_err().iter().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn one_key_is_enough() {
    let project = Project::parse("org = \"acme\"", "naru.toml").unwrap();
    assert_eq!((project.org.as_str(), project.account.as_ref()), ("acme", None));
    assert_eq!(project.time_zone, Tz::Asia__Seoul);
    assert_eq!(project.phase, Phase::Dev);
    assert_eq!((project.table_defs.as_str(), project.dags.as_str()), ("table-defs", "dags"));
    assert_eq!(project.run, RunSettings { parallel_jobs: 2, threads: 0, memory_mib: 512, commit_attempts: 10 });
    assert_eq!(
        project.lake(Phase::Dev),
        Ok(&LakeSettings::Embedded { path: ".naru/lake".into(), treatment_key_file: None })
    );
    assert_eq!(project.names.bucket.to_string(), "{org}-{phase}-{layer}-{level}");
    let fault = project.lake(Phase::Prod).unwrap_err();
    assert_snapshot!(format!("{fault}\n{}", fault.hint.clone().unwrap()), @r#"
    naru.toml: phase "prod" has no lake
    write a table [phases.prod] with lake = "embedded" or lake = "aws"
    "#);
}

#[test]
fn every_key_is_read() {
    let text = r#"
        org = "acme-bank"
        account = "012345678901"
        time_zone = "America/New_York"
        phase = "qa"
        table_defs = "definitions/"
        dags = "airflow/dags"
        [phases.dev]
        path = "lake"
        treatment_key_file = "/etc/naru/key"
        [phases.prod]
        lake = "aws"
        region = "ap-northeast-2"
        [names]
        bucket = "{org}-{account}-{phase}-{layer}-{level}"
        [run]
        parallel_jobs = 4
        threads = 1
        memory_mib = 64
        commit_attempts = 1
        [athena]
        usd_per_tb = 6.25
        [route]
        [spark]
        python = ".venv/bin/python"
        jars = ["iceberg.jar", "/opt/sqlite.jar"]
        package = "../naru/spark"
        [spark.conf]
        "spark.driver.memory" = "4g"
    "#;
    let project = Project::parse(text, "naru.toml").unwrap();
    assert_eq!((project.org.as_str(), project.account.as_deref()), ("acme-bank", Some("012345678901")));
    assert_eq!((project.time_zone, project.phase), (Tz::America__New_York, Phase::Qa));
    assert_eq!((project.table_defs.as_str(), project.dags.as_str()), ("definitions", "airflow/dags"));
    assert_eq!(
        project.lake(Phase::Dev),
        Ok(&LakeSettings::Embedded { path: "lake".into(), treatment_key_file: Some("/etc/naru/key".into()) })
    );
    assert_eq!(
        project.lake(Phase::Prod),
        Ok(&LakeSettings::Aws { account: "012345678901".into(), region: Some("ap-northeast-2".into()) })
    );
    assert!(project.lake(Phase::Qa).is_err());
    assert_eq!(project.names.bucket.to_string(), "{org}-{account}-{phase}-{layer}-{level}");
    assert_eq!(project.athena, AthenaSettings { usd_per_tb: 6.25 });
    let SparkSettings { python, jars, package, conf } = &project.spark;
    assert_eq!((python.as_str(), package.as_deref()), (".venv/bin/python", Some("../naru/spark")));
    assert_eq!((jars.as_slice(), conf.len()), (["iceberg.jar".to_owned(), "/opt/sqlite.jar".to_owned()].as_slice(), 1));
    assert_eq!(project.run, RunSettings { parallel_jobs: 4, threads: 1, memory_mib: 64, commit_attempts: 1 });
}

#[test]
fn spark_is_a_python_unless_more_is_said() {
    assert_eq!(Project::parse("org = \"acme\"", "naru.toml").unwrap().spark, SparkSettings::default());
    let text = "org = \"acme\"\n[spark]\npython = \"\"\njar = \"a.jar\"\n[spark.conf]\nport = 1\n";
    assert_snapshot!(faults(text), @r#"
    naru.toml:3:10: spark.python: the path is empty
      hint: write a path, absolute or relative to naru.toml
    naru.toml:4:1: unknown key "jar" in [spark]
      hint: did you mean "jars"?
    naru.toml:6:8: spark.conf: invalid type: integer `1`, expected a string
      hint: put the value in quotes
    "#);
}

#[test]
fn every_fault_is_told_at_once_with_its_place() {
    let text = r#"orgg = "acme"
account = 123456789012
time_zone = "Asia/Soul"
phase = "production"
[phases.dev]
region = "ap-northeast-2"
[phases.stage]
lake = "embedded"
[names]
bucket = "{org}-{phse}-{layer}-{level}"
[run]
threads = -1
memory_mb = 512
parallel_jobs = "two"
"#;
    assert_snapshot!(faults(text), @r#"
    naru.toml: org is missing
      hint: write org = "acme", with your organization's short name: names of buckets begin with it
    naru.toml:1:1: unknown key "orgg"
      hint: did you mean "org"?
    naru.toml:2:11: account: invalid type: integer `123456789012`, expected a string
      hint: put the value in quotes
    naru.toml:3:13: time_zone: unknown time zone "Asia/Soul"
      hint: did you mean "Asia/Seoul"?
    naru.toml:4:9: phase: unknown phase "production"
      hint: did you mean "prod"?
    naru.toml:6:10: phases.dev.region belongs to lake = "aws"
      hint: leave it out, or write lake = "aws"
    naru.toml:7:9: unknown key "stage" in [phases]
      hint: the keys are dev, qa, prod
    naru.toml:10:10: names.bucket: unknown placeholder {phse}
      hint: did you mean {phase}?
    naru.toml:12:11: run.threads is -1
      hint: write 0 or more, up to 4294967295
    naru.toml:13:1: unknown key "memory_mb" in [run]
      hint: did you mean "memory_mib"?
    naru.toml:14:17: run.parallel_jobs: invalid type: string "two", expected a whole number
      hint: none
    "#);
}

#[test]
fn faults_count_characters_not_bytes() {
    assert_snapshot!(faults("# 은행\norg = \"은행\" # 은행\ndags = \"가나\" \"다\""), @r"
    naru.toml:3:13: unexpected key or value, expected newline, `#`
      hint: none
    ");
    assert_snapshot!(faults("org = \"은행\""), @r#"
    naru.toml:1:7: org: "은행" cannot begin a bucket's name
      hint: write lower-case letters, digits and hyphens, a letter or digit first and last
    "#);
}

#[test]
fn templates_must_keep_different_things_apart() {
    let text = r#"org = "acme"
[names]
bucket = "{org}-{phase}-{level}"
shared_bucket = "{org}-{phase}-{layer}-{level}"
landing_prefix = "{job}/"
table_location = "{table"
table = ""
workgroup = "{org}-{account}-{level}"
"#;
    assert_snapshot!(faults(text), @r#"
    naru.toml:3:10: names.bucket: the template lacks {layer}
      hint: without it different things get one name; the default is "{org}-{phase}-{layer}-{level}"
    naru.toml:4:17: names.shared_bucket: {level} means nothing here
      hint: names.shared_bucket may hold {org} {phase} {layer} {account}
    naru.toml:5:18: names.landing_prefix: the template lacks {interval}
      hint: without it different things get one name; the default is "{source}/{database}/{table}/{interval}/"
    naru.toml:6:18: names.table_location: a brace without its partner
      hint: write placeholders as {org}; a name itself holds no brace
    naru.toml:7:9: names.table: the template is empty
      hint: placeholders are {org} {phase} {layer} {level} {account} {source} {database} {table} {interval} {job} {bucket}
    naru.toml:8:13: names.workgroup: {account} is not set
      hint: write account = "123456789012" at the top
    "#);
}

#[test]
fn routes_and_lakes_are_checked() {
    let text = r#"org = "acme"
run = 3
[phases.qa]
lake = "azure"
[phases.prod]
lake = "aws"
path = "lake"
region = "seoul"
[route]
glue_price = 1
"#;
    assert_snapshot!(faults(text), @r#"
    naru.toml:2:7: run is of type integer, not a table
      hint: write [run], and its keys below
    naru.toml:4:8: phases.qa.lake: unknown lake "azure"
      hint: the lakes are embedded (a directory with SQLite), aws
    naru.toml:6:8: lake = "aws" without an account
      hint: write account = "123456789012" at the top: it must own every bucket, and the catalog
    naru.toml:7:8: phases.prod.path belongs to lake = "embedded"
      hint: leave it out: buckets follow from [names]
    naru.toml:8:10: phases.prod.region: "seoul" is no AWS region
      hint: write its code, as in "ap-northeast-2"
    naru.toml:10:1: unknown key "glue_price" in [route]
      hint: the keys are place, region, wait_usd_per_hour, gzip_expansion, zstd_expansion, merge_factor, scd2_factor, process, lambda, spark
    "#);
}

#[test]
fn values_of_each_key_are_checked() {
    for (text, fault) in [
        ("org = \"-acme\"", "naru.toml:1:7: org: \"-acme\" cannot begin a bucket's name"),
        ("org = \"Acme\"", "naru.toml:1:7: org: \"Acme\" cannot begin a bucket's name"),
        ("org = \"\"", "naru.toml:1:7: org: \"\" cannot begin a bucket's name"),
        ("org = \"a\"\naccount = \"12\"", "naru.toml:2:11: account: \"12\" is no AWS account"),
        ("org = \"a\"\ndags = \"/\"", "naru.toml:2:8: dags: \"/\" is no folder"),
        ("org = \"a\"\nrun.memory_mib = 63", "naru.toml:2:18: run.memory_mib is 63"),
        ("org = \"a\"\nrun.commit_attempts = 0", "naru.toml:2:23: run.commit_attempts is 0"),
    ] {
        let faults = Project::parse(text, "naru.toml").unwrap_err();
        assert_eq!(faults.iter().map(ToString::to_string).collect::<Vec<_>>(), [fault]);
    }
}

#[test]
fn templates_print_as_they_were_written() {
    for text in ["{org}-{phase}", "x", "alias/{bucket}", "{source}/{database}/{table}/{interval}/"] {
        assert_eq!(Template::parse(text).unwrap().to_string(), text);
    }
    for text in ["", "{", "}", "{}", "{org", "org}", "{{org}}", "{ org }", "a}b{c"] {
        assert!(Template::parse(text).is_err(), "{text}");
    }
}

proptest! {
    #[test]
    fn any_text_is_settings_or_has_faults(text in any::<String>()) {
        if let Err(faults) = Project::parse(&text, "naru.toml") {
            prop_assert!(!faults.is_empty());
        }
    }

    #[test]
    fn any_template_is_right_or_an_error(text in "[{}a-z가]{0,12}") {
        if let Ok(template) = Template::parse(&text) {
            prop_assert_eq!(template.to_string(), text);
        }
    }
}

#[test]
fn a_key_in_the_place_of_its_file_is_not_repeated() {
    let told = |key: &str| {
        let told = faults(&format!("org = \"acme\"\n[phases.dev]\ntreatment_key_file = \"{key}\"\n"));
        assert!(!told.contains(key), "{told}");
        told
    };
    let hex = told(&"00".repeat(32));
    assert_snapshot!(hex, @r"
    naru.toml:3:22: phases.dev.treatment_key_file: this is a key, not the path of a file
      hint: write the path of a file that holds the key; this one is no secret any more: make another
    ");
    assert_eq!(told("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="), hex);
    assert_snapshot!(faults("org = \"acme\"\naccount = \"123456789012\"\n[phases.prod]\nlake = \"aws\"\ntreatment_key_file = \"k\"\n"), @r#"
    naru.toml:5:22: phases.prod.treatment_key_file belongs to lake = "embedded"
      hint: leave it out, or write lake = "embedded"
    "#);
}

#[test]
fn the_price_of_a_query_is_a_price() {
    let usd_per_tb = |text: &str| {
        Project::parse(&format!("org = \"a\"\n[athena]\nusd_per_tb = {text}"), "naru.toml").map(|p| p.athena)
    };
    assert_eq!(usd_per_tb("5").unwrap(), AthenaSettings { usd_per_tb: 5.0 });
    assert_eq!(usd_per_tb("0.0").unwrap(), AthenaSettings { usd_per_tb: 0.0 });
    for wrong in ["-1.0", "inf", "nan"] {
        let faults = usd_per_tb(wrong).unwrap_err();
        assert_eq!(faults[0].hint.as_deref(), Some("write a price in US dollars, 0 or more"), "{wrong}");
        assert_eq!((faults.len(), faults[0].line), (1, 3));
    }
}

#[test]
fn prices_are_of_a_region_and_a_day() {
    let text = r#"org = "a"
[prices.us-east-1]
dpu_hour = { usd = 0.3, date = "2027-01-01", source = "our contract" }
[prices.eu-west-1]
dpu_hour = { usd = 1, date = "2026-12-01" }
lambda_gb_second = { usd = 0.1, date = "2026-12-02" }
lambda_request = { usd = 0.0, date = "2026-12-03" }
"#;
    let prices = Project::parse(text, "naru.toml").unwrap().prices;
    let told: Vec<String> = prices
        .regions()
        .flat_map(|prices| {
            [&prices.dpu_hour, &prices.lambda_gb_second, &prices.lambda_request]
                .map(|price| format!("{} {} {} {}", prices.region, price.usd, price.date, price.source))
        })
        .collect();
    assert_snapshot!(told.join("\n"), @r"
    ap-northeast-2 0.44 2026-11-22 https://aws.amazon.com/glue/pricing/
    ap-northeast-2 0.0000166667 2026-11-22 https://aws.amazon.com/lambda/pricing/
    ap-northeast-2 0.0000002 2026-11-22 https://aws.amazon.com/lambda/pricing/
    eu-west-1 1 2026-12-01 https://aws.amazon.com/glue/pricing/
    eu-west-1 0.1 2026-12-02 https://aws.amazon.com/lambda/pricing/
    eu-west-1 0 2026-12-03 https://aws.amazon.com/lambda/pricing/
    us-east-1 0.3 2027-01-01 our contract
    us-east-1 0.0000166667 2026-11-22 https://aws.amazon.com/lambda/pricing/
    us-east-1 0.0000002 2026-11-22 https://aws.amazon.com/lambda/pricing/
    ");
}

#[test]
fn every_fault_of_a_price_is_told() {
    let text = r#"org = "a"
[prices.seoul]
dpu_hour = { usd = -1.0, date = "22.11.2026" }
[prices.eu-west-1]
lambda_request = { usd = inf, date = "2026-2-1" }
"#;
    assert_snapshot!(faults(text), @r#"
    naru.toml:2:1: prices.seoul: "seoul" is no AWS region
      hint: write its code, as in "ap-northeast-2"
    naru.toml:2:1: prices.seoul: lambda_gb_second is missing
      hint: write lambda_gb_second = { usd = …, date = "…" }, as https://aws.amazon.com/lambda/pricing/ has it
    naru.toml:2:1: prices.seoul: lambda_request is missing
      hint: write lambda_request = { usd = …, date = "…" }, as https://aws.amazon.com/lambda/pricing/ has it
    naru.toml:3:12: prices.seoul.dpu_hour: usd is -1
      hint: write the US dollars of https://aws.amazon.com/glue/pricing/, 0 or more
    naru.toml:3:12: prices.seoul.dpu_hour: "22.11.2026" is no date
      hint: write the day that this was the price, as in date = "2026-11-22"
    naru.toml:4:1: prices.eu-west-1: dpu_hour is missing
      hint: write dpu_hour = { usd = …, date = "…" }, as https://aws.amazon.com/glue/pricing/ has it
    naru.toml:4:1: prices.eu-west-1: lambda_gb_second is missing
      hint: write lambda_gb_second = { usd = …, date = "…" }, as https://aws.amazon.com/lambda/pricing/ has it
    naru.toml:5:18: prices.eu-west-1.lambda_request: usd is inf
      hint: write the US dollars of https://aws.amazon.com/lambda/pricing/, 0 or more
    naru.toml:5:18: prices.eu-west-1.lambda_request: "2026-2-1" is no date
      hint: write the day that this was the price, as in date = "2026-11-22"
    "#);
    assert_snapshot!(faults("org = \"a\"\n[prices.us-east-1]\ndpu_hour = { usd = 1.0 }\n"), @r"
    naru.toml:3:12: prices: missing field `date`
      hint: none
    ");
    assert_snapshot!(faults("org = \"a\"\n[prices.us-east-1]\ndpu_hours = { usd = 1.0 }\n"), @r#"
    naru.toml:3:1: unknown key "dpu_hours" in [prices]
      hint: did you mean "dpu_hour"?
    "#);
    assert_snapshot!(faults("org = \"a\"\nroute.region = \"eu-west-1\"\n"), @r#"
    naru.toml: there are no prices of region eu-west-1, which is route.region
      hint: write a table [prices.eu-west-1] with dpu_hour = { usd = 0.44, date = "2026-11-22" }, lambda_gb_second and lambda_request, each with the price and the day of https://aws.amazon.com/glue/pricing/ and https://aws.amazon.com/lambda/pricing/
    "#);
    // Other tables have none.
    assert_snapshot!(faults("org = \"a\"\nglue.prices = {}\nroute.spark.usd_per_dpu_hour = 1.0\n"), @r#"
    naru.toml:2:6: unknown key "prices" in [glue]
      hint: the keys are role, security_configuration, treatment_key_secret, worker_type, timeout_minutes, max_concurrent_runs
    naru.toml:3:13: unknown key "usd_per_dpu_hour" in [route]
      hint: the keys are startup_seconds, mib_per_second_per_worker, mib_per_worker, min_workers, max_workers, dpu_per_worker, minimum_billed_seconds
    "#);
}

#[test]
fn airflow_and_marks_have_their_keys() {
    let settings = r#"
        org = "acme"
        [airflow]
        retries = 5
        start_date = "2026-03-01"
        catchup = true
        runner = "ecs"
        runner_options = { cluster = "{org}" }
        owners = { deposit = "team" }
        [marks]
        store = "postgres"
        location = "postgresql://naru@db/naru_{phase}"
    "#;
    let project = Project::parse(settings, "naru.toml").unwrap();
    assert_eq!((project.airflow.retries, project.airflow.catchup), (5, true));
    assert_eq!((project.airflow.owner_of("deposit"), project.airflow.owner_of("card")), ("team", "data-platform"));
    let marks = project.marks.clone().unwrap();
    assert_eq!(marks.location_of(&project, crate::Phase::Qa), "postgresql://naru@db/naru_qa");
    let told = |text: &str| {
        let faults = Project::parse(&format!("org = \"acme\"\n{text}"), "naru.toml").unwrap_err();
        faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    };
    assert_eq!(told("[airflow]\nretry = 3"), "naru.toml:3:1: unknown key \"retry\" in [airflow]");
    assert_eq!(told("[airflow]\nrunner = \"fargat\"").split(": ").last(), Some("unknown runner \"fargat\""));
    assert_eq!(told("[airflow]\nstart_date = \"1.3.\"").split(": ").last(), Some("\"1.3.\" is no day"));
    assert!(told("[airflow.owners]\nDeposit = \"x\"").contains("holds 'D'"));
    assert_eq!(told("[marks]\nstore = \"s3\""), "naru.toml: marks.store without a location");
    assert!(told("[marks]\nlocation = \"x\"").ends_with("marks.location without a store"));
    assert!(told("[marks]\nstore = \"s3\"\nlocation = \"x\"").ends_with("this is no location of store \"s3\""));
    let secret = told("[marks]\nstore = \"postgres\"\nlocation = \"postgresql://naru:s3cr3t@db/naru\"");
    assert!(secret.ends_with("it holds a password") && !secret.contains("s3cr3t"), "{secret}");
    let mixed = "[phases.qa]\nlake = \"embedded\"\n[marks]\nstore = \"directory\"\nlocation = \"marks\"";
    assert!(told(mixed).ends_with("the marks of all phases would be one another's"));
}

#[test]
fn landing_has_its_keys() {
    let landing = |text: &str| Project::parse(&format!("org = \"a\"\n{text}"), "naru.toml").unwrap().landing;
    assert_eq!(landing(""), crate::landing::LandingSettings::default());
    let said = landing("[landing]\ncomplete = \"quiet_minutes(15)\"\nlook_back_minutes = 16\noverdue_minutes = 1");
    assert_eq!(said.complete.to_string(), "quiet_minutes(15)");
    assert_eq!((said.look_back_minutes, said.overdue_minutes), (16, 1));
    assert_snapshot!(faults("org = \"a\"\n[landing]\ncomplete = \"marker(SUCCESS)\"\noverdue_minutes = 0"), @r#"
    naru.toml:3:12: landing.complete: "SUCCESS" would be loaded as data
      hint: begin it with _, as in _SUCCESS, or end it in .ctl: such files are not read as data
    naru.toml:4:19: landing.overdue_minutes is 0
      hint: write 1 or more, up to 4294967295
    "#);
    assert_snapshot!(faults("org = \"a\"\n[landing]\ncomplete = \"quiet_minutes(120)\""), @r"
    naru.toml:3:12: landing.complete: quiet_minutes(120): looks go back 120 minutes only, so that none would see its end
      hint: write a greater look_back_minutes under [landing] in naru.toml, or fewer minutes
    ");
}
