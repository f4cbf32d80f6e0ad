//! What the merchant's programs prove themselves with: listed, added, given a new secret, taken back.

pub(super) mod rotate;

use crate::State;
use crate::forms::{Field, Wrong, notice, problem, select};
use crate::page::{Place, answer, token};
use crate::parts::moment;
use crate::parts::row::empty;
use crate::parts::status::{api, badge};
use crate::trouble::{Trouble, redirect};
use crate::visit::{Desk, field};
use axum::body::Body;
use axum::extract;
use axum::http::StatusCode;
use book::{AddedCredential, BookError, CredentialInfo, NewCredential, Role, Scope};
use http_kit::Answer;
use http_kit::query::Query;
use maud::{Markup, html};
use order::{Dialect, Timestamp};

/// `GET /console/{merchant}/credentials`.
pub(crate) async fn show(
    extract::State(state): extract::State<State>,
    desk: Desk,
) -> Result<Answer, Trouble> {
    desk.need(Role::Administer)?;
    let said = (desk.parameter("done") == "revoked")
        .then(|| notice("The credential is revoked. What it and its tokens open is closed within a second."));
    listed(&state, &desk, StatusCode::OK, said, (&Query::default(), None)).await
}

async fn listed(
    state: &State,
    desk: &Desk,
    status: StatusCode,
    said: Option<Markup>,
    (sent, wrong): (&Query, Option<&Wrong>),
) -> Result<Answer, Trouble> {
    let mut known = state.book().credentials(desk.merchant.id).await?;
    known.sort_by_key(|info| (info.revoked_at.is_some(), std::cmp::Reverse(info.number)));
    let content = html! {
        @if let Some(said) = said { (said) }
        div {
            h1 { "Credentials" }
            p.lead { "What " (desk.merchant.name) "\u{2019}s programs prove themselves with. Secrets are kept as hashes and can\u{2019}t be shown again." }
        }
        @if known.is_empty() {
            (empty("No credentials", &html! { "Add the first one below." }))
        } @else { (table(desk, &known, state.book().now())) }
        (form(desk, sent, wrong))
    };
    Ok(answer(desk, status, Place::Credentials, "Credentials", &content))
}

fn table(desk: &Desk, known: &[CredentialInfo], now: Timestamp) -> Markup {
    html! {
        div.table-scroll tabindex="0" role="region" aria-label="Credentials" {
            table.stack {
                thead { tr {
                    th scope="col" { "Id" } th scope="col" { "API" } th scope="col" { "May" } th scope="col" { "Added" }
                    th scope="col" { "State" } th scope="col" { "Action" }
                } }
                tbody {
                    @for info in known {
                        tr {
                            th.mono scope="row" { (info.id) span.sub { "Number " (info.number) } }
                            td data-label="API" { (api(info.api)) }
                            td data-label="May" { (info.scope.as_str()) }
                            td data-label="Added" { (moment(info.created_at)) }
                            td data-label="State" { (standing(info, now)) }
                            td { @if info.revoked_at.is_none_or(|at| at > now) { (actions(desk, info)) } }
                        }
                    }
                }
            }
        }
    }
}

/// Whether it opens anything, and until when.
fn standing(info: &CredentialInfo, now: Timestamp) -> Markup {
    html! {
        @match info.revoked_at {
            None => {
                (badge("done", "Valid"))
                @if let Some(until) = info.previous_until.filter(|until| *until > now) {
                    span.sub { "its secret before this until " (moment(until)) }
                }
            }
            Some(at) if at > now => { (badge("waiting", "Replaced")) span.sub { "good until " (moment(at)) } }
            Some(at) => { (badge("ended", "Revoked")) span.sub { (moment(at)) } }
        }
    }
}

fn actions(desk: &Desk, info: &CredentialInfo) -> Markup {
    let at = |step: &str| desk.path(&format!("credentials/{}/{step}", info.number));
    html! {
        div.steps {
            @if info.has_secret && info.revoked_at.is_none() {
                a.button href=(at("rotate")) { "New secret" span.unseen { " for " (info.id) } }
            }
            form method="post" action=(at("revoke")) {
                (token(&desk.visit))
                label.choice { input type="checkbox" name="sure" value="yes" required; span { "for good" } }
                button.danger type="submit" { "Revoke" span.unseen { " " (info.id) } }
            }
        }
    }
}

fn form(desk: &Desk, sent: &Query, wrong: Option<&Wrong>) -> Markup {
    let apis = Dialect::ALL.map(|dialect| (dialect.as_str().to_owned(), api(dialect).to_owned()));
    let scopes = [Scope::Write, Scope::Read].map(|scope| {
        let told = match scope {
            Scope::Read => "look only",
            Scope::Write => "look and change",
            Scope::Admin => "administer",
        };
        (scope.as_str().to_owned(), told.to_owned())
    });
    let text = |name: &'static str, label: &'static str| Field::text(name, label, field(sent, name));
    html! {
        section.panel aria-labelledby="add-title" {
            h2 #add-title { "Add one" }
            @if let Some(wrong) = wrong { (problem(&wrong.what)) }
            form method="post" action=(desk.path("credentials")) {
                (token(&desk.visit))
                (select("api", "API", field(sent, "api"), &apis))
                (select("scope", "It may", field(sent, "scope"), &scopes))
                (text("id", "Client id").hint("Leave it empty unless your systems have one already.").html(wrong))
                (text("secret", "Secret, or AfterPay key").hint("Leave it empty unless your systems have one already.").html(wrong))
                button.primary type="submit" { "Add it" }
            }
        }
    }
}

/// Ids and secrets travel in headers: visible ASCII, not too long.
fn usable(form: &Query, name: &str, least: usize) -> Result<Option<String>, Wrong> {
    let text = field(form, name);
    if text.is_empty() {
        return Ok(None);
    }
    let fits = (least..=200).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
    if fits {
        Ok(Some(text.to_owned()))
    } else {
        let what =
            format!("This has {least} to 200 visible ASCII characters, because it travels in headers.");
        Err(Wrong::new(name, what))
    }
}

fn read(desk: &Desk, form: &Query) -> Result<NewCredential, Wrong> {
    let api = Dialect::from_word(field(form, "api")).ok_or_else(|| Wrong::new("api", "Choose an API."))?;
    // Administrators of the API are made by the command line and by each other.
    let scope = Scope::from_word(field(form, "scope"))
        .filter(|scope| *scope < Scope::Admin)
        .ok_or_else(|| Wrong::new("scope", "Choose what it may do."))?;
    Ok(NewCredential {
        merchant: desk.merchant.id,
        api,
        id: usable(form, "id", 1)?,
        secret: usable(form, "secret", 8)?,
        scope,
        redirects: Vec::new(),
    })
}

/// `POST /console/{merchant}/credentials`: adds one, and shows its secret this once.
pub(crate) async fn create(
    extract::State(state): extract::State<State>,
    desk: Desk,
    body: Body,
) -> Result<Answer, Trouble> {
    let form = desk.form(&state, Role::Administer, body).await?;
    let refused = async |wrong: Wrong| {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        listed(&state, &desk, status, None, (&form, Some(&wrong))).await
    };
    let new = match read(&desk, &form) {
        Ok(new) => new,
        Err(wrong) => return refused(wrong).await,
    };
    match desk.book(&state).add_credential(new).await {
        Ok(added) => {
            let said = shown_once(&added, "The credential is added", None);
            listed(
                &state,
                &desk,
                StatusCode::CREATED,
                Some(said),
                (&Query::default(), None),
            )
            .await
        }
        Err(BookError::Exists(_)) => {
            let what = "This id, or this key, is taken already.";
            refused(Wrong::new("id", what)).await
        }
        Err(error) => Err(error.into()),
    }
}

/// The secret of a credential where it is new; and until when the one before it is good.
fn shown_once(added: &AddedCredential, title: &str, previous_until: Option<Timestamp>) -> Markup {
    html! {
        section.notice role="status" aria-labelledby="secret-title" {
            h2 #secret-title { (title) }
            p { "Copy the secret now: it is shown this once." }
            @if let Some(until) = previous_until { p { "The one before it is good until " (moment(until)) "." } }
            dl.facts {
                div { dt { "API" } dd { (api(added.info.api)) } }
                div { dt { "Id" } dd.mono { (added.info.id) } }
                div { dt { "Secret" } dd.mono.secret { (added.secret) } }
            }
        }
    }
}

/// `POST /console/{merchant}/credentials/{credential}/revoke`.
pub(crate) async fn revoke(
    extract::State(state): extract::State<State>,
    desk: Desk,
    body: Body,
) -> Result<Answer, Trouble> {
    let form = desk.form(&state, Role::Administer, body).await?;
    if field(&form, "sure") != "yes" {
        return Err(Trouble::Malformed(
            "Tick \u{201c}for good\u{201d} to revoke a credential: it can\u{2019}t be undone.",
        ));
    }
    match desk
        .book(&state)
        .revoke_credential(desk.merchant.id, desk.number("credential")?)
        .await
    {
        Ok(()) => Ok(redirect(&format!("{}?done=revoked", desk.path("credentials")))),
        Err(BookError::Unknown(_)) => Err(Trouble::NotFound),
        Err(error) => Err(error.into()),
    }
}
