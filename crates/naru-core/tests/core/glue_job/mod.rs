//! Glue jobs: what they are, what differs, who may alter them, what runs mean and cost.

mod definition;
mod runs;

use naru_core::{JobName, Phase, PhysicalNames, Project};

const JOB: &str = "corebank__deposit__account__p2__merge__auto__d";

fn project(more: &str) -> Project {
    Project::parse(&format!("org = \"acme\"\n{more}"), "naru.toml").unwrap()
}

fn names(project: &Project, phase: Phase) -> (JobName, PhysicalNames) {
    let job = JobName::parse(JOB).unwrap();
    let names = PhysicalNames::derive(project, phase, &job).unwrap();
    (job, names)
}
