//! Independent readers, PyIceberg and Spark, open the same catalog and find the same tables, statistics and partitions.

use crate::support::Project;
use crate::support::cells::compare;

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

/// The ends of what types hold, and instants before 1970, whose transforms round down.
const EDGES: &str = "\
true,-2147483648,-9223372036854775808,-0.0,-0.0,-9999999.99,-9999999999999999999999999999.9999999999,\
0001-01-01,0001-01-01 00:00:00.000000,0001-01-02T00:00:00Z,\"a,\"\"b\"\"\",00\n\
false,2147483647,9223372036854775807,3.4028235e38,1.7976931348623157e308,9999999.99,\
9999999999999999999999999999.9999999999,9999-12-31,9999-12-31 23:59:59.999999,9999-12-31T23:59:59Z,\"\",ff00\n\
,-1,-1,1e-45,4.9e-324,-0.01,-0.0000000001,1969-12-31,1969-12-31 23:59:59.999999,1969-12-31T23:59:59Z,\u{10ffff},\n\
,-2,,,,,,,,,,\n";

/// Partition fields, several in one table: a partition field's value for every type and transform is among them.
const PARTITIONS: [&str; 8] = [
    "",
    "year(d),\"truncate(2, s)\",\"bucket(3, i)\",b",
    "month(t),hour(z),\"truncate(128, l)\",\"bucket(5, n)\"",
    "day(t),month(d),\"truncate(3, n)\",\"bucket(4, x)\",\"bucket(2, s)\"",
    "hour(t),day(z),\"truncate(1, x)\",\"bucket(3, l)\",n",
    "year(t),year(z),\"bucket(2, d)\",\"truncate(20, m)\",x",
    "day(d),month(z),\"truncate(16, i)\",\"bucket(2, t)\",\"bucket(2, z)\"",
    "day(load_interval),\"bucket(4, m)\",i,l,m,d,t,z,s",
];

/// Row 18 of `rows`, found by each of its cells: where partitions or bounds were false, an engine would pass over it.
const ROW_18: [&str; 10] = [
    "b = true",
    "l = -18000000000",
    "f = 1.5f",
    "n = -18.5",
    "m = 18123456789012345678.0123456789",
    "d = date'2023-07-28'",
    "t = timestamp_ntz'2026-07-28 23:59:59.000018'",
    "z = timestamp'2026-07-28T23:59:59Z'",
    "s = '𝄞𝄞𝄞'",
    "x = x'007e'",
];

#[test]
fn spark_reads_every_type_and_transform() {
    let project = Project::new();
    for (n, partitions) in PARTITIONS.iter().enumerate() {
        let job = format!("core__lab__table{n}__p1__append__pl__d");
        let replaced = format!("core__lab__replaced{n}__p1__replace__pl__d");
        let columns = DEFINITION.split_once("@sort").unwrap().1;
        let definition = match *partitions {
            "" => format!("@sort{columns}"),
            fields => format!("@partition,{fields}\n@sort{columns}"),
        };
        let jobs = if n < 2 { vec![job, replaced] } else { vec![job] };
        for job in jobs {
            project.job(&job, &definition);
            project.drop(&job, "2026-11-21", "a.csv", rows(0, 20) + EDGES);
            project.drop(&job, "2026-11-22", "a.csv", rows(17, 21));
            project.loaded(&job, "2026-11-21");
            project.loaded(&job, "2026-11-22");
            project.drop(&job, "2026-11-22", "b.csv", rows(30, 32));
            project.loaded(&job, "2026-11-22");
        }
    }
    project.check_with_spark(&[]);
    for (n, partitions) in PARTITIONS.iter().enumerate() {
        // In the table without partitions by bounds alone.
        let words: Vec<_> = partitions.split(|c: char| !c.is_alphanumeric()).collect();
        let cells = ROW_18.iter().filter(|cell| n == 0 || words.contains(&cell.split(' ').next().unwrap()));
        let cells: Vec<_> = cells.copied().collect();
        let counted: Vec<_> = cells
            .iter()
            .map(|cell| format!("select \"{cell}\", count(*) from naru.dev_lab.table{n} where i = 18 and {cell}"))
            .collect();
        let twice: Vec<_> = cells.iter().map(|cell| vec![Some((*cell).to_owned()), Some("2".to_owned())]).collect();
        let found = project.spark_sql(&[&counted.join(" union all ")]);
        compare(&format!("table{n}, row 18"), &twice, "spark", &found);
    }
}
