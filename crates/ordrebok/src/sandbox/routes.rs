//! The sandbox's own operations, under `/ordrebok/v1/sandbox`. They take a credential of Ordrebok's own API.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::State as From_;
use axum::http::{HeaderMap, Request, StatusCode, Uri};
use book::{Access, AuthError, Book, Clock, Scope};
use http_kit::body::{self, BodyLimits, JsonError};
use http_kit::query::Query;
use http_kit::wire::time;
use http_kit::{Answer, Endpoint, Failure, Needs, Routes, headers};
use order::{Dialect, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};

use super::Sandbox;
use crate::machine::{Machine, Stopwatch};
use crate::server::problem;
use crate::telemetry::chain;

/// Where the sandbox's operations are.
const PREFIX: &str = "/ordrebok/v1/sandbox";
/// How long the clock is moved from one thing that is due to the next. What is left is then done at the end.
const STEPPING_MICROSECONDS: u64 = 15_000_000;
/// How many due things are done at a time.
const AT_ONCE: i64 = 100;
/// How many calls are listed unless the client says, and at the most.
const LISTED: (usize, usize) = (50, 200);
/// The latest time that the clock can be moved to: 2200-01-01.
const LATEST: i64 = 7_258_118_400_000;

#[derive(Clone)]
struct State {
    book: Book,
    sandbox: Arc<Sandbox>,
    limits: BodyLimits,
}

/// The paths of the sandbox.
pub(crate) fn routes(book: Book, sandbox: Arc<Sandbox>, limits: BodyLimits) -> Router {
    table().router().with_state(State {
        book,
        sandbox,
        limits,
    })
}

/// All operations, as a list.
pub(crate) fn endpoints() -> Vec<Endpoint> {
    table().endpoints()
}

/// Every operation: a row here is its route and its place in the list.
fn table() -> Routes<State> {
    let at = |name: &str| format!("{PREFIX}/{name}");
    Routes::default()
        .post(&at("reset"), Needs::Write, reset)
        .get(&at("clock"), Needs::Read, show_clock)
        .post(&at("clock"), Needs::Write, move_clock)
        .get(&at("calls"), Needs::Read, list_calls)
}

/// A finished answer, or one that refuses.
type Answered = Result<Answer, Answer>;

impl State {
    async fn caller(&self, headers: &HeaderMap, needed: Scope) -> Result<Arc<Access>, Answer> {
        let key = headers::bearer(headers).ok_or_else(problem::unauthenticated)?;
        match self.book.authenticate_key(Dialect::Ordrebok, key).await {
            Ok(access) if access.scope >= needed => Ok(access),
            Ok(_) => Err(problem::insufficient_scope()),
            Err(AuthError::Denied) => Err(problem::unauthenticated()),
            Err(AuthError::Book(error)) => Err(failed(&error)),
        }
    }

    fn clock_answer(&self, moved_on: usize) -> Answer {
        let clock = &self.sandbox.clock;
        let shown = json!({
            "now": time::milliseconds_text(clock.now().0),
            "machine": time::milliseconds_text(Machine.now().0),
            "aheadMilliseconds": clock.ahead(),
            "movedOn": moved_on,
        });
        Answer::json(StatusCode::OK, &shown)
    }
}

fn failed(error: &dyn std::error::Error) -> Answer {
    tracing::error!(error = chain(error), "an operation of the sandbox failed");
    problem::refuse(Failure::Internal, &axum::http::Method::POST)
}

/// The whole body, read before anything is refused.
async fn read(
    state: &State,
    request: Request<Body>,
    needed: Scope,
) -> Result<(Arc<Access>, axum::body::Bytes), Answer> {
    let (head, body) = request.into_parts();
    let caller = state.caller(&head.headers, needed).await;
    let body = body::read(body, state.limits).await;
    let caller = caller?;
    let body = body.map_err(|error| problem::refuse(Failure::from(error), &head.method))?;
    Ok((caller, body))
}

async fn reset(From_(state): From_<State>, request: Request<Body>) -> Answered {
    let (caller, body) = read(&state, request, Scope::Write).await?;
    if !body.iter().all(u8::is_ascii_whitespace) && body::parse_json::<NoMembers>(&body).is_err() {
        return Err(problem::invalid_body("the body must be empty, or {}"));
    }
    if state.sandbox.may_reset.get() != Some(&true) {
        return Err(problem::conflict(
            "not_a_sandbox_database",
            "There were data in the database before a sandbox was started on it, so they may be real and are not taken \
             away. Start the sandbox on an empty database.",
        ));
    }
    let merchants = state.book.merchants().await.map_err(|error| failed(&error))?;
    let whose = merchants
        .into_iter()
        .find(|merchant| merchant.id == caller.merchant);
    state
        .book
        .clear_merchant(caller.merchant)
        .await
        .map_err(|error| failed(&error))?;
    state.sandbox.clock.set_back();
    state.sandbox.forget(caller.merchant);
    let mut seeded = 0;
    if let (Some(seed), Some(merchant)) = (&state.sandbox.seed, whose) {
        let sown = seed.sow(&state.book, Some(&merchant.name)).await;
        seeded = sown
            .map_err(|error| {
                tracing::error!(%error, "the seed could not be sown again");
                problem::refuse(Failure::Internal, &axum::http::Method::POST)
            })?
            .orders;
    }
    Ok(Answer::json(
        StatusCode::OK,
        &json!({ "reset": true, "ordersFromSeed": seeded }),
    ))
}

async fn show_clock(From_(state): From_<State>, headers: HeaderMap) -> Answered {
    state.caller(&headers, Scope::Read).await?;
    Ok(state.clock_answer(0))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NoMembers {}

/// To which time, or by how much, the clock is to be moved on.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Move {
    to: Option<String>,
    days: Option<u32>,
    hours: Option<u32>,
    minutes: Option<u32>,
    seconds: Option<u32>,
    milliseconds: Option<u32>,
}

impl Move {
    /// The time that is meant.
    fn target(&self, now: Timestamp) -> Result<Timestamp, Box<Answer>> {
        let spans = [
            (self.days, 86_400_000),
            (self.hours, 3_600_000),
            (self.minutes, 60_000),
            (self.seconds, 1000),
            (self.milliseconds, 1),
        ];
        let by = spans
            .iter()
            .filter_map(|(count, unit)| Some(i64::from((*count)?).saturating_mul(*unit)));
        let is_by = spans.iter().any(|(count, _)| count.is_some());
        let target = match &self.to {
            Some(_) if is_by => Err("say either `to` or by how much, not both".to_owned()),
            Some(text) => time::parse(text).map_err(|error| format!("to: {error}")),
            None if is_by => Ok(now.0.saturating_add(by.fold(0, i64::saturating_add))),
            None => Err("say `to`, or by how many days, hours, minutes, seconds or milliseconds".to_owned()),
        };
        let target = target.map_err(|wrong| Box::new(problem::invalid_body(&wrong)))?;
        if target > LATEST {
            return Err(Box::new(problem::invalid_body(
                "the clock can be moved to 2200-01-01 at the latest",
            )));
        }
        if target < now.0 {
            let shown = time::milliseconds_text(now.0);
            let detail =
                format!("The clock moves forward only, and it is {shown} now. A reset sets it back.");
            return Err(Box::new(problem::conflict("clock_moves_forward", &detail)));
        }
        Ok(Timestamp(target))
    }
}

async fn move_clock(From_(state): From_<State>, request: Request<Body>) -> Answered {
    let (_caller, body) = read(&state, request, Scope::Write).await?;
    let wanted: Move =
        body::parse_json(&body).map_err(|error: JsonError| problem::invalid_body(&error.to_string()))?;
    let clock = &state.sandbox.clock;
    let target = wanted.target(clock.now()).map_err(|refused| *refused)?;
    let watch = Stopwatch::start();
    let mut moved_on = 0_usize;
    // From one moment at which something is due to the next, so that everything happens at its own time.
    while watch.microseconds() < STEPPING_MICROSECONDS {
        let next = state
            .book
            .next_due_after(clock.now())
            .await
            .map_err(|error| failed(&error))?;
        let Some(next) = next.filter(|next| *next <= target) else {
            break;
        };
        clock.move_to(next);
        moved_on = moved_on.saturating_add(run_due(&state).await?);
    }
    clock.move_to(target);
    moved_on = moved_on.saturating_add(run_due(&state).await?);
    state.book.look_now();
    Ok(state.clock_answer(moved_on))
}

/// Does everything that is due; tells how much that was.
async fn run_due(state: &State) -> Result<usize, Answer> {
    let mut done = 0_usize;
    loop {
        let moved = state
            .book
            .run_due(AT_ONCE)
            .await
            .map_err(|error| failed(&error))?;
        done = done.saturating_add(moved.done);
        if moved.done == 0 {
            return Ok(done);
        }
    }
}

async fn list_calls(From_(state): From_<State>, headers: HeaderMap, uri: Uri) -> Answered {
    let caller = state.caller(&headers, Scope::Read).await?;
    let query = Query::parse(uri.query().unwrap_or_default())
        .map_err(|error| problem::invalid_parameter(&error.to_string()))?;
    let (mut before, mut limit) = (u64::MAX, LISTED.0);
    for (name, value) in query.pairs() {
        let wrong = |what: &str| problem::invalid_parameter(&format!("{name} must be {what}"));
        match name {
            "before" => before = value.parse().map_err(|_| wrong("the id of a call"))?,
            "limit" => {
                let fits = |limit: &usize| (1..=LISTED.1).contains(limit);
                limit = value
                    .parse()
                    .ok()
                    .filter(fits)
                    .ok_or_else(|| wrong("from 1 to 200"))?;
            }
            _ => {
                return Err(problem::invalid_parameter(&format!(
                    "there is no parameter {name}"
                )));
            }
        }
    }
    let calls = state.sandbox.calls.list(caller.merchant, before, limit);
    let next = calls
        .last()
        .filter(|_| calls.len() == limit)
        .map(|call| call.id());
    let shown: Vec<Value> = calls.iter().map(|call| call.shown()).collect();
    Ok(Answer::json(
        StatusCode::OK,
        &json!({ "calls": shown, "next": next }),
    ))
}
