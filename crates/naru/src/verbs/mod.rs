//! One file a verb; a verb's doc comment is its help.

pub(crate) mod apply;
pub(crate) mod check;
pub(crate) mod completions;
pub(crate) mod demo;
pub(crate) mod history;
pub(crate) mod infer;
pub(crate) mod init;
pub(crate) mod layout;
pub(crate) mod maintain;
pub(crate) mod manifest;
pub(crate) mod mark;
pub(crate) mod name;
pub(crate) mod plan;
pub(crate) mod quarantine;
pub(crate) mod query;
pub(crate) mod replay;
pub(crate) mod rerun;
pub(crate) mod route;
pub(crate) mod run;
pub(crate) mod sync;
pub(crate) mod tables;
pub(crate) mod wait;
