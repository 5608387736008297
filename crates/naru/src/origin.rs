//! Where something comes from: the commit of the project, and who is at work.

use std::path::Path;
use std::process::Command;

use naru_core::project::LakeSettings;

use crate::error::CommandError;
use crate::workspace::Workspace;

/// Where pipelines say which commit they are at: GitHub Actions, AWS CodeBuild, GitLab CI.
const COMMIT_VARIABLES: [&str; 4] = ["NARU_COMMIT", "GITHUB_SHA", "CODEBUILD_RESOLVED_SOURCE_VERSION", "CI_COMMIT_SHA"];

/// Where pipelines say who has started them.
const ACTOR_VARIABLES: [&str; 4] = ["NARU_ACTOR", "GITHUB_ACTOR", "CODEBUILD_INITIATOR", "GITLAB_USER_LOGIN"];

/// The commit of the project: what the pipeline says, else what Git says, with `-dirty` where files have changed since.
/// None if neither knows.
pub(crate) fn commit(workspace: &Workspace) -> Option<String> {
    said(&COMMIT_VARIABLES).or_else(|| {
        let head = git(&workspace.root, &["rev-parse", "HEAD"])?;
        let changes = git(&workspace.root, &["status", "--porcelain", "--", "."])?;
        Some(if changes.is_empty() { head } else { format!("{head}-dirty") })
    })
}

/// Who is at work: whom the pipeline names, else user and host.
pub(crate) fn actor() -> String {
    let said_by_system = |name: &str| std::env::var(name).ok().filter(|value| !value.trim().is_empty());
    let here = || {
        let user = said_by_system("USER").or_else(|| said_by_system("LOGNAME")).unwrap_or_else(|| "unknown".into());
        let host = said_by_system("HOSTNAME").or_else(|| std::fs::read_to_string("/etc/hostname").ok());
        format!("{user}@{}", host.as_deref().map_or("unknown", str::trim))
    };
    said(&ACTOR_VARIABLES).unwrap_or_else(here)
}

/// The project's directory, absolute, where the phase's lake is on this machine.
pub(crate) fn local_project(workspace: &Workspace) -> Result<Option<String>, CommandError> {
    let Ok(LakeSettings::Embedded { .. }) = workspace.project.lake(workspace.phase) else { return Ok(None) };
    let root = &workspace.root;
    let absolute = root.canonicalize().map_err(|error| CommandError::io("find", root, &error))?;
    Ok(Some(absolute.to_string_lossy().into_owned()))
}

fn said(variables: &[&str]) -> Option<String> {
    variables.iter().find_map(|name| std::env::var(name).ok().filter(|value| !value.trim().is_empty()))
}

fn git(directory: &Path, args: &[&str]) -> Option<String> {
    let output = Command::new("git").arg("-C").arg(directory).args(args).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
