//! A new secret for a credential. The one before it stays good for a while, so that programs can be changed one by one.

use super::{listed, shown_once};
use crate::State;
use crate::forms::{Wrong, problem, select};
use crate::page::{Place, answer, token};
use crate::parts::status::api;
use crate::trouble::Trouble;
use crate::visit::{Desk, field};
use axum::body::Body;
use axum::extract;
use axum::http::StatusCode;
use book::{BookError, CredentialInfo, Role};
use http_kit::Answer;
use http_kit::query::Query;
use maud::html;

/// For how many seconds the secret before can stay good, and the words for it; the usual one first.
const OVERLAPS: [(&str, &str); 5] = [
    ("86400", "a day"),
    ("3600", "an hour"),
    ("604800", "a week"),
    ("2592000", "thirty days"),
    ("0", "no longer"),
];

/// The credential that the path names, which has a secret and is not revoked.
async fn named(state: &State, desk: &Desk) -> Result<CredentialInfo, Trouble> {
    let number = desk.number("credential")?;
    let known = state.book().credentials(desk.merchant.id).await?.into_iter();
    let mut known = known.filter(|info| info.has_secret && info.revoked_at.is_none());
    known.find(|info| info.number == number).ok_or(Trouble::NotFound)
}

fn form(desk: &Desk, info: &CredentialInfo, (sent, wrong): (&Query, Option<&Wrong>)) -> Answer {
    let overlaps = OVERLAPS.map(|(seconds, words)| (seconds.to_owned(), words.to_owned()));
    let content = html! {
        div {
            p.crumb { a href=(desk.path("credentials")) { "Credentials" } }
            h1 { "A new secret for " (info.id) }
            p.lead { (api(info.api)) ", number " (info.number) ". The new secret is good at once and shown on the next page." }
        }
        @if let Some(wrong) = wrong { (problem(&wrong.what)) }
        section.panel aria-label="New secret" {
            form method="post" action=(desk.path(&format!("credentials/{}/rotate", info.number))) {
                (token(&desk.visit))
                (select("overlap", "The secret before it is good for", field(sent, "overlap"), &overlaps))
                p.hint { "Long enough to change every program that has it. It can be given one new secret after the other, but only the last one before the newest stays good." }
                div.buttons {
                    button.primary type="submit" { "Make a new secret" }
                    a.button href=(desk.path("credentials")) { "Leave it" }
                }
            }
        }
    };
    let status = if wrong.is_some() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    answer(desk, status, Place::Credentials, "New secret", &content)
}

/// `GET /console/{merchant}/credentials/{credential}/rotate`.
pub(crate) async fn show(
    extract::State(state): extract::State<State>,
    desk: Desk,
) -> Result<Answer, Trouble> {
    desk.need(Role::Administer)?;
    let info = named(&state, &desk).await?;
    Ok(form(&desk, &info, (&Query::default(), None)))
}

/// `POST` to the same: makes it, and shows it this once.
pub(crate) async fn submit(
    extract::State(state): extract::State<State>,
    desk: Desk,
    body: Body,
) -> Result<Answer, Trouble> {
    let sent = desk.form(&state, Role::Administer, body).await?;
    let info = named(&state, &desk).await?;
    let asked = field(&sent, "overlap");
    let overlap = OVERLAPS.into_iter().find(|(seconds, _)| *seconds == asked);
    let Some(overlap) = overlap.and_then(|(seconds, _)| seconds.parse().ok()) else {
        let wrong = Wrong::new("overlap", "Choose how long the secret before it is good.");
        return Ok(form(&desk, &info, (&sent, Some(&wrong))));
    };
    let book = desk.book(&state);
    match book
        .rotate_credential(desk.merchant.id, info.number, overlap)
        .await
    {
        Ok(rotated) => {
            let said = shown_once(
                &rotated.added,
                "There is a new secret",
                Some(rotated.previous_until),
            );
            listed(
                &state,
                &desk,
                StatusCode::OK,
                Some(said),
                (&Query::default(), None),
            )
            .await
        }
        Err(BookError::Unknown(_)) => Err(Trouble::NotFound),
        Err(error) => Err(error.into()),
    }
}
