//! Every operation of every API, without a credential, with too small a scope, and with another merchant's.
//!
//! The operations are those that the program's routers are made of, so that a new one is tested without anybody
//! thinking of it: where it needs a name that is not known here, or a body, the story says so. The lists of exceptions
//! may only shrink, but for operations that are open on purpose.

mod endpoint;
mod world;

use endpoint::Endpoint;
use stories::{Options, Reply, Server, Stage, story};
use world::{MARK, Names, World, request};

/// Operations that take no credential: they find out by what they are sent who it is from, or tell nothing.
const OPEN: &[&str] = &[
    // A token is asked for with the client's id and secret.
    "POST /user/oauth/token",
    "POST /login/oauth/token",
    "POST /ims/token/{version}",
    "POST /ims/exchange/jwt",
    // Whether the API is there.
    "GET /api/v3/status",
    "GET /ping",
    "GET /v1/health",
    // What the program can do, and nothing of anybody's.
    "GET /ordrebok/v1/openapi.json",
    "GET /ordrebok/openapi/{file}",
    "GET /ordrebok/reference",
    "GET /ordrebok/reference/{api}",
    // Pages for people, who sign in on them.
    "GET /user/login",
    "POST /user/oauthLogin",
    "GET /user/createUser",
    "POST /user/createUser",
    "GET /user/register",
    "POST /user/register",
    "GET /user/loginCheck",
    "GET /user/logout",
    "GET /user/fulfillment",
    "POST /user/fulfillment",
    "GET /user/invitation",
    "POST /user/invitation",
    "GET /user/oauth/authorize",
    "GET /login/login",
    "POST /login/oauthLogin",
    "GET /login/createUser",
    "POST /login/createUser",
    "GET /login/register",
    "POST /login/register",
    "GET /login/loginCheck",
    "GET /login/logout",
    "GET /login/fulfillment",
    "POST /login/fulfillment",
    "GET /login/invitation",
    "POST /login/invitation",
    "GET /login/oauth/authorize",
    // Opened by a customer's browser; holds an id that nobody can guess.
    "GET /api/v3/sandbox/secure-login/{merchant}/{id}/{checkout}",
];

/// Operations that neither name anything of a merchant's nor list what it has.
const NOTHING_OF_A_MERCHANTS: &[&str] = &[
    "GET /capi/v1/client/order/status/",
    "GET /capi/v1/client/order/status",
    "POST /capi/v1/client/order",
    "POST /capi/v1/order",
    "POST /capi/v1/client/stock/update",
    "POST /capi/v1/client/extid",
    "POST /capi/v1/customer/access",
    "POST /capi/v1/client/customer/privacy/consentEvent",
    "POST /capi/v1/customer/privacy/consentEvent",
    "POST /capi/v1/customer/info",
    "POST /capi/v1/subscription",
    "POST /api/v3/checkout/authorize",
    "POST /api/v3/checkout/payment-methods",
    "POST /api/v3/lookup/installment-plans",
    "POST /api/v3/validate/address",
    "POST /api/v3/validate/bank-account",
    "GET /api/v3/version",
    "GET /partnerservice/ping",
    "GET /v3/promotions",
    "GET /v3/flex-discounts",
    "GET /v3/offer-switch-paths",
    "POST /v3/pricelist",
    // `marketplace::pending` and `marketplace::linked` tell whose they are.
    "POST /v3/recommendations",
    "GET /v3/notifications",
    "GET /v3/linked_membership_groups",
    "POST /v3/sandbox/catalogue",
    "POST /v3/transfers",
    "POST /v3/resellers",
    "POST /v3/customers",
    "POST /ordrebok/v1/orders",
    "POST /ordrebok/v1/webhooks",
    // Sums, without a name in them: `native::search` tells whose they are.
    "GET /ordrebok/v1/totals",
    "POST /ordrebok/v1/admin/credentials",
    // Numbers, without a name in them: `native::settings` tells whose they are.
    "GET /ordrebok/v1/admin/settings",
    "PATCH /ordrebok/v1/admin/settings",
    // The sandbox's own: its clock is everybody's, and whoever resets takes away their own.
    "POST /ordrebok/v1/sandbox/reset",
    "GET /ordrebok/v1/sandbox/clock",
    "POST /ordrebok/v1/sandbox/clock",
    "GET /v3/resellers",
    "GET /capi/v1/client/stock",
    "GET /capi/v1/client/product",
];

fn sandbox(stage: &Stage) -> Server {
    let quick = "[marketplace]\ncomplete_after_milliseconds = 0\n";
    stage.start(&Options::default().sandbox().configuration(quick))
}

story! {
    /// What is open is known by name; all else is refused, in the words of its API, without a credential and with one
    /// that is none.
    async fn nobody_gets_in_without_a_credential(stage: Stage) {
        let server = sandbox(&stage);
        let stranger = World::of(&server, "Stranger", "write").await;
        let endpoints = Endpoint::all(&server);
        for exception in OPEN.iter().chain(NOTHING_OF_A_MERCHANTS) {
            assert!(endpoints.iter().any(|endpoint| endpoint.name() == *exception), "{exception} is no operation any more");
        }
        for endpoint in endpoints {
            let name = endpoint.name();
            let is_known = OPEN.contains(&name.as_str());
            assert_eq!(endpoint.is_open(), is_known, "{name} needs {}", endpoint.needs);
            if endpoint.is_open() {
                continue;
            }
            let caller = stranger.caller(&endpoint);
            let call = endpoint.call(caller, &endpoint.path.replace(['{', '}'], ""), &serde_json::json!({}));
            let bare = call.clone().without("authorization").without("x-auth-key").await;
            endpoint.refuses_a_stranger(&bare, "");
            let wrong = call.header("authorization", "Bearer 1.wrong").header("x-auth-key", "wrong").await;
            endpoint.refuses_a_stranger(&wrong, "wrong");
        }
    }

    /// A credential that may only look is let in where something is looked at, and nowhere else.
    async fn who_may_look_changes_nothing(stage: Stage) {
        let server = sandbox(&stage);
        let names = World::of(&server, "Writer", "write").await.fill(&server).await;
        let reader = World::of(&server, "Reader", "read").await;
        for endpoint in Endpoint::all(&server).iter().filter(|endpoint| !endpoint.is_open()) {
            let (path, body) = request(endpoint, &names);
            let reply = endpoint.call(reader.caller(endpoint), &path, &body).await;
            if endpoint.writes() {
                endpoint.refuses_a_reader(&reply);
            } else {
                assert!(![401, 403].contains(&reply.status()), "{}: {}", endpoint.name(), reply.text());
            }
        }
    }

    /// What another merchant has is exactly as unknown as what nobody has.
    async fn what_another_merchant_has_is_unknown(stage: Stage) {
        let server = sandbox(&stage);
        let (ours, theirs) = (World::of(&server, "Ours", "write").await, World::of(&server, "Theirs", "write").await);
        let real = ours.fill(&server).await;
        let made_up = made_up(&real);
        let endpoints = Endpoint::all(&server);
        // Operators administer all merchants: nothing is unknown to them, and nobody else gets in.
        for endpoint in endpoints.iter().filter(|endpoint| !endpoint.is_open() && !endpoint.is_for_operators()) {
            let (asked, unknown) = (request(endpoint, &real), request(endpoint, &made_up));
            let call = async |world: &World, (path, body): &(String, serde_json::Value)| {
                let call = endpoint.call(world.caller(endpoint), path, body);
                // The same in every answer that tells it. The Marketplace tells none, and refuses one that comes twice.
                let is_told = endpoint.api != "marketplace";
                let call = if is_told { call.header("x-request-id", "the-same") } else { call };
                let reply = call.await;
                assert!(reply.status() < 500, "{}: {}", endpoint.name(), reply.text());
                reply
            };
            let reply = call(&theirs, &asked).await;
            assert!(!reply.text().contains(MARK), "{} tells of another's: {}", endpoint.name(), reply.text());
            if asked != unknown {
                let nothing = call(&theirs, &unknown).await;
                assert_eq!(said(&reply, &real), said(&nothing, &made_up), "{}", endpoint.name());
                // Were it not real to its owner, nothing would be proved.
                let (own, nothing) = (call(&ours, &asked).await, call(&ours, &unknown).await);
                assert_ne!(said(&own, &real), said(&nothing, &made_up), "{}: {}", endpoint.name(), own.text());
            } else if !NOTHING_OF_A_MERCHANTS.contains(&endpoint.name().as_str()) {
                let own = call(&ours, &asked).await;
                assert!(own.text().contains(MARK), "{} tells nothing of its own: {}", endpoint.name(), own.text());
            }
        }
    }
}

/// Names of the same form that nothing has.
fn made_up(real: &Names) -> Names {
    let other = |value: &String| {
        if value == "EXTERNAL" {
            value.clone() // a word of the API's own
        } else if value.bytes().all(|byte| byte.is_ascii_digit()) {
            // Short ones are counted up: another of the same length may be real.
            "7".repeat(if value.len() < 4 { 6 } else { value.len() })
        } else if value.len() == 36 {
            "77777777-7777-4777-8777-777777777777".to_owned()
        } else {
            format!("X{}", value.to_lowercase())
        }
    };
    real.iter().map(|(key, value)| (*key, other(value))).collect()
}

/// The status and the text of an answer, without the names that were asked for.
fn said(reply: &Reply, names: &Names) -> (u16, String) {
    let mut long: Vec<_> = names.values().filter(|name| name.len() > 3).collect();
    // One may be a part of another.
    long.sort_by_key(|name| std::cmp::Reverse(name.len()));
    let text = long
        .iter()
        .fold(reply.text(), |text, name| text.replace(name.as_str(), "..."));
    (reply.status(), text)
}
