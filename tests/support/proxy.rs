//! A proxy before moto, in which requests go wrong. Every connection serves one request.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use super::moto::endpoint;

/// What becomes of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It is done and answered.
    Done,
    /// It is done and answered, a second late.
    Late,
    /// The connection is closed, and it is not done.
    LostBefore,
    /// It is done, and the connection closed without an answer.
    LostAfterwards,
    /// It is done, and half of the answer arrives.
    CutOff,
    /// It is not done, and refused with a status and a code.
    Refused(u16, &'static str),
}

/// The proxy.
pub(crate) struct Proxy {
    address: String,
    seen: Arc<AtomicUsize>,
}

impl Proxy {
    /// Starts a proxy; `fate` is asked with the number of each request, counted from 0, and its head.
    pub(crate) fn start(fate: impl Fn(usize, &str) -> Fate + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let (seen, fate) = (Arc::new(AtomicUsize::new(0)), Arc::new(fate));
        let counter = Arc::clone(&seen);
        std::thread::spawn(move || {
            for client in listener.incoming() {
                let (counter, fate) = (Arc::clone(&counter), Arc::clone(&fate));
                std::thread::spawn(move || {
                    let client = client.unwrap();
                    let Some((head, body)) = request(&client) else { return };
                    let number = counter.fetch_add(1, Ordering::SeqCst);
                    serve(client, &head, &body, fate(number, &head));
                });
            }
        });
        Self { address, seen }
    }

    /// Where it answers.
    pub(crate) fn endpoint(&self) -> &str {
        &self.address
    }

    /// Requests so far.
    pub(crate) fn seen(&self) -> usize {
        self.seen.load(Ordering::SeqCst)
    }
}

fn serve(mut client: TcpStream, head: &str, body: &[u8], fate: Fate) {
    let answer = match fate {
        Fate::Done => forward(head, body),
        Fate::Late => {
            std::thread::sleep(Duration::from_secs(1));
            forward(head, body)
        }
        Fate::LostBefore => Vec::new(),
        Fate::LostAfterwards => {
            forward(head, body);
            Vec::new()
        }
        Fate::CutOff => {
            let mut answer = forward(head, body);
            answer.truncate(answer.len() / 2);
            answer
        }
        Fate::Refused(status, code) => refusal(head, status, code),
    };
    // A client that was killed reads no answer.
    let _ = client.write_all(&answer);
}

/// As S3 writes errors, or as the JSON services do.
fn refusal(head: &str, status: u16, code: &str) -> Vec<u8> {
    let is_json = head.to_ascii_lowercase().contains("\nx-amz-target:");
    let (kind, body) = if is_json {
        ("application/x-amz-json-1.1", format!(r#"{{"__type": "{code}", "message": "by the tests"}}"#))
    } else {
        ("application/xml", format!("<Error><Code>{code}</Code><Message>by the tests</Message></Error>"))
    };
    // HEAD is answered without a body.
    let body = if head.starts_with("HEAD ") { String::new() } else { body };
    let head = format!("HTTP/1.1 {status} No\r\nConnection: close\r\nContent-Type: {kind}\r\n");
    format!("{head}Content-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

/// A request's head and body; none if the client has closed the connection.
fn request(client: &TcpStream) -> Option<(String, Vec<u8>)> {
    let mut reader = BufReader::new(client);
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if line == "\r\n" {
            break;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        head.push_str(&line);
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some((head, body))
}

/// What moto answers, to its end.
fn forward(head: &str, body: &[u8]) -> Vec<u8> {
    let mut moto = TcpStream::connect(endpoint().strip_prefix("http://").unwrap()).unwrap();
    write!(moto, "{head}Connection: close\r\n\r\n").unwrap();
    moto.write_all(body).unwrap();
    let mut answer = Vec::new();
    moto.read_to_end(&mut answer).unwrap();
    answer
}
