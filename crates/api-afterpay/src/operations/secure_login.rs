//! The sandbox's own step between a pending order and an accepted one: `GET /sandbox/secure-login/...`.
//!
//! The address is told in the answer of an authorize whose customer is to prove who they are. Whoever opens it has
//! proved it. It needs no key, because a customer's browser opens it; it holds the checkout's id, which nobody can
//! guess.

use crate::State;
use crate::annex::OrderAnnex;
use crate::call::unknown_order;
use crate::errors::{Refused, refuse};
use crate::language::Language;
use axum::body::Body;
use axum::extract;
use axum::http::header::HOST;
use axum::http::{Method, Request, StatusCode};
use book::{Reference, Step, Target};
use http_kit::path::PathIds;
use http_kit::{Answer, Failure};
use order::{Command, MerchantId, Order, OrderId, ReserveRequest};
use serde_json::json;

/// The address that the client called, up to the path.
pub(crate) fn base_of(request: &Request<Body>) -> String {
    let host = request.headers().get(HOST).and_then(|host| host.to_str().ok());
    format!("http://{}", host.unwrap_or("localhost"))
}

/// Where the customer of a pending order is sent.
pub(crate) fn url(base: &str, merchant: MerchantId, order: &Order) -> String {
    let checkout = OrderAnnex::of(order).checkout_id.unwrap_or_default();
    format!(
        "{base}/api/v3/sandbox/secure-login/{merchant}/{}/{checkout}",
        order.id
    )
}

pub(crate) async fn handle(
    extract::State(state): extract::State<State>,
    ids: PathIds,
    method: Method,
) -> Result<Answer, Refused> {
    if !state.settings.sandbox {
        return Ok(refuse(Failure::NotFound, &method));
    }
    let number = |name: &str| ids.get(name).ok().and_then(|text| text.parse::<i64>().ok());
    let (Some(merchant), Some(id)) = (number("merchant"), number("id")) else {
        return Ok(unknown_order(Language::default()));
    };
    let (merchant, reference) = (MerchantId(merchant), Reference::Id(OrderId(id)));
    let order = state.book.order(merchant, &reference).await?;
    let checkout = ids.get("checkout").unwrap_or_default().to_owned();
    let is_proved = |order: &Order| {
        let known = OrderAnnex::of(order).checkout_id;
        known.is_some_and(|known| known.to_string() == checkout)
    };
    let Some(order) = order.filter(is_proved) else {
        return Ok(unknown_order(Language::default()));
    };
    let own = state.book.settings(merchant).await?.settings;
    let expires_at = state.lapses_at(order.placed_at, own);
    let reserve = Command::Reserve(ReserveRequest {
        amount: order.gross,
        expires_at: Some(expires_at),
    });
    let request = book::Request {
        merchant,
        steps: vec![Step {
            target: Target::Existing(reference),
            commands: vec![Command::Confirm, reserve],
        }],
    };
    let done = state.book.execute(request).await?;
    Ok(match done {
        Ok(_outcomes) => Answer::json(StatusCode::OK, &json!({ "outcome": "Accepted" })),
        Err(refusal) => {
            let flaw = crate::errors::flaw_of(&refusal, "order");
            crate::errors::bad_request(&[flaw], OrderAnnex::of(&order).language())
        }
    })
}
