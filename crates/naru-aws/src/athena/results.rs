//! A query's rows, by page.

use aws_sdk_athena::types::ResultSet;
use naru_lake::{LakeError, LakeErrorKind};

use super::query::FinishedQuery;
use super::value::AthenaColumn;
use crate::s3::lake_error;
use crate::session::AwsSession;

/// Most rows of a page. Source: Amazon Athena API Reference, GetQueryResults, `MaxResults`: "Valid Range: Maximum value of
/// 1000".
const PAGE_ROWS: i32 = 1000;

/// A value as text, in naru's one form; none for a null.
pub type PrintedValue = Option<String>;

/// The rows of a query. One page is in memory.
#[derive(Debug)]
pub struct QueryRows {
    session: AwsSession,
    id: String,
    columns: Vec<AthenaColumn>,
    /// The first page, until it is asked for.
    first: Option<Vec<Vec<PrintedValue>>>,
    /// What the next page is asked for by; none at the end.
    next: Option<String>,
}

impl FinishedQuery {
    /// The query's columns and rows.
    ///
    /// # Errors
    /// `Unavailable`, `Denied`; as [`QueryRows::next_page`].
    pub async fn results(&self) -> Result<QueryRows, LakeError> {
        let mut rows = QueryRows {
            session: self.session.clone(),
            id: self.id.clone(),
            columns: Vec::new(),
            first: None,
            next: None,
        };
        let page = rows.ask(None).await?;
        let columns = page.result_set_metadata().map(|metadata| metadata.column_info()).unwrap_or_default();
        rows.columns = columns.iter().map(AthenaColumn::of).collect();
        let mut first = texts(page);
        // The first row of the first page holds the columns' names (Amazon Athena User Guide, "Work with query results").
        if first.first().is_some_and(|row| is_header(&rows.columns, row)) {
            first.remove(0);
        }
        rows.first = Some(rows.printed(first)?);
        Ok(rows)
    }
}

impl QueryRows {
    /// The columns, in order.
    pub fn columns(&self) -> &[AthenaColumn] {
        &self.columns
    }

    /// The next rows, up to a thousand, in the order of the query; none at the end.
    ///
    /// # Errors
    /// `Unavailable`, `Denied`; `InvalidMetadata` for a value that is not of its column's type.
    pub async fn next_page(&mut self) -> Result<Option<Vec<Vec<PrintedValue>>>, LakeError> {
        if let Some(first) = self.first.take() {
            return Ok(Some(first));
        }
        let Some(token) = self.next.take() else { return Ok(None) };
        let page = self.ask(Some(token)).await?;
        self.printed(texts(page)).map(Some)
    }

    async fn ask(&mut self, token: Option<String>) -> Result<ResultSet, LakeError> {
        let request = self.session.athena().get_query_results().query_execution_id(&self.id).max_results(PAGE_ROWS);
        let request = request.set_next_token(token);
        let asked = self.session.run(async move { Ok(request.send().await?) }).await;
        let answer = asked.map_err(|error| lake_error("read the rows of a query", &self.id, error))?;
        self.next = answer.next_token;
        let nothing =
            || LakeError::new(LakeErrorKind::InvalidMetadata, "Athena's answer has no rows").with("query", &self.id);
        answer.result_set.ok_or_else(nothing)
    }

    fn printed(&self, rows: Vec<Vec<PrintedValue>>) -> Result<Vec<Vec<PrintedValue>>, LakeError> {
        let wrong = |message: String| LakeError::new(LakeErrorKind::InvalidMetadata, message).with("query", &self.id);
        let printed = |row: Vec<PrintedValue>| -> Result<Vec<PrintedValue>, LakeError> {
            if row.len() != self.columns.len() {
                let message = format!("a row has {} values, and the result {} columns", row.len(), self.columns.len());
                return Err(wrong(message));
            }
            let values = row.into_iter().zip(&self.columns).map(|(value, column)| {
                let printed = value.map(|value| column.printed(value)).transpose();
                printed.map_err(|()| {
                    let message = format!("column \"{}\" has a value that is no {}", column.name, column.athena_type);
                    wrong(message)
                })
            });
            values.collect()
        };
        rows.into_iter().map(printed).collect()
    }
}

/// A null has no text (Amazon Athena API Reference, Datum).
fn texts(page: ResultSet) -> Vec<Vec<PrintedValue>> {
    let rows = page.rows.unwrap_or_default().into_iter();
    rows.map(|row| row.data.unwrap_or_default().into_iter().map(|datum| datum.var_char_value).collect()).collect()
}

fn is_header(columns: &[AthenaColumn], row: &[PrintedValue]) -> bool {
    row.len() == columns.len()
        && columns.iter().zip(row).all(|(column, value)| value.as_deref() == Some(column.name.as_str()))
}
