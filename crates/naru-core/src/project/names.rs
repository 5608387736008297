//! The table of derived names: for each row its default template, and what a template of one's own may and must hold.

use std::fmt;

use super::template::Placeholder::{
    self, Account, Bucket, Database, Interval, Job, Layer, Level, Org, Phase, Source, Table,
};
use super::template::{Template, TemplateError};

/// The templates that derived names are made from; the `[names]` table of `naru.toml`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameTemplates {
    /// Bucket of a layer and level. Default `{org}-{phase}-{layer}-{level}`.
    pub bucket: Template,
    /// Bucket without a level. Default `{org}-{phase}-{layer}`.
    pub shared_bucket: Template,
    /// Alias of a bucket's key. Default `alias/{bucket}`.
    pub key_alias: Template,
    /// Where an interval's files land. Default `{source}/{database}/{table}/{interval}/`.
    pub landing_prefix: Template,
    /// Where a table is in the lake's bucket. Default `{database}/{table}/`.
    pub table_location: Template,
    /// Glue database. Default `{phase}_{database}`.
    pub database: Template,
    /// Glue table. Default `{table}`.
    pub table: Template,
    /// Glue table of the rejected rows. Default `{table}_quarantine`.
    pub quarantine_table: Template,
    /// Glue job. Default `{org}-{phase}-{job}`.
    pub glue_job: Template,
    /// Athena workgroup. Default `{org}-{phase}-{level}`.
    pub workgroup: Template,
    /// Airflow DAG. Default `{job}`.
    pub dag: Template,
}

/// A row of the table of derived names.
#[derive(Debug)]
pub(crate) struct Row {
    /// Its key in `[names]`.
    pub(crate) key: &'static str,
    /// Its template unless `naru.toml` has another.
    pub(crate) default: &'static str,
    /// What a template may hold.
    allowed: &'static [Placeholder],
    /// What a template must hold, so that different things get different names.
    required: &'static [Placeholder],
}

/// Where `naru.toml` says something; printed as `names.bucket`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Setting {
    pub(crate) table: &'static str,
    pub(crate) key: &'static str,
}

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.table, self.key)
    }
}

const OF_JOB: &[Placeholder] = &[Org, Phase, Level, Account, Source, Database, Table, Job];

pub(crate) const BUCKET: Row = Row {
    key: "bucket",
    default: "{org}-{phase}-{layer}-{level}",
    allowed: &[Org, Phase, Layer, Level, Account, Source, Database],
    required: &[Phase, Layer, Level],
};
pub(crate) const SHARED_BUCKET: Row = Row {
    key: "shared_bucket",
    default: "{org}-{phase}-{layer}",
    allowed: &[Org, Phase, Layer, Account],
    required: &[Phase, Layer],
};
pub(crate) const KEY_ALIAS: Row =
    Row { key: "key_alias", default: "alias/{bucket}", allowed: &[Org, Phase, Account, Bucket], required: &[Bucket] };
pub(crate) const LANDING_PREFIX: Row = Row {
    key: "landing_prefix",
    default: "{source}/{database}/{table}/{interval}/",
    allowed: &[Org, Phase, Level, Account, Source, Database, Table, Interval, Job],
    required: &[Source, Database, Table, Interval],
};
pub(crate) const TABLE_LOCATION: Row =
    Row { key: "table_location", default: "{database}/{table}/", allowed: OF_JOB, required: &[Database, Table] };
pub(crate) const DATABASE: Row = Row {
    key: "database",
    default: "{phase}_{database}",
    allowed: &[Org, Phase, Account, Source, Database],
    required: &[Database],
};
pub(crate) const TABLE: Row = Row { key: "table", default: "{table}", allowed: &[Source, Table], required: &[Table] };
pub(crate) const QUARANTINE_TABLE: Row =
    Row { key: "quarantine_table", default: "{table}_quarantine", allowed: &[Source, Table], required: &[Table] };
pub(crate) const GLUE_JOB: Row =
    Row { key: "glue_job", default: "{org}-{phase}-{job}", allowed: OF_JOB, required: &[Database, Table] };
pub(crate) const WORKGROUP: Row = Row {
    key: "workgroup",
    default: "{org}-{phase}-{level}",
    allowed: &[Org, Phase, Level, Account],
    required: &[Level],
};
pub(crate) const DAG: Row = Row { key: "dag", default: "{job}", allowed: OF_JOB, required: &[Database, Table] };

impl Row {
    /// Where its template is set.
    pub(crate) const fn setting(&self) -> Setting {
        Setting { table: "names", key: self.key }
    }

    /// Parses a template for this row.
    ///
    /// # Errors
    /// What is wrong, and what to do about it.
    pub(super) fn parse(&self, text: &str, has_account: bool) -> Result<Template, (String, String)> {
        let template = Template::parse(text).map_err(|error: TemplateError| (error.to_string(), error.hint()))?;
        let list =
            |placeholders: &[Placeholder]| placeholders.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
        if let Some(strange) = template.placeholders().find(|placeholder| !self.allowed.contains(placeholder)) {
            let hint = format!("names.{} may hold {}", self.key, list(self.allowed));
            return Err((format!("{strange} means nothing here"), hint));
        }
        let holds = |placeholder: Placeholder| template.placeholders().any(|held| held == placeholder);
        let in_job = |placeholder| matches!(placeholder, Source | Database | Table) && holds(Job);
        let lacks: Vec<_> = self.required.iter().copied().filter(|p| !holds(*p) && !in_job(*p)).collect();
        if !lacks.is_empty() {
            let hint = format!("without it different things get one name; the default is \"{}\"", self.default);
            return Err((format!("the template lacks {}", list(&lacks)), hint));
        }
        if holds(Account) && !has_account {
            return Err(("{account} is not set".into(), "write account = \"123456789012\" at the top".into()));
        }
        Ok(template)
    }
}
