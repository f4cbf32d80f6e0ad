//! What the OpenAPI document says of each operation.

mod portal;
mod taken_over;

use crate::errors::ApiError;
use crate::operations::{
    deployments, price_list, promotions, reseller_change, resellers, subscriptions, switch_paths, token,
};
use crate::wire::customer::CustomerResource;
use crate::wire::order::OrderResource;
use crate::wire::page::{AccountPage, ItemPage};
use crate::wire::subscription::SubscriptionResource;
use http_kit::openapi::{Api, Operation, Parameter, Schema};
use http_kit::{Endpoint, Needs};
use serde_json::{Value, json};

const API: Api = Api {
    title: "VIP Marketplace",
    about: "Adobe's VIP Marketplace Partner API, with its token server, as Ordrebok speaks it. The operations under `/v3/sandbox` are there only with `--sandbox`.",
    schemes: || {
        json!({
            "token": {
                "type": "oauth2", "description": "A token of the token server.",
                "flows": { "clientCredentials": { "tokenUrl": "/ims/token/v3", "scopes": {} } }
            },
            "apiKey": { "type": "apiKey", "in": "header", "name": "X-Api-Key", "description": "The client's id." }
        })
    },
    security: |needs| match needs {
        Needs::Nothing | Needs::Person => Vec::new(),
        Needs::Read | Needs::Write | Needs::UserRead | Needs::UserWrite | Needs::Admin | Needs::Operator => {
            vec![json!({ "token": [], "apiKey": [] })]
        }
    },
    errors: |_needs| {
        let error = || Schema::of::<ApiError>();
        Operation::new("", "")
            .answers("4XX", error())
            .answers("5XX", error())
    },
};

/// The OpenAPI document of the dialect.
pub fn document() -> Value {
    API.document(&crate::endpoints(), describe)
}

fn describe(endpoint: &Endpoint) -> Option<Operation> {
    let (method, path) = (endpoint.method.as_str(), endpoint.path.as_str());
    let Some(path) = path.strip_prefix("/v3/") else {
        return outside(path);
    };
    let said = promotions_of(path)
        .or_else(|| accounts(method, path))
        .or_else(|| deployments_of(method, path))
        .or_else(|| changes_of_reseller(path))
        .or_else(|| taken_over::describe(method, path))
        .or_else(|| orders(method, path))
        .or_else(|| portal::describe(method, path))?;
    let needs_correlation = endpoint.needs == Needs::Write || path.contains("/orders");
    Some(if needs_correlation {
        said.with([correlation()])
    } else {
        said
    })
}

fn correlation() -> Parameter {
    let about = "Of a write: the same id again is answered as it was the first time, and nothing is done";
    let schema = json!({ "type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$" });
    Parameter::header("X-Correlation-Id", about)
        .required()
        .like(schema)
}

fn outside(path: &str) -> Option<Operation> {
    let oauth = || Schema::object(&[("error!", "text"), ("error_description!", "text")]);
    let token = |id, summary, body: &[(&str, &str)]| {
        let asked = Operation::new(id, summary).takes_form(Schema::object(body));
        asked
            .answers("200", Schema::of::<token::Granted<'static>>())
            .answers("400", oauth())
            .answers("401", oauth())
            .answers("413", oauth())
            .answers("408", oauth())
    };
    let pong = || Schema::Written(json!({ "type": "string", "const": "pong" }));
    let exchanged = [
        ("client_id", "text"),
        ("client_secret", "text"),
        ("jwt_token!", "text"),
    ];
    Some(match path {
        "/ims/token/{version}" => token(
            "getToken",
            "An access token for the client's id and secret",
            &[
                ("grant_type!", "text"),
                ("client_id", "text"),
                ("client_secret", "text"),
                ("scope", "text"),
            ],
        ),
        "/ims/exchange/jwt" => token(
            "exchangeJwt",
            "The older exchange of a signed statement",
            &exchanged,
        ),
        "/ping" => Operation::new("ping", "Whether the API is there, for a client's id")
            .with([Parameter::header("X-Api-Key", "The client's id")])
            .answers_as("200", "text/plain", pong()),
        "/partnerservice/ping" => Operation::new("pingWithToken", "Whether the API is there, for a client")
            .answers_as("200", "text/plain", pong()),
        "/v1/health" => {
            let health = || Schema::object(&[("status!", "text"), ("components!", "object")]);
            Operation::new("getHealth", "How the API's parts are")
                .with([Parameter::query("api_key", "The client's id")])
                .answers("200", health())
                .answers("503", health())
        }
        _ => return None,
    })
}

fn paging() -> [Parameter; 2] {
    let whole = |least: u32| json!({ "type": "integer", "minimum": least });
    [
        Parameter::query("offset", "How many to pass over").like(whole(0)),
        Parameter::query("limit", "How many on a page").like(whole(1)),
    ]
}

fn queries<const MANY: usize>(names: [&str; MANY]) -> impl Iterator<Item = Parameter> {
    names
        .into_iter()
        .map(|name| Parameter::query(name, ""))
        .chain(paging())
}

fn promotions_of(path: &str) -> Option<Operation> {
    let page = || Schema::of::<promotions::Page<'static>>();
    Some(match path {
        "promotions" => Operation::new(
            "listPromotions",
            "Promotions by segment, country, code and offers",
        )
        .with(queries([
            "market-segment",
            "country",
            "promo-code",
            "offer-ids",
            "start-date",
            "end-date",
        ]))
        .answers("200", page()),
        "customers/{customer}/flex-discounts" => Operation::new(
            "listCustomersFlexDiscounts",
            "Flexible discounts for a customer, by code and offers",
        )
        .with(queries([
            "flex-discount-code",
            "offer-ids",
            "start-date",
            "end-date",
        ]))
        .answers("200", page()),
        "offer-switch-paths" => Operation::new("listSwitchPaths", "What a product can be exchanged for")
            .with(queries([
                "market-segment",
                "country",
                "offer-id",
                "customer-id",
                "subscription-id",
            ]))
            .answers("200", Schema::of::<switch_paths::Page<'static>>()),
        "pricelist" => Operation::new("listPrices", "The catalogue's offers in one currency")
            .with(paging())
            .takes(Schema::object(&[
                ("region!", "text"),
                ("marketSegment!", "text"),
                ("currency!", "text"),
                ("priceListMonth!", "text"),
                ("priceListType!", "text"),
                ("filters", "object"),
                ("includeOfferAttributes", "boolean"),
            ]))
            .answers("200", Schema::of::<price_list::Page<'static>>()),
        "flex-discounts" => Operation::new(
            "listFlexDiscounts",
            "Flexible discounts by segment, country, code and offers",
        )
        .with(queries([
            "market-segment",
            "country",
            "flex-discount-code",
            "offer-ids",
            "start-date",
            "end-date",
        ]))
        .answers("200", page()),
        _ => return None,
    })
}

/// Resellers and customers.
fn accounts(method: &str, path: &str) -> Option<Operation> {
    let reseller = || Schema::of::<resellers::ResellerResource<'static>>();
    let customer = || Schema::of::<CustomerResource<'static>>();
    let sent_reseller = || {
        Schema::object(&[
            ("externalReferenceId", "text"),
            ("distributorId", "text"),
            ("companyProfile", "object"),
        ])
    };
    let sent_customer = || {
        Schema::object(&[
            ("externalReferenceId", "text"),
            ("resellerId", "text"),
            ("companyProfile", "object"),
            ("benefits", "list"),
            ("globalSalesEnabled", "boolean"),
            ("linkedMembership", "object"),
        ])
    };
    Some(match (method, path) {
        ("GET", "resellers") => Operation::new("listResellers", "The resellers")
            .with(queries(["status", "sort-by", "order-by"]))
            .answers(
                "200",
                Schema::of::<AccountPage<resellers::ResellerResource<'static>>>(),
            ),
        ("POST", "resellers") => Operation::new("createReseller", "Makes a reseller")
            .takes(sent_reseller())
            .answers("201", reseller()),
        ("GET", "resellers/{reseller}") => {
            Operation::new("getReseller", "One reseller").answers("200", reseller())
        }
        ("PATCH", "resellers/{reseller}") => Operation::new("updateReseller", "Changes a reseller")
            .takes(sent_reseller())
            .answers("200", reseller()),
        ("GET", "resellers/{reseller}/customers") => {
            Operation::new("listCustomers", "A reseller's customers")
                .with(queries([
                    "status",
                    "company-name",
                    "start-date",
                    "end-date",
                    "sort-by",
                    "order-by",
                ]))
                .answers("200", Schema::of::<AccountPage<CustomerResource<'static>>>())
        }
        ("POST", "customers") => Operation::new("createCustomer", "Makes a customer")
            .takes(sent_customer())
            .answers("201", customer()),
        ("GET", "customers/{customer}") => {
            Operation::new("getCustomer", "One customer").answers("200", customer())
        }
        ("PATCH", "customers/{customer}") => Operation::new("updateCustomer", "Changes a customer")
            .takes(sent_customer())
            .answers("200", customer()),
        _ => return None,
    })
}

fn deployments_of(method: &str, path: &str) -> Option<Operation> {
    let deployment = || Schema::of::<deployments::DeploymentResource<'static>>();
    let sent_deployment = || Schema::object(&[("companyProfile", "object"), ("status", "text")]);
    Some(match (method, path) {
        ("GET", "customers/{customer}/deployments") => {
            Operation::new("listDeployments", "A customer's deployments")
                .with(queries(["status"]))
                .answers(
                    "200",
                    Schema::of::<ItemPage<deployments::DeploymentResource<'static>>>(),
                )
        }
        ("POST", "customers/{customer}/deployments") => {
            Operation::new("createDeployment", "Makes a deployment")
                .takes(sent_deployment())
                .answers("201", deployment())
        }
        ("GET", "customers/{customer}/deployments/{deployment}") => {
            Operation::new("getDeployment", "One deployment").answers("200", deployment())
        }
        ("PATCH", "customers/{customer}/deployments/{deployment}") => {
            Operation::new("updateDeployment", "Changes a deployment")
                .takes(sent_deployment())
                .answers("200", deployment())
        }
        _ => return None,
    })
}

/// A customer's going to another reseller.
fn changes_of_reseller(path: &str) -> Option<Operation> {
    let transfer = || Schema::of::<reseller_change::TransferResource<'static>>();
    Some(match path {
        "transfers" => Operation::new(
            "changeReseller",
            "Moves a customer to another reseller, or looks at it",
        )
        .takes(Schema::object(&[
            ("type!", "text"),
            ("action!", "text"),
            ("approvalCode!", "text"),
            ("resellerId!", "text"),
            ("requestedBy", "text"),
        ]))
        .answers("201", transfer()),
        "transfers/{transfer}" => {
            Operation::new("getTransfer", "One change of a reseller").answers("200", transfer())
        }
        "customers/{customer}/approval-codes" => Operation::new(
            "approveResellerChange",
            "A code by which the customer agrees to change the reseller",
        )
        .takes(Schema::object(&[]))
        .answers(
            "201",
            Schema::object(&[
                ("approvalCode!", "text"),
                ("customerId!", "text"),
                ("expirationDate!", "text"),
            ]),
        ),
        _ => return None,
    })
}

/// Orders and what comes of them.
fn orders(method: &str, path: &str) -> Option<Operation> {
    let order = || Schema::of::<OrderResource<'static>>();
    let subscription = || Schema::of::<SubscriptionResource<'static>>();
    let prices = || Parameter::query("fetch-price", "`true`: with prices");
    let beside = || taken_over::recommended().into_iter();
    Some(match (method, path) {
        ("GET", "customers/{customer}/orders") => {
            Operation::new("listOrders", "A customer's orders, newest first")
                .with(queries([
                    "order-type",
                    "status",
                    "start-date",
                    "end-date",
                    "offer-id",
                    "reseller-id",
                    "reference-order-id",
                ]))
                .with([prices()].into_iter().chain(beside()))
                .answers("200", Schema::of::<ItemPage<OrderResource<'static>>>())
        }
        ("POST", "customers/{customer}/orders") => {
            Operation::new("createOrder", "Places an order, or shows what it would be")
                .with([prices()].into_iter().chain(beside()))
                .takes(sent_order())
                .answers("200", order())
                .answers("201", order())
        }
        ("GET", "customers/{customer}/orders/{order}") => Operation::new("getOrder", "One order")
            .with([prices()].into_iter().chain(beside()))
            .answers("200", order()),
        ("PATCH", "customers/{customer}/orders/{order}") => {
            Operation::new("updateOrder", "Changes the reference of an order")
                .takes(Schema::object(&[("externalReferenceId!", "text")]))
                .answers("200", order())
        }
        ("GET", "customers/{customer}/subscriptions") => {
            Operation::new("listSubscriptions", "A customer's subscriptions")
                .with(beside())
                .answers("200", Schema::of::<subscriptions::List<'static>>())
        }
        ("POST", "customers/{customer}/subscriptions") => {
            Operation::new("createSubscription", "Schedules a subscription for the next term")
                .takes(Schema::object(&[
                    ("offerId!", "text"),
                    ("autoRenewal!", "object"),
                    ("currencyCode", "text"),
                    ("deploymentId", "text"),
                ]))
                .answers("201", subscription())
        }
        ("GET", "customers/{customer}/subscriptions/{subscription}") => {
            Operation::new("getSubscription", "One subscription").answers("200", subscription())
        }
        ("PATCH", "customers/{customer}/subscriptions/{subscription}") => {
            Operation::new("updateSubscription", "Sets how a subscription renews")
                .with([
                    Parameter::query("reset-flex-discount-codes", "`true`: it renews without codes"),
                    Parameter::query("reset-renewal-code", "`true`: it renews without a renewal code"),
                ])
                .takes(Schema::object(&[("autoRenewal", "object")]))
                .answers("200", subscription())
        }
        _ => return None,
    })
}

fn sent_order() -> Schema {
    Schema::Written(json!({
        "type": "object",
        "required": ["orderType"],
        "properties": {
            "orderType": { "type": "string", "enum": [
                "NEW", "RETURN", "RENEWAL", "SWITCH", "REVERT_SWITCH",
                "PREVIEW", "PREVIEW_RENEWAL", "PREVIEW_SWITCH", "PREVIEW_REVERT_SWITCH"
            ] },
            "externalReferenceId": { "type": "string", "maxLength": 35 },
            "referenceOrderId": { "type": "string" },
            "currencyCode": { "type": "string" },
            "lineItems": { "type": "array", "items": {
                "type": "object",
                "required": ["extLineItemNumber", "offerId", "quantity"],
                "properties": {
                    "extLineItemNumber": { "type": "integer" },
                    "offerId": { "type": "string" },
                    "quantity": { "type": "integer" },
                    "currencyCode": { "type": "string" },
                    "deploymentId": { "type": "string" },
                    "discountCode": { "type": "string" },
                    "flexDiscountCodes": { "type": "array", "items": { "type": "string" } },
                    "subscriptionId": { "type": "string" }
                }
            } },
            "cancellingItems": { "type": "array", "items": {
                "type": "object",
                "required": ["extLineItemNumber", "subscriptionId", "quantity"],
                "properties": {
                    "extLineItemNumber": { "type": "integer" },
                    "referenceLineItemNumber": { "type": "integer" },
                    "subscriptionId": { "type": "string" },
                    "quantity": { "type": "integer" },
                    "discountCode": { "type": "string" }
                }
            } }
        }
    }))
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_operation_is_described() {
        for endpoint in crate::endpoints() {
            assert!(
                super::describe(&endpoint).is_some(),
                "{} {} in openapi.rs",
                endpoint.method,
                endpoint.path
            );
        }
    }
}
