//! The load generator: a small HTTP/1.1 client on keep-alive connections, the same for ours and for the limit.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Requests to send, one after the other, by many connections at once.
#[derive(Debug)]
pub(crate) struct Work {
    /// What stands between the places for the number.
    pieces: Vec<Vec<u8>>,
    next: AtomicU64,
}

/// Where the number of a request goes. It has as many digits, so that every request is equally long.
pub(crate) const NUMBER: &str = "############";

impl Work {
    /// A request with a number of its own each time, wherever it says [`NUMBER`].
    pub(crate) fn numbered(request: &[u8], first: u64) -> Self {
        let mut pieces = Vec::new();
        let mut rest = request;
        while let Some(place) = rest
            .windows(NUMBER.len())
            .position(|window| window == NUMBER.as_bytes())
        {
            let (piece, after) = rest.split_at(place);
            pieces.push(piece.to_vec());
            rest = after.get(NUMBER.len()..).unwrap_or_default();
        }
        pieces.push(rest.to_vec());
        Self {
            pieces,
            next: AtomicU64::new(first),
        }
    }

    /// The same request again and again.
    pub(crate) fn repeated(request: Vec<u8>) -> Self {
        Self {
            pieces: vec![request],
            next: AtomicU64::new(0),
        }
    }

    fn write(&self, buffer: &mut Vec<u8>) {
        buffer.clear();
        let mut pieces = self.pieces.iter();
        buffer.extend(pieces.next().into_iter().flatten());
        if pieces.len() > 0 {
            let digits = NUMBER.len();
            let number = format!("{:0digits$}", self.next.fetch_add(1, Ordering::Relaxed));
            for piece in pieces {
                buffer.extend_from_slice(number.as_bytes());
                buffer.extend_from_slice(piece);
            }
        }
    }
}

/// An HTTP request as bytes.
pub(crate) fn request(method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Vec<u8> {
    let mut text = format!("{method} {path} HTTP/1.1\r\nHost: bench\r\n");
    let length = body.len().to_string();
    let of_body = [
        ("Content-Type", "application/json"),
        ("Content-Length", length.as_str()),
    ];
    for (name, value) in headers.iter().chain(of_body.iter().filter(|_| !body.is_empty())) {
        text.extend([name, ": ", value, "\r\n"]);
    }
    text.push_str("\r\n");
    text.push_str(body);
    text.into_bytes()
}

/// What came of a turn.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    /// Answers with a status of 200 or 201.
    pub(crate) answered: u64,
    /// The first answer with another status.
    pub(crate) refused: Option<String>,
    /// How long it really took.
    pub(crate) elapsed: Duration,
    micros: Vec<u32>,
}

impl Tally {
    /// Answers in a second.
    pub(crate) fn rate(&self) -> f64 {
        f64::from(u32::try_from(self.answered).unwrap_or(u32::MAX)) / self.elapsed.as_secs_f64()
    }

    /// What each answer had of so many seconds, in microseconds.
    pub(crate) fn each(&self, seconds: f64) -> f64 {
        seconds * 1_000_000.0 / f64::from(u32::try_from(self.answered.max(1)).unwrap_or(u32::MAX))
    }

    /// The time, in microseconds, within which this share of the answers came (0.5 for the median).
    pub(crate) fn micros_at(&mut self, share: f64) -> u32 {
        self.micros.sort_unstable();
        crate::table::at_share(&self.micros, share)
            .copied()
            .unwrap_or_default()
    }
}

/// Sends requests on so many connections until the time is up. A refused request fails the benchmark: a rate of errors
/// says nothing.
pub(crate) async fn drive(address: &str, work: Work, connections: usize, turn: Duration) -> Tally {
    let work = Arc::new(work);
    let started = Instant::now();
    let until = started + turn;
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..connections {
        let connection = Connection::open(address).await;
        tasks.spawn(connection.send_until(Arc::clone(&work), until));
    }
    let mut total = Tally::default();
    while let Some(tally) = tasks.join_next().await {
        let tally = tally.expect("a connection's task doesn't panic");
        total.answered += tally.answered;
        total.micros.extend(tally.micros);
        total.refused = total.refused.or(tally.refused);
    }
    total.elapsed = started.elapsed();
    if let Some(refused) = &total.refused {
        panic!("the server at {address} refused: {refused}");
    }
    total
}

/// One keep-alive connection.
#[derive(Debug)]
pub(crate) struct Connection {
    stream: TcpStream,
    received: Vec<u8>,
}

impl Connection {
    /// Connects.
    pub(crate) async fn open(address: &str) -> Self {
        let stream = TcpStream::connect(address)
            .await
            .expect("the server accepts connections");
        stream.set_nodelay(true).expect("a TCP stream takes TCP_NODELAY");
        Self {
            stream,
            received: Vec::with_capacity(64 * 1024),
        }
    }

    async fn send_until(mut self, work: Arc<Work>, until: Instant) -> Tally {
        let mut tally = Tally::default();
        let mut buffer = Vec::new();
        let mut before = Instant::now();
        while before < until {
            work.write(&mut buffer);
            let (status, _) = self.exchange(&buffer).await;
            let after = Instant::now();
            if status == 200 || status == 201 {
                tally.answered += 1;
            } else if tally.refused.is_none() {
                tally.refused = Some(String::from_utf8_lossy(&self.received).into_owned());
            }
            tally
                .micros
                .push(u32::try_from((after - before).as_micros()).unwrap_or(u32::MAX));
            before = after;
        }
        tally
    }

    /// Sends one request and reads its answer: the status, and where in [`Self::received`] the body begins.
    pub(crate) async fn exchange(&mut self, request: &[u8]) -> (u16, usize) {
        self.stream
            .write_all(request)
            .await
            .expect("the server takes requests");
        self.received.clear();
        loop {
            let read = self
                .stream
                .read_buf(&mut self.received)
                .await
                .expect("the server answers");
            assert!(
                read > 0,
                "the server closed the connection after: {}",
                String::from_utf8_lossy(&self.received)
            );
            if let Some((status, body, length)) = head(&self.received)
                && self.received.len() >= body + length
            {
                return (status, body);
            }
        }
    }

    /// The last answer, from this byte on.
    pub(crate) fn received(&self, from: usize) -> &[u8] {
        self.received.get(from..).unwrap_or_default()
    }
}

/// Reads the head of an answer: its status, where its body begins, how long that is. None while it is incomplete.
fn head(received: &[u8]) -> Option<(u16, usize, usize)> {
    let end = received.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = std::str::from_utf8(received.get(..end)?).ok()?;
    let status = head.get(9..12)?.parse().ok()?;
    let length = head.split("\r\n").find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length")
            .then(|| value.trim().parse().ok())?
    });
    Some((
        status,
        end + 4,
        length.expect("an answer says how long its body is"),
    ))
}
