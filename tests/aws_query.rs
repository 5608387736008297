//! `naru query` and `naru check --live` on a phase whose lake is on AWS. moto runs no SQL: what a query gives is said beforehand
//! (`tests/aws/moto_additions/athena_queries.py`).

use serde_json::json;

use crate::append::{DEFINITION, JOB};
use crate::support::aws::AwsProject;

const PUBLIC: (&str, &str) = (
    "core__code__branch__p0__replace__pl__d",
    "source,target,type,key,required,level,treatment,format,description\nCD,code,string,1,y,p0,,,Code\n",
);

/// What the next query does.
fn prepare(aws: &AwsProject, ends: &str) {
    aws.boto3(&format!(
        "import os, urllib.request\n\
         body = json.dumps({{'region': 'us-east-1', **{ends}}}).encode()\n\
         urllib.request.urlopen(os.environ['AWS_ENDPOINT_URL'] + '/naru/athena/next', body).close()\n\
         print('null')"
    ));
}

#[test]
fn a_query_runs_in_athena_at_the_highest_level_that_it_reads() {
    let aws = AwsProject::with_jobs(&[(JOB, DEFINITION), PUBLIC]);
    let level = JOB.split("__").nth(3).unwrap();
    let columns = "[['no', 'bigint'], ['amount', 'decimal'], ['at', 'timestamp']]";
    let rows = "[['1', '10.50', '2026-11-22 05:06:07.000000'], [None, None, None]]";
    let ends = format!("{{'bytes': 20 << 20, 'columns': {columns}, 'rows': {rows}}}");
    prepare(&aws, &ends);
    let sql = "select 1 from code.branch b, deposit.account where account.id = 1";
    let ran = aws.naru(&["query", sql, "--as-of", "4711", "--json"]).ok();
    assert_eq!(
        ran.json(),
        json!([
            {"no": 1, "amount": 10.50, "at": "2026-11-22T05:06:07"},
            {"no": null, "amount": null, "at": null},
        ])
    );
    let told = format!("workgroup {}-dev-{level}: 20.0 MiB scanned, about USD 0.000095", aws.org);
    assert!(ran.stderr.contains(&told), "{}", ran.stderr);
    let started = aws.boto3(
        "import os, urllib.request\n\
         print(urllib.request.urlopen(os.environ['AWS_ENDPOINT_URL'] + '/naru/athena/queries?region=us-east-1').read().decode())",
    );
    let org = &aws.org;
    let text = format!(
        "select 1 from \"{org}_dev_code\".\"branch\" FOR VERSION AS OF 4711 b, \
         \"{org}_dev_deposit\".\"account\" FOR VERSION AS OF 4711 where account.id = 1"
    );
    assert!(started.as_array().unwrap().iter().any(|query| query["text"] == text), "{started}");

    prepare(&aws, "{'state': 'FAILED', 'reason': 'Query exhausted resources at this scale factor'}");
    aws.naru(&["query", "select id from deposit.account"]).fails(75);
    prepare(&aws, "{'state': 'FAILED', 'reason': \"INVALID_CAST_ARGUMENT: Cannot cast '900101' to INT\"}");
    let failed = aws.naru(&["query", "select id from deposit.account"]).fails(1);
    assert!(failed.stderr.contains("Cannot cast […] to INT") && !failed.stderr.contains("900101"), "{}", failed.stderr);
    let unknown = aws.naru(&["query", "select 1 from secret.person"]).fails(1);
    assert!(unknown.stderr.contains("there is no table secret.person in phase dev"), "{}", unknown.stderr);
}

#[test]
fn a_live_check_tells_all_that_is_wrong_with_buckets_keys_and_workgroups() {
    let aws = AwsProject::with_jobs(&[PUBLIC]);
    let ran = aws.naru(&["check", "--live"]).ok();
    assert_eq!(ran.stdout, "1 jobs and 1 definitions, 8 buckets with their keys and 1 workgroup on AWS: no faults\n");
    let org = &aws.org;
    aws.boto3(&format!(
        "s3.delete_bucket_policy(Bucket='{org}-dev-lake-p0')\n\
         key = kms.describe_key(KeyId='alias/{org}-dev-lake-p0')['KeyMetadata']['KeyId']\n\
         kms.disable_key_rotation(KeyId=key)\n\
         athena = boto3.client('athena')\n\
         athena.delete_work_group(WorkGroup='{org}-dev-p0')\n\
         athena.create_work_group(Name='{org}-dev-p0')\n\
         print('null')"
    ));
    let failed = aws.naru(&["check", "--live"]).fails(1);
    for fault in [
        format!("bucket {org}-dev-lake-p0 has no policy: requests without TLS are not denied"),
        format!("key alias/{org}-dev-lake-p0 is not rotated"),
        format!("workgroup {org}-dev-p0 has no limit of what a query may scan"),
        format!("workgroup {org}-dev-p0 has no location of results"),
    ] {
        assert!(failed.stderr.contains(&fault), "{}", failed.stderr);
    }
    aws.naru(&["check"]).ok();
}
