//! AfterPay: every refusal is a JSON array of messages, and 401 an object.

use serde_json::json;
use stories::{Caller, Reply, Server, afterpay, story};

use super::sender::{BROKEN, IDS, nonsense_on_the_wire, refused, spoiled, survives};

story! {
    /// No JSON, half of it, or in another encoding: 400.001.
    async fn a_broken_body_is_refused(server: Server) {
        let shop = server.afterpay_shop().await;
        shop.post("/api/v3/checkout/authorize", &afterpay::authorize("ORDER1", 10)).await.expect(200);
        for path in WRITES {
            for body in BROKEN {
                let call = shop.call(axum::http::Method::POST, path).body("application/json", body);
                let what = format!("POST {path} {}", String::from_utf8_lossy(body));
                let reply = refused(&what, call, is_array).await.expect(400);
                reply.contains(&json!([{ "code": "400.001" }]));
            }
        }
        let order = shop.get("/api/v3/orders/ORDER1").await.expect(200).json();
        assert!(order["captures"].as_array().is_none_or(Vec::is_empty), "{order}");
    }

    /// Any member of an authorize call in any wrong form.
    async fn a_wrong_member_of_an_authorize_call_is_survived(server: Server) {
        let shop = server.afterpay_shop().await;
        for (what, body) in spoiled(&afterpay::authorize("ORDER1", 10)) {
            survives(&what, post(&shop, "/api/v3/checkout/authorize", &body), is_array).await;
        }
    }

    /// Any member of a capture, a refund, a void or shipping details in any wrong form.
    async fn a_wrong_member_of_what_follows_is_survived(server: Server) {
        let shop = server.afterpay_shop().await;
        shop.post("/api/v3/checkout/authorize", &afterpay::authorize("ORDER1", 100_000)).await.expect(200);
        shop.post("/api/v3/orders/ORDER1/captures", &afterpay::capture("CAPTURE1", 50_000)).await.expect(200);
        let shipping = json!({
            "type": "Shipment", "shippingCompany": "UPS", "trackingId": "1Z9", "trackingUrl": "https://ups.example/1Z9"
        });
        let bodies = [
            afterpay::capture("CAPTURE2", 1),
            afterpay::refund("CAPTURE1", 1),
            afterpay::void(1),
            shipping,
        ];
        for (path, body) in WRITES[1..].iter().zip(bodies) {
            for (what, body) in spoiled(&body) {
                survives(&format!("{path} {what}"), post(&shop, path, &body), is_array).await;
            }
        }
    }

    /// Ids that no order has.
    async fn an_odd_id_is_an_unknown_id(server: Server) {
        let shop = server.afterpay_shop().await;
        for id in IDS {
            for rest in ["", "/captures", "/captures/1", "/refunds", "/refunds/1", "/voids", "/voids/1"] {
                let path = format!("/api/v3/orders/{id}{rest}");
                refused(&path, shop.get(&path), is_array).await;
            }
            for rest in ["captures", "refunds", "voids", "captures/1/shipping-details"] {
                let path = format!("/api/v3/orders/{id}/{rest}");
                refused(&path, post(&shop, &path, "{}"), is_array).await;
            }
        }
    }

    /// Paths and methods that there are not.
    async fn an_unknown_path_or_method_is_said_in_this_apis_form(server: Server) {
        let shop = server.afterpay_shop().await;
        for path in ["/api/v3", "/api/v3/", "/api/v3/nothing", "/api/v3/orders", "/api/v3/orders/1/2/3", "/prefix/api/v3/x"] {
            refused(path, shop.get(path), is_json).await;
        }
        for method in ["DELETE", "PUT", "PATCH", "OPTIONS", "TRACE", "BREW"] {
            let method = axum::http::Method::from_bytes(method.as_bytes()).unwrap();
            refused(method.as_str(), shop.call(method.clone(), "/api/v3/orders/ORDER1"), is_json).await;
            refused(method.as_str(), shop.call(method.clone(), "/api/v3/checkout/authorize"), is_json).await;
        }
    }

    /// A body over the limit, and requests that are broken below the API.
    async fn what_is_too_large_or_no_http_is_refused(server: Server) {
        let shop = server.afterpay_shop().await;
        let body = format!("{{\"order\":\"{}\"}}", "x".repeat(2_000_000));
        let reply = refused("2 MB", post(&shop, "/api/v3/checkout/authorize", &body), is_array).await;
        assert!([400, 413].contains(&reply.status()), "{}", reply.status());
        let deep = "[".repeat(100_000);
        refused("100,000 brackets", post(&shop, "/api/v3/checkout/authorize", &deep), is_array).await;
        nonsense_on_the_wire(server.address(), "/api/v3/checkout/authorize", &shop).await;
        shop.post("/api/v3/checkout/authorize", &afterpay::authorize("ORDER1", 1)).await.expect(200);
    }

    /// Keys that are none.
    async fn an_odd_key_opens_nothing(server: Server) {
        let shop = server.afterpay_shop().await;
        for key in ["", " ", "x", &"x".repeat(5_000), "' OR 1=1 --"] {
            let reply = shop.get("/api/v3/orders/ORDER1").header("x-auth-key", key).await.expect(401);
            reply.matches(&json!({ "message": "Authorization has been denied for this request." }));
        }
        shop.get("/api/v3/orders/ORDER1").without("x-auth-key").await.expect(401);
    }
}

const WRITES: [&str; 5] = [
    "/api/v3/checkout/authorize",
    "/api/v3/orders/ORDER1/captures",
    "/api/v3/orders/ORDER1/refunds",
    "/api/v3/orders/ORDER1/voids",
    "/api/v3/orders/ORDER1/captures/CAPTURE1/shipping-details",
];

fn post(shop: &Caller, path: &str, body: &str) -> stories::Call {
    shop.call(axum::http::Method::POST, path)
        .body("application/json", body.to_owned())
}

fn is_array(reply: &Reply) -> bool {
    is_json(reply)
        && reply.json().as_array().is_some_and(|messages| {
            !messages.is_empty()
                && messages
                    .iter()
                    .all(|message| message["code"].is_string() && message["message"].is_string())
        })
}

/// Paths and methods that there are not are said the way in which ASP.NET does, as an object.
fn is_json(reply: &Reply) -> bool {
    reply.header("content-type").starts_with("application/json")
}
