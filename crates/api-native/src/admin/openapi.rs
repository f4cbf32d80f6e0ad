//! What the OpenAPI document says of administration.

use super::{audit, credentials, merchants, settings};
use http_kit::openapi::{Operation, Parameter, Schema};
use serde_json::json;

/// What is said of the operation of this method and this path under `/ordrebok/v1/admin/`.
pub(crate) fn describe(method: &str, path: &str) -> Option<Operation> {
    let credential = || Schema::of::<credentials::Credential>();
    Some(match (method, path) {
        ("GET", "merchants") => Operation::new("listMerchants", "All merchants; for operators")
            .answers("200", Schema::of::<merchants::Merchants>()),
        ("POST", "merchants") => Operation::new("addMerchant", "Adds a merchant; for operators")
            .takes(Schema::of::<merchants::NewMerchant>())
            .answers("201", Schema::of::<merchants::Merchant>()),
        ("GET", "credentials") => Operation::new(
            "listCredentials",
            "A merchant's credentials, revoked ones too, without their secrets",
        )
        .with([whose()])
        .answers("200", Schema::of::<credentials::Credentials>()),
        ("POST", "credentials") => Operation::new(
            "addCredential",
            "Adds a credential; its secret is shown this once",
        )
        .with([whose()])
        .takes(Schema::of::<credentials::AddCredential>())
        .answers("201", credential()),
        ("POST", "credentials/{number}/rotate") => Operation::new(
            "rotateCredential",
            "Gives a credential a new secret, shown this once; the one before stays good for a while",
        )
        .with([whose()])
        .may_take(Schema::of::<credentials::Rotate>())
        .answers("200", credential()),
        ("POST", "credentials/{number}/revoke") => Operation::new(
            "revokeCredential",
            "Takes a credential back, and all tokens that it was given",
        )
        .with([whose()])
        .may_take(Schema::of::<credentials::Revoke>())
        .answers("200", credential()),
        _ => return beside(method, path),
    })
}

/// The same of what is beside merchants and credentials: settings, and the trail.
fn beside(method: &str, path: &str) -> Option<Operation> {
    let known = || Parameter::header("If-None-Match", "The entity tag of what the client has");
    let seen = || {
        Parameter::header(
            "If-Match",
            "Entity tags: it is changed only when it has one of them",
        )
    };
    Some(match (method, path) {
        ("GET", "settings") => Operation::new(
            "getSettings",
            "What is set for a merchant; what is left out is as the server's configuration says",
        )
        .with([whose(), known()])
        .answers("200", Schema::of::<settings::Settings>())
        .answers_bare("304"),
        ("PATCH", "settings") => Operation::new(
            "changeSettings",
            "Changes what is set for a merchant; `null` takes it back, and what is left out stays",
        )
        .with([whose(), seen()])
        .takes(Schema::of::<settings::Change>())
        .answers("200", Schema::of::<settings::Settings>()),
        ("GET", "audit") => {
            let moment = || json!({ "type": "string", "format": "date-time" });
            let limit = json!({ "type": "integer", "minimum": 1, "maximum": 200 });
            Operation::new(
                "listAudit",
                "Who did what, the latest first; of all merchants for an operator who names none",
            )
            .with([
                whose(),
                Parameter::query("actor", "Who did it, as entries say it"),
                Parameter::query(
                    "action",
                    "What was done, such as `credential.add`; or a sort of it, such as `credential`",
                ),
                Parameter::query("from", "At this time or later").like(moment()),
                Parameter::query("until", "Before this time").like(moment()),
                Parameter::query("cursor", "Where to go on from"),
                Parameter::query("limit", "How many on a page; 50 when it is not said").like(limit),
            ])
            .answers("200", Schema::of::<audit::Trail>())
        }
        _ => return None,
    })
}

fn whose() -> Parameter {
    Parameter::query(
        "merchant",
        "Whose; an operator says it, an administrator of a merchant need not",
    )
}
