//! How a run treated its rows, and whether rows of two runs may stand in one table.

use std::collections::{BTreeMap, BTreeSet};

use crate::LoadPlan;

/// How a run treated the table's columns.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AppliedTreatments {
    /// Treated columns with the words of their treatments, as in definitions.
    pub columns: BTreeMap<String, String>,
    /// Id of the treatment key; none: no column needed it, or it is not known.
    pub key_id: Option<String>,
}

/// Why rows of two runs must not stand side by side: equal values would no longer join, or clear values would stand
/// beside treated ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TreatmentConflict {
    /// Columns that the two treat in different ways.
    Columns(Vec<String>),
    /// The same treatments under different keys.
    Key {
        /// Id of the earlier run's key.
        recorded: String,
        /// Id of this run's key.
        given: String,
    },
}

impl AppliedTreatments {
    /// What a plan applies; `key_id` is of the key that it will have, if that is known.
    pub fn of(plan: &LoadPlan, key_id: Option<&str>) -> Self {
        Self { columns: plan.treatments(), key_id: key_id.map(Into::into) }
    }

    /// What keeps this run's rows from standing beside an earlier run's, if anything. `existed` tells whether the table
    /// had a column when the earlier run was loaded: a column that came later has no values of it.
    pub fn conflict_with(&self, earlier: &Self, existed: impl Fn(&str) -> bool) -> Option<TreatmentConflict> {
        let named: BTreeSet<&String> = self.columns.keys().chain(earlier.columns.keys()).collect();
        let differ = |name: &&String| self.columns.get(*name) != earlier.columns.get(*name) && existed(name);
        let differing: Vec<String> = named.into_iter().filter(differ).cloned().collect();
        if !differing.is_empty() {
            return Some(TreatmentConflict::Columns(differing));
        }
        match (&earlier.key_id, &self.key_id) {
            (Some(recorded), Some(given)) if recorded != given => {
                Some(TreatmentConflict::Key { recorded: recorded.clone(), given: given.clone() })
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn applied(columns: &[(&str, &str)], key_id: Option<&str>) -> AppliedTreatments {
        let columns = columns.iter().map(|(name, word)| ((*name).into(), (*word).into())).collect();
        AppliedTreatments { columns, key_id: key_id.map(Into::into) }
    }

    #[test]
    fn rows_that_do_not_join_do_not_mix() {
        let conflict = |new: &AppliedTreatments, old: &AppliedTreatments| new.conflict_with(old, |name| name != "late");
        let hashed = applied(&[("no", "hash")], Some("a"));
        assert_eq!(conflict(&hashed, &hashed), None);
        assert_eq!(conflict(&applied(&[("no", "hash")], None), &hashed), None);
        let clear = applied(&[], None);
        let columns = Some(TreatmentConflict::Columns(vec!["no".into()]));
        assert_eq!(conflict(&hashed, &clear), columns);
        assert_eq!(conflict(&clear, &hashed), columns);
        assert_eq!(conflict(&applied(&[("no", "last4")], None), &hashed), columns);
        assert_eq!(conflict(&applied(&[("no", "hash"), ("late", "hash")], Some("a")), &hashed), None);
        let other_key = applied(&[("no", "hash")], Some("b"));
        let key = TreatmentConflict::Key { recorded: "a".into(), given: "b".into() };
        assert_eq!(conflict(&other_key, &hashed), Some(key));
    }
}
