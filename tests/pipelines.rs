//! The scripts of `pipelines/`, as GitHub Actions and CodeBuild run them.

use std::path::Path;
use std::process::Command;

use crate::append::{DEFINITION, JOB};
use crate::support::{Project, Ran, repository, run};

const SETTINGS: &str = "org = \"acme\"\n[phases.dev]\nlake = \"embedded\"\npath = \".naru/lake\"\n[airflow]\ndags_folder = \"airflow-dags\"\n";

/// A script in a project's folder, with the installed program on the path.
fn script(project: &Project, name: &str) -> Ran {
    let path = format!("{}:{}", project.path().join("bin").display(), std::env::var("PATH").unwrap());
    let mut command = Command::new(repository().join("pipelines").join(name));
    command.current_dir(project.path()).env("PATH", path).env("NARU_PHASE", "dev").env("NARU_RETRY_SECONDS", "0");
    run(&mut command)
}

fn sha256(file: &Path) -> String {
    let sum = Command::new("sha256sum").arg(file).output().unwrap();
    String::from_utf8(sum.stdout).unwrap().split_whitespace().next().unwrap().to_owned()
}

/// Installs a release of the program that is tested, by the digest that is said.
fn install(project: &Project, digest: Option<&str>) -> Ran {
    let release = project.path().join("release");
    if !release.exists() {
        std::fs::create_dir(&release).unwrap();
        std::fs::copy(env!("CARGO_BIN_EXE_naru"), release.join("naru")).unwrap();
        std::fs::write(release.join("kernel.whl"), "PK").unwrap();
        let sums = Command::new("sh").args(["-c", "sha256sum naru *.whl > SHA256SUMS"]).current_dir(&release).status();
        assert!(sums.unwrap().success());
    }
    let digest = digest.map_or_else(|| sha256(&release.join("SHA256SUMS")), str::to_owned);
    let mut command = Command::new(repository().join("pipelines/install.sh"));
    command.env("NARU_RELEASE", format!("file://{}", release.display())).env("NARU_SHA256", digest);
    run(command.env("NARU_BIN_DIR", project.path().join("bin")))
}

#[test]
fn a_pull_request_shows_the_plan_and_a_merge_carries_it_out() {
    let project = Project::with_job(JOB, DEFINITION);
    project.write("naru.toml", SETTINGS.as_bytes());
    install(&project, Some(&"0".repeat(64))).fails(1);
    assert!(!project.path().join("bin").exists(), "a release that is not vouched for is installed");
    install(&project, None).ok();

    let plan = || std::fs::read_to_string(project.path().join("plan.md")).unwrap();
    let placed = project.path().join("airflow-dags").join(format!("{JOB}.py"));
    script(&project, "plan.sh").ok();
    assert!(plan().starts_with("### naru sync --phase dev\n\nOn merge:\n\n~~~text\n"), "{}", plan());
    assert!(plan().contains(&format!("{JOB}.py")) && plan().contains("nothing was changed"), "{}", plan());
    assert!(!placed.exists());
    script(&project, "sync.sh").ok();
    assert!(placed.exists());
    script(&project, "plan.sh").ok();
    assert!(plan().contains("0 to create, 0 to change"), "{}", plan());

    // A fault is told in the comment, and stops the merge from doing anything.
    project.write("dags/core__deposit__none__p1__append__auto__d.py", b"dag = 1\n");
    let told = script(&project, "plan.sh").fails(1);
    assert!(plan().contains("Nothing will be put before this is mended (exit 1):"), "{}", plan());
    assert!(plan().contains("core__deposit__none__p1__append__auto__d.py") && !told.stdout.is_empty(), "{}", plan());
    script(&project, "sync.sh").fails(1);
    assert!(!project.path().join("airflow-dags/core__deposit__none__p1__append__auto__d.py").exists());
}
