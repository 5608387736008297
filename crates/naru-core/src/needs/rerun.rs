//! Which intervals a rerun touches: a job's span, and what of the jobs downstream stands on it.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::Serialize;

use super::{Edges, Need, downstream};
use crate::interval::IntervalError;
use crate::{Cadence, Interval, JobName};

/// One job of a rerun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RerunJob<'a> {
    /// The job.
    pub job: &'a JobName,
    /// Its intervals to be run again, in order.
    pub intervals: Vec<Interval>,
    /// Places, in the list of all jobs of the rerun, of those that must be done before.
    pub after: Vec<usize>,
}

/// A job downstream of which nothing is rerun, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LeftOut {
    /// The job.
    pub job: String,
    /// Why, as the end of a sentence.
    pub reason: &'static str,
}

/// The jobs of a rerun, each behind those that it needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RerunPlan<'a> {
    /// What is rerun.
    pub jobs: Vec<RerunJob<'a>>,
    /// What of the jobs downstream is not.
    pub left_out: Vec<LeftOut>,
}

/// Plans a rerun of a job's intervals, which follow one another, and of all that stands on them: of each job downstream
/// the intervals that need one that is run again. Those that are not over at `now` will be run when they are due.
///
/// # Errors
/// `Range` outside the years that intervals have.
pub fn rerun<'a>(
    needs: &BTreeMap<&'a JobName, &'a [Need]>,
    job: &'a JobName,
    intervals: Vec<Interval>,
    now: DateTime<Utc>,
    zone: Tz,
) -> Result<RerunPlan<'a>, IntervalError> {
    let edges: Edges<'a, JobName> =
        needs.iter().map(|(job, needs)| (*job, needs.iter().map(|need| &need.job).collect())).collect();
    let mut plan = RerunPlan { jobs: vec![RerunJob { job, intervals, after: Vec::new() }], left_out: Vec::new() };
    let mut places = BTreeMap::from([(job, 0)]);
    for below in downstream(&edges, job) {
        let own = needs.get(below).copied().unwrap_or_default();
        let leave_out = |reason| LeftOut { job: below.to_string(), reason };
        if below.cadence == Cadence::X {
            plan.left_out.push(leave_out("runs on demand: nothing says which of its runs stand on this"));
            continue;
        }
        let (mut touched, mut after) = (BTreeMap::new(), Vec::new());
        for need in own {
            let Some((place, above)) = places.get(&need.job).and_then(|place| Some((*place, plan.jobs.get(*place)?)))
            else {
                continue;
            };
            after.push(place);
            for interval in &above.intervals {
                let standing = need.window(interval, zone)?.intervals(below.cadence, zone)?;
                touched.extend(standing.into_iter().map(|interval| (interval.start, interval)));
            }
        }
        after.sort_unstable();
        let intervals: Vec<Interval> = touched.into_values().filter(|interval| interval.end <= now).collect();
        if intervals.is_empty() {
            plan.left_out.push(leave_out("has no interval that is over and stands on this"));
        } else {
            places.insert(below, plan.jobs.len());
            plan.jobs.push(RerunJob { job: below, intervals, after });
        }
    }
    Ok(plan)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use chrono_tz::Asia;

    use super::*;
    use crate::needs::Slice;

    fn job(table: &str, cadence: Cadence) -> JobName {
        format!("core__deposit__{table}__p1__append__auto__{cadence}").parse().unwrap()
    }

    fn days(from: &str, to: &str) -> Vec<Interval> {
        let day = |text: &str| Interval::parse(Cadence::D, text, Asia::Seoul).unwrap();
        Interval::between(Cadence::D, day(from).start, day(to).end, Asia::Seoul).unwrap()
    }

    fn told(jobs: &[(JobName, Vec<Need>)], from: &str, to: &str) -> (Vec<String>, Vec<String>) {
        let needs = jobs.iter().map(|(job, needs)| (job, needs.as_slice())).collect();
        let now = "2026-12-01T00:00:00+09:00".parse().unwrap();
        let plan = rerun(&needs, &jobs[0].0, days(from, to), now, Asia::Seoul).unwrap();
        let line = |one: &RerunJob<'_>| {
            let texts: Vec<&str> = one.intervals.iter().map(|interval| interval.text.as_str()).collect();
            let shown =
                if texts.len() > 3 { format!("{} to {}", texts[0], texts[texts.len() - 1]) } else { texts.join(" ") };
            format!("{} {shown} after {:?}", one.job.table, one.after)
        };
        (plan.jobs.iter().map(line).collect(), plan.left_out.into_iter().map(|left| left.job).collect())
    }

    fn need(job: &JobName, slice: Slice) -> Need {
        Need { job: job.clone(), slice, written: job.to_string() }
    }

    #[test]
    fn the_month_of_many_days_is_rerun_once_and_last() {
        let (account, balance, mart, report) = (
            job("account", Cadence::D),
            job("balance", Cadence::D),
            job("mart", Cadence::M),
            job("report", Cadence::X),
        );
        let jobs = [
            (account.clone(), vec![]),
            (mart.clone(), vec![need(&account, Slice::Month), need(&balance, Slice::Month)]),
            (balance, vec![need(&account, Slice::Day)]),
            (job("other", Cadence::D), vec![]),
            (report.clone(), vec![need(&mart, Slice::Month)]),
        ];
        let (run, left) = told(&jobs, "2026-10-30", "2026-11-02");
        let right = [
            "account 2026-10-30 to 2026-11-02 after []",
            "balance 2026-10-30 to 2026-11-02 after [0]",
            "mart 2026-10 2026-11 after [0, 1]",
        ];
        assert_eq!(run, right);
        assert_eq!(left, [report.to_string()]);
    }

    #[test]
    fn what_is_not_over_is_not_rerun() {
        let account = job("account", Cadence::D);
        let jobs = [(account.clone(), vec![]), (job("yearly", Cadence::Y), vec![need(&account, Slice::Year)])];
        let (run, left) = told(&jobs, "2026-11-02", "2026-11-02");
        assert_eq!(run, ["account 2026-11-02 after []"]);
        assert_eq!(left.len(), 1);
    }

    #[test]
    fn a_slice_of_a_week_touches_all_its_days() {
        let account = job("account", Cadence::D);
        let jobs = [(account.clone(), vec![]), (job("weekly", Cadence::D), vec![need(&account, Slice::Week)])];
        assert_eq!(told(&jobs, "2026-11-18", "2026-11-18").0[1], "weekly 2026-11-16 to 2026-11-22 after [0]");
    }
}
