//! What a definition says of merging: checked under the job's mode, and written into the plan.

use crate::support::Project;

const MERGE: &str = "core__deposit__account__p1__merge__pl__d";
const SCD2: &str = "core__deposit__account__p1__scd2__pl__d";
const APPEND: &str = "core__deposit__account__p1__append__pl__d";

const DEFINITION: &str = "\
@order_by,changed_at
@deleted,OP,D
@merge_write,copy-on-write
source,target,type,key,required,level
ID,id,bigint,1,y,p1
NAME,name,string,,,p1
CHANGED,changed_at,timestamp,,y,p1
OP,,string,,,p0
";

#[test]
fn a_plan_says_how_rows_find_their_keys() {
    let project = Project::with_job(MERGE, DEFINITION);
    let plan = project.naru(&["plan", MERGE, "--date", "2026-11-22", "--json"]).ok().json()["plan"].clone();
    let expected = serde_json::json!({
        "order_by": "changed_at",
        "deleted": { "column": "OP", "values": ["D"] },
        "write": "copy-on-write",
    });
    assert_eq!(plan["merge"], expected);
    assert_eq!((&plan["version"], &plan["target"]["spec"]["key"]), (&3.into(), &serde_json::json!(["id"])));
}

#[test]
fn an_scd2_table_has_the_columns_of_validity() {
    let project = Project::with_job(SCD2, &format!("@valid_from,changed_at\n{DEFINITION}"));
    let plan = project.naru(&["plan", SCD2, "--date", "2026-11-22", "--json"]).ok().json()["plan"].clone();
    let columns = plan["target"]["spec"]["columns"].as_array().unwrap().iter();
    let names: Vec<&str> = columns.filter_map(|column| column["name"].as_str()).collect();
    assert_eq!(names, ["id", "name", "changed_at", "valid_from", "valid_to", "is_current", "load_interval"]);
    assert_eq!(plan["target"]["spec"]["key"], serde_json::json!(["id", "valid_from"]));
}

#[test]
fn settings_that_the_mode_does_not_heed_fail_the_check_and_the_run() {
    let project = Project::with_job(APPEND, DEFINITION);
    for arguments in [&["check"][..], &["run", APPEND, "--date", "2026-11-22"]] {
        let refused = project.naru(arguments).fails(1).stderr;
        for place in ["account.csv:1:2: @order_by", "account.csv:2:2: @deleted", "account.csv:3:2: @merge_write"] {
            assert!(refused.contains(&format!("{place}: a job of mode append does not heed it")), "{refused}");
        }
    }
}

#[test]
fn a_merge_needs_a_key() {
    let project = Project::with_job(MERGE, &DEFINITION.replace("bigint,1,y", "bigint,,y"));
    let refused = project.naru(&["run", MERGE, "--date", "2026-11-22"]).fails(1).stderr;
    assert!(refused.contains("mode merge finds rows by their key, and no column is of the key"), "{refused}");
}
