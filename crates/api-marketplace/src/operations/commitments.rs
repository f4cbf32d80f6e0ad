//! A customer's accepting what they were asked to commit themselves to: `POST /v3/customers/{customer}/commitments`, a
//! call of Ordrebok's own. At the original the customer does it in a console.

use super::order_history::known;
use super::update_customer::shown;
use crate::auth::Write;
use crate::errors::ApiError;
use crate::wire::fields::{Complaints, Fields, object};
use crate::{State, auth};
use axum::body::Body;
use axum::extract;
use axum::http::Request;
use book::Executed;
use http_kit::Answer;
use http_kit::path::PathIds;
use order::Account;

pub(crate) async fn accept(
    extract::State(state): extract::State<State>,
    ids: PathIds,
    request: Request<Body>,
) -> Result<Answer, ApiError> {
    let write = auth::writer(&state, request).await?;
    let accepted = note(&state, &write, ids.get("customer")?).await;
    write.finish(&state, accepted).await
}

async fn note(state: &State, write: &Write, customer: &str) -> Result<Executed, ApiError> {
    let merchant = write.access.merchant;
    known(state, merchant, customer).await?;
    let members = object(&write.body)?;
    let mut complaints = Complaints::default();
    Fields::of(&members).only(&[], &mut complaints);
    complaints.check()?;
    let accepted = state.book.change_account(
        (merchant, customer),
        write.idempotency.clone(),
        |account: &mut Account, now| account.accept_commitments(now),
        shown(state.book.now()),
    );
    Ok(Box::pin(accepted).await?)
}
