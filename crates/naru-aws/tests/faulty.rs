//! A proxy before moto that answers requests of one kind otherwise, or not.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use naru_aws::{AwsAccount, AwsSession};

use crate::moto::{ACCOUNT, REGION, config, endpoint};

/// What becomes of a request of the kind.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Answer {
    /// It is done, and the connection closed without an answer.
    LostAfterwards,
    /// The connection is closed, and it is not done.
    LostBefore,
    /// It is refused with a status and a code.
    Refused(u16, &'static str),
}

/// The proxy. Every connection serves one request.
pub(crate) struct Faulty {
    address: String,
    seen: Arc<AtomicUsize>,
}

impl Faulty {
    /// Starts a proxy; requests of a kind are those that hold this text in their heads.
    pub(crate) fn start(kind: &'static str, answer: Answer) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&seen);
        std::thread::spawn(move || {
            for connection in listener.incoming() {
                let counter = Arc::clone(&counter);
                std::thread::spawn(move || serve(connection.unwrap(), kind, answer, &counter));
            }
        });
        Self { address, seen }
    }

    pub(crate) fn session(&self) -> AwsSession {
        self.session_in(REGION)
    }

    pub(crate) fn session_in(&self, region: &str) -> AwsSession {
        AwsSession::with_config(AwsAccount::new(ACCOUNT).unwrap(), config(region, &self.address)).unwrap()
    }

    /// Requests of the kind so far.
    pub(crate) fn seen(&self) -> usize {
        self.seen.load(Ordering::SeqCst)
    }
}

fn serve(mut client: TcpStream, kind: &str, answer: Answer, seen: &AtomicUsize) {
    let Some((head, body)) = request(&client) else { return };
    if !head.contains(kind) {
        return client.write_all(&forward(&head, &body)).unwrap();
    }
    seen.fetch_add(1, Ordering::SeqCst);
    match answer {
        Answer::LostAfterwards => drop(forward(&head, &body)),
        Answer::LostBefore => {}
        Answer::Refused(status, code) => {
            let body = format!(r#"{{"__type": "{code}", "message": "by the tests"}}"#);
            let head =
                format!("HTTP/1.1 {status} No\r\nConnection: close\r\nContent-Type: application/x-amz-json-1.1\r\n");
            write!(client, "{head}Content-Length: {}\r\n\r\n{body}", body.len()).unwrap();
        }
    }
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
