//! What is declared against what was found.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Level;
use crate::plan::PlanColumn;

use super::figure::figure;
use super::{Declared, DeclaredSum, ExactSum, summed};

/// What decoding a file found: of all its data records, rejected ones included.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Found {
    /// Number of data records.
    pub rows: u64,
    /// Sums of columns.
    pub sums: Vec<FoundSum>,
}

/// A column's sum. Nulls add nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FoundSum {
    /// Target column.
    pub column: String,
    /// Sum of the values that can be read, times ten to the column's scale.
    pub total: ExactSum,
    /// Data records whose value cannot be read, so that the sum is not known.
    pub unread: u64,
}

/// A declared figure that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mismatch {
    /// Another number of data records.
    Rows {
        /// As the source says.
        declared: u64,
        /// As the file has.
        found: u64,
    },
    /// Another sum.
    Sum {
        /// Target column.
        column: String,
        /// The column's level.
        level: Level,
        /// Declared and found, where the level lets them be shown; found is none beyond 38 digits.
        figures: Option<(String, Option<String>)>,
    },
    /// A sum that cannot be verified.
    Unread {
        /// Target column.
        column: String,
        /// Data records whose value cannot be read.
        records: u64,
    },
}

/// Control totals of one file that hold: what is recorded with the run.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct VerifiedTotals {
    /// Number of data records; none: it was not declared.
    pub rows: Option<u64>,
    /// Sums by target column, as decimals; none where the column's level keeps the figure from being shown.
    pub sums: BTreeMap<String, Option<String>>,
}

/// Holds what a source declares against what a file has. `columns` are the plan's.
///
/// # Errors
/// Every figure that does not hold.
pub fn verify(declared: &Declared, found: &Found, columns: &[PlanColumn]) -> Result<VerifiedTotals, Vec<Mismatch>> {
    let mut verified = VerifiedTotals { rows: declared.rows, sums: BTreeMap::new() };
    let mut mismatches = Vec::new();
    if let Some(declared) = declared.rows.filter(|declared| *declared != found.rows) {
        mismatches.push(Mismatch::Rows { declared, found: found.rows });
    }
    for sum in &declared.sums {
        match verify_sum(sum, found, columns) {
            Ok(figure) => {
                verified.sums.insert(sum.column.clone(), figure);
            }
            Err(mismatch) => mismatches.push(mismatch),
        }
    }
    if mismatches.is_empty() { Ok(verified) } else { Err(mismatches) }
}

/// The figure that holds, where it may be shown.
fn verify_sum(declared: &DeclaredSum, found: &Found, columns: &[PlanColumn]) -> Result<Option<String>, Mismatch> {
    let column = declared.column.clone();
    let sum = found.sums.iter().find(|sum| sum.column == column);
    let unread = sum.map_or(found.rows, |sum| sum.unread);
    let Some((planned, scale)) = summed(columns, &column) else {
        return Err(Mismatch::Unread { column, records: found.rows });
    };
    if unread > 0 {
        return Err(Mismatch::Unread { column, records: unread });
    }
    let total = sum.map_or(Some(0), |sum| sum.total.total());
    let is_shown = planned.level < Level::P2;
    if total == Some(declared.total) {
        return Ok(is_shown.then(|| figure(declared.total, scale)));
    }
    let figures = is_shown.then(|| (figure(declared.total, scale), total.map(|total| figure(total, scale))));
    Err(Mismatch::Sum { column, level: planned.level, figures })
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rows { declared, found } => write!(f, "rows: {declared} declared, {found} found"),
            Self::Sum { column, figures: Some((declared, Some(found))), .. } => {
                write!(f, "sum({column}): {declared} declared, {found} found")
            }
            Self::Sum { column, figures: Some((declared, None)), .. } => {
                write!(f, "sum({column}): {declared} declared, more than 38 digits found")
            }
            Self::Sum { column, level, figures: None } => {
                write!(f, "sum({column}): not as declared; figures of a {level} column are not shown")
            }
            Self::Unread { column, records } => {
                write!(f, "sum({column}): not known, since {records} of the values cannot be read")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ColumnType;

    fn columns(level: Level) -> [PlanColumn; 1] {
        [PlanColumn {
            source: "AMT".into(),
            target: Some("amount".into()),
            column_type: ColumnType::Decimal { precision: 18, scale: 2 },
            required: false,
            level,
            format: None,
            treatment: None,
        }]
    }

    fn declared(rows: Option<u64>, total: i128) -> Declared {
        Declared { rows, sums: vec![DeclaredSum { column: "amount".into(), total }] }
    }

    fn found(rows: u64, values: &[i128], unread: u64) -> Found {
        let mut total = ExactSum::default();
        values.iter().for_each(|value| total.add(*value));
        Found { rows, sums: vec![FoundSum { column: "amount".into(), total, unread }] }
    }

    fn told(declared: &Declared, found: &Found, level: Level) -> String {
        let mismatches = verify(declared, found, &columns(level)).err().unwrap_or_default();
        mismatches.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn what_holds_is_recorded_below_p2() {
        let declared = declared(Some(2), 1050);
        let totals = |figure: Option<&str>| VerifiedTotals {
            rows: Some(2),
            sums: BTreeMap::from([("amount".into(), figure.map(Into::into))]),
        };
        let found = found(2, &[1000, 50], 0);
        assert_eq!(verify(&declared, &found, &columns(Level::P1)), Ok(totals(Some("10.50"))));
        assert_eq!(verify(&declared, &found, &columns(Level::P2)), Ok(totals(None)));
    }

    #[test]
    fn every_figure_that_does_not_hold_is_told() {
        let shown = [
            told(&declared(Some(3), -1050), &found(2, &[-1000, -49], 0), Level::P1),
            told(&declared(Some(2), 1), &found(2, &[i128::MAX, 1], 0), Level::P0),
            told(&declared(None, 1050), &found(2, &[1000], 0), Level::P2),
            told(&declared(Some(2), 1050), &found(2, &[1050], 1), Level::P1),
        ];
        insta::assert_snapshot!(shown.join("\n"), @r"
        rows: 3 declared, 2 found
        sum(amount): -10.50 declared, -10.49 found
        sum(amount): 0.01 declared, more than 38 digits found
        sum(amount): not as declared; figures of a p2 column are not shown
        sum(amount): not known, since 1 of the values cannot be read
        ");
    }
}
