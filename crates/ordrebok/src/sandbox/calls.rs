//! The calls that were received, each with its answer: the newest ones, in memory.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::task::{Context, Poll, ready};

use axum::body::{Body, Bytes};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, Request, Response};
use book::Clock;
use http_kit::wire::time::milliseconds_text;
use hyper::body::{Frame, SizeHint};
use order::{MerchantId, Timestamp};
use serde_json::{Value, json};

use super::mask;

/// How much of a body is kept, in bytes.
const LONGEST_BODY: usize = 32 * 1024;

/// The newest calls.
#[derive(Debug)]
pub(super) struct Calls {
    kept: Mutex<Kept>,
    most: usize,
}

#[derive(Debug, Default)]
struct Kept {
    calls: VecDeque<Arc<Call>>,
    last: u64,
}

/// One call.
#[derive(Debug)]
pub(super) struct Call {
    id: u64,
    at: Timestamp,
    method: String,
    path: String,
    query: Option<String>,
    headers: HeaderMap,
    body: Arc<Mutex<Listened>>,
    fault: String,
    /// Whose it is, once somebody was let in.
    merchant: OnceLock<MerchantId>,
    answer: OnceLock<Answered>,
}

#[derive(Debug)]
struct Answered {
    at: Timestamp,
    /// What was answered; none when the connection was dropped.
    said: Option<(u16, HeaderMap, Arc<Mutex<Listened>>)>,
}

/// What went by of a body.
#[derive(Debug, Default)]
struct Listened {
    bytes: Vec<u8>,
    seen: usize,
}

impl Calls {
    /// Keeps the newest so many.
    pub(super) fn keeping(most: usize) -> Self {
        Self {
            kept: Mutex::default(),
            most,
        }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes down a call, and listens to its body as it is read.
    pub(super) fn begin(
        &self,
        request: Request<Body>,
        clock: &dyn Clock,
        fault: String,
    ) -> (Arc<Call>, Request<Body>) {
        let (head, body) = request.into_parts();
        let listened = Arc::default();
        let body = listening(body, &listened);
        let mut kept = self.kept();
        kept.last = kept.last.saturating_add(1);
        let call = Arc::new(Call {
            id: kept.last,
            at: clock.now(),
            method: head.method.to_string(),
            path: head.uri.path().to_owned(),
            query: head.uri.query().map(str::to_owned),
            headers: head.headers.clone(),
            body: listened,
            fault,
            merchant: OnceLock::new(),
            answer: OnceLock::new(),
        });
        kept.calls.push_back(Arc::clone(&call));
        while kept.calls.len() > self.most {
            kept.calls.pop_front();
        }
        (call, Request::from_parts(head, body))
    }

    /// Calls before the one with this id, newest first: this merchant's, and those of callers who were not let in.
    pub(super) fn list(&self, merchant: MerchantId, before: u64, limit: usize) -> Vec<Arc<Call>> {
        let kept = self.kept();
        let shown =
            kept.calls.iter().rev().filter(|call| {
                call.id < before && call.merchant.get().is_none_or(|whose| *whose == merchant)
            });
        shown.take(limit).cloned().collect()
    }

    /// Forgets a merchant's calls.
    pub(super) fn forget(&self, merchant: MerchantId) {
        self.kept()
            .calls
            .retain(|call| call.merchant.get() != Some(&merchant));
    }
}

impl Call {
    /// Its place among all calls.
    pub(super) fn id(&self) -> u64 {
        self.id
    }

    /// Takes down whose call it is; true the first time.
    pub(super) fn is_of(&self, merchant: MerchantId) -> bool {
        self.merchant.set(merchant).is_ok()
    }

    /// Takes down what is answered, and listens to it as it is sent.
    pub(super) fn answered(&self, response: Response<Body>, clock: &dyn Clock) -> Response<Body> {
        let (head, body) = response.into_parts();
        let listened = Arc::default();
        let body = listening(body, &listened);
        let said = Some((head.status.as_u16(), head.headers.clone(), listened));
        // There is one answer.
        let _ = self.answer.set(Answered {
            at: clock.now(),
            said,
        });
        Response::from_parts(head, body)
    }

    /// Takes down that nothing was answered.
    pub(super) fn dropped(&self, clock: &dyn Clock) {
        let _ = self.answer.set(Answered {
            at: clock.now(),
            said: None,
        });
    }

    /// The call as it is listed. What a caller sent who was not let in may be about anybody: its body is left out.
    pub(super) fn shown(&self) -> Value {
        let is_known = self.merchant.get().is_some();
        let mut shown = json!({
            "id": self.id,
            "at": milliseconds_text(self.at.0),
            "letIn": is_known,
            "method": self.method,
            "path": self.path,
            "headers": mask::headers(&self.headers),
            "answer": self.answer.get().map(|answer| answer.shown(self.at)),
        });
        if let Some(query) = &self.query {
            shown["query"] = mask::pairs(query).into();
        }
        if is_known {
            shown["body"] = shown_body(&self.headers, &self.body);
        }
        if !self.fault.is_empty() {
            shown["fault"] = self.fault.as_str().into();
        }
        shown
    }
}

impl Answered {
    fn shown(&self, since: Timestamp) -> Value {
        let milliseconds = self.at.0.saturating_sub(since.0);
        match &self.said {
            None => json!({ "dropped": true, "milliseconds": milliseconds }),
            Some((status, headers, body)) => json!({
                "status": status,
                "milliseconds": milliseconds,
                "headers": mask::headers(headers),
                "body": shown_body(headers, body),
            }),
        }
    }
}

fn shown_body(headers: &HeaderMap, body: &Mutex<Listened>) -> Value {
    let media_type = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let body = body.lock().unwrap_or_else(PoisonError::into_inner);
    mask::body(media_type, &body.bytes, body.seen)
}

/// The body, which is taken down as it goes by.
fn listening(body: Body, listened: &Arc<Mutex<Listened>>) -> Body {
    Body::new(Listening {
        body,
        listened: Arc::clone(listened),
    })
}

struct Listening {
    body: Body,
    listened: Arc<Mutex<Listened>>,
}

impl hyper::body::Body for Listening {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
        if let Some(Ok(frame)) = &frame
            && let Some(data) = frame.data_ref()
        {
            let mut listened = self.listened.lock().unwrap_or_else(PoisonError::into_inner);
            let room = LONGEST_BODY.saturating_sub(listened.bytes.len()).min(data.len());
            listened
                .bytes
                .extend_from_slice(data.get(..room).unwrap_or_default());
            listened.seen = listened.seen.saturating_add(data.len());
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
