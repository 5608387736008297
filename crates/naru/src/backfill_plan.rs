//! What `naru plan` shows of a span: what would become of each interval, and where the run would stop.

use naru_core::route::human_bytes;
use serde::Serialize;

use crate::cli::Global;
use crate::error::CommandError;
use crate::output;
use crate::verbs::plan::Foreseen;

/// What would become of a span, as `--json` prints it.
#[derive(Debug, Serialize)]
struct BackfillPlan<'a> {
    job: &'a str,
    /// Where the run would stop, as things are: the text of the first interval that would end with an error.
    stops_at: Option<&'a str>,
    /// In the order in which they would be loaded.
    intervals: Vec<ForeseenInterval<'a>>,
}

#[derive(Debug, Serialize)]
struct ForeseenInterval<'a> {
    interval: &'a str,
    /// Files that have landed.
    sources: usize,
    /// Their size in bytes.
    source_bytes: u64,
    run: &'a str,
}

/// Shows the intervals of a job's span, each as if it were the only one.
pub(crate) fn show(global: &Global, foreseen: &[Foreseen]) -> Result<(), CommandError> {
    let plan = BackfillPlan {
        job: foreseen.first().map_or("", |first| first.plan.job.as_str()),
        stops_at: foreseen.iter().find(|one| one.stops).map(|one| one.plan.interval.text.as_str()),
        intervals: foreseen.iter().map(interval).collect(),
    };
    if global.json {
        return output::json(&plan);
    }
    output::line(format!("job       {}", plan.job));
    if let (Some(first), Some(last)) = (foreseen.first(), foreseen.last()) {
        let (first, last) = (&first.plan.interval, &last.plan.interval);
        output::line(format!("span      {} intervals, [{}, {})", foreseen.len(), first.start, last.end));
    }
    let rows = plan
        .intervals
        .iter()
        .map(|one| vec![one.interval.into(), one.sources.to_string(), human_bytes(one.source_bytes), one.run.into()]);
    output::table(&["interval", "files", "size", "run"], &[1, 2], rows);
    if let Some(stop) = plan.stops_at {
        output::line(format!("stop      the run would stop at {stop}"));
    }
    Ok(())
}

fn interval(foreseen: &Foreseen) -> ForeseenInterval<'_> {
    ForeseenInterval {
        interval: &foreseen.plan.interval.text,
        sources: foreseen.plan.sources.len(),
        source_bytes: foreseen.plan.sources.iter().map(|source| source.size_bytes).sum(),
        run: &foreseen.run,
    }
}
