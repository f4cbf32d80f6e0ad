//! The first page: the merchants that somebody sees; straight on to it for whoever sees one alone.

use crate::State;
use crate::page::{bare, token};
use crate::trouble::{Trouble, redirect};
use crate::visit::Visit;
use axum::extract;
use axum::http::StatusCode;
use http_kit::Answer;
use maud::html;

/// `GET /console`.
pub(crate) async fn show(
    extract::State(state): extract::State<State>,
    visit: Visit,
) -> Result<Answer, Trouble> {
    if visit.person.must_change {
        return Err(Trouble::MustChangePassword);
    }
    if let Some(merchant) = visit.person.reach.only() {
        return Ok(redirect(&format!("/console/{merchant}")));
    }
    let mut merchants = state.book().merchants().await?;
    merchants.retain(|merchant| visit.person.sees(merchant.id));
    let content = html! {
        h1 { "Merchants" }
        @if merchants.is_empty() {
            p { "There is no merchant yet. Add one with " code { "ordrebok merchant add NAME" } "." }
        } @else {
            ul.choices {
                @for merchant in &merchants {
                    li data-row { a href=(format!("/console/{}", merchant.id)) { (merchant.name) } }
                }
            }
        }
        form.row method="post" action="/console/sign-out" {
            (token(&visit))
            a href="/console/password" { "Change your password" }
            button.plain type="submit" { "Sign out " (visit.person.name) }
        }
    };
    Ok(bare(StatusCode::OK, "Merchants", &content))
}
