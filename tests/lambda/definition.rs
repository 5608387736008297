//! A table definition lands.

use serde_json::{Value, json};

use super::{AwsProject, DEFINITION, Deployed, JOB, created};

const KEY: &str = "table-defs/deposit/account.csv";
const REPORT: &str = "table-defs/deposit/account.csv.report.json";

fn status(answer: &Value) -> &str {
    answer["report"]["status"].as_str().unwrap_or_else(|| panic!("{answer}"))
}

/// Faults with their places, of a report or of `naru check`.
fn faults(report: &Value) -> Vec<String> {
    let told = |fault: &Value| {
        format!("{}:{}:{} {}", fault["file"].as_str().unwrap(), fault["line"], fault["column"], fault["message"])
    };
    report["faults"].as_array().unwrap().iter().map(told).collect()
}

fn event(lambda: &Deployed) -> Value {
    json!({"event": "definition", "bucket": lambda.bucket("defs"), "key": KEY})
}

#[test]
fn a_table_is_made_and_changed_and_a_report_lies_beside() {
    let lambda = Deployed::with_job(JOB, DEFINITION);
    let answer = lambda.invoke(&created(&[(&lambda.bucket("defs"), KEY)])).answer();
    assert_eq!((&answer["exit"], status(&answer)), (&json!(0), "created"));
    let report = lambda.object("defs", REPORT);
    assert_eq!(report, answer["report"]);
    assert_eq!(
        (&report["job"], &report["table"], &report["faults"]),
        (&json!(JOB), &json!("deposit.account"), &json!([]))
    );
    // A sync leaves the report where it is, and has nothing to do.
    assert!(lambda.aws.naru(&["sync", "--prune"]).ok().stdout.contains("nothing to do"));

    let wider = DEFINITION.replace("decimal(18,2)", "decimal(20,2)") + "BRANCH,branch,int,,,p1,,,\n";
    let answer = lambda.invoke(&lambda.put("defs", KEY, &wider)).answer();
    assert_eq!(status(&answer), "evolved", "{answer}");
    assert_eq!(answer["report"]["differences"].as_array().unwrap().len(), 2, "{answer}");
    let fields = lambda.aws.boto3(&format!(
        "columns = glue.get_table(DatabaseName='{}_dev_deposit', Name='account')['Table']['StorageDescriptor']['Columns']\n\
         print(json.dumps([c['Name'] + ' ' + c['Type'] for c in columns]))",
        lambda.aws.org
    ));
    let right = ["id bigint", "name string", "amount decimal(20,2)", "branch int", "load_interval timestamp"];
    assert_eq!(fields, json!(right));

    // What is no definition is passed over; a report starts nothing.
    let answer = lambda.invoke(&created(&[(&lambda.bucket("defs"), REPORT)])).answer();
    assert_eq!((&answer["exit"], status(&answer)), (&json!(0), "passed_over"));
    lambda.aws.boto3(&format!("s3.delete_object(Bucket='{}', Key='{KEY}')\nprint(1)", lambda.bucket("defs")));
    assert_eq!(status(&lambda.invoke(&event(&lambda)).answer()), "gone");
    assert_eq!(lambda.object("defs", REPORT)["status"], "evolved");
}

#[test]
fn a_bad_file_changes_nothing_and_its_report_names_every_fault() {
    let lambda = Deployed::with_job(JOB, DEFINITION);
    lambda.invoke(&event(&lambda)).answer();
    let bad = "@delimitre,;\nsource,target,type,key,required,level\nID,id,number,1,y,p3\nA,select,string,,,\n";
    let s3 = lambda.put("defs", KEY, bad);
    let (kind, told) = lambda.invoke(&s3).error();
    assert_eq!((kind.as_str(), &told["exit"], status(&told)), ("naru.Failed", &json!(1), "faulty"));
    let report = lambda.object("defs", REPORT);
    let in_report = faults(&report);
    // As `naru check` says it, to the letter.
    lambda.aws.project.write(KEY, bad.as_bytes());
    let checked = lambda.aws.naru(&["check", "--json"]).fails(1).json();
    let checked = faults(&checked);
    assert!(in_report.len() >= 3, "{in_report:?}");
    assert_eq!(in_report, checked);
    assert_eq!(lambda.aws.table("deposit", "account")["count"], 0, "the table is as it was");
    // A column above the job's level is a fault of both.
    lambda.put("defs", KEY, &DEFINITION.replace("NAME,name,string,,,p1", "NAME,name,string,,,p3"));
    let answer = lambda.invoke(&event(&lambda)).answer();
    assert_eq!(
        (&answer["exit"], status(&answer), answer["report"]["faults"].as_array().unwrap().len()),
        (&json!(1), "faulty", 1)
    );
}

#[test]
fn without_a_job_it_is_checked_and_nothing_is_made() {
    let lambda = Deployed::with_job(JOB, DEFINITION);
    let other = "table-defs/deposit/branch.csv";
    let answer = lambda.invoke(&lambda.put("defs", other, DEFINITION)).answer();
    assert_eq!((&answer["exit"], status(&answer), &answer["report"]["job"]), (&json!(0), "no_job", &Value::Null));
    assert!(answer["message"].as_str().unwrap().contains("names no job for deposit.branch"), "{answer}");
    assert_eq!(lambda.object("defs", &format!("{other}.report.json"))["status"], "no_job");
    let (_, told) = lambda.invoke(&lambda.put("defs", other, "source,target,type\nA,a,number\n")).error();
    assert_eq!(status(&told), "faulty");
    let tables = lambda.aws.boto3(&format!(
        "names = [d['Name'] for d in glue.get_databases()['DatabaseList'] if d['Name'].startswith('{}_')]\n\
         print(json.dumps(names))",
        lambda.aws.org
    ));
    assert_eq!(tables, json!([]));
    // Once the project has one, the same event makes it.
    lambda.aws.project.job(&JOB.replace("account", "branch"), DEFINITION);
    crate::sync(&lambda.aws);
    let again = json!({"event": "definition", "bucket": lambda.bucket("defs"), "key": other});
    assert_eq!(status(&lambda.invoke(&again).answer()), "created");
}

#[test]
fn the_phases_policy_decides_what_a_file_may_change() {
    let aws = AwsProject::with_jobs(&[(JOB, DEFINITION)]);
    crate::add_settings(&aws, "[evolution]\ndev = \"additive\"\n");
    let lambda = Deployed::of(aws);
    // A table that never held a row may become anything.
    lambda.invoke(&event(&lambda)).answer();
    lambda.aws.drop(JOB, "2026-11-21", "a.csv", "ID,NAME,AMT\n1,kim,10.50\n");
    lambda.aws.loaded(JOB, "2026-11-21");
    lambda.put("defs", KEY, &format!("{DEFINITION}BRANCH,branch,int,,,p1,,,\n"));
    assert_eq!(status(&lambda.invoke(&event(&lambda)).answer()), "evolved");
    let wider = DEFINITION.replace("decimal(18,2)", "decimal(20,2)") + "BRANCH,branch,int,,,p1,,,\n";
    let (_, told) = lambda.invoke(&lambda.put("defs", KEY, &wider)).error();
    assert_eq!((&told["exit"], status(&told)), (&json!(1), "refused"));
    let refused = &told["report"]["refused"][0];
    assert!(refused["remedy"].as_str().unwrap().contains("`naru apply` does it"), "{refused}");
    assert_eq!(lambda.object("defs", REPORT)["status"], "refused");
    assert_eq!(lambda.aws.table("deposit", "account")["count"], 1);
}

#[test]
fn the_hundredth_event_hides_nothing_and_old_ones_bring_nothing_back() {
    let lambda = Deployed::with_job(JOB, DEFINITION);
    let first = lambda.put("defs", KEY, DEFINITION);
    let helpers = [crate::function(&lambda.aws, &lambda.api, lambda.aws.endpoint())];
    let ids: Vec<u64> = (0..100).map(|_| lambda.api.send(&first, 900)).collect();
    let mut made = 0;
    for id in ids {
        // Of two at once one may have lost the race for the commit; Lambda asks again.
        if let crate::Ended::Answer(answer) = lambda.api.ended(id) {
            made += usize::from(status(&answer) == "created");
        }
    }
    assert!(made >= 1);
    drop(helpers);
    let report = lambda.object("defs", REPORT);
    assert_eq!(report["status"], "created");
    let metadata = |lambda: &Deployed| {
        lambda.aws.boto3(&format!(
            "print(json.dumps(glue.get_table(DatabaseName='{}_dev_deposit', Name='account')['Table']['Parameters']['metadata_location']))",
            lambda.aws.org
        ))
    };
    let before = metadata(&lambda);
    // The event of the first file comes last: what is done is what the second one says, and no more than once.
    let second = lambda.put("defs", KEY, &format!("{DEFINITION}BRANCH,branch,int,,,p1,,,\n"));
    assert_eq!(status(&lambda.invoke(&first).answer()), "evolved");
    let (after, report) = (metadata(&lambda), lambda.object("defs", REPORT));
    assert_ne!(before, after);
    lambda.invoke(&second).answer();
    lambda.invoke(&first).answer();
    assert_eq!((metadata(&lambda), lambda.object("defs", REPORT)), (after, report));
}
