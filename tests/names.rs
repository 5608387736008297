//! `naru name`: a name in words, and all that follows from it.

use crate::support::{Project, naru, run};

const JOB: &str = "corebank__deposit__account__p2__merge__auto__d";

#[test]
fn explains_a_name_and_what_follows_from_it() {
    let project = Project::new();
    let by_name = project.naru(&["name", JOB]).ok().stdout;
    for part in [
        "from corebank into deposit.account",
        "acme-dev-lake-p2",
        "alias/acme-dev-landing-p2",
        "dev_deposit",
        "account_quarantine",
    ] {
        assert!(by_name.contains(part), "{part} is not in\n{by_name}");
    }
    let by_path = project.naru(&["name", &format!("dags/{JOB}.py")]).ok().stdout;
    assert_eq!(by_name, by_path);
    let json = project.naru(&["name", JOB, "--json", "--phase", "prod"]).ok().json();
    assert_eq!((&json["phase"], &json["segments"]["mode"]), (&"prod".into(), &"merge".into()));
}

#[test]
fn needs_no_project() {
    let outside = tempfile::tempdir().unwrap();
    let told = run(naru().current_dir(outside.path()).args(["name", JOB])).ok().stdout;
    assert!(told.contains("from corebank into deposit.account"), "{told}");
}

#[test]
fn a_wrong_name_tells_every_wrong_segment() {
    let project = Project::new();
    let wrong = project.naru(&["name", "CoreBank__deposit__account__p9__marge__auto__daily"]).fails(2).stderr;
    for part in ["p9", "did you mean \"merge\"", "daily"] {
        assert!(wrong.contains(part), "{part} is not in\n{wrong}");
    }
}
