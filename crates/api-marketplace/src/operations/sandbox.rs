//! What the original's sandbox portal can do, as calls of Ordrebok's own: set what only time or the original's people
//! set otherwise. They are there only with `--sandbox`.

use super::create_order::Buyer;
use super::order_history::known;
use super::resellers;
use super::update_customer::shown;
use crate::auth::Write;
use crate::catalogue;
use crate::errors::{ApiError, INVALID_FIELDS, INVALID_ORDER, INVALID_RESELLER, INVALID_STATUS};
use crate::wire::customer::Annex;
use crate::wire::fields::{Complaints, Fields, object};
use crate::wire::order::{customer_of, text};
use crate::wire::placement::{currency, is_offer};
use crate::wire::status;
use crate::{State, auth};
use axum::body::Body;
use axum::extract;
use axum::http::Request;
use book::{Executed, Outcome, Reference, Reply};
use http_kit::path::PathIds;
use http_kit::wire::time;
use http_kit::{Answer, Needs, Routes};
use order::{
    Account, Command, Currency, Dialect, Failure, Order, Quantity, Refusal, ReturnPolicy, ReturnedLine,
    Standing, Status, Timestamp,
};
use serde_json::json;

const LONGEST: usize = 40;
/// What is bought by the orders of the default data set, when nothing else is said.
const EXAMPLE: &str = "65304479CA01A12";
/// Whole lines go back, however old the order is.
const WHOLE: ReturnPolicy = ReturnPolicy {
    within_days: None,
    whole_lines: true,
    undoes_switch: false,
};

pub(crate) fn table() -> Routes<State> {
    let customer = "/v3/sandbox/customers/{customer}";
    crate::routes_of()
        .patch(customer, Needs::Write, set_customer)
        .post(&format!("{customer}/renewal"), Needs::Write, renew)
        .post(&format!("{customer}/orders"), Needs::Write, place_examples)
        .patch("/v3/sandbox/resellers/{reseller}", Needs::Write, set_reseller)
        .post("/v3/sandbox/catalogue", Needs::Write, load)
        .patch(&format!("{customer}/orders/{{order}}"), Needs::Write, set_order)
}

/// `PATCH /v3/sandbox/customers/{customer}`: `status` and `cotermDate`.
async fn set_customer(
    extract::State(state): extract::State<State>,
    ids: PathIds,
    request: Request<Body>,
) -> Result<Answer, ApiError> {
    let write = auth::writer(&state, request).await?;
    let customer = ids.get("customer")?;
    known(&state, write.access.merchant, customer).await?;
    let wanted = match Wanted::read(&write.body) {
        Ok(read) => read,
        Err(error) => return write.refuse(&state, &error).await,
    };
    let change = move |account: &mut Account, _now| {
        wanted.set(account);
        Ok(())
    };
    let changed = state.book.change_account(
        (write.access.merchant, customer),
        write.idempotency,
        change,
        shown(state.book.now()),
    );
    Ok(auth::told(Box::pin(changed).await?))
}

/// `POST /v3/sandbox/customers/{customer}/renewal`: the anniversary is today, and the server renews what is set to.
async fn renew(
    extract::State(state): extract::State<State>,
    ids: PathIds,
    request: Request<Body>,
) -> Result<Answer, ApiError> {
    let write = auth::writer(&state, request).await?;
    let customer = ids.get("customer")?;
    known(&state, write.access.merchant, customer).await?;
    let change = |account: &mut Account, now: Timestamp| {
        account.move_anniversary(now.midnight());
        Ok(())
    };
    let changed = state.book.change_account(
        (write.access.merchant, customer),
        write.idempotency,
        change,
        shown(state.book.now()),
    );
    Ok(auth::told(Box::pin(changed).await?))
}

/// What is set of a customer.
struct Wanted {
    standing: Option<Standing>,
    anniversary: Option<Timestamp>,
    subsegments: Option<Vec<String>>,
}

impl Wanted {
    fn read(body: &[u8]) -> Result<Self, ApiError> {
        let members = object(body)?;
        let (fields, mut complaints) = (Fields::of(&members), Complaints::default());
        fields.only(&["status", "cotermDate", "marketSubSegments"], &mut complaints);
        let standing = read_standing(&fields, &mut complaints);
        let date = fields.text("cotermDate", LONGEST, &mut complaints);
        let anniversary = date.as_deref().and_then(|date| time::parse_date(date).ok());
        if date.is_some() && anniversary.is_none() {
            complaints.invalid(fields.at("cotermDate"));
        }
        let subsegments = fields.texts("marketSubSegments", LONGEST, &mut complaints);
        complaints.check()?;
        Ok(Self {
            standing,
            anniversary: anniversary.map(Timestamp),
            subsegments: fields.value("marketSubSegments").map(|_| subsegments),
        })
    }

    fn set(&self, account: &mut Account) {
        account.standing = self.standing.unwrap_or(account.standing);
        account.pending_until = account.pending_until.filter(|_| self.standing.is_none());
        if let Some(anniversary) = self.anniversary {
            account.move_anniversary(anniversary);
        }
        if let Some(subsegments) = &self.subsegments {
            let mut annex = Annex::of(account);
            annex
                .profile
                .insert("marketSubSegments".to_owned(), json!(subsegments));
            annex.put(account);
        }
    }
}

fn read_standing(fields: &Fields<'_>, complaints: &mut Complaints) -> Option<Standing> {
    let code = fields.text("status", LONGEST, complaints);
    let standing = code.as_deref().and_then(status::standing_of);
    if code.is_some() && standing.is_none() {
        complaints.invalid(fields.at("status"));
    }
    standing
}

/// `PATCH /v3/sandbox/resellers/{reseller}`: `status`.
async fn set_reseller(
    extract::State(state): extract::State<State>,
    ids: PathIds,
    request: Request<Body>,
) -> Result<Answer, ApiError> {
    let write = auth::writer(&state, request).await?;
    let set = change_reseller(&state, &write, ids.get("reseller")?).await;
    write.finish(&state, set).await
}

async fn change_reseller(state: &State, write: &Write, id: &str) -> Result<Executed, ApiError> {
    if !resellers::exists(state, write.access.merchant, id).await? {
        return Err(ApiError::new(INVALID_RESELLER));
    }
    let members = object(&write.body)?;
    let (fields, mut complaints) = (Fields::of(&members), Complaints::default());
    fields.only(&["status"], &mut complaints);
    if fields.value("status").is_none() {
        complaints.missing(fields.at("status"));
    }
    let standing = read_standing(&fields, &mut complaints);
    complaints.check()?;
    let standing = standing.ok_or_else(|| ApiError::about(INVALID_FIELDS, ["status"]))?;
    resellers::set_standing(state, write, (id, standing)).await
}

/// `POST /v3/sandbox/catalogue`: what `ordrebok catalogue` loads from a JSON file: offers, promotions, memberships that
/// can be taken over, and so on.
async fn load(
    extract::State(state): extract::State<State>,
    request: Request<Body>,
) -> Result<Answer, ApiError> {
    let write = auth::writer(&state, request).await?;
    let merchant = write.access.merchant;
    if let Some(before) = state.book.remembered(merchant, &write.idempotency).await? {
        return Ok(auth::told(before));
    }
    let entries = object(&write.body).and_then(|_| {
        let read = catalogue::read_json(&write.body);
        read.map_err(|wrong| ApiError::about(INVALID_FIELDS, [wrong]))
    });
    let entries = match entries {
        Ok(entries) => entries,
        Err(error) => return write.refuse(&state, &error).await,
    };
    let body = json!({
        "offers": entries.offers.len(), "promotions": entries.promotions.len(), "switchPaths": entries.paths.len(),
        "memberships": entries.memberships.len(), "pendingLicences": entries.pending.len(),
        "recommendations": entries.recommendations.len()
    });
    Box::pin(catalogue::load(&state.book, merchant, entries)).await?;
    let reply = Reply {
        status: 200,
        body: body.to_string(),
    };
    let kept = state.book.remember(merchant, write.idempotency, reply);
    Ok(auth::told(Box::pin(kept).await?))
}

/// `POST /v3/sandbox/customers/{customer}/orders`: the original's default data set, one order that is complete, one
/// that has failed and one that was returned (1000, 1004, 1008).
async fn place_examples(
    extract::State(state): extract::State<State>,
    ids: PathIds,
    request: Request<Body>,
) -> Result<Answer, ApiError> {
    let write = auth::writer(&state, request).await?;
    let placed = examples(&state, &write, ids.get("customer")?).await;
    write.finish(&state, placed).await
}

async fn examples(state: &State, write: &Write, customer: &str) -> Result<Executed, ApiError> {
    let merchant = write.access.merchant;
    let account = known(state, merchant, customer).await?;
    let members = object(&write.body)?;
    let (fields, mut complaints) = (Fields::of(&members), Complaints::default());
    fields.only(&["offerId", "currencyCode"], &mut complaints);
    let offer = fields.text("offerId", LONGEST, &mut complaints);
    let currency = currency(&fields, "currencyCode", &mut complaints);
    if offer.as_deref().is_some_and(|offer| !is_offer(offer)) {
        complaints.invalid(fields.at("offerId"));
    }
    complaints.check()?;
    let offer = offer.unwrap_or_else(|| EXAMPLE.to_owned());
    let currency = currency.or_else(|| Currency::from_code("USD"));
    let currency = currency.ok_or_else(|| ApiError::about(INVALID_FIELDS, ["currencyCode"]))?;
    let ends = [
        vec![Command::Process {
            subscriptions: Vec::new(),
        }],
        vec![Command::Fail(Failure::Other("an example".to_owned()))],
        vec![
            Command::Process {
                subscriptions: Vec::new(),
            },
            Command::Return {
                lines: vec![ReturnedLine {
                    number: 1,
                    product: offer.clone(),
                    quantity: Quantity::ONE,
                }],
                policy: WHOLE,
            },
        ],
    ];
    let mut steps = Vec::with_capacity(ends.len());
    for commands in ends {
        let buyer = Buyer::of(customer, account.as_ref());
        let registration = buyer.example((state, &write.access), (&offer, currency)).await?;
        let request = book::Request::register(merchant, registration, commands);
        steps.extend(request.steps);
    }
    let request = book::Request { merchant, steps };
    let render = |outcome: Result<&[Outcome], &Refusal>| match outcome {
        Ok(outcomes) => {
            let orders: Vec<String> = outcomes.iter().map(|outcome| text(&outcome.order)).collect();
            Reply {
                status: 201,
                body: format!("{{\"items\":[{}]}}", orders.join(",")),
            }
        }
        Err(refusal) => ApiError::from(refusal).reply(),
    };
    let placed = state
        .book
        .answer(request, Some(write.idempotency.clone()), render);
    Ok(Box::pin(placed).await?)
}

/// `PATCH /v3/sandbox/customers/{customer}/orders/{order}`: `status` and `creationDate`. A status that the order can't
/// come to any more is refused.
async fn set_order(
    extract::State(state): extract::State<State>,
    ids: PathIds,
    request: Request<Body>,
) -> Result<Answer, ApiError> {
    let write = auth::writer(&state, request).await?;
    let (customer, id) = (ids.get("customer")?, ids.get("order")?);
    let reference = Reference::Shown(Dialect::Marketplace, id.to_owned());
    let kept = state.book.order(write.access.merchant, &reference).await?;
    let kept = kept.filter(|order| customer_of(order) == customer);
    let prepared = kept
        .ok_or_else(|| ApiError::new(INVALID_ORDER))
        .and_then(|order| {
            let read = read_order(&write.body, &order)?;
            Ok((order, read))
        });
    let (order, (end, commands)) = match prepared {
        Ok(prepared) => prepared,
        Err(error) => return write.refuse(&state, &error).await,
    };
    if let Some(failure) = end {
        let key = (write.access.merchant, &order);
        let render = |outcome: Result<&Outcome, &Refusal>| set_to(outcome);
        let executed = state
            .book
            .end_now(key, (commands, failure), write.idempotency, render);
        return Ok(auth::told(Box::pin(executed).await?));
    }
    let request = book::Request {
        merchant: write.access.merchant,
        steps: vec![book::Step {
            target: book::Target::Existing(reference),
            commands,
        }],
    };
    let render = |outcome: Result<&[Outcome], &Refusal>| match outcome.map(<[Outcome]>::first) {
        Ok(Some(outcome)) => set_to(Ok(outcome)),
        Ok(None) => set_to(Err(&Refusal::UnknownOrder)),
        Err(refusal) => set_to(Err(refusal)),
    };
    let executed = state.book.answer(request, Some(write.idempotency), render);
    Ok(auth::told(Box::pin(executed).await?))
}

fn set_to(outcome: Result<&Outcome, &Refusal>) -> Reply {
    match outcome {
        Ok(outcome) => Reply {
            status: 200,
            body: text(&outcome.order),
        },
        Err(refusal) => ApiError::from(refusal).reply(),
    }
}

/// What is to be done to an order, and how it ends after that, if it does: in a failure, or complete.
type Ending = (Option<Option<Failure>>, Vec<Command>);

fn read_order(body: &[u8], order: &Order) -> Result<Ending, ApiError> {
    let members = object(body)?;
    let (fields, mut complaints) = (Fields::of(&members), Complaints::default());
    fields.only(&["status", "creationDate"], &mut complaints);
    let code = fields.text("status", LONGEST, &mut complaints);
    let wanted = code
        .as_deref()
        .and_then(|code| status::status(code, Timestamp::default()));
    if code.is_some() && wanted.is_none() {
        complaints.invalid(fields.at("status"));
    }
    let date = fields.text("creationDate", LONGEST, &mut complaints);
    let at = date.as_deref().and_then(|date| time::parse(date).ok());
    if date.is_some() && at.is_none() {
        complaints.invalid(fields.at("creationDate"));
    }
    complaints.check()?;
    let mut commands: Vec<Command> = at
        .map(|at| Command::Redate { at: Timestamp(at) })
        .into_iter()
        .collect();
    match wanted {
        None => {}
        Some(Status::Processed { .. }) => return Ok((Some(None), commands)),
        Some(Status::Failed { failure, .. }) => return Ok((Some(Some(failure)), commands)),
        Some(Status::Cancelled { .. }) => commands.push(returned_whole(order)),
        Some(Status::Preliminary | Status::Confirmed { .. })
            if status::code(&order.status) == status::PENDING => {}
        Some(Status::Preliminary | Status::Confirmed { .. }) => return Err(ApiError::new(INVALID_STATUS)),
    }
    Ok((None, commands))
}

fn returned_whole(order: &Order) -> Command {
    let left = order.lines.iter().filter(|line| line.returnable().is_positive());
    let lines = left.filter_map(|line| {
        Some(ReturnedLine {
            number: line.item.number?,
            product: line.item.product.clone(),
            quantity: line.returnable(),
        })
    });
    Command::Return {
        lines: lines.collect(),
        policy: WHOLE,
    }
}
