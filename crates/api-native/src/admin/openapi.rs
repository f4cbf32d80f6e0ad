//! What the OpenAPI document says of administration.

use super::{audit, credentials, merchants};
use http_kit::openapi::{Operation, Parameter, Schema};
use serde_json::json;

/// What is said of the operation of this method and this path under `/ordrebok/v1/admin/`.
pub(crate) fn describe(method: &str, path: &str) -> Option<Operation> {
    let whose = || {
        Parameter::query(
            "merchant",
            "Whose; an operator says it, an administrator of a merchant need not",
        )
    };
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
        ("GET", "audit") => {
            let limit = json!({ "type": "integer", "minimum": 1, "maximum": 200 });
            Operation::new(
                "listAudit",
                "Who did what, the latest first; of all merchants for an operator who names none",
            )
            .with([
                whose(),
                Parameter::query("cursor", "Where to go on from"),
                Parameter::query("limit", "How many on a page; 50 when it is not said").like(limit),
            ])
            .answers("200", Schema::of::<audit::Trail>())
        }
        _ => return None,
    })
}
