//! Where an order or a call stands, as a word with a colour.

use maud::{Markup, html};
use order::{Dialect, Failure, Kind, Order, Status};

/// A word with a colour. The word alone says it; the colour helps the eye.
pub(crate) fn badge(class: &str, word: &str) -> Markup {
    html! { span class=(format!("badge {class}")) { (word) } }
}

/// The class and the words of a status.
fn told(status: &Status) -> (&'static str, String) {
    match status {
        Status::Preliminary => ("waiting", "Preliminary".to_owned()),
        Status::Confirmed { .. } => ("open", "Confirmed".to_owned()),
        Status::Processed { .. } => ("done", "Processed".to_owned()),
        Status::Failed { failure, .. } => ("bad", format!("Failed: {}", reason(failure))),
        Status::Cancelled { .. } => ("ended", "Cancelled".to_owned()),
    }
}

/// Why an order failed, in words.
pub(crate) fn reason(failure: &Failure) -> String {
    match failure {
        Failure::PaymentRefused => "payment refused".to_owned(),
        Failure::RiskRejected => "risk rejected".to_owned(),
        Failure::Expired => "expired".to_owned(),
        Failure::HandoverFailed => "handover failed".to_owned(),
        Failure::DistributorInactive => "distributor inactive".to_owned(),
        Failure::ResellerInactive => "reseller inactive".to_owned(),
        Failure::CustomerInactive => "customer inactive".to_owned(),
        Failure::CustomerInvalid => "no such customer".to_owned(),
        Failure::Other(words) => words.clone(),
    }
}

/// An order's status.
pub(crate) fn status(order: &Order) -> Markup {
    let (class, words) = told(&order.status);
    badge(class, &words)
}

/// A status in words.
pub(crate) fn words(status: &Status) -> String {
    told(status).1
}

/// An API's name.
pub(crate) fn api(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Connect => "Connect",
        Dialect::AfterPay => "AfterPay",
        Dialect::Marketplace => "Marketplace",
        Dialect::Ordrebok => "Ordrebok",
    }
}

/// What sort of order, in words.
pub(crate) fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::New => "Purchase",
        Kind::Return => "Return",
        Kind::Renewal => "Renewal",
        Kind::Transfer => "Transfer",
        Kind::Switch => "Switch",
        Kind::Revert => "Switch undone",
    }
}

/// A call's state.
pub(crate) fn delivery(state: &str, attempts: i64) -> Markup {
    match state {
        "done" => badge("done", "Delivered"),
        "failed" => badge("bad", "Given up"),
        _ if attempts > 0 => badge("waiting", "Failing"),
        _ => badge("open", "Owed"),
    }
}
