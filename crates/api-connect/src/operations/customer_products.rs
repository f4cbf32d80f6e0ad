//! The products that the user who is signed in has now: `GET /v1/customer/product`, from orders, started subscriptions and
//! grants.

use crate::State;
use crate::auth::Caller;
use crate::errors::ApiError;
use crate::holdings::{Holding, grants_of, of_customer};
use axum::extract::{Request, State as Held};
use axum::http::StatusCode;
use book::Scope;
use http_kit::Answer;
use schemars::JsonSchema;
use serde::Serialize;
use std::sync::Arc;

/// What is answered.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "CustomerProducts")]
pub(crate) struct Listed<'h> {
    products: Vec<Told<'h>>,
}

/// One product. (`partnerId` is not known here.)
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "CustomerProduct")]
struct Told<'h> {
    product_id: &'h str,
    /// `A` without an end, `B` for a time.
    access_type: &'static str,
    start_time: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_time: Option<i64>,
}

pub(crate) async fn list(Held(state): Held<Arc<State>>, request: Request) -> Answer {
    match state.admit_user(request.headers(), Scope::Read).await {
        Ok((caller, user)) => caller.tell(Box::pin(listed(&state, &caller, &user)).await),
        Err(answer) => answer,
    }
}

async fn listed(state: &State, caller: &Caller, user: &str) -> Result<Answer, ApiError> {
    let merchant = caller.access.merchant;
    let customers = state.book.user(merchant, user).await?.map(|user| user.customers);
    let (mut held, mut owners) = (Vec::new(), vec![format!("user:{user}")]);
    for customer in customers.unwrap_or_default() {
        held.extend(of_customer(state, merchant, customer).await?);
        owners.push(format!("customer:{customer}"));
    }
    for owner in owners {
        let grants = grants_of(state, merchant, &owner).await?;
        // What is good at an address of the net alone is not the user's wherever they are.
        let own = grants.into_iter().filter(|(_, grant)| grant["ip"].is_null());
        held.extend(own.map(|(holding, _)| holding));
    }
    let now = state.book.now().0;
    let products = held.iter().filter(|held| held.holds_at(now)).filter_map(told);
    let listed = Listed {
        products: products.collect(),
    };
    Ok(Answer::json(StatusCode::OK, &listed))
}

fn told(held: &Holding) -> Option<Told<'_>> {
    // Who has one article of a product does not have the product.
    let product_id = held.product.as_deref().filter(|_| held.article.is_none())?;
    Some(Told {
        product_id,
        access_type: if held.until.is_none() { "A" } else { "B" },
        start_time: held.from.max(0),
        end_time: held.until,
    })
}
