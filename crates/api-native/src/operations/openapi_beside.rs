//! What the OpenAPI document says of what is beside the orders.

use super::{feed, seen, totals, webhook_deliveries, webhooks};
use crate::wire::{HookDeliveryWire, WebhookWire};
use http_kit::openapi::{Operation, Parameter, Schema};
use serde_json::json;

pub(super) fn describe(method: &str, path: &str) -> Option<Operation> {
    match (method, path) {
        ("GET", "totals") => Some(sums()),
        ("GET", "customers") => {
            let list = Operation::new(
                "listCustomers",
                "The customers that orders name, with how many name them",
            );
            Some(list.with(paged()).answers("200", Schema::of::<seen::Customers>()))
        }
        ("GET", "customers/{customer}") => {
            let one = Operation::new("getCustomer", "One customer that orders name");
            Some(one.answers("200", Schema::of::<seen::CustomerWire>()))
        }
        ("GET", "products") => {
            let list = Operation::new(
                "listProducts",
                "The products on orders' lines, with how many orders have them",
            );
            Some(list.with(paged()).answers("200", Schema::of::<seen::Products>()))
        }
        ("GET", "events") => Some(events()),
        (method, path) => about_webhooks(method, path.strip_prefix("webhooks")?),
    }
}

fn limit(most: u32) -> Parameter {
    let whole = json!({ "type": "integer", "minimum": 1, "maximum": most });
    Parameter::query("limit", "How many on a page").like(whole)
}

fn paged() -> [Parameter; 3] {
    [
        Parameter::query(
            "q",
            "The beginnings of words of the name, the id, or the mail address",
        ),
        Parameter::query("cursor", "Where to go on from"),
        limit(100),
    ]
}

fn sums() -> Operation {
    let day = json!({ "type": "string", "format": "date" });
    let by = json!({ "type": "array", "items": { "type": "string", "enum": ["day", "currency", "dialect", "status"] } });
    Operation::new(
        "getTotals",
        "What the orders come to, by the day on which they were placed",
    )
    .with([
        Parameter::query("from", "Placed on this day or later").like(day.clone()),
        Parameter::query("until", "Placed before this day").like(day),
        Parameter::query("by", "How the totals are told apart, beside their currency").like(by),
    ])
    .answers("200", Schema::of::<totals::Totals>())
}

fn events() -> Operation {
    let stream = Schema::Written(json!({ "type": "string" }));
    Operation::new(
        "getEvents",
        "Everything that happens to any order, as pages or as server-sent events",
    )
    .with([
        Parameter::query("after", "The position after which to begin, or `latest`"),
        limit(1000),
        Parameter::header(
            "Last-Event-ID",
            "A stream: the position of the last event that was seen",
        ),
    ])
    .answers("200", Schema::of::<feed::Page>())
    .answers_as("200", "text/event-stream", stream)
}

fn about_webhooks(method: &str, path: &str) -> Option<Operation> {
    let webhook = || Schema::of::<WebhookWire>();
    let delivery = || Schema::of::<HookDeliveryWire>();
    let key = || {
        Parameter::header(
            "Idempotency-Key",
            "The same key with the same body is answered as it was the first time",
        )
    };
    Some(match (method, path) {
        ("GET", "") => Operation::new("listWebhooks", "The addresses that are told of what happens")
            .answers("200", Schema::of::<webhooks::Webhooks>()),
        ("POST", "") => Operation::new("addWebhook", "Adds an address; its secret is in this answer only")
            .with([key()])
            .takes(Schema::of::<webhooks::Sent>())
            .answers("201", webhook()),
        ("GET", "/{webhook}") => Operation::new("getWebhook", "One address").answers("200", webhook()),
        ("PATCH", "/{webhook}") => Operation::new("changeWebhook", "Changes it, or turns it off or on again")
            .with([key()])
            .takes(Schema::of::<webhooks::Change>())
            .answers("200", webhook()),
        ("DELETE", "/{webhook}") => {
            Operation::new("removeWebhook", "Takes it away, and all that it was owed").answers_bare("204")
        }
        ("POST", "/{webhook}/rotate") => {
            let summary = "Gives it a new secret; for a day calls are signed with the one before as well";
            Operation::new("rotateWebhookSecret", summary)
                .with([key()])
                .answers("200", webhook())
        }
        ("POST", "/{webhook}/ping") => {
            Operation::new("pingWebhook", "Owes it a call that tells nothing").answers("202", delivery())
        }
        ("POST", "/{webhook}/replay") => {
            Operation::new("replayWebhook", "Owes it the events of a period again")
                .takes(Schema::of::<webhook_deliveries::Period>())
                .answers("202", Schema::of::<webhook_deliveries::Replayed>())
        }
        ("GET", "/{webhook}/deliveries") => {
            let states = json!({ "type": "string", "enum": ["due", "done", "failed"] });
            Operation::new(
                "listWebhookDeliveries",
                "What it is or was owed, with the attempts, newest first",
            )
            .with([
                Parameter::query("state", "In this state").like(states),
                Parameter::query("cursor", "Where to go on from"),
                limit(100),
            ])
            .answers("200", Schema::of::<webhook_deliveries::HookDeliveries>())
        }
        ("POST", "/{webhook}/deliveries/{delivery}/retry") => Operation::new(
            "retryWebhookDelivery",
            "Makes a delivery due again, whatever became of it",
        )
        .answers("200", delivery()),
        _ => return None,
    })
}
