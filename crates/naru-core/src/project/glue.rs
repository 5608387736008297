//! The `[glue]` table of `naru.toml`.

use super::reader::{Faults, Reader};
use super::template::Placeholder::{self, Account, Level, Org, Phase};
use super::template::{Template, TemplateError};
use crate::glue_job::settings::{
    DEFAULT_ROLE, DEFAULT_SECURITY_CONFIGURATION, GlueSettings, MAX_TIMEOUT_MINUTES, WorkerType,
};
use crate::route::RouteModel;

const ALLOWED: &[Placeholder] = &[Org, Phase, Level, Account];

/// One key for each phase: values that are treated with it join, whatever their level.
const ALLOWED_OF_KEY: &[Placeholder] = &[Org, Phase, Account];

pub(super) fn glue(mut reader: Reader<'_>, has_account: bool, faults: &mut Faults<'_>) -> Option<GlueSettings> {
    let role = reader.parse("role", template(DEFAULT_ROLE, true).ok(), faults, |text| template(text, has_account));
    let default = template(DEFAULT_SECURITY_CONFIGURATION, true).ok();
    let security_configuration =
        reader.parse("security_configuration", default, faults, |text| template(text, has_account));
    let treatment_key_secret = reader.parse("treatment_key_secret", Some(None), faults, |text| {
        template_of(text, has_account, ALLOWED_OF_KEY).map(Some)
    });
    let worker_type = reader.parse("worker_type", Some(WorkerType::default()), faults, |text| {
        text.parse().map_err(|error: crate::name::WordError| (error.to_string(), error.hint()))
    });
    let timeout_span = reader.span("timeout_minutes");
    let timeout_minutes = reader.count("timeout_minutes", 120, 1, faults);
    if timeout_minutes > MAX_TIMEOUT_MINUTES {
        let message = format!("glue.timeout_minutes is {timeout_minutes}");
        faults.add(timeout_span, message, Some(format!("Glue allows up to {MAX_TIMEOUT_MINUTES}, less than 7 days")));
    }
    let max_concurrent_runs = reader.count("max_concurrent_runs", 1, 1, faults);
    reader.finish(faults);
    Some(GlueSettings {
        role: role?,
        security_configuration: security_configuration?,
        treatment_key_secret: treatment_key_secret?,
        worker_type: worker_type?,
        timeout_minutes,
        max_concurrent_runs,
    })
}

/// The router counts in DPU what the jobs have as workers: both must mean the same worker.
pub(super) fn check_worker(glue: &GlueSettings, route: &RouteModel, faults: &mut Faults<'_>) {
    let dpu = glue.worker_type.dpu();
    if route.spark.dpu_per_worker != f64::from(dpu) {
        let message = format!(
            "route.spark.dpu_per_worker is {}, and a worker of glue.worker_type {} has {dpu} DPU",
            route.spark.dpu_per_worker, glue.worker_type
        );
        let hint = format!("write route.spark.dpu_per_worker = {dpu}, and the speed of such a worker beside it");
        faults.add(None, message, Some(hint));
    }
}

fn template(text: &str, has_account: bool) -> Result<Template, (String, String)> {
    template_of(text, has_account, ALLOWED)
}

fn template_of(text: &str, has_account: bool, allowed: &[Placeholder]) -> Result<Template, (String, String)> {
    let template = Template::parse(text).map_err(|error: TemplateError| (error.to_string(), error.hint()))?;
    if let Some(strange) = template.placeholders().find(|placeholder| !allowed.contains(placeholder)) {
        let allowed = allowed.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
        return Err((format!("{strange} means nothing here"), format!("it may hold {allowed}")));
    }
    if template.placeholders().any(|placeholder| placeholder == Account) && !has_account {
        return Err(("{account} is not set".into(), "write account = \"123456789012\" at the top".into()));
    }
    Ok(template)
}
