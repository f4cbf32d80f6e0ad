//! What only a sandbox has: the calls of the original's portal.

use crate::operations::resellers;
use crate::wire::customer::CustomerResource;
use crate::wire::order::OrderResource;
use http_kit::openapi::{Operation, Schema};

pub(super) fn describe(method: &str, path: &str) -> Option<Operation> {
    let customer = || Schema::of::<CustomerResource<'static>>();
    Some(match path.strip_prefix("sandbox/")? {
        "resellers/{reseller}" => Operation::new("setReseller", "Sets a reseller's status")
            .takes(Schema::object(&[("status!", "text")]))
            .answers("200", Schema::of::<resellers::ResellerResource<'static>>()),
        "catalogue" => Operation::new(
            "loadCatalogue",
            "Loads what `ordrebok catalogue` loads from a JSON file",
        )
        .takes(Schema::object(&[
            ("offers", "list"),
            ("promotions", "list"),
            ("switchPaths", "list"),
            ("regions", "object"),
            ("memberships", "list"),
            ("pendingLicences", "list"),
            ("recommendations", "list"),
            ("partner", "object"),
        ]))
        .answers("200", Schema::object(&[])),
        "customers/{customer}/orders" => {
            Operation::new("placeExamples", "Places three orders: complete, failed, returned")
                .takes(Schema::object(&[("offerId", "text"), ("currencyCode", "text")]))
                .answers("201", Schema::object(&[("items!", "list")]))
        }
        "customers/{customer}" if method == "PATCH" => Operation::new(
            "setCustomer",
            "Sets a customer's status, anniversary and market sub-segments",
        )
        .takes(Schema::object(&[
            ("status", "text"),
            ("cotermDate", "text"),
            ("marketSubSegments", "list"),
        ]))
        .answers("200", customer()),
        "customers/{customer}/renewal" => {
            Operation::new("renewCustomer", "Makes today the customer's anniversary")
                .answers("200", customer())
        }
        "customers/{customer}/orders/{order}" => {
            Operation::new("setOrder", "Sets an order's status and date")
                .takes(Schema::object(&[("status", "text"), ("creationDate", "text")]))
                .answers("200", Schema::of::<OrderResource<'static>>())
        }
        _ => return None,
    })
}
