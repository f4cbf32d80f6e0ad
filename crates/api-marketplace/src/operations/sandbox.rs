//! What the original's sandbox portal can do, as calls of Ordrebok's own: set what only time or the original's people
//! set otherwise. They are there only with `--sandbox`.

use super::order_history::known;
use super::update_customer::shown;
use crate::errors::{ApiError, INVALID_ORDER, INVALID_STATUS};
use crate::wire::fields::{Complaints, Fields, object};
use crate::wire::order::{customer_of, text};
use crate::wire::status;
use crate::{State, auth};
use axum::body::Body;
use axum::extract;
use axum::http::Request;
use book::{Outcome, Reference, Reply};
use http_kit::path::PathIds;
use http_kit::wire::time;
use http_kit::{Answer, Needs, Routes};
use order::{
    Account, Command, Dialect, Order, Refusal, ReturnPolicy, ReturnedLine, Standing, Status, Timestamp,
};

const LONGEST: usize = 40;

pub(crate) fn table() -> Routes<State> {
    let customer = "/v3/sandbox/customers/{customer}";
    Routes::default()
        .patch(customer, Needs::Write, set_customer)
        .post(&format!("{customer}/renewal"), Needs::Write, renew)
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
    let (standing, anniversary) = match read_customer(&write.body) {
        Ok(read) => read,
        Err(error) => return write.refuse(&state, &error).await,
    };
    let change = move |account: &mut Account, _now| {
        account.standing = standing.unwrap_or(account.standing);
        account.pending_until = account.pending_until.filter(|_| standing.is_none());
        if let Some(anniversary) = anniversary {
            account.move_anniversary(anniversary);
        }
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

fn read_customer(body: &[u8]) -> Result<(Option<Standing>, Option<Timestamp>), ApiError> {
    let members = object(body)?;
    let (fields, mut complaints) = (Fields::of(&members), Complaints::default());
    fields.only(&["status", "cotermDate"], &mut complaints);
    let code = fields.text("status", LONGEST, &mut complaints);
    let standing = code.as_deref().and_then(status::standing_of);
    if code.is_some() && standing.is_none() {
        complaints.invalid(fields.at("status"));
    }
    let date = fields.text("cotermDate", LONGEST, &mut complaints);
    let anniversary = date.as_deref().and_then(|date| time::parse_date(date).ok());
    if date.is_some() && anniversary.is_none() {
        complaints.invalid(fields.at("cotermDate"));
    }
    complaints.check()?;
    Ok((standing, anniversary.map(Timestamp)))
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
        .and_then(|order| read_order(&write.body, &order));
    let commands = match prepared {
        Ok(commands) => commands,
        Err(error) => return write.refuse(&state, &error).await,
    };
    let request = book::Request {
        merchant: write.access.merchant,
        steps: vec![book::Step {
            target: book::Target::Existing(reference),
            commands,
        }],
    };
    let render = |outcome: Result<&[Outcome], &Refusal>| match outcome {
        Ok(outcomes) => Reply {
            status: 200,
            body: outcomes
                .first()
                .map(|outcome| text(&outcome.order))
                .unwrap_or_default(),
        },
        Err(refusal) => ApiError::from(refusal).reply(),
    };
    let executed = state.book.answer(request, Some(write.idempotency), render);
    Ok(auth::told(Box::pin(executed).await?))
}

fn read_order(body: &[u8], order: &Order) -> Result<Vec<Command>, ApiError> {
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
        Some(Status::Processed { .. }) => commands.push(Command::Process {
            subscriptions: Vec::new(),
        }),
        Some(Status::Failed { failure, .. }) => commands.push(Command::Fail(failure)),
        Some(Status::Cancelled { .. }) => commands.push(returned_whole(order)),
        Some(Status::Preliminary | Status::Confirmed { .. })
            if status::code(&order.status) == status::PENDING => {}
        Some(Status::Preliminary | Status::Confirmed { .. }) => return Err(ApiError::new(INVALID_STATUS)),
    }
    Ok(commands)
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
        policy: ReturnPolicy {
            within_days: None,
            whole_lines: true,
            undoes_switch: false,
        },
    }
}
