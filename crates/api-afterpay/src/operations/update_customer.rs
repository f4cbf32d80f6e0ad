//! `PATCH /customers/{customerNumber}/updateCustomer`: how a customer wants to be reached from now on.

use crate::State;
use crate::call::WriteCall;
use crate::errors::{Refused, code};
use crate::language::Phrase;
use crate::message::Flaw;
use crate::profile::Profile;
use crate::reading::Object;
use axum::body::Body;
use axum::extract;
use axum::http::Request;
use book::{HistoryQuery, Reply};
use http_kit::Answer;
use http_kit::path::PathIds;

fn read(body: &Object<'_>) -> Profile {
    Profile {
        distribution_type: body
            .word("distributionType", &["Paper", "Email", "Sms"])
            .map(str::to_owned),
        email: body.text("email", 255),
        mobile_phone: body.text("mobilePhone", 20),
    }
}

/// All orders of one customer.
pub(crate) fn orders_of(customer: &str) -> HistoryQuery {
    HistoryQuery {
        customer: customer.to_owned(),
        kinds: Vec::new(),
        states: Vec::new(),
        reseller: None,
        reference: None,
        products: Vec::new(),
        from: None,
        until: None,
    }
}

pub(crate) async fn handle(
    extract::State(state): extract::State<State>,
    ids: PathIds,
    request: Request<Body>,
) -> Result<Answer, Refused> {
    let call = WriteCall::read(&state, request).await?;
    call.replay(&state).await?;
    let merchant = call.access.merchant;
    let number = ids.get("customer").unwrap_or_default();
    let page = state.book.history(merchant, orders_of(number), 0, 1).await?;
    if number.is_empty() || page.orders.is_empty() {
        let flaw = Flaw::business(code::CUSTOMER, Phrase::UnknownCustomer, "customerNumber")
            .saying("There is no such customer.");
        return Err(call.refuse(&state, &[flaw]).await?);
    }
    let profile = match call.parse(|body| Some(read(body))) {
        Ok(profile) => profile,
        Err(flaws) => return Err(call.refuse(&state, &flaws).await?),
    };
    let body = "{}".to_owned();
    call.write(&state, profile.edits(number), Reply { status: 200, body })
        .await
}
