//! How often a credential may call, and how it is told: the header fields `RateLimit` and `RateLimit-Policy` of the
//! IETF's draft (draft-ietf-httpapi-ratelimit-headers).
//!
//! A call is counted where its credential is proved, deep within an operation; the fields are written around it, in
//! whatever answer it comes to.

use crate::State;
use crate::errors::TOO_MANY_REQUESTS;
use crate::problem::Problem;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use book::MerchantSettings;
use http_kit::allowance::{Allowance, Client, Window};
use std::cell::Cell;
use std::future::Future;

const LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

tokio::task_local! {
    static TOLD: Cell<Allowance>;
}

/// Runs one operation, and gives with what it came to what is left of its caller's allowance.
pub(crate) async fn observed<F: Future>(operation: F) -> (F::Output, Allowance) {
    let noted = async {
        let done = operation.await;
        (done, TOLD.with(Cell::get))
    };
    TOLD.scope(Cell::default(), noted).await
}

/// Counts a call of this client, whose merchant has these settings.
pub(crate) fn count(state: &State, client: Client, settings: MerchantSettings) -> Result<(), Problem> {
    let limits = state.calls.but(settings.calls_a_second, settings.calls_a_minute);
    let taken = state.allowances.take(client, limits, state.book.now().0);
    let told = taken.unwrap_or_else(|many| many.allowance);
    // An error means that nobody observes.
    let _ = TOLD.try_with(|cell| cell.set(told));
    taken.map(drop).map_err(|many| {
        let seconds = many.retry_seconds;
        let detail = format!("The credential has no calls left. There are again in {seconds} s.");
        Problem::new(TOO_MANY_REQUESTS, detail).retry_after(seconds)
    })
}

/// Writes what is left into an answer's headers; nothing when there is no limit.
pub(crate) fn tell(headers: &mut HeaderMap, allowance: Allowance) {
    let windows = [("second", 1, allowance.second), ("minute", 60, allowance.minute)];
    let windows = windows
        .into_iter()
        .filter_map(|(name, length, window)| Some((name, length, window?)));
    let (policies, limits): (Vec<String>, Vec<String>) = windows
        .map(|(name, length, window)| {
            let Window {
                quota,
                remaining,
                reset_seconds,
            } = window;
            (
                format!("\"{name}\";q={quota};w={length}"),
                format!("\"{name}\";r={remaining};t={reset_seconds}"),
            )
        })
        .unzip();
    for (name, texts) in [(POLICY, policies), (LIMIT, limits)] {
        if let Some(value) = HeaderValue::try_from(texts.join(", "))
            .ok()
            .filter(|_| !texts.is_empty())
        {
            headers.insert(name, value);
        }
    }
}
