//! What the event connector is told beside an order's status: subscriptions that start, go on and stop, and changes of
//! the catalogue and of customers.

use crate::owed::delivery;
use crate::work::Stop;
use crate::{Book, BookError, ConnectorKind, Document, Work};
use order::{Ids, MerchantId, Order, OrderId, Refusal, Run, Timestamp};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use store::rows::{DeliveryRow, DocumentKey, Load};

/// The kind of the documents that subscriptions are kept as which were started without an order: they hang on the
/// customer, and say `product`, `start` and, where they have one, `end`.
pub const SUBSCRIPTION: &str = "connect.subscription";

/// What happened to something that is no order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Happening {
    /// What it happened to, such as `subscription`.
    pub kind: String,
    /// What happened, such as `start`.
    pub status: String,
    /// What is told of it.
    pub data: Map<String, Value>,
}

/// The order that calls are about which are about none.
const NO_ORDER: OrderId = OrderId(0);

impl Happening {
    /// One of `subscription`.
    fn of_run(order: &Order, run: &Run, status: &str, until: Option<Timestamp>) -> Self {
        let buyer = order.customer.as_ref().and_then(|buyer| buyer.number.as_ref());
        let customer = run.customer.as_ref().or(buyer);
        let number = customer.map(|number| match number.parse::<i64>() {
            Ok(plain) => Value::from(plain),
            Err(_letters) => Value::from(number.as_str()),
        });
        Self::subscription(number, &run.product, status, until)
    }

    /// A subscription that starts, stops or goes on.
    pub fn subscription(
        customer: Option<Value>,
        product: &str,
        status: &str,
        until: Option<Timestamp>,
    ) -> Self {
        let data = [
            ("customerNumber", customer.unwrap_or_default()),
            ("productCode", product.into()),
            ("periodEnd", until.map_or(Value::Null, |until| until.0.into())),
        ];
        Self::of("subscription", status, data)
    }

    /// What happened to something of which these members are told.
    pub fn of<const N: usize>(kind: &str, status: &str, data: [(&str, Value); N]) -> Self {
        Self {
            kind: kind.to_owned(),
            status: status.to_owned(),
            data: data
                .map(|(name, value)| (name.to_owned(), value))
                .into_iter()
                .collect(),
        }
    }

    /// The call that tells of it.
    pub(crate) fn owed(&self, order: OrderId, (ids, now): (&mut Ids, Timestamp)) -> DeliveryRow {
        DeliveryRow {
            payload: serde_json::to_string(self).unwrap_or_default(), // text keys only: it never fails
            ..delivery(ids, now, order, ConnectorKind::Event.word())
        }
    }

    /// What a call's payload tells of; none when that is an order's status.
    pub fn of_payload(payload: &str) -> Option<Self> {
        serde_json::from_str(payload).ok()
    }
}

/// What happens to subscriptions by what happens to their order.
pub(crate) fn of_subscriptions(before: Option<&Order>, order: &Order) -> Vec<Happening> {
    if order.runs.is_empty() {
        return Vec::new();
    }
    let is_in = |of: Option<&Order>, line: i64| {
        of.is_some_and(|of| of.running().any(|(run, _until)| run.line == line))
    };
    let begins = if order.renews_runs() { "renew" } else { "start" };
    let begun = order.running().filter(|(run, _)| !is_in(before, run.line));
    let begun = begun.map(|(run, until)| Happening::of_run(order, run, begins, until));
    let goes_on = |run: &Run| {
        let now = order.runs.iter().find(|now| now.line == run.line);
        now.is_some_and(|now| now.renewed_by.is_some())
    };
    let ran = before.into_iter().flat_map(Order::running);
    let stopped = ran.filter(|(run, _)| !is_in(Some(order), run.line) && !goes_on(run));
    let stopped = stopped.map(|(run, until)| Happening::of_run(order, run, "stop", until));
    begun.chain(stopped).chain(not_renewed(before, order)).collect()
}

/// A renewal that comes to nothing ends the subscription with the period before.
fn not_renewed<'o>(before: Option<&Order>, order: &'o Order) -> impl Iterator<Item = Happening> + use<'o> {
    let was_open = before.is_none_or(|before| !before.status.is_final() && before.running().next().is_none());
    let ends = was_open && order.status.is_final() && order.renews_runs();
    let runs = order.runs.iter().filter(move |_| ends);
    runs.map(|run| {
        let until = run.starts.map(|starts| starts.plus_millis(-1000));
        Happening::of_run(order, run, "stop", until)
    })
}

impl Work<'_> {
    /// Owes the event connector a call that tells of it, where there is one.
    pub(crate) fn tell(&mut self, happening: &Happening) {
        if self.listens() {
            let now = self.now();
            let owed = happening.owed(NO_ORDER, (self.ids(), now));
            self.owe(owed);
        }
    }
}

/// What the event connector is told of a document that was written; the second says whether it is a new one.
pub type Telling<T> = fn(&Document<T>, bool) -> Option<Happening>;

impl Book {
    /// Writes documents as [`Book::merge_documents`] does, and owes the event connector what `telling` says of each that
    /// is new or has changed.
    ///
    /// # Errors
    /// [`BookError`] when the database fails.
    pub async fn merge_documents_telling<T, M>(
        &self,
        merchant: MerchantId,
        documents: Vec<Document<T>>,
        merge: M,
        telling: Telling<T>,
    ) -> Result<(), BookError>
    where
        T: Serialize + DeserializeOwned + Clone + Send + 'static,
        M: Fn(&mut T, &T) -> bool + Send + 'static,
    {
        let load = Load {
            merchant: merchant.0,
            documents: documents.iter().map(Document::key).collect(),
            ..Load::default()
        };
        let run = move |work: &mut Work<'_>| {
            for (place, new) in documents.iter().enumerate() {
                let kept = work.document::<T>(place)?;
                let is_new = kept.is_none();
                let mut written = kept.unwrap_or_else(|| new.clone());
                if !is_new && !merge(&mut written.body, &new.body) {
                    continue;
                }
                written.owner.clone_from(&new.owner);
                written.created_at = new.created_at;
                work.put(&written)?;
                if let Some(happening) = telling(&written, is_new) {
                    work.tell(&happening);
                }
            }
            Ok(())
        };
        // Nothing here refuses.
        let _done = Box::pin(self.transact(load, run)).await?;
        Ok(())
    }

    /// Tells of a subscription without an order: first that it has started, and at its end that it has stopped.
    pub(crate) async fn wake_started(
        &self,
        merchant: MerchantId,
        id: &str,
    ) -> Result<Result<(), Refusal>, BookError> {
        let key = DocumentKey {
            kind: SUBSCRIPTION.to_owned(),
            id: id.to_owned(),
        };
        let load = Load {
            merchant: merchant.0,
            documents: vec![key],
            ..Load::default()
        };
        Box::pin(self.transact(load, tell_of_started)).await
    }
}

fn tell_of_started(work: &mut Work<'_>) -> Result<(), Stop> {
    let Some(mut kept) = work.document::<Value>(0)? else {
        return Ok(());
    };
    if kept.wake_at.is_none_or(|at| at > work.now()) {
        return Ok(()); // another server was faster
    }
    let until = kept.body["end"].as_i64().map(Timestamp);
    let is_first = kept.version == 1;
    kept.wake_at = until.filter(|_| is_first).map(|until| until.plus_millis(1000));
    let customer = kept.owner.parse::<i64>().ok().map(Value::from);
    let product = kept.body["product"].as_str().unwrap_or_default();
    let status = if is_first { "start" } else { "stop" };
    let happening = Happening::subscription(customer, product, status, until);
    work.tell(&happening);
    Ok(work.put(&kept)?)
}
