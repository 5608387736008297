//! The `[landing]` table of `naru.toml`.

use super::reader::{Faults, Reader};
use crate::landing::{CompleteWhen, CompleteWhenError, LOOK_BACK_HINT, LandingSettings};

pub(super) fn landing(mut reader: Reader<'_>, faults: &mut Faults<'_>) -> Option<LandingSettings> {
    let default = LandingSettings::default();
    let span = reader.span("complete").or_else(|| reader.span("look_back_minutes"));
    let complete = reader.parse("complete", Some(default.complete), faults, |text| {
        text.parse::<CompleteWhen>().map_err(|error: CompleteWhenError| (error.to_string(), error.hint))
    });
    let look_back_minutes = reader.count("look_back_minutes", default.look_back_minutes, 1, faults);
    let overdue_minutes = reader.count("overdue_minutes", default.overdue_minutes, 1, faults);
    reader.finish(faults);
    let settings = LandingSettings { complete: complete?, look_back_minutes, overdue_minutes };
    if let Some(fault) = settings.fault_of(&settings.complete) {
        faults.add(span, format!("landing.complete: {fault}"), Some(LOOK_BACK_HINT.into()));
    }
    Some(settings)
}
