//! Independent readers: PyIceberg opens the same catalog and finds the same tables, statistics and partitions.

use crate::support::Project;

const JOB: &str = "core__lab__everything__p1__append__pl__d";

/// A column of every type, in a table with every partition transform and a sort order.
const DEFINITION: &str = "\
@partition,year(d),\"truncate(2, s)\",\"bucket(3, i)\",b
@sort,i desc,s
source,target,type,key,required,level,treatment,format,description
b,b,boolean,,,p0,,,
i,i,int,,,p0,,,
l,l,bigint,,,p0,,,
f,f,float,,,p0,,,
g,g,double,,,p0,,,
n,n,\"decimal(9,2)\",,,p0,,,
m,m,\"decimal(38,10)\",,,p0,,,
d,d,date,,,p0,,,
t,t,timestamp,,,p0,,,
z,z,timestamptz,,,p0,,,
s,s,string,,,p0,,,글
x,x,binary,,,p0,,hex,
";

fn rows(from: u32, to: u32) -> String {
    let mut text = String::from("b,i,l,f,g,n,m,d,t,z,s,x\n");
    for n in from..to {
        let b = ["true", "false", ""][n as usize % 3];
        let month = n % 12 + 1;
        let float = ["1.5", "-0.0", "NaN", "Infinity", "1e-30", ""][n as usize % 6];
        let s = ["가나다라마바사아자차카타파하 긴 글입니다", "ab", "", "𝄞𝄞𝄞", "z\u{10ffff}\u{10ffff}"][n as usize % 5];
        text.push_str(&format!(
            "{b},{n},-{n}000000000,{float},{float},-{n}.5,{n}123456789012345678.0123456789,20{:02}-{month:02}-28,\
             2026-{month:02}-28 23:59:59.{n:06},2026-{month:02}-28T23:59:59Z,{s},{:04x}\n",
            n % 5 + 20,
            n * 7
        ));
    }
    text
}

#[test]
fn pyiceberg_believes_every_type_and_transform() {
    let project = Project::with_job(JOB, DEFINITION);
    project.drop(JOB, "2026-11-21", "a.csv", rows(0, 150));
    project.drop(JOB, "2026-11-22", "a.csv", rows(150, 200));
    project.loaded(JOB, "2026-11-21");
    project.loaded(JOB, "2026-11-22");
    project.drop(JOB, "2026-11-22", "b.csv", rows(200, 210));
    project.loaded(JOB, "2026-11-22");
    assert_eq!(project.value("select count(*) from lab.everything"), 210);
    project.check_with_pyiceberg();
}

#[test]
fn time_partitions_of_every_width() {
    for transform in [
        "year(t)",
        "month(t)",
        "day(t)",
        "hour(t)",
        "month(z)",
        "hour(z)",
        "day(load_interval)",
        "month(d)",
        "\"truncate(100, l)\"",
        "\"bucket(5, n)\"",
        "\"truncate(3, n)\"",
        "\"bucket(4, x)\"",
    ] {
        let definition = DEFINITION.replace(
            "@partition,year(d),\"truncate(2, s)\",\"bucket(3, i)\",b\n",
            &format!("@partition,{transform}\n"),
        );
        let project = Project::with_job(JOB, &definition);
        project.drop(JOB, "2026-11-21", "a.csv", rows(0, 40));
        project.loaded(JOB, "2026-11-21");
        assert_eq!(project.value("select count(*) from lab.everything"), 40, "{transform}");
        project.check_with_pyiceberg();
    }
}
