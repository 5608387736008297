//! Tables that have been through everything, read by naru, PyIceberg and Spark alike.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::support::{Project, python, repository, run};

const JOB: &str = "core__lab__everything__p1__append__pl__d";

/// Definitions of one table, one after the other, and for each the rows of a day.
const STAGES: [(&str, &str); 5] = [
    (
        "@partition,k,\"bucket(3, s)\"\n@sort,i desc\nsource,target,type,required\n\
         K,k,int,y\nI,i,int,\nF,f,float,\nN,n,\"decimal(9,2)\",\nS,s,string,\nD,d,date,\n",
        "K,I,F,N,S,D\n1,7,1.5,-0.05,one,2026-01-31\n2,-8,NaN,9999999.99,둘,2026-02-28\n1,,,,,\n",
    ),
    // Widened, also where the table is partitioned by it; renamed; one more column, in front.
    (
        "@partition,k,\"bucket(3, label)\"\n@sort,i desc\nsource,target,type,required,renamed_from\n\
         X,extra,timestamp,,\nK,k,bigint,,\nI,i,bigint,,\nF,f,double,,\nN,n,\"decimal(38,2)\",,\nS,label,string,,s\nD,d,date,,\n",
        "X,K,I,F,N,S,D\n2026-03-01 00:00:00.000001,1,5000000000,1e300,-123456789012345678901234567890123456.78,two,\n,,1,,,,2026-03-01\n",
    ),
    // Partitioned and sorted otherwise.
    (
        "@partition,month(d)\n@sort,label\nsource,target,type,renamed_from\n\
         N,n,\"decimal(38,2)\",\nX,extra,timestamp,\nK,k,bigint,\nI,i,bigint,\nF,f,double,\nS,label,string,s\nD,d,date,\n",
        "N,X,K,I,F,S,D\n1.00,2026-04-01T00:00:00,3,3,0.25,three,2026-04-01\n",
    ),
    // What it was partitioned by at first is dropped, and a name that another column had comes back.
    (
        "@partition,month(d)\nsource,target,type,renamed_from\n\
         N,n,\"decimal(38,2)\",\nX,extra,timestamp,\nI,i,bigint,\nF,f,double,\nS,label,string,\nD,d,date,\nT,s,string,\n",
        "N,X,I,F,S,D,T\n2.00,,4,0.5,four,2026-05-01,new\n",
    ),
    // Back to the first partitioning but for what is gone, and all in another order.
    (
        "@partition,\"bucket(3, label)\"\n@compression,none\nsource,target,type,description\n\
         T,s,string,text\nD,d,date,day\nS,label,string,\nF,f,double,\nI,i,bigint,\nX,extra,timestamp,\nN,n,\"decimal(38,2)\",\n",
        "T,D,S,F,I,X,N\nnewer,2026-06-01,five,0.125,5,,3.00\n",
    ),
];

fn interval(stage: usize) -> String {
    format!("2026-11-{:02}", stage + 11)
}

/// The rows as PyIceberg reads them: names and texts.
fn pyiceberg_rows(project: &Project) -> BTreeSet<String> {
    let script = repository().join("tests/python/check_tables.py");
    let lake = project.path().join(".naru/lake");
    let report = run(python().arg(script).arg(lake).args(["--json", "--rows"])).ok().json();
    let rows = report["tables"]["dev_lab.everything"]["rows"].as_array().unwrap();
    let cell = |value: &Value| match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    rows.iter()
        .map(|row| shown(row.as_object().unwrap().iter().map(|(name, value)| (name.clone(), cell(value)))))
        .collect()
}

/// The rows as naru reads them.
fn naru_rows(project: &Project) -> BTreeSet<String> {
    let text = project.csv("select * from lab.everything");
    let mut lines = text.lines().map(|line| line.split(',').map(String::from).collect::<Vec<_>>());
    let names = lines.next().unwrap();
    lines.map(|cells| shown(names.iter().cloned().zip(cells))).collect()
}

/// A row as one text, whatever the order of its columns and the writing of its floating-point numbers.
fn shown(cells: impl Iterator<Item = (String, String)>) -> String {
    let plain = |(name, text): (String, String)| {
        let number = text.parse::<f64>().ok().filter(|_| name == "f");
        (name, number.map_or(text, |number| format!("{number:?}")))
    };
    format!("{:?}", cells.map(plain).collect::<BTreeMap<_, _>>())
}

#[test]
fn all_readers_read_the_same_rows_after_every_change() {
    for runs_evolve in [true, false] {
        let project = Project::new();
        for (stage, (definition, data)) in STAGES.iter().enumerate() {
            project.job(JOB, definition);
            project.drop(JOB, &interval(stage), "a.csv", data);
            let drops = stage == 3;
            if drops || !runs_evolve {
                project.naru(&["apply", "--allow-destructive"]).ok();
            }
            project.loaded(JOB, &interval(stage));
            let ours = naru_rows(&project);
            assert_eq!(ours.len(), [3, 5, 6, 7, 8][stage]);
            // Python takes its time: where runs evolve the table it looks at every stage, else at the last.
            if runs_evolve || stage + 1 == STAGES.len() {
                assert_eq!(ours, pyiceberg_rows(&project), "after stage {stage}");
            }
            if runs_evolve && stage > 0 {
                project.check_with_spark(&[]);
            }
        }
    }
}
