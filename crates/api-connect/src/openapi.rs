//! What the OpenAPI document says of each operation, and of the pages on which users sign in.

use crate::errors::{Exception, TokenError};
use crate::operations::{
    assign_user, check_access, complete_order, consents, coupons, customer_info, customer_products,
    external_identity, product_history, products, register_order, rewards, search_order, stock,
    subscriptions, token,
};
use crate::wire::register::RegisterOrder;
use crate::wire::status::{OrderLine, OrderStatus, Orders};
use http_kit::openapi::{Api, Operation, Parameter, Schema};
use http_kit::{Endpoint, Needs};
use schemars::JsonSchema;
use serde_json::{Value, json};

const API: Api = Api {
    title: "Mediaconnect Connect",
    about: "Orders, their fulfilment and the catalogue of Mediaconnect Connect / ConnectID, as Ordrebok speaks it, with the pages of its login server.",
    schemes: || {
        let scopes = json!({ "read": "all that the client may do" });
        json!({
            "client": {
                "type": "oauth2", "description": "Client mode: a token of the client's own.",
                "flows": { "clientCredentials": { "tokenUrl": "/user/oauth/token", "scopes": scopes } }
            },
            "user": {
                "type": "oauth2", "description": "User mode: a token that a signed-in user has let the client have.",
                "flows": { "authorizationCode": { "authorizationUrl": "/user/oauth/authorize", "tokenUrl": "/user/oauth/token", "scopes": scopes } }
            }
        })
    },
    security: |needs| match needs {
        Needs::Nothing | Needs::Person => Vec::new(),
        Needs::Read | Needs::Write => vec![json!({ "client": [] })],
        Needs::UserRead | Needs::UserWrite | Needs::Admin | Needs::Operator => vec![json!({ "user": [] })],
    },
    errors,
};

const HTML: &str = "text/html";

fn errors(needs: Needs) -> Operation {
    let exception = || Schema::of::<Exception<'static>>();
    let token = || Schema::of::<TokenError<'static>>();
    let errors = Operation::new("", "")
        .answers("4XX", exception())
        .answers("5XX", exception());
    match needs {
        Needs::Nothing => errors
            .answers("400", Schema::AnyOf(vec![token(), exception()]))
            .answers("401", token()),
        Needs::Person => errors
            .answers_as("4XX", HTML, text())
            .answers_as("5XX", HTML, text()),
        Needs::Read | Needs::Write | Needs::UserRead | Needs::UserWrite | Needs::Admin | Needs::Operator => {
            errors.answers("401", token()).answers("403", token())
        }
    }
}

fn text() -> Schema {
    Schema::Written(json!({ "type": "string" }))
}

/// The OpenAPI document of the dialect.
pub fn document() -> Value {
    API.document(&crate::endpoints(), describe)
}

fn describe(endpoint: &Endpoint) -> Option<Operation> {
    let (method, path) = (endpoint.method.as_str(), endpoint.path.as_str());
    if path.ends_with("/oauth/token") {
        return Some(asks_for_a_token(path));
    }
    if endpoint.needs == Needs::Person {
        return page(method, path);
    }
    let path = path.strip_prefix("/capi/v1/")?;
    orders(method, path)
        .or_else(|| catalogue(method, path))
        .or_else(|| customers(method, path))
        .or_else(|| backends(method, path))
}

/// What a backend has written, as it was loaded with the catalogue.
fn backends(method: &str, path: &str) -> Option<Operation> {
    let object = || json!({ "type": "object" });
    let delivery = |id| {
        let told = Schema::object(&[("nextDistribution", "object"), ("nextDelivery", "object")]);
        Operation::new(id, "When a product is distributed and delivered next").answers("200", told)
    };
    let days = || {
        [
            Parameter::query("from", "The first day, such as 2026-01-01"),
            Parameter::query("to", "The last day"),
        ]
    };
    Some(match (method, path) {
        ("POST", "client/reward/check") => Operation::new("checkReward", "What a reward is for")
            .takes(Schema::of::<rewards::CheckReward>())
            .answers(
                "200",
                Schema::object(&[
                    ("customerNumber", "integer"),
                    ("product", "text"),
                    ("rewardId!", "text"),
                ]),
            ),
        ("GET", "client/delivery/{productCode}") => delivery("listNextDistributions"),
        ("GET", "product/delivery/{productCode}") => delivery("listUsersNextDistributions"),
        ("GET", "client/customer/invoice/payment/{customerNumber}/{productCode}") => {
            Operation::new("listInvoices", "A customer's invoices for a product")
                .with(days())
                .answers("200", Schema::list_in("clientInvoiceInfoList", &object()))
        }
        ("GET", "customer/invoice/payment/{product}") => Operation::new(
            "listUsersInvoices",
            "The user's invoices for a product, and their reminders",
        )
        .with(days())
        .with([Parameter::query("unpaid", "true for those that are not paid")])
        .answers(
            "200",
            Schema::object(&[("invoices!", "list"), ("reminders!", "list")]),
        ),
        ("GET", "customer/payment/klarna/token") => {
            Operation::new("listKlarnaTokens", "The user's recurring tokens at Klarna")
                .answers("200", Schema::list_in("recurringTokens", &object()))
        }
        ("GET", "client/customer/privacy/consent/text/history/{issuer}") => {
            Operation::new("listConsentTexts", "The texts that consents were asked for with")
                .answers("200", Schema::list_in("consentTexts", &object()))
        }
        _ => return None,
    })
}

fn orders(method: &str, path: &str) -> Option<Operation> {
    let key = || {
        Parameter::header(
            "Idempotency-Key",
            "The same key with the same body is answered as it was the first time",
        )
    };
    let status =
        |id| Operation::new(id, "The status of one order").answers("200", Schema::of::<Orders<'static>>());
    Some(match (method, path) {
        ("GET", "client/order/status/{orderId}") => status("getOrderStatus"),
        ("GET", "client/order/status/") => status("getOrderStatusWithoutId"),
        ("GET", "client/order/status") => status("getOrderStatusWithoutSlash"),
        ("POST", "client/order") => Operation::new("registerOrder", "Registers an order")
            .with([key()])
            .takes(Schema::of::<RegisterOrder>())
            .answers("200", Schema::of::<register_order::Registered>()),
        ("POST", "order") => Operation::new("registerUsersOrder", "Registers an order of the user's")
            .with([key()])
            .takes(Schema::of::<RegisterOrder>())
            .answers("200", Schema::of::<register_order::Registered>()),
        ("POST", "client/order/fulfillment") => Operation::new(
            "completeOrder",
            "Completes an order: payment is asked for, the order handed over, the callback called",
        )
        .with([key()])
        .takes(Schema::of::<complete_order::CompleteOrder>())
        .answers("200", Schema::of::<complete_order::Completed<'static>>()),
        ("POST", "client/order/{orderId}/user") => {
            Operation::new("assignUser", "Says whose a fulfilled order is")
                .takes(Schema::of::<assign_user::AssignUser>())
                .answers("200", Schema::of::<assign_user::Assigned>())
        }
        ("GET", "order/status") => {
            Operation::new("listOrders", "The user's orders").answers("200", Schema::of::<Orders<'static>>())
        }
        ("POST", "order/status") => {
            Operation::new("searchOrder", "The user's orders of one id, with their lines")
                .takes(Schema::of::<search_order::SearchOrder>())
                .answers("200", Schema::of::<Detailed>())
        }
        ("GET", "customer/order/product/history") => Operation::new(
            "listProductHistory",
            "The single products that the user has bought",
        )
        .answers("200", Schema::of::<product_history::History<'static>>()),
        _ => return None,
    })
}

fn catalogue(method: &str, path: &str) -> Option<Operation> {
    let products = || Schema::list_in("products", &json!({ "type": "object" }));
    let coupons = || Schema::list_in("coupons", &json!({ "type": "object" }));
    let stock = |id, summary| {
        let list = json!({ "type": "array", "items": { "type": "object" } });
        Operation::new(id, summary).answers("200", Schema::Written(list))
    };
    Some(match (method, path) {
        ("GET", "client/coupon/{productCode}") => {
            Operation::new("listCoupons", "The coupons of a product").answers("200", coupons())
        }
        ("POST", "client/coupon/price") => Operation::new("checkCouponPrice", "What a coupon costs")
            .takes(Schema::of::<coupons::CheckPrice>())
            .answers("200", Schema::of::<coupons::Priced<'static>>()),
        ("GET", "client/voucher/coupons/{voucherCode}") => {
            Operation::new("listVoucherCoupons", "The coupons that a voucher stands for")
                .answers("200", coupons())
        }
        ("GET", "client/product") => Operation::new("checkProduct", "One product, or all")
            .with([Parameter::query("productId", "Which product")])
            .answers("200", products()),
        ("POST", "client/product") => Operation::new(
            "listSpecificProducts",
            "Products that changed, or that are sold now",
        )
        .takes(Schema::of::<products::ListProducts>())
        .answers("200", products()),
        ("GET", "client/product/{productType}") => {
            Operation::new("listProducts", "The products of one type").answers("200", products())
        }
        ("GET", "client/stock") => stock("listStocks", "The stock of all products"),
        ("GET", "client/stock/{productId}") => stock("listStocksForProduct", "The stock of one product"),
        ("POST", "client/stock/update") => Operation::new("changeStocks", "Changes the stock of products")
            .takes(Schema::of::<stock::ChangeStocks>())
            .answers("200", Schema::object(&[("status!", "text")])),
        _ => return None,
    })
}

fn customers(method: &str, path: &str) -> Option<Operation> {
    let access = |id, summary| {
        Operation::new(id, summary)
            .takes(Schema::of::<check_access::CheckAccess>())
            .answers("200", Schema::of::<check_access::Checked>())
    };
    let subscriptions = |id| {
        Operation::new(id, "The subscriptions of a customer")
            .answers("200", Schema::of::<subscriptions::Listed<'static>>())
    };
    let info = |id| {
        Operation::new(id, "What is known of a customer")
            .answers("200", Schema::of::<customer_info::Told<'static>>())
    };
    let changes = |id| {
        Operation::new(id, "Replaces what is known of a customer")
            .takes(Schema::of::<customer_info::Info>())
            .answers("200", Schema::object(&[("success!", "boolean")]))
    };
    let identity = |id, summary| {
        Operation::new(id, summary)
            .takes(Schema::of::<external_identity::Identity>())
            .answers("200", Schema::of::<external_identity::Told<'static>>())
    };
    Some(match (method, path) {
        ("POST", "client/access") => access("checkAccess", "Whether somebody may have something"),
        ("POST", "customer/access") => access("checkUsersAccess", "Whether the user may have something"),
        ("GET", "client/subscription/{customerNumber}") => subscriptions("listSubscriptions"),
        ("GET", "subscription") => subscriptions("listUsersSubscriptions"),
        ("POST", "subscription") => {
            Operation::new("startSubscription", "Starts a subscription of the user's")
                .takes(Schema::of::<subscriptions::StartSubscription>())
                .answers("200", Schema::object(&[("status!", "text")]))
        }
        ("GET", "client/customer/info/{customerNumber}") => info("listCustomerInfo"),
        ("GET", "customer/info") => info("listUsersCustomerInfo"),
        ("POST", "client/customer/info/{customerNumber}") => changes("changeCustomerInfo"),
        ("POST", "customer/info") => changes("changeUsersCustomerInfo"),
        ("GET", "customer/profile") => {
            let profile = Schema::object(&[
                ("userId!", "text"),
                ("uniqueId!", "text"),
                ("customerNumber", "integer"),
                ("name!", "object"),
                ("phoneNumbers!", "texts"),
                ("emails!", "texts"),
                ("credential!", "object"),
            ]);
            Operation::new("listUserProfile", "The user who is signed in").answers("200", profile)
        }
        ("GET", "customer/product") => Operation::new("listUsersProducts", "What the user has now")
            .answers("200", Schema::of::<customer_products::Listed<'static>>()),
        ("POST", "client/extid") => {
            identity("registerExternalId", "Makes a user of one who signs in elsewhere")
        }
        ("POST", "client/extid/customer") => identity(
            "registerExternalCustomer",
            "Says which customer a user is who signs in elsewhere",
        ),
        _ => return consents(method, path),
    })
}

fn consents(method: &str, path: &str) -> Option<Operation> {
    let registers = |id| {
        Operation::new(
            id,
            "Keeps that somebody has consented to something, or no longer does",
        )
        .takes(Schema::of::<consents::RegisterEvent>())
        .answers("200", Schema::of::<consents::Kept>())
    };
    let history = |id| {
        let only = "true for the last event of each consent alone";
        Operation::new(id, "What somebody has consented to, and when")
            .with([Parameter::query("onlyActive", only)])
            .answers("200", Schema::of::<consents::History>())
    };
    Some(match (method, path) {
        ("POST", "client/customer/privacy/consentEvent") => registers("registerConsentEvent"),
        ("POST", "customer/privacy/consentEvent") => registers("registerUsersConsentEvent"),
        ("GET", "client/customer/privacy/consentEvent/history/{issuer}/{subjectType}/{subject}") => {
            history("listConsentEvents")
        }
        ("GET", "customer/privacy/consentEvent/history/{issuer}") => history("listUsersConsentEvents"),
        ("GET", "customer/privacy/consents/{issuer}") => {
            Operation::new("listUsersConsents", "The last event of each consent of the user")
                .answers("200", Schema::of::<consents::Consents>())
        }
        _ => return None,
    })
}

fn asks_for_a_token(path: &str) -> Operation {
    let id = if path.starts_with("/user") {
        "getToken"
    } else {
        "getTokenFromLogin"
    };
    let form = Schema::object(&[
        ("grant_type!", "text"),
        ("client_id", "text"),
        ("client_secret", "text"),
        ("scope", "text"),
        ("code", "text"),
        ("redirect_uri", "text"),
        ("code_verifier", "text"),
        ("refresh_token", "text"),
        ("extidCode", "text"),
    ]);
    Operation::new(
        id,
        "An access token, for the client itself or for a user who has signed in",
    )
    .takes_form(form)
    .answers("200", Schema::of::<token::Granted>())
}

/// A page for a browser. Each stands under two addresses, and its name is told from its path.
fn page(method: &str, path: &str) -> Option<Operation> {
    let (id, summary) = match (method, path) {
        ("GET", "/user/login") => ("showLogin", "The page on which users sign in"),
        ("POST", "/user/oauthLogin") => ("login", "Signs a user in"),
        ("GET", "/user/createUser") => ("showCreateUser", "The page on which users make themselves known"),
        ("POST", "/user/createUser") => ("createUser", "Makes a user"),
        ("GET", "/user/register") => ("showRegister", "The page on which users make themselves known"),
        ("POST", "/user/register") => ("register", "Makes a user"),
        ("GET", "/user/loginCheck") => ("checkLogin", "Whether the browser is signed in"),
        ("GET", "/user/logout") => ("logout", "Signs the browser out"),
        ("GET", "/user/fulfillment") => ("showFulfillment", "The page on which a payer confirms an order"),
        ("POST", "/user/fulfillment") => ("fulfill", "Confirms or cancels an order"),
        ("GET", "/user/invitation") => (
            "showInvitation",
            "The page on which a user who was invited chooses a password",
        ),
        ("POST", "/user/invitation") => ("invitation", "Gives a user who was invited a password"),
        ("GET", "/login/invitation") => (
            "showInvitationAtLogin",
            "The page on which a user who was invited chooses a password",
        ),
        ("POST", "/login/invitation") => ("invitationAtLogin", "Gives a user who was invited a password"),
        ("GET", "/user/oauth/authorize") => ("authorize", "Lets a client have a code for a signed-in user"),
        ("GET", "/login/login") => ("showLoginAtLogin", "The page on which users sign in"),
        ("POST", "/login/oauthLogin") => ("loginAtLogin", "Signs a user in"),
        ("GET", "/login/createUser") => (
            "showCreateUserAtLogin",
            "The page on which users make themselves known",
        ),
        ("POST", "/login/createUser") => ("createUserAtLogin", "Makes a user"),
        ("GET", "/login/register") => (
            "showRegisterAtLogin",
            "The page on which users make themselves known",
        ),
        ("POST", "/login/register") => ("registerAtLogin", "Makes a user"),
        ("GET", "/login/loginCheck") => ("checkLoginAtLogin", "Whether the browser is signed in"),
        ("GET", "/login/logout") => ("logoutAtLogin", "Signs the browser out"),
        ("GET", "/login/fulfillment") => (
            "showFulfillmentAtLogin",
            "The page on which a payer confirms an order",
        ),
        ("POST", "/login/fulfillment") => ("fulfillAtLogin", "Confirms or cancels an order"),
        ("GET", "/login/oauth/authorize") => (
            "authorizeAtLogin",
            "Lets a client have a code for a signed-in user",
        ),
        _ => return None,
    };
    let query = [
        "clientId",
        "returnUrl",
        "errorUrl",
        "orderId",
        "client_id",
        "redirect_uri",
        "response_type",
        "state",
    ];
    let page = Operation::new(id, summary)
        .answers_as("200", HTML, text())
        .answers_bare("303");
    if method == "GET" {
        return Some(page.with(query.map(|name| Parameter::query(name, ""))));
    }
    Some(page.takes_form(Schema::object(&[("credential", "text"), ("password", "text")])))
}

/// An order with its lines.
#[derive(JsonSchema)]
#[expect(
    dead_code,
    reason = "only its schema is used: the members are put together as they are sent"
)]
struct Detailed {
    orders: Vec<DetailedOrder>,
}

#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
#[expect(dead_code, reason = "only its schema is used")]
struct DetailedOrder {
    #[schemars(flatten)]
    order: OrderStatus<'static>,
    order_lines: Vec<OrderLine<'static>>,
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
