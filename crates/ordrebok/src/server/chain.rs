//! What happens to every request, whichever API it is for: an id, a limit, a time-out, and no way to take the
//! server down with it.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, Response};
use axum::response::IntoResponse;
use book::observing_the_database;
use http_kit::body::BodyLimits;
use http_kit::{Failure, RequestIds};
use hyper::body::Incoming;
use tokio::sync::Semaphore;
use tracing::Instrument;

use super::assembly::{Assembly, Target};
use super::observer::Observed;
use crate::config::Limits;
use crate::machine::Machine;
use crate::sandbox::Dropped;
use crate::surroundings::Surroundings;

/// When to come back after a 503.
const RETRY_AFTER_SECONDS: u64 = 1;

/// The chain that every request runs through.
#[derive(Debug)]
pub(super) struct Chain {
    assembly: Assembly,
    ids: RequestIds,
    room: Semaphore,
    time: Duration,
    body: BodyLimits,
}

impl Chain {
    pub(super) fn new(assembly: Assembly, limits: &Limits) -> Self {
        Self {
            assembly,
            ids: RequestIds::starting_at(Machine.random_number()),
            room: Semaphore::new(limits.requests.min(Semaphore::MAX_PERMITS)),
            time: limits.request(),
            body: limits.body_limits(),
        }
    }

    /// What the server shares with its workers.
    pub(super) fn around(&self) -> &Surroundings {
        &self.assembly.around
    }

    /// Answers one request.
    ///
    /// # Errors
    /// Only in a sandbox that was asked to give no answer.
    pub(super) async fn answer(&self, request: Request<Incoming>) -> Result<Response<Body>, Dropped> {
        let request = request.map(Body::new);
        let conventions = self.assembly.conventions();
        conventions
            .around(request, |request| self.identified(request))
            .await
    }

    /// Answers it under an id of its own.
    async fn identified(&self, mut request: Request<Body>) -> Result<Response<Body>, Dropped> {
        let id = self.ids.id_for(request.headers());
        let span = tracing::error_span!("request", id = id.as_str());
        request.extensions_mut().insert(id.clone());
        request.extensions_mut().insert(self.body);
        let target = Target::of(request.uri().path());
        let observed = self.assembly.observer.begin(target, &request);
        let answered = async {
            match self.assembly.sandbox_of(target) {
                None => Ok(self.within_limits(target, request).instrument(span.clone()).await),
                Some(sandbox) => {
                    let method = request.method().clone();
                    let refuse = |failure| self.assembly.refuse(target, &method, failure).into_response();
                    let go = |request| self.within_limits(target, request);
                    sandbox
                        .answer(request, self.body, refuse, go)
                        .instrument(span.clone())
                        .await
                }
            }
        };
        let mut response = match observed.as_ref().and_then(Observed::of_the_database) {
            None => answered.await?,
            Some(writes_down) => observing_the_database(writes_down, answered).await?,
        };
        if let Some(observed) = observed {
            span.in_scope(|| observed.answered(&response));
        }
        id.tell(response.headers_mut());
        Ok(response)
    }

    async fn within_limits(&self, target: Target, request: Request<Body>) -> Response<Body> {
        let method = request.method().clone();
        let refuse = |failure| self.assembly.refuse(target, &method, failure).into_response();
        match self.room.try_acquire() {
            // Whoever asks how the server does is answered even when it is busy.
            Err(_) if !matches!(target, Target::Health | Target::Metrics) => refuse(Failure::Overloaded {
                retry_after_seconds: RETRY_AFTER_SECONDS,
            }),
            _held => {
                match tokio::time::timeout(self.time, caught(self.assembly.answer(target, request))).await {
                    Ok(Some(response)) => response,
                    Ok(None) => refuse(Failure::Internal),
                    Err(_elapsed) => {
                        // Slow bodies end earlier, by their own limit: this one is ours.
                        tracing::warn!(%method, "a request took too long and was given up");
                        refuse(Failure::Overloaded {
                            retry_after_seconds: RETRY_AFTER_SECONDS,
                        })
                    }
                }
            }
        }
    }
}

/// What the future comes to; none when it panicked (the panic hook has logged where).
async fn caught<F: Future>(future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    std::future::poll_fn(move |context| {
        // A handler shares nothing with other requests but locks that the panic releases and data that it didn't own.
        match std::panic::catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context))) {
            Ok(poll) => poll.map(Some),
            Err(_panic) => Poll::Ready(None),
        }
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::caught;

    #[tokio::test]
    async fn a_panic_ends_its_own_request_only() {
        let panics = async {
            tokio::task::yield_now().await;
            panic!("a defect");
        };
        assert_eq!(caught(panics).await, None::<()>);
        assert_eq!(caught(async { 7 }).await, Some(7));
    }
}
