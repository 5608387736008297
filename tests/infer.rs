//! `naru infer`: drafts that pass the check and load what they were made from.

use std::path::{Path, PathBuf};

use crate::support::{Project, Ran, naru, run};

/// The demo's project, whose drops are real enough.
fn bank() -> (tempfile::TempDir, PathBuf) {
    let parent = tempfile::tempdir().unwrap();
    let dir = parent.path().join("bank");
    run(naru().arg("demo").arg(&dir)).ok();
    (parent, dir)
}

fn files(directory: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = std::fs::read_dir(directory).unwrap().flatten().map(|entry| entry.path()).collect();
    found.sort();
    found
}

fn infer(project: &Project, files: &[PathBuf], args: &[&str]) -> Ran {
    run(project.command(&["infer"]).args(files).args(args))
}

#[test]
fn drafts_of_the_demos_drops_load_every_row() {
    let (_parent, bank) = bank();
    // The first day of each job: the second one's exchange rates hold a day that does not exist.
    let jobs = [
        ("corebank__deposit__account__p2__replace__auto__d", "2026-11-20", 200),
        ("corebank__deposit__transaction__p2__append__auto__d", "2026-11-20", 1500),
        ("cardsys__card__approval__p3__append__auto__d", "2026-11-20", 500),
        ("market__market__exchange_rate__p0__append__pl__d", "2026-11-20", 5),
        ("hr__organization__branch__p0__replace__pl__m", "2026-11", 6),
    ];
    let project = Project::new();
    for (job, interval, _) in jobs {
        let part: Vec<&str> = job.split("__").collect();
        let prefix = format!(".naru/lake/acme-dev-landing-{}/{}/{}/{}/{interval}", part[3], part[0], part[1], part[2]);
        let landed = files(&bank.join(&prefix));
        for file in &landed {
            project.drop(job, interval, &file.file_name().unwrap().to_string_lossy(), std::fs::read(file).unwrap());
        }
        let written = infer(&project, &landed, &["--job", job, "--write"]).ok();
        assert!(
            written.stdout.contains(&format!("created table-defs/{}/{}.csv", part[1], part[2])),
            "{}",
            written.stdout
        );
        assert!(written.stdout.contains(&format!("created dags/{job}.py")), "{}", written.stdout);
    }
    project.naru(&["check"]).ok();
    for (job, _, rows) in jobs {
        let loaded = project.loaded(job, "2026-11-20");
        assert_eq!((&loaded["rows"], &loaded["status"]), (&rows.into(), &"loaded".into()), "{job}: {loaded}");
    }
    let account = std::fs::read_to_string(project.path().join("table-defs/deposit/account.csv")).unwrap();
    for line in
        ["@encoding,cp949", "@delimiter,|", "BAL_AMT,bal_amt,\"decimal(18,2)\",", "OPEN_DTM,open_dtm,timestamp,"]
    {
        assert!(account.contains(line), "{line} is not in\n{account}");
    }
    assert!(
        account.contains("ACNT_NO,acnt_no,string,1,y,p2") && account.contains("CUST_NM,cust_nm,string,,,p2"),
        "{account}"
    );
    let card = std::fs::read_to_string(project.path().join("table-defs/card/approval.csv")).unwrap();
    assert!(
        card.contains("card_no,card_no,string,,,p3") && card.contains("approved_at,approved_at,timestamptz"),
        "{card}"
    );
    let rates = std::fs::read_to_string(project.path().join("table-defs/market/exchange_rate.csv")).unwrap();
    assert!(rates.contains("@header,none\n@thousands_separator,\",\"\n"), "{rates}");
}

#[test]
fn a_draft_needs_no_project_and_tells_no_value() {
    let outside = tempfile::tempdir().unwrap();
    let file = outside.path().join("people.csv");
    std::fs::write(
        &file,
        "id,rrn,mail,when\n17,800101-1234560,a.b@secret.kr,01/02/2026\n18,800101-5234563,c@secret.kr,03/04/2026\n",
    )
    .unwrap();
    let told = run(naru().current_dir(outside.path()).arg("infer").arg(&file)).ok();
    assert!(told.stdout.contains("rrn,rrn,string,,,p3"), "{}", told.stdout);
    for part in ["looked at 2 records of 1 file", "needs the level p3", "check digit", "day and month"] {
        assert!(told.stderr.contains(part), "{part} is not in\n{}", told.stderr);
    }
    for value in ["800101", "secret", "01/02", "17"] {
        assert!(!told.stderr.contains(value) && !told.stdout.contains(value), "{value} in\n{}", told.stderr);
    }
    let json = run(naru().arg("infer").arg(&file).arg("--json")).ok().json();
    assert_eq!((&json["needs_level"], &json["records"]), (&"p3".into(), &2.into()));
    assert_eq!(json["draft"], told.stdout);
    assert_eq!(json["columns"][3]["type"], "string");
    assert!(json["doubts"].as_array().unwrap().iter().any(|doubt| doubt["about"] == "level"), "{json}");
}

#[test]
fn nothing_is_overwritten() {
    const JOB: &str = "web__shop__order__p1__append__auto__d";
    let project = Project::new();
    let file = project.write("order.csv", b"id,amount\n1,2.50\n2,3.75\n");
    infer(&project, std::slice::from_ref(&file), &["--job", JOB, "--write"]).ok();
    let before = std::fs::read(project.path().join("table-defs/shop/order.csv")).unwrap();
    let again = infer(&project, std::slice::from_ref(&file), &["--job", JOB, "--write"]).fails(1);
    assert!(again.stderr.contains("table-defs/shop/order.csv is there already"), "{}", again.stderr);
    assert_eq!(before, std::fs::read(project.path().join("table-defs/shop/order.csv")).unwrap());
    infer(&project, std::slice::from_ref(&file), &["--job", JOB]).ok();
    let other = "web__shop__order__p2__append__auto__d";
    std::fs::remove_file(project.path().join("table-defs/shop/order.csv")).unwrap();
    let other = infer(&project, std::slice::from_ref(&file), &["--job", other, "--write"]).fails(1);
    assert!(other.stderr.contains(&format!("another job: {JOB}")), "{}", other.stderr);
    infer(&project, std::slice::from_ref(&file), &["--write"]).fails(2);
}

#[test]
fn personal_data_above_the_jobs_level_stays_out() {
    const JOB: &str = "web__shop__member__p1__append__auto__d";
    let project = Project::new();
    let file = project.write("member.csv", b"id,email,grade\n1,a@x.kr,gold\n2,b@x.kr,tin\n");
    let told = infer(&project, std::slice::from_ref(&file), &["--job", JOB, "--write"]).ok();
    assert!(told.stderr.contains("above the job's p1") && told.stderr.contains("name the job p2"), "{}", told.stderr);
    project.naru(&["check"]).ok();
    project.drop(JOB, "2026-11-22", "member.csv", std::fs::read(&file).unwrap());
    assert_eq!(project.loaded(JOB, "2026-11-22")["rows"], 2);
    assert_eq!(project.csv("select id, grade from shop.member order by id"), "id,grade\n1,gold\n2,tin\n");
    let only = project.write("mail.csv", b"email\na@x.kr\nb@x.kr\n");
    let refused = infer(&project, &[only], &["--job", "web__shop__mail__p1__append__auto__d"]).fails(1);
    assert!(refused.stderr.contains("name the job p2"), "{}", refused.stderr);
}

#[test]
fn files_that_are_not_of_one_table() {
    let project = Project::new();
    let one = project.write("one.csv", "id,이름\n1,김\n".as_bytes());
    let two = project.write("two.csv", "id,주소\n1,서울\n".as_bytes());
    let cp949 = project.write("cp949.csv", &encoding_rs::EUC_KR.encode("id,이름\n1,김\n").0);
    let empty = project.write("empty.csv", b"");
    let differ = infer(&project, &[one.clone(), two], &[]).fails(1);
    assert!(differ.stderr.contains("two.csv") && differ.stderr.contains("is not that of"), "{}", differ.stderr);
    let differ = infer(&project, &[one.clone(), cp949], &[]).fails(1);
    assert!(differ.stderr.contains("cp949.csv") && differ.stderr.contains("encoding"), "{}", differ.stderr);
    let passed = infer(&project, &[empty.clone(), one], &[]).ok();
    assert!(passed.stderr.contains("empty.csv holds nothing"), "{}", passed.stderr);
    infer(&project, &[empty], &[]).fails(1);
    infer(&project, &[project.path().join("missing.csv")], &[]).fails(1);
}
