//! Lambda's runtime API on loopback, and functions that ask it for events.
//!
//! AWS Lambda Developer Guide, "Using the Lambda runtime API": `GET …/invocation/next` waits for an event, whose id, deadline
//! and function are in the answer's headers; `POST …/invocation/ID/response` or `…/error` ends it.

use std::collections::{HashMap, VecDeque};
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::Value;

/// How long an answer may take: a test that waits longer has failed.
const PATIENCE: Duration = Duration::from_secs(180);

/// How an invocation ended: with an answer, or as a function error, whose message is JSON or a text.
#[derive(Debug, Clone)]
pub(crate) enum Ended {
    Answer(Value),
    Error(Value),
}

impl Ended {
    #[track_caller]
    pub(crate) fn answer(self) -> Value {
        match self {
            Self::Answer(answer) => answer,
            Self::Error(error) => panic!("a function error: {error}"),
        }
    }

    /// The function error's type, and its message.
    #[track_caller]
    pub(crate) fn error(self) -> (String, Value) {
        match self {
            Self::Answer(answer) => panic!("no function error: {answer}"),
            Self::Error(error) => {
                let message = error["errorMessage"].as_str().unwrap();
                let message = serde_json::from_str(message).unwrap_or_else(|_| message.into());
                (error["errorType"].as_str().unwrap().into(), message)
            }
        }
    }
}

#[derive(Default)]
struct State {
    waiting: VecDeque<(u64, String, u64)>,
    ended: HashMap<u64, Ended>,
    asked: u64,
}

/// The runtime API. Several functions may ask it: each gets the next event.
#[derive(Clone)]
pub(crate) struct RuntimeApi {
    address: String,
    state: Arc<(Mutex<State>, Condvar)>,
}

impl RuntimeApi {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let api = Self { address: listener.local_addr().unwrap().to_string(), state: Arc::default() };
        let serving = api.clone();
        std::thread::spawn(move || {
            for client in listener.incoming() {
                let (api, client) = (serving.clone(), client.unwrap());
                std::thread::spawn(move || api.serve(client));
            }
        });
        api
    }

    /// A function that asks here; `command` has its environment but for Lambda's own.
    pub(crate) fn function(&self, command: &mut Command) -> Function {
        let lambdas = [
            ("AWS_LAMBDA_RUNTIME_API", self.address.as_str()),
            ("AWS_LAMBDA_FUNCTION_NAME", "naru"),
            ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "1769"),
        ];
        Function(command.envs(lambdas).stdin(Stdio::null()).spawn().unwrap())
    }

    /// Gives an event to the next function that asks; the call has so many seconds.
    pub(crate) fn send(&self, event: &Value, seconds: u64) -> u64 {
        let (state, changed) = &*self.state;
        let mut state = state.lock().unwrap();
        state.asked += 1;
        let (id, now) = (state.asked, SystemTime::now().duration_since(UNIX_EPOCH).unwrap());
        let deadline = now + Duration::from_secs(seconds);
        state.waiting.push_back((id, event.to_string(), u64::try_from(deadline.as_millis()).unwrap()));
        changed.notify_all();
        id
    }

    /// Waits for the end of an invocation.
    #[track_caller]
    pub(crate) fn ended(&self, id: u64) -> Ended {
        let (state, changed) = &*self.state;
        let waited =
            changed.wait_timeout_while(state.lock().unwrap(), PATIENCE, |state| !state.ended.contains_key(&id));
        let (mut state, _) = waited.unwrap();
        state.ended.remove(&id).unwrap_or_else(|| panic!("invocation {id} has not ended"))
    }

    /// Whether an invocation has ended.
    pub(crate) fn has_ended(&self, id: u64) -> bool {
        self.state.0.lock().unwrap().ended.contains_key(&id)
    }

    fn serve(&self, mut client: TcpStream) {
        let Some((path, body)) = request(&client) else { return };
        let segments: Vec<&str> = path.trim_start_matches("/2018-06-01/runtime/").split('/').collect();
        match segments.as_slice() {
            ["invocation", "next"] => {
                let Some((id, event, deadline)) = self.next(&client) else { return };
                let head = format!(
                    "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: application/json\r\n\
                     Lambda-Runtime-Aws-Request-Id: {id}\r\nLambda-Runtime-Deadline-Ms: {deadline}\r\n\
                     Lambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:us-east-1:123456789012:function:naru\r\n\
                     Content-Length: {}\r\n\r\n",
                    event.len()
                );
                // A function that is killed now has been given the event, and reads nothing.
                let _ = client.write_all(format!("{head}{event}").as_bytes());
            }
            ["invocation", id, how] => {
                let body: Value = serde_json::from_slice(&body).unwrap();
                let ended = if *how == "response" { Ended::Answer(body) } else { Ended::Error(body) };
                self.state.0.lock().unwrap().ended.insert(id.parse().unwrap(), ended);
                self.state.1.notify_all();
                let _ = client.write_all(b"HTTP/1.1 202 Accepted\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
            }
            other => panic!("the runtime API has no {other:?}"),
        }
    }

    /// The next event; none for a function that was killed while it waited, which would take it from those alive.
    fn next(&self, client: &TcpStream) -> Option<(u64, String, u64)> {
        let (state, changed) = &*self.state;
        let mut state = changed.wait_while(state.lock().unwrap(), |state| state.waiting.is_empty()).unwrap();
        if has_gone(client) { None } else { state.waiting.pop_front() }
    }
}

/// A function: a process of the program, which ends with this.
pub(crate) struct Function(Child);

impl Function {
    /// Kills it, as Lambda does at a call's deadline.
    pub(crate) fn kill(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Whether a client that waits for its answer has closed the connection.
fn has_gone(client: &TcpStream) -> bool {
    client.set_nonblocking(true).unwrap();
    let read = client.peek(&mut [0]);
    client.set_nonblocking(false).unwrap();
    !read.is_err_and(|error| error.kind() == ErrorKind::WouldBlock)
}

/// A request's path and body; none if the client has closed the connection.
fn request(client: &TcpStream) -> Option<(String, Vec<u8>)> {
    let mut reader = BufReader::new(client);
    let (mut first, mut length) = (String::new(), 0);
    reader.read_line(&mut first).ok().filter(|read| *read > 0)?;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        if line == "\r\n" {
            break;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some((first.split(' ').nth(1)?.to_owned(), body))
}
