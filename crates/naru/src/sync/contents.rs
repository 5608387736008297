//! What a project must have where it runs, byte for byte.

use std::path::Path;

use naru_core::dag_file::DAG_FILE;
use naru_core::glue_job::GlueJobSpec;
use naru_core::manifest::{MANIFEST_FILE, Manifest};
use naru_core::sync::{Part, WantedFile};
use sha2::{Digest, Sha256};

use crate::error::CommandError;
use crate::project_jobs::ProjectJobs;
use crate::workspace::{Workspace, slashed};

/// A file with its content.
pub(crate) struct Content {
    pub(crate) file: WantedFile,
    pub(crate) bytes: Vec<u8>,
}

/// All that must be there.
pub(crate) struct Contents {
    pub(crate) files: Vec<Content>,
    /// Keys of the program that are not given but must be there, too.
    pub(crate) expected: Vec<String>,
    #[cfg_attr(not(feature = "aws"), expect(dead_code, reason = "a folder has no Glue jobs"))]
    pub(crate) glue_jobs: Vec<GlueJobSpec>,
    pub(crate) manifest: Manifest,
}

impl Contents {
    /// What a phase on this machine must have: DAG files and the manifest.
    pub(crate) fn for_folder(workspace: &Workspace, jobs: &ProjectJobs) -> Result<Self, CommandError> {
        let manifest = jobs.manifest(workspace)?;
        let mut files = vec![content(Part::Manifest, MANIFEST_FILE.into(), json(&manifest)?)];
        files.extend(dag_files(workspace, "")?);
        Ok(Self { files, expected: Vec::new(), glue_jobs: Vec::new(), manifest })
    }

    /// The files without their content.
    pub(crate) fn wanted(&self) -> Vec<WantedFile> {
        self.files.iter().map(|content| content.file.clone()).collect()
    }

    /// The content of a file.
    pub(crate) fn get(&self, part: Part, key: &str) -> Option<&Content> {
        self.files.iter().find(|content| content.file.part == part && content.file.key == key)
    }
}

/// SHA-256, in hexadecimal digits.
pub(crate) fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(super) fn content(part: Part, key: String, bytes: Vec<u8>) -> Content {
    Content { file: WantedFile { part, key, digest: digest(&bytes) }, bytes }
}

pub(super) fn json(manifest: &Manifest) -> Result<Vec<u8>, CommandError> {
    let json = manifest.to_json();
    let json = json.map_err(|error| CommandError::failed(format!("cannot write the manifest as JSON: {error}")))?;
    Ok(json.into_bytes())
}

/// The DAG files of jobs and what stands beside them, as the DAG of reruns, by their names.
pub(super) fn dag_files(workspace: &Workspace, prefix: &str) -> Result<Vec<Content>, CommandError> {
    let named = workspace.dags_python()?.into_iter().map(|(path, bytes)| {
        let name = path.file_name().map(|name| slashed(Path::new(name))).unwrap_or_default();
        content(Part::Dags, format!("{prefix}{name}"), bytes)
    });
    Ok(named.collect())
}

/// Whether a text is one that DAG files of naru's have.
pub(crate) fn is_dag_file(name: &str, text: &str) -> bool {
    let is_named = name.ends_with(".py") && naru_core::JobName::parse(name).is_ok();
    is_named && (text == DAG_FILE || naru_core::dag_file::DagFile::parse(name, text).is_ok())
}
