//! Update an order's external reference: `PATCH /v3/customers/{customer}/orders/{order}`.

use crate::auth::Write;
use crate::errors::{ApiError, INVALID_ORDER};
use crate::wire::fields::{Complaints, Fields, object};
use crate::wire::order::{customer_of, text};
use crate::{State, auth};
use axum::body::Body;
use axum::extract;
use axum::http::Request;
use book::{Outcome, Reference, Reply};
use http_kit::Answer;
use http_kit::path::PathIds;
use order::{Command, Dialect, Refusal};

/// The longest reference that is kept. Orders that return others have references beyond the documented 35 characters.
pub(crate) const LONGEST_REFERENCE: usize = 255;

pub(crate) async fn handle(
    extract::State(state): extract::State<State>,
    ids: PathIds,
    request: Request<Body>,
) -> Result<Answer, ApiError> {
    let write = auth::writer(&state, request).await?;
    let (customer, id) = (ids.get("customer")?, ids.get("order")?);
    let change = match read(&write.body) {
        Ok(change) => change,
        Err(error) => return write.refuse(&state, &error).await,
    };
    let reference = Reference::Shown(Dialect::Marketplace, id.to_owned());
    let kept = state.book.order(write.access.merchant, &reference).await?;
    if kept.is_none_or(|order| customer_of(&order) != customer) {
        return write.refuse(&state, &ApiError::new(INVALID_ORDER)).await;
    }
    let Write {
        access, idempotency, ..
    } = write;
    let request = book::Request::on(access.merchant, reference, change);
    let executed = Box::pin(state.book.answer(request, Some(idempotency), render)).await?;
    Ok(auth::told(executed))
}

fn read(body: &[u8]) -> Result<Command, ApiError> {
    let members = object(body)?;
    let (fields, mut complaints) = (Fields::of(&members), Complaints::default());
    fields.only(&["externalReferenceId"], &mut complaints);
    if fields.value("externalReferenceId").is_none() {
        complaints.missing(fields.at("externalReferenceId"));
    }
    let reference = fields.text("externalReferenceId", LONGEST_REFERENCE, &mut complaints);
    complaints.check()?;
    Ok(Command::Refer { reference })
}

fn render(outcome: Result<&[Outcome], &Refusal>) -> Reply {
    match outcome {
        Ok(outcomes) => Reply {
            status: 200,
            body: outcomes
                .first()
                .map(|outcome| text(&outcome.order))
                .unwrap_or_default(),
        },
        Err(refusal) => ApiError::from(refusal).reply(),
    }
}
