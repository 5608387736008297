//! naru as an AWS Lambda function: one program, and a file for each event.
//!
//! ```text
//!  Lambda's runtime API ─▶ Function ─┬─▶ run         a job, for an interval
//!                                    ├─▶ definition  a table definition has landed
//!                                    ├─▶ data        a file has landed
//!                                    └─▶ look        what has landed lately?
//! ```
//!
//! It holds nothing from one call to the next but its session with AWS: naru.toml, the manifest and the definitions are
//! read anew, and what has been done already is read from the tables. So the same event twice, late, or in another order
//! does what is left to do, which may be nothing.

mod answer;
mod data;
mod definition;
mod function;
mod look;
mod settings;
mod time_limit;

use std::io::Write as _;
use std::process::ExitCode;
use std::sync::Arc;

use lambda_runtime::{Diagnostic, LambdaEvent, Runtime, service_fn};
use serde_json::Value;

use crate::answer::Answer;
use crate::function::Function;
use crate::settings::Settings;

fn main() -> ExitCode {
    naru::service::start_log();
    match serve() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let line = serde_json::json!({ "level": "error", "message": error.to_string() });
            let _ = writeln!(std::io::stderr().lock(), "{line}");
            ExitCode::FAILURE
        }
    }
}

fn serve() -> Result<(), lambda_runtime::Error> {
    let function = Arc::new(Function::new(Settings::from_environment()?));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(Runtime::new(service_fn(|event| handle(Arc::clone(&function), event))).run())
}

/// Answers one event. naru blocks, so that it has a thread of its own.
async fn handle(function: Arc<Function>, event: LambdaEvent<Value>) -> Result<Answer, Diagnostic> {
    let answered = tokio::task::spawn_blocking(move || function.answer(event)).await;
    answered.map_err(|error| Diagnostic { error_type: "naru.Panic".into(), error_message: error.to_string() })?
}
