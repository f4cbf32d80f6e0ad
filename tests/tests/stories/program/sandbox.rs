//! The sandbox: what people who build integrations have, and what nobody has without `--sandbox`.

use serde_json::{Value, json};
use stories::{
    Caller, Options, Receiver, Server, Stage, afterpay, connect, eventually, marketplace, native, story,
};

const RESET: &str = "/ordrebok/v1/sandbox/reset";
const CLOCK: &str = "/ordrebok/v1/sandbox/clock";
const CALLS: &str = "/ordrebok/v1/sandbox/calls";
const FAULT: &str = "x-ordrebok-fault";

fn sandbox() -> Options {
    Options::default().sandbox()
}

/// The newest calls, newest first.
async fn calls(client: &Caller) -> Vec<Value> {
    client.get(CALLS).await.expect(200).json()["calls"]
        .as_array()
        .unwrap()
        .clone()
}

/// A seed file with one shop: a key, an order of it, and a client of Ordrebok's own API.
fn seed_file() -> tempfile::NamedTempFile {
    let mut order = stories::seed("connect-order-status.json");
    order["orders"][0]["orderId"] = json!(9);
    let lines = [
        json!({ "merchant": "Seeded", "credential": { "api": "ordrebok", "secret": "sandbox-ordrebok-token" } }),
        json!({ "merchant": "Seeded", "credential": { "api": "afterpay", "secret": "sandbox-afterpay-key", "scope": "read" } }),
        json!({ "merchant": "Seeded", "api": "connect", "order": order }),
        json!({ "merchant": "Seeded", "api": "connect", "catalogue": { "products": [] } }),
    ];
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), lines.map(|line| line.to_string()).join("\n")).unwrap();
    file
}

fn seeded(server: &Server) -> Caller {
    let credential = stories::Credential {
        id: "seeded".to_owned(),
        secret: "sandbox-ordrebok-token".to_owned(),
    };
    server.known_merchant("Seeded").native_with(credential)
}

story! {
    /// Without `--sandbox` there is no path of it, and its header does nothing.
    async fn nothing_of_it_exists_without_the_option(server: Server) {
        let client = server.native_client().await;
        for reply in [
            client.post(RESET, &json!({})).await,
            client.get(CLOCK).await,
            client.post(CLOCK, &json!({ "days": 1 })).await,
            client.get(CALLS).await,
            client.get("/ordrebok/v1/sandbox").await,
        ] {
            reply.expect(404).contains(&json!({ "code": "not_found" }));
        }
        for fault in ["500", "drop", "nonsense"] {
            let order = client.get("/ordrebok/v1/orders/NONE").header(FAULT, fault).await;
            order.expect(404).contains(&json!({ "code": "order_not_found" }));
        }
    }

    /// Who may do what: the same answers as everywhere in Ordrebok's own API.
    async fn its_operations_need_a_credential(stage: Stage) {
        let server = stage.start(&sandbox());
        let merchant = server.merchant("Shop").await;
        let reader = merchant.native_with(merchant.credential("ordrebok", &["--scope", "read"]).await);
        for path in [CLOCK, CALLS] {
            server.http().get(path).await.expect(401).contains(&json!({ "code": "unauthenticated" }));
            reader.get(path).await.expect(200);
        }
        for path in [CLOCK, RESET] {
            server.http().post(path).await.expect(401);
            let refused = reader.post(path, &json!({})).await.expect(403);
            refused.contains(&json!({ "code": "insufficient_scope" }));
        }
        // An AfterPay key opens AfterPay's API.
        let shop = merchant.afterpay().await;
        let bearer = format!("Bearer {}", shop.credential.secret);
        server.http().get(CALLS).header("authorization", &bearer).await.expect(401);
        for (body, told) in [
            (json!({}), "say `to`"),
            (json!({ "to": "soon" }), "to: not a date or time"),
            (json!({ "to": "2030-01-01", "days": 1 }), "not both"),
            (json!({ "weeks": 1 }), "weeks"),
            (json!({ "days": -1 }), "days"),
            (json!({ "days": 4_000_000_000_u64 }), "2200-01-01"),
            (json!({ "to": "9999-01-01" }), "2200-01-01"),
            (json!({ "to": "20\u{0}30" }), "to"),
        ] {
            let writer = merchant.native().await;
            let refused = writer.post(CLOCK, &body).await.expect(400).json();
            assert!(refused["detail"].as_str().unwrap().contains(told), "for {body}: {refused}");
        }
        let writer = merchant.native().await;
        writer.post(CLOCK, &json!({ "to": "2020-01-01" })).await.expect(409);
        writer.post(RESET, &json!({ "everything": true })).await.expect(400);
        for query in ["limit=0", "limit=201", "before=x", "offset=1"] {
            writer.get(&format!("{CALLS}?{query}")).await.expect(400).contains(&json!({ "code": "invalid_parameter" }));
        }
    }

    /// One call takes a merchant's data away; another merchant's stay, and what is placed anew is new.
    async fn a_reset_takes_away_what_a_merchant_has(stage: Stage) {
        let server = stage.start(&sandbox());
        let mine = server.merchant("Mine").await;
        let (shop, client) = (mine.afterpay().await, mine.native().await);
        let theirs = server.afterpay_shop().await;
        for shop in [&shop, &theirs] {
            shop.post("/api/v3/checkout/authorize", &afterpay::authorize("ORDER1", 3)).await.expect(200);
            shop.get("/api/v3/orders/ORDER1").await.expect(200);
        }
        client.post(RESET, &json!(null)).await.expect(400);
        client.post(RESET, &json!({})).await.expect(200).matches(&json!({ "reset": true, "ordersFromSeed": 0 }));
        shop.get("/api/v3/orders/ORDER1").await.expect(400);
        client.get("/ordrebok/v1/orders").await.expect(200).contains(&json!({ "orders": [] }));
        theirs.get("/api/v3/orders/ORDER1").await.expect(200);
        shop.post("/api/v3/checkout/authorize", &afterpay::authorize("ORDER1", 7)).await.expect(200);
        let order = shop.get("/api/v3/orders/ORDER1").await.expect(200);
        order.contains(&json!({ "orderDetails": { "totalGrossAmount": 70 } }));
    }

    /// A sandbox begins with its seed, and goes back to it; tokens and keys of the seed work at once.
    async fn it_begins_with_its_seed_and_goes_back_to_it(stage: Stage) {
        let file = seed_file();
        let mut server = stage.start(&sandbox().argument("--seed").argument(file.path().to_str().unwrap()));
        let client = seeded(&server);
        let numbers = async || {
            let orders = client.get("/ordrebok/v1/orders").await.expect(200).json();
            orders["orders"].as_array().unwrap().iter().map(|order| order["ids"]["connect"].clone()).collect::<Vec<_>>()
        };
        assert_eq!(numbers().await, [json!("9")]);
        client.post("/ordrebok/v1/orders", &native::order("NEW1", 2)).await.expect(201);
        assert_eq!(numbers().await.len(), 2);
        client.post(RESET, &json!({})).await.expect(200).matches(&json!({ "reset": true, "ordersFromSeed": 1 }));
        assert_eq!(numbers().await, [json!("9")]);
        // Started again, the seed is there already.
        assert!(server.stop().success());
        server.start_again();
        assert_eq!(numbers().await, [json!("9")]);
    }

    /// A seed that can't be sown is told with its line, and nothing of it is sown.
    async fn a_wrong_seed_is_told_with_its_line(stage: Stage) {
        let file = tempfile::NamedTempFile::new().unwrap();
        let serve = |options: &[&str]| {
            stage.run(&[&["serve", "--listen", "127.0.0.1:0", "--seed", file.path().to_str().unwrap()], options].concat())
        };
        let good = json!({ "merchant": "Good", "credential": { "api": "afterpay" } }).to_string();
        for (line, told) in [
            (json!({ "merchant": "Shop" }).to_string(), "it has a merchant and either"),
            (json!({ "merchant": "Shop", "credentials": [] }).to_string(), "credentials"),
            (json!({ "merchant": " ", "credential": { "api": "afterpay" } }).to_string(), "a merchant's name"),
            (json!({ "merchant": "Shop", "credential": { "api": "klarna" } }).to_string(), "klarna"),
            (json!({ "merchant": "Shop", "api": "connect", "order": { "orders": [{ "orderId": "x" }] } }).to_string(), "orderId"),
            (json!({ "merchant": "Shop", "api": "afterpay", "catalogue": {} }).to_string(), "only connect and"),
            ("nonsense".to_owned(), "a record begins with {"),
        ] {
            std::fs::write(file.path(), format!("{good}\n{line}\n")).unwrap();
            let refused = serve(&["--sandbox"]).expecting(1);
            assert!(refused.stderr.contains("line 2: ") && refused.stderr.contains(told), "{line}: {}", refused.stderr);
            assert_eq!(stage.run(&["merchant", "list"]).stdout, "");
        }
        serve(&[]).expect(2);
    }

    /// Orders that were there before a sandbox may be real: they are not taken away.
    async fn real_orders_are_never_taken_away(stage: Stage) {
        let mut real = stage.start(&Options::default());
        let merchant = real.merchant("Real").await;
        let (shop, client) = (merchant.afterpay().await, merchant.native().await);
        shop.post("/api/v3/checkout/authorize", &afterpay::authorize("ORDER1", 3)).await.expect(200);
        assert!(real.stop().success());
        let sandbox = stage.start(&sandbox());
        let merchant = sandbox.known_merchant("Real");
        let client = merchant.native_with(client.credential);
        client.post(RESET, &json!({})).await.expect(409).contains(&json!({ "code": "not_a_sandbox_database" }));
        client.get("/ordrebok/v1/orders/ORDER1").await.expect(200);
    }

    /// What a sandbox began becomes real once another server has run on it.
    async fn a_sandboxs_orders_become_real_once_a_real_server_has_run(stage: Stage) {
        let mut first = stage.start(&sandbox());
        let client = first.native_client().await;
        client.post("/ordrebok/v1/orders", &native::order("ORDER1", 2)).await.expect(201);
        assert!(first.stop().success());
        let mut real = stage.start(&Options::default());
        assert!(real.stop().success());
        let again = stage.start(&sandbox());
        let client = again.known_merchant(&client.merchant.name).native_with(client.credential);
        client.post(RESET, &json!({})).await.expect(409);
        client.get("/ordrebok/v1/orders/ORDER1").await.expect(200);
    }

    /// The clock lets a reservation lapse, at the very moment when it would have.
    async fn the_clock_lets_a_reservation_lapse(stage: Stage) {
        let server = stage.start(&sandbox());
        let client = server.native_client().await;
        let before = client.get(CLOCK).await.expect(200);
        before.matches(&json!({ "now": "[text]", "machine": "[text]", "aheadMilliseconds": 0, "movedOn": 0 }));
        let mut order = native::order("ORDER1", 3);
        order["reserve"] = json!({ "expiresAt": "2031-05-06T07:08:09Z" });
        client.post("/ordrebok/v1/orders", &order).await.expect(201);
        let early = client.post(CLOCK, &json!({ "to": "2031-05-06T07:08:08Z" })).await.expect(200);
        early.contains(&json!({ "movedOn": 0 }));
        client.get("/ordrebok/v1/orders/ORDER1").await.expect(200).contains(&json!({ "money": { "remaining": 30 } }));
        let moved = client.post(CLOCK, &json!({ "days": 1 })).await.expect(200).json();
        assert!(moved["now"].as_str().unwrap().starts_with("2031-05-07T07:08:"), "{moved}");
        let order = client.get("/ordrebok/v1/orders/ORDER1").await.expect(200);
        order.contains(&json!({ "money": { "remaining": 0, "cancelled": 30 } }));
        let at = order.json()["cancellations"][0]["at"].as_str().unwrap().to_owned();
        assert!(at.starts_with("2031-05-06T07:08:09"), "it lapsed at its own time, not when the clock arrived: {at}");
        client.post(RESET, &json!({})).await.expect(200);
        client.get(CLOCK).await.expect(200).contains(&json!({ "aheadMilliseconds": 0 }));
    }

    /// The clock completes a Marketplace order and renews what it started, a year later.
    async fn the_clock_completes_and_renews(stage: Stage) {
        let server = stage.start(&sandbox().configuration("[marketplace]\ncomplete_after_milliseconds = 3600000\n"));
        let merchant = server.merchant("Partner").await;
        let (partner, client) = (merchant.marketplace().await, merchant.native().await);
        let customer = partner.post("/v3/customers", &marketplace::customer("acme")).await.expect(201).json();
        let customer = customer["customerId"].as_str().unwrap();
        let orders = format!("/v3/customers/{customer}/orders");
        let placed = partner.post(&orders, &marketplace::order("first", 2)).await;
        assert!((200..300).contains(&placed.status()), "{}", placed.text());
        let order = format!("{orders}/{}", placed.json()["orderId"].as_str().unwrap());
        partner.get(&order).await.expect(200).contains(&json!({ "status": "1002" }));
        client.post(CLOCK, &json!({ "hours": 1 })).await.expect(200);
        // Its token has run out meanwhile only if more than a day has passed.
        partner.get(&order).await.expect(200).contains(&json!({ "status": "1000" }));
        client.post(CLOCK, &json!({ "days": 400 })).await.expect(200);
        let listed = client.get(&format!("/ordrebok/v1/orders?customer={customer}")).await.expect(200).json();
        let kinds: Vec<_> = listed["orders"].as_array().unwrap().iter().map(|order| order["kind"].clone()).collect();
        assert!(kinds.contains(&json!("renewal")), "{kinds:?}");
    }

    /// Each API says in its own form what the sandbox was asked to refuse, and nothing is done.
    async fn a_fault_is_said_in_the_dialects_own_form(stage: Stage) {
        let server = stage.start(&sandbox());
        let merchant = server.merchant("Shop").await;
        let (afterpay_, connect_) = (merchant.afterpay().await, merchant.connect().await);
        let (market, native_) = (merchant.marketplace().await, merchant.native().await);
        let authorize = afterpay_.post("/api/v3/checkout/authorize", &afterpay::authorize("ORDER1", 3));
        let refused = authorize.clone().header(FAULT, "429").await.expect(429);
        assert_eq!(refused.header("retry-after"), "1");
        refused.contains(&json!([{ "message": "[text]" }]));
        afterpay_.get("/api/v3/orders/ORDER1").await.expect(400);
        authorize.header(FAULT, "latency=20").await.expect(200);
        let register = connect_.post("/capi/v1/client/order", &connect::register("E1", "invoice"));
        let refused = register.clone().header(FAULT, "429").await.expect(429);
        refused.contains(&json!({ "exceptionType": "TooManyRequestsException" }));
        register.header(FAULT, "500").await.expect(500).contains(&json!({ "exceptionType": "ServerException" }));
        let customer = market.post("/v3/customers", &marketplace::customer("acme")).header(FAULT, "429").await;
        customer.expect(429).contains(&json!({ "code": "[text]", "message": "[text]" }));
        let order = native_.post("/ordrebok/v1/orders", &native::order("ORDER2", 1)).header(FAULT, "503").await.expect(503);
        order.contains(&json!({ "code": "overloaded" }));
        let refused = native_.get("/ordrebok/v1/orders").header(FAULT, "429").await.expect(429);
        refused.contains(&json!({ "code": "too_many_requests" }));
        let wrong = native_.get("/ordrebok/v1/orders").header(FAULT, "teapot").await.expect(400);
        wrong.contains(&json!({ "code": "invalid_header", "field": "x-ordrebok-fault" }));
        // The sandbox's own operations have no faults: one could not get rid of them.
        native_.get(CALLS).header(FAULT, "500").await.expect(200);
    }

    /// A connection can be dropped before anything is done, or after: then a retry with the same key finds it done.
    async fn a_connection_is_dropped_before_or_after(stage: Stage) {
        let server = stage.start(&sandbox());
        let client = server.native_client().await;
        let order = client.post("/ordrebok/v1/orders", &native::order("ORDER1", 2)).header("idempotency-key", "k1");
        assert!(order.clone().header(FAULT, "drop").attempt().await.is_err());
        client.get("/ordrebok/v1/orders/ORDER1").await.expect(404);
        assert!(order.clone().header(FAULT, "drop-after").attempt().await.is_err());
        client.get("/ordrebok/v1/orders/ORDER1").await.expect(200);
        let again = order.await.expect(201);
        assert_eq!(again.header("idempotency-replayed"), "true");
        let listed = calls(&client).await;
        let dropped = listed.iter().filter(|call| call["answer"]["dropped"] == true).count();
        assert_eq!(dropped, 2, "{listed:?}");
    }

    /// By setting, every n-th request goes wrong without asking for it.
    async fn a_fault_by_setting_comes_with_every_nth_request(stage: Stage) {
        let server = stage.start(&sandbox().configuration("[sandbox]\nfault = \"503\"\nfault_every = 3\n"));
        let client = server.native_client().await;
        let mut statuses = Vec::new();
        for _ in 0..6 {
            statuses.push(client.get("/ordrebok/v1/orders").await.status());
        }
        assert_eq!(statuses, [200, 200, 503, 200, 200, 503]);
        let refused = stage.run(&["serve", "--sandbox", "--config", "/dev/null", "--listen", "256.0.0.1:1"]);
        refused.expect(2);
    }

    /// A callback can be made to fail; it is tried again, and then it arrives.
    async fn a_callback_fails_on_demand(stage: Stage) {
        let server = stage.start(&sandbox().configuration("[callbacks]\nretry_after_seconds = [86400]\n"));
        let merchant = server.merchant("Forlag").await;
        let (client, native_) = (merchant.connect().await, merchant.native().await);
        let receiver = Receiver::start().await;
        let id = client.post("/capi/v1/client/order", &connect::register("E1", "invoice")).await.expect(200).json()["orderId"].clone();
        let body = json!({ "orderId": id, "callbackUrl": receiver.url("/done") });
        client.post("/capi/v1/client/order/fulfillment", &body).header(FAULT, "callback").await.expect(200);
        let deliveries = format!("/ordrebok/v1/orders/connect:{id}/deliveries");
        let failed = eventually("the failed attempt", async || {
            let told = native_.get(&deliveries).await.expect(200).json();
            (told["deliveries"][0]["attempts"] == 1).then(|| told["deliveries"][0].clone())
        })
        .await;
        assert_eq!(failed["outcome"], "the sandbox was asked to fail", "{failed}");
        assert!(receiver.received().is_empty());
        // Retries go by the sandbox's clock, too.
        native_.post(CLOCK, &json!({ "days": 2 })).await.expect(200);
        assert_eq!(receiver.wait_for(1).await[0].target, "/done?fulfillmentStatus=success");
    }

    /// So can a call to a webhook, by itself: callbacks have a fault of their own.
    async fn a_call_to_a_webhook_fails_on_demand(stage: Stage) {
        let server = stage.start(&sandbox().configuration("[webhooks]\nretry_after_seconds = [86400]\n"));
        let client = server.native_client().await;
        let receiver = Receiver::start().await;
        let hook = json!({ "url": receiver.url("/hook"), "events": ["order.registered"] });
        let hook = client.post("/ordrebok/v1/webhooks", &hook).header(FAULT, "callback=9").await.expect(201).json();
        let deliveries = format!("/ordrebok/v1/webhooks/{}/deliveries", hook["id"].as_str().unwrap());
        let place = async |number: &str, fault: &str| {
            client.post("/ordrebok/v1/orders", &native::order(number, 1)).header(FAULT, fault).await.expect(201);
        };
        place("ORDER1", "latency=0").await;
        receiver.wait_for(1).await;
        place("ORDER2", "webhook=1").await;
        let failed = eventually("the failed attempt", async || {
            let told = client.get(&deliveries).await.expect(200).json();
            let failed = told["deliveries"].as_array().unwrap().iter().find(|one| one["attempts"][0]["delivered"] == false);
            failed.cloned()
        })
        .await;
        assert_eq!((&failed["state"], &failed["attempts"][0]["outcome"]), (&json!("due"), &json!("the sandbox was asked to fail")));
        assert_eq!(receiver.received().len(), 1);
        client.post(CLOCK, &json!({ "days": 2 })).await.expect(200);
        receiver.wait_for(2).await;
        for wrong in ["webhook=0", "webhook=101", "webhook=x"] {
            client.get("/ordrebok/v1/orders").header(FAULT, wrong).await.expect(400).contains(&json!({ "code": "invalid_header" }));
        }
    }

    /// Every call is listed with its answer, without what proves who calls, and only to whom it belongs.
    async fn calls_are_listed_without_secrets_and_to_their_merchant_only(stage: Stage) {
        let server = stage.start(&sandbox().configuration("[sandbox]\ncalls_kept = 20\n"));
        let mine = server.merchant("Mine").await;
        let (shop, client) = (mine.afterpay().await, mine.native().await);
        let connect_ = mine.connect().await;
        let theirs = server.native_client().await;
        shop.post("/api/v3/checkout/authorize", &afterpay::authorize("ORDER1", 3)).await.expect(200);
        shop.get("/api/v3/orders/ORDER1").header("x-auth-key", "a wrong key").await.expect(401);
        let listed = calls(&client).await;
        let text = Value::from(listed.clone()).to_string();
        let bearer = connect_.headers().find(|(name, _)| *name == "authorization").unwrap().1.replace("Bearer ", "");
        for secret in [&shop.credential.secret, &client.credential.secret, &connect_.credential.secret, &bearer, "a wrong key"] {
            assert!(!text.contains(secret), "{secret} is shown in {text}");
        }
        let find = |path: &str, status: i64| {
            let found = listed.iter().find(|call| call["path"] == path && call["answer"]["status"] == status);
            found.unwrap_or_else(|| panic!("no call of {path} with {status} in {text}")).clone()
        };
        let placed = find("/api/v3/checkout/authorize", 200);
        assert_eq!(placed["body"]["customer"]["firstName"], "Kari");
        assert_eq!(placed["headers"]["x-auth-key"], "***");
        assert_eq!(placed["answer"]["body"]["outcome"], "Accepted");
        let denied = find("/api/v3/orders/ORDER1", 401);
        assert_eq!((&denied["letIn"], &denied["body"]), (&json!(false), &Value::Null));
        let token = find("/user/oauth/token", 200);
        assert_eq!(token["answer"]["body"]["access_token"], "***");
        assert!(token["body"].as_str().unwrap().contains("client_secret=%2A%2A%2A"), "{token}");
        let seen_by_others = Value::from(calls(&theirs).await).to_string();
        assert!(!seen_by_others.contains("Nordmann") && !seen_by_others.contains("checkout/authorize"), "{seen_by_others}");
        // Pages of it, newest first; the oldest are let go of.
        let page = client.get(&format!("{CALLS}?limit=2")).await.expect(200).json();
        let next = page["next"].as_u64().unwrap();
        let second = client.get(&format!("{CALLS}?limit=2&before={next}")).await.expect(200).json();
        assert!(second["calls"][0]["id"].as_u64().unwrap() < next);
        for _ in 0..30 {
            client.get("/ordrebok/v1/orders").await.expect(200);
        }
        assert_eq!(calls(&client).await.len(), 20);
    }

    /// Real data are not served to whoever has read the documentation.
    async fn production_refuses_a_secret_that_everybody_knows(stage: Stage) {
        stage.run(&["merchant", "add", "Shop"]).expect(0);
        let add = ["credential", "add", "--merchant", "Shop", "--api", "afterpay", "--secret", "my-own-key", "--json"];
        let number = stage.run(&add).expecting(0).json()["number"].to_string();
        let refused = stage.run(&["serve", "--listen", "127.0.0.1:0"]).expecting(1);
        assert!(
            refused.stderr.starts_with("error: an afterpay credential of Shop has a secret that stands in Ordrebok's documentation"),
            "{}",
            refused.stderr
        );
        let mut tried = stage.start(&sandbox());
        assert!(tried.stop().success());
        stage.run(&["credential", "revoke", "--merchant", "Shop", &number]).expect(0);
        let mut server = stage.start(&Options::default());
        assert!(server.stop().success());
    }
}
