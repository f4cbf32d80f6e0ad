//! Connect: every refusal names an `exceptionType` and an `errorMessage`, or an OAuth `error`.

use axum::http::Method;
use serde_json::json;
use stories::{Call, Caller, Reply, Server, connect, story};

use super::sender::{BROKEN, IDS, nonsense_on_the_wire, refused, spoiled, survives};

story! {
    /// No JSON, half of it, or in another encoding.
    async fn a_broken_body_is_refused(server: Server) {
        let client = server.connect_client().await;
        for path in WRITES {
            for body in BROKEN {
                let call = client.call(Method::POST, path).body("application/json", body);
                let what = format!("POST {path} {}", String::from_utf8_lossy(body));
                refused(&what, call, is_exception).await.expect(400);
            }
        }
    }

    /// Any member of a registration or a completion in any wrong form.
    async fn a_wrong_member_is_survived(server: Server) {
        let client = server.connect_client().await;
        let order = client.post(WRITES[0], &connect::register("2342", "invoice")).await.expect(200).json();
        let completion = json!({ "orderId": order["orderId"], "callbackUrl": "https://shop.example/paid?a=1#b" });
        for (path, body) in [(WRITES[0], connect::register("2342", "invoice")), (WRITES[1], completion)] {
            for (what, body) in spoiled(&body) {
                survives(&format!("{path} {what}"), post(&client, path, &body), is_exception).await;
            }
        }
    }

    /// Ids that no order has.
    async fn an_odd_id_is_an_unknown_id(server: Server) {
        let client = server.connect_client().await;
        for id in IDS {
            let path = format!("/capi/v1/client/order/status/{id}");
            refused(&path, client.get(&path), is_exception).await;
        }
    }

    /// Paths and methods that there are not.
    async fn an_unknown_path_or_method_is_said_in_this_apis_form(server: Server) {
        let client = server.connect_client().await;
        for path in ["/capi", "/capi/", "/capi/v1", "/capi/v1/client/nothing", "/capi/v1/client/order/status", "/user/x"] {
            refused(path, client.get(path), is_exception).await;
        }
        for method in ["DELETE", "PUT", "PATCH", "TRACE", "BREW"] {
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            for path in WRITES {
                refused(method.as_str(), client.call(method.clone(), path), is_exception).await;
            }
        }
    }

    /// A body over the limit, and requests that are broken below the API.
    async fn what_is_too_large_or_no_http_is_refused(server: Server) {
        let client = server.connect_client().await;
        let body = format!("{{\"externalOrderId\":\"{}\"}}", "x".repeat(2_000_000));
        refused("2 MB", post(&client, WRITES[0], &body), is_exception).await;
        refused("100,000 brackets", post(&client, WRITES[0], &"[".repeat(100_000)), is_exception).await;
        nonsense_on_the_wire(server.address(), WRITES[0], &client).await;
    }

    /// Token requests and tokens that are none.
    async fn an_odd_token_or_token_request_opens_nothing(server: Server) {
        let client = server.connect_client().await;
        let path = "/capi/v1/client/order/status/1000000000";
        for token in ["", "Bearer", "Bearer ", "Bearer x", "Basic eDp5", "Bearer \u{e9}", &format!("Bearer {}", "x".repeat(5_000))] {
            let reply = refused(token, client.get(path).header("authorization", token), is_exception).await;
            assert_eq!(reply.status(), 401, "{token:?}");
        }
        let form = "application/x-www-form-urlencoded";
        for body in ["", "grant_type", "grant_type=magic", "grant_type=client_credentials&client_id=%ff&client_secret=%00", "%%%", "&&&==="] {
            let call = server.http().post("/user/oauth/token").body(form, body.to_owned());
            refused(body, call, is_exception).await;
        }
        refused("no body", server.http().post("/user/oauth/token"), is_exception).await;
        refused("a GET", server.http().get("/user/oauth/token"), is_exception).await;
    }
}

const WRITES: [&str; 2] = ["/capi/v1/client/order", "/capi/v1/client/order/fulfillment"];

fn post(client: &Caller, path: &str, body: &str) -> Call {
    client
        .call(Method::POST, path)
        .body("application/json", body.to_owned())
}

fn is_exception(reply: &Reply) -> bool {
    if !reply.header("content-type").starts_with("application/json") {
        return false;
    }
    let body = reply.json();
    body["exceptionType"].is_string() && body["errorMessage"].is_string() || body["error"].is_string()
}
