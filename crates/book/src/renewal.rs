//! Subscriptions whose period is over: those that go on by themselves get a new order, which is paid for and handed over
//! as the first was; the others end.
//!
//! What goes on, and from when, is the order's to say ([`order::Renewing`]); what the new order looks like, its dialect's
//! ([`Renewer`]). Both orders are written in one transaction, guarded by the version of the first: however many servers
//! look for what is due, and whatever crashes, a period is followed by one order.

use crate::work::{Stop, Work};
use crate::{Book, BookError, Reference};
use order::{Command, Failure, FulfilRequest, MerchantId, Order, OrderId, Refusal, Registration, Renewing};
use store::rows::Load;
use uuid::Uuid;

/// The order under which lines of another go on, and what is done with it at once; none when that order is not this
/// dialect's to renew. It is told which lines, the ids of the new order, and how the merchant's orders are completed.
pub type Renewer = fn(&Order, &[Renewing], (OrderId, Uuid), &FulfilRequest) -> Option<Renewal>;

/// An order under which lines of another go on.
#[derive(Debug)]
pub struct Renewal {
    /// The order.
    pub registration: Registration,
    /// What is done with it at once: it is completed, and where nobody is to be asked settled.
    pub then: Vec<Command>,
}

/// What a renewal needs that is not in the order.
#[derive(Clone)]
struct Means {
    renewer: Option<Renewer>,
    ids: (OrderId, Uuid),
    fulfilment: FulfilRequest,
}

impl Book {
    /// Acts on the periods of an order's lines that are over.
    pub(crate) async fn end_runs(
        &self,
        merchant: MerchantId,
        order: &Order,
    ) -> Result<Result<(), Refusal>, BookError> {
        let configured = self.fulfilment(merchant).await?;
        loop {
            let means = Means {
                renewer: self.inner.settings.renewer,
                ids: self.identify(merchant).await?,
                fulfilment: FulfilRequest {
                    payer_has_agreed: true,
                    ..configured.clone()
                },
            };
            // An imported order may go by the new id already.
            let taken = Reference::Shown(order.origin, means.ids.0.to_string());
            let mut orders = Reference::Id(order.id).keys();
            let own = orders.len();
            orders.extend(taken.keys().into_iter().take(1));
            let places = (0..own, own..orders.len());
            let load = Load {
                merchant: merchant.0,
                orders,
                ..Load::default()
            };
            let run = move |work: &mut Work<'_>| {
                if work.is_taken(places.1.clone()) {
                    return Err(Stop::IdTaken);
                }
                let Some(order) = work.first_order(places.0.clone())? else {
                    return Ok(());
                };
                end_runs_of(work, order, &means)
            };
            match Box::pin(self.try_transact(load, run)).await? {
                Ok(()) => return Ok(Ok(())),
                Err(Stop::Refused(refusal)) => return Ok(Err(refusal)),
                Err(Stop::Failed(error)) => return Err(error),
                Err(Stop::IdTaken) => {}
                Err(Stop::More(_)) => return Err(BookError::Unknown("stock of a renewal".to_owned())),
            }
        }
    }
}

fn end_runs_of(work: &mut Work<'_>, order: Order, means: &Means) -> Result<(), Stop> {
    let now = work.now();
    let renewing = order.renewing(now);
    let renewal = means
        .renewer
        .filter(|_| !renewing.is_empty())
        .and_then(|renewer| renewer(&order, &renewing, means.ids, &means.fulfilment));
    let mut over: Vec<i64> = order.runs_over(now).into_iter().map(|run| run.line).collect();
    let mut commands = Vec::new();
    if let Some(renewal) = &renewal {
        let going_on: Vec<i64> = renewing.iter().map(|renewing| renewing.line).collect();
        over.retain(|line| !going_on.contains(line));
        commands.push(Command::EndRuns {
            lines: going_on,
            renewed_by: Some(renewal.registration.id),
        });
    }
    if !over.is_empty() {
        commands.push(Command::EndRuns {
            lines: over,
            renewed_by: None,
        });
    }
    work.run(Some(order), &commands)?;
    match renewal {
        Some(renewal) => renew(work, renewal),
        None => Ok(()),
    }
}

/// Registers the new order and completes it. What can't be paid that way is not renewed: the order fails.
fn renew(work: &mut Work<'_>, renewal: Renewal) -> Result<(), Stop> {
    let register = || Command::Register(Box::new(renewal.registration.clone()));
    let mut commands = vec![register()];
    commands.extend(renewal.then);
    match work.run(None, &commands) {
        Err(Stop::Refused(_)) => {
            let fail = Command::Fail(Failure::PaymentRefused);
            work.run(None, &[register(), fail])?;
        }
        done => {
            done?;
        }
    }
    Ok(())
}
