//! The order under which subscriptions go on: what the first was registered with, for the lines that go on, at the price
//! and for the period of the coupon's `renewal`.

use crate::annex;
use crate::sandbox;
use crate::terms::Terms;
use book::Renewal;
use order::{
    Amount, Command, Dialect, Entailed, FulfilRequest, Item, Kind, Order, OrderId, Payment, Registration,
    Renewing, Run, Timestamp, sum_of,
};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use uuid::Uuid;

/// What a line has that was for its first period alone.
const ONCE: [&str; 8] = [
    "voucherCode",
    "promotionCode",
    "rewardPartnerId",
    "rewardId",
    "allowAccessProduct",
    "allowAccessCategoryType",
    "allowAccessSeconds",
    "recruiter",
];

/// The order under which lines of a Connect order go on; none for an order of another API.
pub fn renewal(
    order: &Order,
    renewing: &[Renewing],
    (id, uuid): (OrderId, Uuid),
    fulfilment: &FulfilRequest,
) -> Option<Renewal> {
    if order.origin != Dialect::Connect {
        return None;
    }
    let lines: Vec<Line> = (1..)
        .zip(renewing)
        .map(|(number, renewing)| Line::of(order, *renewing, number))
        .collect::<Option<_>>()?;
    let items: Vec<Item> = lines.iter().map(|line| line.item.clone()).collect();
    let gross = sum_of(&items, order.currency).ok()?.gross;
    let registration = Registration {
        id,
        uuid,
        origin: Dialect::Connect,
        kind: Kind::Renewal,
        number: None,
        reference: order.reference.clone(),
        refers_to: Some(order.id.to_string()),
        customer: order.customer.clone(),
        reseller: None,
        currency: order.currency,
        gross,
        net: None,
        payment: Payment {
            method: order.payment.method.clone(),
            prepaid: false, // what was paid beforehand was the first period
            pending: false,
        },
        ordered_at: None,
        completes_at: None,
        annex: BTreeMap::from([(Dialect::Connect, annex_of(order, &lines, gross)?)]),
        entails: entailed(&lines),
        items,
    };
    Some(Renewal {
        registration,
        then: vec![Command::Fulfil(fulfilment.clone())],
    })
}

/// The same where the triggers of the sandbox settle what nobody is asked for.
pub fn renewal_in_sandbox(
    order: &Order,
    renewing: &[Renewing],
    ids: (OrderId, Uuid),
    fulfilment: &FulfilRequest,
) -> Option<Renewal> {
    let mut renewal = renewal(order, renewing, ids, fulfilment)?;
    if order.payment.method.is_settled_later() && !fulfilment.asks_connector {
        let phone = annex::mobile_number(order);
        let settled = sandbox::settlement(phone.as_deref());
        renewal.then.extend(settled.map(|paid| Command::Settle { paid }));
    }
    Some(renewal)
}

/// One line that goes on.
struct Line {
    item: Item,
    run: Run,
    terms: Terms,
    request: Value,
}

impl Line {
    fn of(order: &Order, renewing: Renewing, number: i64) -> Option<Self> {
        let is_it = |line: &&order::Line| line.item.number == Some(renewing.line);
        let before = order.lines.iter().find(is_it)?;
        let place = usize::try_from(renewing.line).ok()?.checked_sub(1)?;
        let terms = annex::terms(order).into_iter().nth(place)??.renewed();
        let item = Item {
            number: Some(number),
            unit_gross: terms.renewal_price.or(before.item.unit_gross),
            ..before.item.clone()
        };
        let request = annex::registration(order)?;
        let request: Value = serde_json::from_str(request.get()).ok()?;
        let mut request = request.get("orderLines")?.get(place)?.clone();
        change_line(request.as_object_mut()?, &item, renewing.starts);
        let run = order.runs.iter().find(|run| run.line == renewing.line)?;
        let run = Run {
            line: number,
            starts: Some(renewing.starts),
            period: terms.period,
            ..run.clone()
        };
        Some(Self {
            item,
            run,
            terms,
            request,
        })
    }
}

fn change_line(line: &mut Map<String, Value>, item: &Item, starts: Timestamp) {
    line.retain(|member, _| !ONCE.contains(&member.as_str()));
    if let Some(price) = item.unit_gross {
        line.insert("unitPrice".to_owned(), number(price));
    }
    line.insert("startInfo".to_owned(), json!({ "startDate": starts.0 }));
}

/// An amount, by its digits.
fn number(amount: Amount) -> Value {
    let digits = amount.to_string();
    serde_json::from_str(&digits).unwrap_or_else(|_not_a_number| Value::from(digits))
}

fn entailed(lines: &[Line]) -> Entailed {
    let mut recipients: Vec<String> = lines
        .iter()
        .filter_map(|line| line.run.customer.clone())
        .collect();
    recipients.sort_unstable();
    recipients.dedup();
    Entailed {
        runs: lines.iter().map(|line| line.run.clone()).collect(),
        takes: Vec::new(),
        recipients,
    }
}

/// What was registered, as it would be registered now.
fn annex_of(order: &Order, lines: &[Line], gross: Amount) -> Option<order::Opaque> {
    let request = annex::registration(order)?;
    let mut request: Map<String, Value> = serde_json::from_str(request.get()).ok()?;
    for once in [
        "orderDate",
        "prepaid",
        "marketingCouponCode",
        "marketingCouponNumber",
        "campaignParameters",
    ] {
        request.remove(once);
    }
    request.insert("orderAmount".to_owned(), number(gross));
    let ordered = lines.iter().map(|line| line.request.clone()).collect();
    request.insert("orderLines".to_owned(), Value::Array(ordered));
    let terms: Vec<_> = lines.iter().map(|line| Some(line.terms.clone())).collect();
    annex::of_renewal(&Value::Object(request), &terms)
}
