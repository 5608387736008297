//! The `[airflow]` table of `naru.toml`: what all DAGs have in common.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Serialize;

use crate::name::vocabulary::vocabulary;
use crate::{Phase, Project};

/// Where an Airflow task has a load run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Runner {
    /// Where the worker is.
    #[default]
    Local,
    /// AWS Lambda.
    Lambda,
    /// A task of Amazon ECS.
    Ecs,
    /// A pod of Kubernetes.
    Kubernetes,
}

vocabulary!(
    Runner,
    "runner",
    {
        Local => ("local", "where the worker is"),
        Lambda => ("lambda", "AWS Lambda"),
        Ecs => ("ecs", "a task of Amazon ECS"),
        Kubernetes => ("kubernetes", "a pod of Kubernetes"),
    },
    aliases: &[("worker", "local"), ("fargate", "ecs"), ("k8s", "kubernetes"), ("pod", "kubernetes")],
    later: &[]
);

/// What all DAGs have in common.
#[derive(Debug, Clone, PartialEq)]
pub struct AirflowSettings {
    /// How often a task that may succeed later is tried again. Default 3.
    pub retries: u32,
    /// Time before a retry, in seconds. Default 300.
    pub retry_delay_seconds: u32,
    /// When a task is stopped, in seconds, at least 1. Default 7200.
    pub execution_timeout_seconds: u32,
    /// Pool of the tasks. Default `default_pool`.
    pub pool: String,
    /// Owner of DAGs of databases that `owners` does not hold. Default `data-platform`.
    pub owner: String,
    /// Owner of the DAGs of a logical database.
    pub owners: BTreeMap<String, String>,
    /// Runs of one DAG at once, at least 1. Default 1.
    pub max_active_runs: u32,
    /// First day that DAGs have intervals for, in the project's time zone. Default 2026-01-01.
    pub start_date: NaiveDate,
    /// Whether intervals since then that were missed are run. Default no.
    pub catchup: bool,
    /// When a wait for other jobs gives up, in seconds, at least 1. Default a week.
    pub wait_timeout_seconds: u32,
    /// Time between two looks of a wait, in seconds, at least 1. Default 60.
    pub wait_poll_seconds: u32,
    /// Whether a task leaves its worker while it waits for other jobs or for Glue. Default yes.
    pub deferrable: bool,
    /// Where loads run. Default where the worker is.
    pub runner: Runner,
    /// What the runner needs to know; in texts `{org}`, `{phase}` and `{account}` stand for their values.
    pub runner_options: BTreeMap<String, serde_json::Value>,
    /// The program, a name that `PATH` finds or a path. Default `naru`.
    pub naru_binary: String,
    /// Of embedded lakes: the directory that Airflow reads DAG files from, absolute or relative to the settings' file.
    pub dags_folder: Option<String>,
}

impl Default for AirflowSettings {
    fn default() -> Self {
        Self {
            retries: 3,
            retry_delay_seconds: 300,
            execution_timeout_seconds: 7200,
            pool: "default_pool".into(),
            owner: "data-platform".into(),
            owners: BTreeMap::new(),
            max_active_runs: 1,
            start_date: NaiveDate::from_ymd_opt(2026, 1, 1).unwrap_or_default(),
            catchup: false,
            wait_timeout_seconds: 604_800,
            wait_poll_seconds: 60,
            deferrable: true,
            runner: Runner::default(),
            runner_options: BTreeMap::new(),
            naru_binary: "naru".into(),
            dags_folder: None,
        }
    }
}

impl AirflowSettings {
    /// Who owns the DAGs of a logical database.
    pub fn owner_of(&self, database: &str) -> &str {
        self.owners.get(database).unwrap_or(&self.owner)
    }
}

impl Project {
    /// A text of the settings in a phase, with `{org}`, `{phase}` and `{account}` replaced.
    pub(crate) fn filled(&self, text: &str, phase: Phase) -> String {
        let account = self.account.as_deref().unwrap_or_default();
        text.replace("{org}", &self.org).replace("{phase}", phase.as_str()).replace("{account}", account)
    }
}
