//! `GET {login}/logout`: ends the session, and back to `returnUrl`.

use super::html::page;
use super::trouble::Trouble;
use super::visit::{Visit, send_to};
use crate::State;
use axum::extract::{Request, State as Held};
use axum::http::StatusCode;
use http_kit::Answer;
use std::sync::Arc;

pub(crate) async fn handle(Held(state): Held<Arc<State>>, request: Request) -> Answer {
    let (parts, _body) = request.into_parts();
    let left = async {
        let visit = Visit::of(parts)?;
        let client = visit.client(&state, "clientId").await?;
        let back = visit.return_address(&client, "returnUrl")?;
        if let Some(session) = visit.session_text(&client) {
            state.book.withdraw(session).await?;
        }
        let answer = match back {
            Some(back) => send_to(&back, &[]),
            None => page(StatusCode::OK, "Signed out", "<p>You are signed out.</p>\n"),
        };
        Ok(Visit::forget(&client, answer))
    };
    left.await.unwrap_or_else(|trouble: Trouble| trouble.answer())
}
