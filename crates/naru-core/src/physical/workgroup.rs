//! The workgroup that a query runs in.

use super::WorkgroupName;
use crate::project::names::WORKGROUP;
use crate::project::template::{Placeholder, Values};
use crate::{Fault, Level, Phase, Project};

impl WorkgroupName {
    /// The workgroup of queries in a phase that read data of these levels, the raw data's level of each table: that of the
    /// highest one, and of the lowest there is where a query reads no table.
    ///
    /// # Errors
    /// A fault of `naru.toml` if Athena would refuse the name.
    pub fn of_query(
        project: &Project,
        phase: Phase,
        levels: impl IntoIterator<Item = Level>,
    ) -> Result<(Level, Self), Fault> {
        let level = levels.into_iter().max().unwrap_or(Level::P0);
        let values = Values::default()
            .with(Placeholder::Org, &project.org)
            .with(Placeholder::Phase, phase.as_str())
            .with(Placeholder::Level, level.as_str())
            .with(Placeholder::Account, project.account.as_deref().unwrap_or_default());
        let name = Self::new(project.names.workgroup.render(&values));
        let name = name.map_err(|error| {
            let hint = format!("change names.{} or its parts: {}", WORKGROUP.key, error.hint());
            Fault::new(crate::project::PROJECT_FILE, error.to_string()).hint(hint)
        })?;
        Ok((level, name))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;
    use crate::PhysicalNames;

    #[test]
    fn a_query_runs_at_the_highest_level_that_it_reads() {
        let project = Project::parse("org = \"acme\"", "naru.toml").unwrap();
        let of = |levels: &[Level]| {
            let (level, name) = WorkgroupName::of_query(&project, Phase::Prod, levels.iter().copied()).unwrap();
            format!("{level} {name}")
        };
        assert_eq!(of(&[Level::P1, Level::P2, Level::P0]), "p2 acme-prod-p2");
        assert_eq!(of(&[Level::P3]), "p3 acme-prod-p3");
        assert_eq!(of(&[]), "p0 acme-prod-p0");
        let job = "a__deposit__account__p2__merge__auto__d".parse().unwrap();
        let names = PhysicalNames::derive(&project, Phase::Prod, &job).unwrap();
        assert_eq!(format!("p2 {}", names.workgroup), of(&[Level::P2]), "one template, one name");
    }

    #[test]
    fn a_name_that_athena_refuses_is_a_fault() {
        let org = "a".repeat(121);
        let project = Project::parse(&format!("org = \"{org}\""), "naru.toml").unwrap();
        let fault = WorkgroupName::of_query(&project, Phase::Prod, [Level::P0]).unwrap_err();
        assert_eq!(fault.message.replace(&org, "ORG"), "workgroup \"ORG-prod-p0\" has 129 characters");
    }
}
