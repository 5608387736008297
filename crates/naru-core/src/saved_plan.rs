//! A load plan that was saved, for others to look at, and is carried out later: exactly as it is, or not at all.
//!
//! What a plan was made from is remembered by digests. Before it is carried out, the same digests are made again.

use serde::{Deserialize, Serialize};

use crate::LoadPlan;
use crate::run::{digest_text, plan_digest, sources_digest};

/// What a saved plan was made from, each as a hexadecimal SHA-256.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanDigests {
    /// Of the table definition.
    pub definition: String,
    /// Of the table's structure: columns and their ids, partitioning, order, key, settings; none: there was no table.
    pub table: Option<String>,
    /// Of the table's rows: the current snapshot; none: there was none.
    pub rows: Option<String>,
    /// Of the landed files.
    pub sources: String,
    /// Of all else that the plan says: names, places, policy.
    pub settings: String,
}

/// What is about to be done with a saved plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// The table is made what the plan says; files and rows are of no account.
    Apply,
    /// The plan's interval is loaded.
    Run,
}

impl PlanDigests {
    /// The digests of a plan; `structure` and `snapshot_id` are the table's.
    pub fn of(plan: &LoadPlan, definition: String, structure: Option<&str>, snapshot_id: Option<i64>) -> Self {
        let reason = String::new();
        let rest = LoadPlan { sources: Vec::new(), reason, ..plan.clone() };
        Self {
            definition,
            table: structure.map(digest_text),
            rows: snapshot_id.map(|id| digest_text(&id.to_string())),
            sources: sources_digest(&plan.sources),
            settings: plan_digest(&rest),
        }
    }

    /// What has changed since the plan was saved, as far as it matters for the purpose: the names of things, each with its
    /// digests then and now.
    pub fn drift(&self, now: &Self, purpose: Purpose) -> Vec<Drift> {
        let text = |digest: &Option<String>| digest.clone().unwrap_or_else(|| "none".into());
        let all = [
            ("the table definition", self.definition.clone(), now.definition.clone(), true),
            ("the table's structure", text(&self.table), text(&now.table), true),
            ("the table's rows", text(&self.rows), text(&now.rows), purpose == Purpose::Run),
            ("the landed files", self.sources.clone(), now.sources.clone(), purpose == Purpose::Run),
        ];
        let drifts = all.into_iter().filter(|(_, saved, now, matters)| *matters && saved != now);
        let mut drifts: Vec<Drift> = drifts.map(|(what, saved, now, _)| Drift { what, saved, now }).collect();
        // The definition is part of the plan too: only what it does not explain is told besides.
        if drifts.is_empty() && self.settings != now.settings {
            let (saved, now) = (self.settings.clone(), now.settings.clone());
            drifts.push(Drift { what: "the project's settings or the job's name", saved, now });
        }
        drifts
    }
}

/// Something that is not as it was when a plan was saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drift {
    /// What.
    pub what: &'static str,
    /// Its digest in the plan; `none` for what was not there.
    pub saved: String,
    /// Its digest now.
    pub now: String,
}
