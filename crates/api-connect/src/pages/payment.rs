//! Waiting for a payment that the merchant's connector asks for: the payer is sent to the provider's page when the
//! connector names one, and back to the client's site once it is known how it came out.
//!
//! The answer is held back for a moment, so that most payers never see the page. It does not refresh itself: it has a
//! button, and works without a script.

use super::fulfillment::{Errand, outcome};
use super::html::{escape, page, redirect};
use super::trouble::Trouble;
use super::visit::Visit;
use crate::State;
use crate::callback::with_parameters;
use axum::http::StatusCode;
use book::{ConnectorKind, PaymentPlace, Reference};
use http_kit::Answer;
use order::Order;
use std::time::Duration;

/// How often it is looked whether the payment is settled, and for how many times.
const LOOK_EVERY: Duration = Duration::from_millis(250);
const LOOKS: usize = 32;

/// The parameter of a payer who has been on the provider's page.
const RETURNED: &str = "paymentReturned";
/// The parameter of a payer who does not want to wait.
const LEAVING: &str = "leave";

/// Where the payer waits, and where the provider sends them back to.
pub(super) fn place(visit: &Visit, errand: &Errand) -> PaymentPlace {
    let waiting = with_parameters(&waiting_path(visit, errand), &[(RETURNED, "true")]);
    PaymentPlace {
        return_url: visit.address_of(&waiting),
        pay_url: None,
    }
}

/// The path of the page for an order.
fn waiting_path(visit: &Visit, errand: &Errand) -> String {
    with_parameters(
        &format!("/{}/fulfillment", visit.base()),
        &[
            ("orderId", &errand.order),
            ("clientId", &errand.client.id),
            ("returnUrl", errand.back.as_str()),
        ],
    )
}

/// Sends the payer of an order whose payment is pending to where they pay or come back to, or lets them wait.
pub(super) async fn wait(
    state: &State,
    visit: &Visit,
    errand: &Errand,
    order: &Order,
) -> Result<Answer, Trouble> {
    let merchant = errand.client.merchant;
    let Some(asked) = state.book.payment_place(merchant, order.id).await? else {
        return Ok(errand.end("unknown")); // it was not asked for on a page
    };
    if asked.return_url.is_none() || visit.parameter(LEAVING)?.is_some() {
        return Ok(errand.end("unknown"));
    }
    let has_returned = visit.parameter(RETURNED)?.is_some();
    if has_returned {
        state
            .book
            .hurry(merchant, order.id, ConnectorKind::Payment)
            .await?;
    }
    let mut pay_url = asked.pay_url;
    for _look in 0..LOOKS {
        let now = state.book.order(merchant, &Reference::Id(order.id)).await?;
        if let Some(status) = now.as_ref().and_then(outcome) {
            return Ok(errand.end(status));
        }
        if let Some(url) = pay_url.as_deref().filter(|_| !has_returned) {
            let unusable = Trouble::Malformed("The payment provider's address can't be called.");
            return redirect(url).ok_or(unusable);
        }
        tokio::time::sleep(LOOK_EVERY).await;
        let asked = state.book.payment_place(merchant, order.id).await?;
        pay_url = asked.and_then(|asked| asked.pay_url);
    }
    Ok(waiting(visit, errand, pay_url.as_deref()))
}

/// The page for whoever waits longer.
fn waiting(visit: &Visit, errand: &Errand, pay_url: Option<&str>) -> Answer {
    let here = waiting_path(visit, errand);
    let again = with_parameters(&here, &[(RETURNED, "true")]);
    let leave = with_parameters(&here, &[(LEAVING, "true")]);
    let pay = pay_url.map(|url| format!("<p><a href=\"{}\">Go to the payment page</a></p>\n", escape(url)));
    let content = format!(
        "<p>Your order is kept. The payment provider has not answered yet.</p>\n\
         <p><a class=\"button\" href=\"{}\">Look again</a></p>\n{}<p><a href=\"{}\">Go back without waiting</a></p>\n",
        escape(&again),
        pay.unwrap_or_default(),
        escape(&leave),
    );
    page(StatusCode::OK, "Waiting for your payment", &content)
}
