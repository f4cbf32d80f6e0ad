//! What is done with a webhook: changed, turned on and off, given a new secret, called, removed.

use super::form::Sent;
use super::{named, path_of, show};
use crate::State;
use crate::forms::{Wrong, once};
use crate::reading::moment;
use crate::trouble::{Trouble, redirect};
use crate::visit::{Desk, field};
use axum::body::Body;
use axum::extract;
use axum::http::StatusCode;
use book::{Document, Executed, Reply, Role, Webhook};
use http_kit::Answer;
use http_kit::query::Query;
use order::Timestamp;

/// Back to the webhook's page, which tells what was done.
fn back(desk: &Desk, id: &str, done: &str) -> Answer {
    redirect(&format!("{}?done={done}", path_of(desk, id)))
}

/// The same page with what is wrong in one of its forms.
async fn refused(
    state: &State,
    desk: &Desk,
    webhook: &Document<Webhook>,
    form: &Query,
    wrong: &Wrong,
) -> Result<Answer, Trouble> {
    let status = (StatusCode::UNPROCESSABLE_ENTITY, None);
    show::shown(state, desk, webhook, status, (form, Some(wrong))).await
}

/// Changes the webhook that the path names, or tells that there is none.
async fn alter(
    state: &State,
    desk: &Desk,
    key: Option<book::Idempotency>,
    change: impl Fn(&mut Webhook, Timestamp) + Send + 'static,
) -> Result<(), Trouble> {
    let id = desk.segment("webhook")?;
    let render = |found: Option<&Document<Webhook>>| Reply {
        status: if found.is_some() { 200 } else { 404 },
        body: String::new(),
    };
    let book = desk.book(state);
    match book
        .change_webhook((desk.merchant.id, id), key, change, render)
        .await?
    {
        Executed::Now(reply) | Executed::Before(reply) if reply.status == 200 => Ok(()),
        Executed::Now(_) | Executed::Before(_) => Err(Trouble::NotFound),
        Executed::KeyReused => Err(Trouble::SentBefore),
    }
}

/// `POST /console/{merchant}/webhooks/{webhook}`: changes it.
pub(crate) async fn change(
    extract::State(state): extract::State<State>,
    desk: Desk,
    body: Body,
) -> Result<Answer, Trouble> {
    let form = desk.form(&state, Role::Administer, body).await?;
    let webhook = named(&state, &desk).await?;
    let sent = match Sent::read(&form) {
        Ok(sent) => sent,
        Err(wrong) => return refused(&state, &desk, &webhook, &form, &wrong).await,
    };
    let change = move |webhook: &mut Webhook, _now: Timestamp| {
        webhook.url.clone_from(&sent.url);
        webhook.events.clone_from(&sent.events);
        webhook.description.clone_from(&sent.description);
    };
    alter(&state, &desk, None, change).await?;
    Ok(back(&desk, &webhook.id, "changed"))
}

/// `POST /console/{merchant}/webhooks/{webhook}/turn`: on or off.
pub(crate) async fn turn(
    extract::State(state): extract::State<State>,
    desk: Desk,
    body: Body,
) -> Result<Answer, Trouble> {
    let form = desk.form(&state, Role::Administer, body).await?;
    let (on, done) = match field(&form, "to") {
        "on" => (true, "on"),
        "off" => (false, "off"),
        _ => {
            return Err(Trouble::Malformed(
                "The form does not say whether it is to be on or off.",
            ));
        }
    };
    let change = move |webhook: &mut Webhook, _now: Timestamp| webhook.enable(on);
    alter(&state, &desk, None, change).await?;
    Ok(back(&desk, desk.segment("webhook")?, done))
}

/// `POST /console/{merchant}/webhooks/{webhook}/secret`: a new secret, once however often the form is sent: two in a
/// row would end the one that receivers still know.
pub(crate) async fn secret(
    extract::State(state): extract::State<State>,
    desk: Desk,
    body: Body,
) -> Result<Answer, Trouble> {
    let form = desk.form(&state, Role::Administer, body).await?;
    let key = once(
        &form,
        format!("console webhook secret {}", desk.segment("webhook")?),
    )?;
    alter(&state, &desk, Some(key), Webhook::rotate).await?;
    let webhook = named(&state, &desk).await?;
    let said = show::secret(&state, &desk, &webhook, "There is a new secret");
    show::shown(
        &state,
        &desk,
        &webhook,
        (StatusCode::OK, Some(said)),
        (&Query::default(), None),
    )
    .await
}

/// `POST /console/{merchant}/webhooks/{webhook}/ping`.
pub(crate) async fn ping(
    extract::State(state): extract::State<State>,
    desk: Desk,
    body: Body,
) -> Result<Answer, Trouble> {
    desk.form(&state, Role::Act, body).await?;
    let webhook = named(&state, &desk).await?;
    desk.book(&state)
        .ping_webhook(desk.merchant.id, &webhook.id)
        .await?;
    Ok(back(&desk, &webhook.id, "ping"))
}

/// `POST /console/{merchant}/webhooks/{webhook}/deliveries/{delivery}/retry`.
pub(crate) async fn retry(
    extract::State(state): extract::State<State>,
    desk: Desk,
    body: Body,
) -> Result<Answer, Trouble> {
    desk.form(&state, Role::Act, body).await?;
    let webhook = named(&state, &desk).await?;
    let id: i64 = desk
        .segment("delivery")?
        .parse()
        .map_err(|_not_one| Trouble::NotFound)?;
    let owed = desk
        .book(&state)
        .retry_hook_delivery(desk.merchant.id, (&webhook.id, id))
        .await?;
    owed.ok_or(Trouble::NotFound)?;
    Ok(back(&desk, &webhook.id, "retry"))
}

fn period(form: &Query, now: Timestamp) -> Result<(Timestamp, Timestamp), Wrong> {
    let from = moment(form, "from")?.ok_or_else(|| Wrong::new("from", "Say from when on."))?;
    let until = moment(form, "until")?.unwrap_or_else(|| now.plus_millis(1));
    if from < until {
        Ok((from, until))
    } else {
        Err(Wrong::new("until", "This is not later than the beginning."))
    }
}

/// `POST /console/{merchant}/webhooks/{webhook}/replay`.
pub(crate) async fn replay(
    extract::State(state): extract::State<State>,
    desk: Desk,
    body: Body,
) -> Result<Answer, Trouble> {
    let form = desk.form(&state, Role::Act, body).await?;
    let webhook = named(&state, &desk).await?;
    let period = match period(&form, state.book().now()) {
        Ok(period) => period,
        Err(wrong) => return refused(&state, &desk, &webhook, &form, &wrong).await,
    };
    let told = desk
        .book(&state)
        .replay_webhook(desk.merchant.id, &webhook.id, period)
        .await?;
    let told = told.ok_or(Trouble::NotFound)?;
    Ok(back(&desk, &webhook.id, &format!("replay&events={told}")))
}

/// `POST /console/{merchant}/webhooks/{webhook}/remove`.
pub(crate) async fn remove(
    extract::State(state): extract::State<State>,
    desk: Desk,
    body: Body,
) -> Result<Answer, Trouble> {
    let form = desk.form(&state, Role::Administer, body).await?;
    if field(&form, "sure") != "yes" {
        let what = "Tick \u{201c}for good\u{201d} to remove a webhook: it can\u{2019}t be undone.";
        return Err(Trouble::Malformed(what));
    }
    if desk
        .book(&state)
        .remove_webhook(desk.merchant.id, desk.segment("webhook")?)
        .await?
    {
        Ok(redirect(&format!("{}?done=removed", desk.path("webhooks"))))
    } else {
        Err(Trouble::NotFound)
    }
}
