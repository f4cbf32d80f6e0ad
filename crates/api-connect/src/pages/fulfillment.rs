//! `{login}/fulfillment`: the payer confirms or cancels an order of theirs, and is sent back with how it came out.
//!
//! `fulfillmentStatus` is `success` for an order that is paid for or handed over, `cancel` when the payer did not want
//! it (the order stays as it is, and may be confirmed later), `unknown` while the payment is open, and `error` for
//! everything else, an order that is not the user's among it.

use super::html::{escape, hidden, page};
use super::login::{LoginForm, read_form};
use super::payment;
use super::trouble::Trouble;
use super::visit::{Visit, client_named, registered, send_to};
use crate::wire::status::line_amount;
use crate::{State, annex, sandbox};
use axum::extract::{Request, State as Held};
use axum::http::StatusCode;
use axum::http::header::SET_COOKIE;
use book::{Client, Grant, Reference, Step, Target};
use http_kit::Answer;
use http_kit::wire::Number;
use order::{Command, Dialect, FulfilRequest, Order, Status};
use std::fmt::Write as _;
use std::sync::Arc;
use url::Url;

/// Where the payer came from, and where they go.
pub(super) struct Errand {
    pub(super) client: Client,
    pub(super) back: Url,
    /// The order's id, as the client knows it.
    pub(super) order: String,
}

impl Errand {
    /// Sends the payer back with how it came out.
    pub(super) fn end(&self, status: &str) -> Answer {
        send_to(&self.back, &[("fulfillmentStatus", status)])
    }
}

pub(crate) async fn show(Held(state): Held<Arc<State>>, request: Request) -> Answer {
    let (parts, _body) = request.into_parts();
    let shown = async {
        let visit = Visit::of(parts)?;
        let parameter = "returnUrl";
        let client = visit.client_or_session(&state, "clientId").await?;
        let back = visit.return_address(&client, parameter)?;
        let errand = Errand {
            back: back.ok_or(Trouble::BadReturn { parameter })?,
            order: visit.parameter("orderId")?.unwrap_or_default().to_owned(),
            client,
        };
        let Some(session) = visit.signed_in(&state, &errand.client).await? else {
            let form = LoginForm {
                client: &errand.client,
                next: &visit.here,
                name: visit.parameter("credential")?.unwrap_or_default(),
                problem: None,
            };
            return Ok(form.answer(&state, &visit, StatusCode::OK));
        };
        let Some(order) = order_of(&state, &errand, &session).await? else {
            return Ok(errand.end("error"));
        };
        if let Some(status) = outcome(&order) {
            return Ok(errand.end(status));
        }
        if order.payment.pending {
            return payment::wait(&state, &visit, &errand, &order).await;
        }
        if order.payment.prepaid {
            return confirm(&state, &visit, &errand, &order).await;
        }
        question(&state, &visit, &errand, &order)
    };
    Box::pin(shown)
        .await
        .unwrap_or_else(|trouble: Trouble| trouble.answer())
}

pub(crate) async fn submit(Held(state): Held<Arc<State>>, request: Request) -> Answer {
    let (parts, body) = request.into_parts();
    let done = async {
        let visit = Visit::of(parts)?;
        let form = read_form(&state, body).await?;
        visit.check_form(&form)?;
        let value = |name: &str| form.one(name).ok().flatten().unwrap_or_default().to_owned();
        let client = client_named(&state, &value("clientId")).await?;
        let back = registered(&client, &value("returnUrl")).ok_or(Trouble::BadReturn {
            parameter: "returnUrl",
        })?;
        let order = value("orderId");
        let errand = Errand { client, back, order };
        let session = visit.signed_in(&state, &errand.client).await?;
        let session = session.ok_or(Trouble::StaleForm)?;
        let Some(order) = order_of(&state, &errand, &session).await? else {
            return Ok(errand.end("error"));
        };
        if let Some(status) = outcome(&order) {
            return Ok(errand.end(status));
        }
        if order.payment.pending {
            return payment::wait(&state, &visit, &errand, &order).await;
        }
        match value("decision").as_str() {
            "confirm" => confirm(&state, &visit, &errand, &order).await,
            "cancel" => Ok(errand.end("cancel")),
            _other => Err(Trouble::Malformed("The form does not say what to do.")),
        }
    };
    Box::pin(done)
        .await
        .unwrap_or_else(|trouble: Trouble| trouble.answer())
}

/// The order, when it is the user's.
async fn order_of(state: &State, errand: &Errand, session: &Grant) -> Result<Option<Order>, Trouble> {
    let merchant = errand.client.merchant;
    if errand.order.is_empty() || !errand.order.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(None);
    }
    let reference = Reference::Shown(Dialect::Connect, errand.order.clone());
    let (Some(order), Some(user)) = (
        state.book.order(merchant, &reference).await?,
        state.book.user(merchant, &session.user).await?,
    ) else {
        return Ok(None);
    };
    let customer = crate::wire::status::customer_number(&order);
    let is_theirs = customer.is_some_and(|customer| user.customers.contains(&customer));
    Ok(Some(order).filter(|_| is_theirs))
}

/// How an order has come out already; none while it can be confirmed, or the payment is open.
pub(super) fn outcome(order: &Order) -> Option<&'static str> {
    match &order.status {
        Status::Preliminary => None,
        Status::Confirmed { .. } if order.payment.pending => None,
        Status::Confirmed { .. } if order.awaits_handover() => Some("success"),
        Status::Confirmed { .. } => Some("unknown"),
        Status::Processed { .. } => Some("success"),
        Status::Failed { .. } | Status::Cancelled { .. } => Some("error"),
    }
}

/// Completes the order. What would be paid on a provider's page goes through the payment connector; without one it
/// can't be paid here, but for the sandbox.
async fn confirm(state: &State, visit: &Visit, errand: &Errand, order: &Order) -> Result<Answer, Trouble> {
    let (merchant, paid) = (errand.client.merchant, &order.payment);
    let configured = state.book.fulfilment(merchant).await?;
    let asks_connector = configured.asks_connector;
    let is_sandbox = state.settings.sandbox && !asks_connector;
    if paid.method.is_paid_at_provider() && !paid.prepaid && !is_sandbox && !asks_connector {
        return Ok(errand.end("error"));
    }
    if asks_connector && !paid.prepaid {
        let place = payment::place(visit, errand);
        state.book.note_payment_place(merchant, order.id, place).await?;
    }
    let mut commands = vec![Command::Fulfil(FulfilRequest {
        payer_is_there: true,
        ..configured
    })];
    if paid.method.is_settled_later() && !paid.prepaid && is_sandbox {
        let phones = annex::phone_numbers(order);
        let settled = sandbox::settlement(phones.first().map(String::as_str));
        commands.extend(settled.map(|paid| Command::Settle { paid }));
    }
    let step = Step {
        target: Target::Existing(Reference::Id(order.id)),
        commands,
    };
    let request = book::Request {
        merchant,
        steps: vec![step],
    };
    let Ok(outcomes) = Box::pin(state.book.execute(request)).await? else {
        return Ok(errand.end("error"));
    };
    match outcomes.first().map(|done| &done.order) {
        Some(order) if order.payment.pending => payment::wait(state, visit, errand, order).await,
        done => Ok(errand.end(done.and_then(outcome).unwrap_or("unknown"))),
    }
}

/// The page that asks.
fn question(state: &State, visit: &Visit, errand: &Errand, order: &Order) -> Result<Answer, Trouble> {
    let (token, cookie) = visit.form_token(state);
    let mut rows = String::new();
    for line in &order.lines {
        let item = &line.item;
        let name = if item.description.is_empty() {
            &item.product
        } else {
            &item.description
        };
        let amount = line_amount(order, line).map_err(Trouble::Api)?;
        // Writing into a String can't fail.
        let _ = writeln!(
            rows,
            "<tr><td>{}</td><td class=\"number\">{}</td><td class=\"number\">{}</td></tr>",
            escape(name),
            item.quantity,
            amount.0
        );
    }
    let base = visit.base();
    let content = format!(
        "<table>\n<caption>Order {}</caption>\n<thead><tr><th scope=\"col\">Product</th>\
         <th scope=\"col\" class=\"number\">Quantity</th><th scope=\"col\" class=\"number\">Amount</th></tr></thead>\n\
         <tbody>\n{rows}</tbody>\n</table>\n<p>In all: <strong>{} {}</strong></p>\n\
         <form method=\"post\" action=\"/{base}/fulfillment\">\n{}{}{}{}\
         <button type=\"submit\" name=\"decision\" value=\"confirm\">Confirm the order</button>\n\
         <button type=\"submit\" class=\"second\" name=\"decision\" value=\"cancel\">Cancel</button>\n</form>\n",
        escape(&errand.order),
        Number::plain(order.gross.decimal()).0,
        order.currency,
        hidden("orderId", &errand.order),
        hidden("clientId", &errand.client.id),
        hidden("returnUrl", errand.back.as_str()),
        hidden("form_token", &token),
    );
    let mut answer = page(StatusCode::OK, "Confirm your order", &content);
    if let Some(cookie) = cookie {
        answer.headers.append(SET_COOKIE, cookie);
    }
    Ok(answer)
}
