//! Check access: `POST /v1/customer/access`, for the user who is signed in, and `POST /v1/client/access`: whether
//! somebody may have a product, an article, a category or a domain, from their orders and from grants.
//!
//! Everything that is asked must fit. Who is asked about is a user (`uniqueId`, `credential`), a customer
//! (`customerNumber`) or an address of the net (`ip`); somebody who is not there has no access.

use crate::State;
use crate::auth::Caller;
use crate::errors::ApiError;
use crate::holdings::{Holding, grants_of, of_customer};
use crate::wire::scalar::{Text, Whole};
use axum::extract::{Request, State as Held};
use axum::http::StatusCode;
use book::{Scope, User};
use http_kit::Answer;
use http_kit::body::{parse_json, read};
use order::MerchantId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;
use std::sync::Arc;

/// The one letter of an access level that is known.
const USUAL_LEVEL: &str = "C";

/// What is asked.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", expecting = "an object")]
#[expect(dead_code, reason = "the switches are read for their shape only")]
pub(crate) struct CheckAccess {
    product: Option<Text<12>>,
    article_id: Option<Text<255>>,
    domain: Option<Text<255>>,
    ip: Option<Text<60>>,
    category_type: Option<Text<255>>,
    access_azure_ad: Option<bool>,
    access_aid_family: Option<bool>,
    access_domain: Option<bool>,
    access_article: Option<bool>,
    unique_id: Option<Text<255>>,
    customer_number: Option<Whole>,
    credential: Option<Text<60>>,
}

/// What is answered.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Checked {
    access: bool,
    accesses: Vec<OneAccess>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct OneAccess {
    access: bool,
    access_level: String,
    /// `A` without an end, `B` for a time, `D` none.
    access_type: &'static str,
}

/// Somebody who may have access.
struct Subject {
    customers: Vec<i64>,
    /// Whom grants hang on.
    owners: Vec<String>,
}

pub(crate) async fn handle(Held(state): Held<Arc<State>>, request: Request) -> Answer {
    match state.admit(request.headers(), Scope::Read).await {
        Ok(caller) => caller.tell(Box::pin(check(&state, (&caller, None), request)).await),
        Err(answer) => answer,
    }
}

/// In user mode.
pub(crate) async fn handle_user(Held(state): Held<Arc<State>>, request: Request) -> Answer {
    match state.admit_user(request.headers(), Scope::Read).await {
        Ok((caller, user)) => caller.tell(Box::pin(check(&state, (&caller, Some(user)), request)).await),
        Err(answer) => answer,
    }
}

async fn check(
    state: &State,
    (caller, user): (&Caller, Option<String>),
    request: Request,
) -> Result<Answer, ApiError> {
    let body = read(request.into_body(), state.body).await?;
    let mut asked: CheckAccess = parse_json(&body)?;
    let ip = asked.ip.as_ref().map(|ip| ip.0.trim().parse::<IpAddr>());
    let ip = ip
        .transpose()
        .map_err(|_error| ApiError::Invalid("ip: not an address".to_owned()))?;
    if let Some(user) = user {
        if asked.unique_id.as_ref().is_some_and(|other| other.0 != user) {
            return Ok(said(&[])); // nobody learns of another's access
        }
        asked.unique_id = Some(Text(user));
    }
    let names_somebody =
        asked.unique_id.is_some() || asked.credential.is_some() || asked.customer_number.is_some();
    if !names_somebody && ip.is_none() {
        let needed = "one of uniqueId, credential, customerNumber and ip is needed";
        return Err(ApiError::Invalid(needed.to_owned()));
    }
    let merchant = caller.access.merchant;
    let subject = if names_somebody {
        subject_of(state, merchant, &asked).await?
    } else {
        Some(Subject {
            customers: Vec::new(),
            owners: vec!["ip".to_owned()],
        })
    };
    let Some(subject) = subject else {
        return Ok(said(&[]));
    };
    let mut held = Vec::new();
    for customer in subject.customers.iter().filter(|_| ip.is_none()) {
        held.extend(of_customer(state, merchant, *customer).await?);
    }
    for owner in &subject.owners {
        for (holding, grant) in grants_of(state, merchant, owner).await? {
            if ip.is_none_or(|ip| crate::catalogue::grants_ip(&grant, ip)) {
                held.push(holding);
            }
        }
    }
    let now = state.book.now().0;
    held.retain(|holding| holding.holds_at(now) && asked.fits(holding));
    Ok(said(&held))
}

/// Who is asked about; none when there is nobody of whom all that is said holds.
async fn subject_of(
    state: &State,
    merchant: MerchantId,
    asked: &CheckAccess,
) -> Result<Option<Subject>, ApiError> {
    let mut user: Option<User> = None;
    if let Some(id) = &asked.unique_id {
        user = state.book.user(merchant, &id.0).await?;
    }
    if let Some(name) = &asked.credential {
        let named = state.book.user_named(merchant, &name.0).await?;
        if asked.unique_id.is_none() {
            user = named;
        } else if named.map(|named| named.unique_id) != user.as_ref().map(|user| user.unique_id.clone()) {
            return Ok(None);
        }
    }
    let wanted = asked.customer_number.map(|number| number.0);
    let (customers, owner) = match (user, wanted) {
        (Some(user), wanted) => {
            let mut customers = user.customers;
            if let Some(wanted) = wanted {
                customers.retain(|customer| *customer == wanted);
                if customers.is_empty() {
                    return Ok(None);
                }
            }
            (customers, Some(format!("user:{}", user.unique_id)))
        }
        (None, Some(wanted)) if asked.unique_id.is_none() && asked.credential.is_none() => {
            (vec![wanted], None)
        }
        (None, _) => return Ok(None),
    };
    let owners = customers.iter().map(|customer| format!("customer:{customer}"));
    Ok(Some(Subject {
        owners: owners.chain(owner).collect(),
        customers,
    }))
}

impl CheckAccess {
    /// Whether something that somebody has is all that is asked for. Who has a product has its articles too.
    fn fits(&self, held: &Holding) -> bool {
        fn same<const MOST: usize>(asked: Option<&Text<MOST>>, held: Option<&String>) -> bool {
            asked.is_none_or(|asked| held == Some(&asked.0))
        }
        let is_article = same(self.article_id.as_ref(), held.article.as_ref())
            || (held.article.is_none() && self.product.is_some());
        is_article
            && same(self.product.as_ref(), held.product.as_ref())
            && same(self.category_type.as_ref(), held.category.as_ref())
            && same(self.domain.as_ref(), held.domain.as_ref())
    }
}

fn said(held: &[Holding]) -> Answer {
    let one = |held: &Holding| OneAccess {
        access: true,
        access_level: held.level.clone().unwrap_or_else(|| USUAL_LEVEL.to_owned()),
        access_type: if held.until.is_none() { "A" } else { "B" },
    };
    let mut accesses: Vec<_> = held.iter().map(one).collect();
    if accesses.is_empty() {
        accesses.push(OneAccess {
            access: false,
            access_level: USUAL_LEVEL.to_owned(),
            access_type: "D",
        });
    }
    let checked = Checked {
        access: !held.is_empty(),
        accesses,
    };
    Answer::json(StatusCode::OK, &checked)
}
