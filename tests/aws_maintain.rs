//! `naru maintain` and `naru tables` on a catalog that others use, too.

use std::sync::{Arc, Mutex};

use crate::append::DEFINITION;
use crate::support::aws::AwsProject;
use crate::support::proxy::{Fate, Proxy};

const DAY: &str = "2026-11-22";
const JOBS: [&str; 2] = ["core__deposit__account__p1__append__pl__d", "core__deposit__branch__p1__replace__pl__d"];

fn loaded(jobs: &[&str]) -> AwsProject {
    let aws = AwsProject::with_jobs(&jobs.iter().map(|job| (*job, DEFINITION)).collect::<Vec<_>>());
    for job in jobs {
        aws.drop(job, DAY, "a.csv", "ID,NAME,AMT\n1,kim,1\n");
        aws.loaded(job, DAY);
    }
    aws
}

/// The operations of Glue that a command asks for, in their order.
fn glue_operations(aws: &AwsProject, args: &[&str]) -> (String, Vec<String>) {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&seen);
    let proxy = Proxy::start(move |_, head| {
        let operation = head.split("AWSGlue.").nth(1).and_then(|rest| rest.split_whitespace().next());
        log.lock().unwrap().extend(operation.map(String::from));
        Fate::Done
    });
    let ran = crate::support::run(aws.command(args).env("AWS_ENDPOINT_URL", proxy.endpoint())).ok();
    let operations = seen.lock().unwrap().clone();
    (ran.stdout, operations)
}

#[test]
fn glue_is_asked_for_the_databases_of_the_phase_and_no_others() {
    let _other = loaded(&JOBS[..1]);
    let aws = loaded(&JOBS);
    let count = |operations: &[String], wanted: &str| operations.iter().filter(|o| *o == wanted).count();
    let (told, operations) = glue_operations(&aws, &["maintain", "--dry-run"]);
    assert_eq!(told.lines().count(), 2, "{told}");
    assert_eq!(count(&operations, "GetTables"), 1, "one database: {operations:?}");
    assert_eq!(count(&operations, "GetDatabases"), 0, "{operations:?}");
    assert_eq!(count(&operations, "GetTable"), 2, "each table that is maintained: {operations:?}");
    let (told, operations) = glue_operations(&aws, &["maintain", "deposit.branch", "--dry-run"]);
    assert_eq!((told.lines().count(), count(&operations, "GetTables")), (1, 1), "{told}{operations:?}");
    assert!(count(&operations, "GetTable") <= 2 && count(&operations, "GetDatabases") == 0, "{operations:?}");
}

#[test]
fn a_table_of_the_same_database_inside_a_tables_directory_is_found() {
    let aws = loaded(&JOBS[..1]);
    let org = &aws.org;
    aws.boto3(&format!(
        "inside = 's3://{org}-dev-lake-p1/deposit/account/inside/metadata/00000-a.metadata.json'\n\
         table = {{'Name': 'inside', 'Parameters': {{'table_type': 'ICEBERG', 'metadata_location': inside}}}}\n\
         glue.create_table(DatabaseName='{org}_dev_deposit', TableInput=table)\n\
         print('null')"
    ));
    let refused = aws.naru(&["maintain"]).fails(1);
    let told = format!("{org}_dev_deposit.inside");
    assert!(refused.stderr.contains("another table lies in") && refused.stderr.contains(&told), "{}", refused.stderr);
    // It is no table of a job's.
    assert!(!aws.naru(&["tables"]).ok().stdout.contains("inside"));
}
