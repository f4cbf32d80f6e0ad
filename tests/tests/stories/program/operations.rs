//! What an operator sees: metrics, traces, logs, readiness.

use serde_json::{Value, json};
use stories::{Options, Receiver, Stage, afterpay, connect, eventually, marketplace, native, story};

/// The value of a sample, which must be there.
fn sample(text: &str, name: &str) -> u64 {
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    let Some(value) = line else {
        panic!("{name} is missing in\n{text}")
    };
    value.parse().unwrap()
}

/// All spans that a collector was sent.
fn spans_of(collector: &Receiver) -> Vec<Value> {
    let messages = collector.received().into_iter();
    let spans = messages.flat_map(|message| {
        let message: Value = serde_json::from_slice(&message.body).unwrap();
        let spans = message["resourceSpans"][0]["scopeSpans"][0]["spans"].as_array();
        spans.unwrap().clone()
    });
    spans.collect()
}

story! {
    /// Requests are counted by route and status, and never by what their paths hold.
    async fn requests_are_counted_by_route_and_status(stage: Stage) {
        let server = stage.start(&Options::default().configuration("[metrics]\nenabled = true\n"));
        let shop = server.afterpay_shop().await;
        shop.post("/api/v3/checkout/authorize", &afterpay::authorize("ORDER77", 3)).await.expect(200);
        for _ in 0..3 {
            shop.get("/old/prefix/api/v3/orders/ORDER77").await.expect(200);
        }
        shop.get("/api/v3/orders/ORDER78").await.expect(400);
        shop.get("/api/v3/orders/ORDER77").without("x-auth-key").await.expect(401);
        server.http().get("/nowhere/ORDER77").await.expect(404);
        let reply = server.http().get("/metrics").await.expect(200);
        assert!(reply.header("content-type").starts_with("text/plain; version=0.0.4"));
        let text = reply.text();
        let (start, end) = (r#"{api="afterpay",method="GET",operation="/api/v3/orders/{"#, r#"",status="#);
        let mut orders: Vec<_> = text
            .lines()
            .filter(|line| line.starts_with(&format!("ordrebok_requests_total{start}")) && line.contains(&format!("}}{end}")))
            .filter_map(|line| line.split_once(end).map(|(_, rest)| rest))
            .collect();
        orders.sort_unstable();
        assert_eq!(orders, ["\"200\"} 3", "\"400\"} 1", "\"401\"} 1"], "{text}");
        assert_eq!(sample(&text, r#"ordrebok_requests_total{api="none",method="GET",operation="unmatched",status="404"}"#), 1);
        assert_eq!(sample(&text, "ordrebok_database_up"), 1);
        assert_eq!(sample(&text, "ordrebok_requests_running"), 1, "the one that asks");
        assert!(sample(&text, "ordrebok_commit_writes_count") >= 1, "{text}");
        assert!(sample(&text, "ordrebok_connections_open") >= 1, "{text}");
        assert!(sample(&text, "process_resident_memory_bytes") > 1_000_000, "{text}");
        assert!(!text.contains("ORDER7"), "metrics tell no order: {text}");
        server.http().post("/metrics").await.expect(405);
    }

    /// Metrics are off unless they are asked for; at an address of their own they are nowhere else.
    async fn metrics_are_where_the_operator_wants_them(stage: Stage) {
        let server = stage.start(&Options::default());
        server.http().get("/metrics").await.expect(404);
        drop(server);
        let server = stage.start(&Options::default().configuration("[metrics]\nenabled = true\nlisten = \"127.0.0.1:0\"\n"));
        server.http().get("/metrics").await.expect(404);
        let log = server.log();
        let told = log.lines().find(|line| line.contains("metrics are shown")).expect("the log tells the address");
        let (_, address) = told.rsplit_once("127.0.0.1:").unwrap();
        let url = format!("http://127.0.0.1:{}", address.trim());
        for path in ["/metrics", "/healthz", "/readyz"] {
            let got = std::process::Command::new("curl").args(["-sS", "--fail", &format!("{url}{path}")]).output().unwrap();
            assert!(got.status.success(), "{path}: {}", String::from_utf8_lossy(&got.stderr));
        }
    }

    /// What is owed, and what came of calls, is counted.
    async fn owed_calls_are_counted(stage: Stage) {
        let options = "[metrics]\nenabled = true\n[callbacks]\nretry_after_seconds = [3600]\n";
        let server = stage.start(&Options::default().sandbox().configuration(options));
        let (client, receiver) = (server.connect_client().await, Receiver::start().await);
        receiver.refuse_next(503);
        for path in ["/fails", "/works"] {
            let id = client.post("/capi/v1/client/order", &connect::register(path, "invoice")).await.expect(200).json()["orderId"].clone();
            let body = json!({ "orderId": id, "callbackUrl": receiver.url(path) });
            client.post("/capi/v1/client/order/fulfillment", &body).await.expect(200);
            receiver.wait_for(1).await;
        }
        // What came of a call is counted first and written down then.
        eventually("both calls counted, and one of them still owed", async || {
            let text = server.http().get("/metrics").await.expect(200).text();
            let calls = ["delivered", "failed"].map(|outcome| {
                sample(&text, &format!("ordrebok_outgoing_calls_total{{outcome=\"{outcome}\"}}"))
            });
            let owed = ["ordrebok_deliveries_owed", "ordrebok_deliveries_due"].map(|name| sample(&text, name));
            ((calls, owed) == ([1, 1], [1, 0])).then_some(())
        })
        .await;
    }

    /// What webhooks are owed, and what came of their calls, is counted by itself; its calls have a place in a trace.
    async fn webhooks_are_counted_and_traced(stage: Stage) {
        let (collector, receiver) = (Receiver::start().await, Receiver::start().await);
        let settings = format!(
            "[metrics]\nenabled = true\n[traces]\nendpoint = \"{}\"\n[webhooks]\nretry_after_seconds = [0, 3600]\n",
            collector.url("/v1/traces")
        );
        let mut server = stage.start(&Options::default().sandbox().configuration(&settings));
        let client = server.native_client().await;
        receiver.refuse_next(503);
        receiver.refuse_next(503);
        let hook = json!({ "url": receiver.url("/hook?key=s3cr3t"), "events": ["order.registered"] });
        client.post("/ordrebok/v1/webhooks", &hook).await.expect(201);
        client.post("/ordrebok/v1/orders", &native::order("ORDER1", 2)).await.expect(201);
        receiver.wait_for(1).await;
        client.post("/ordrebok/v1/sandbox/clock", &json!({ "minutes": 5 })).await.expect(200);
        let before = eventually("one call failed twice and is owed", async || {
            let text = server.http().get("/metrics").await.expect(200).text();
            let failed = sample(&text, "ordrebok_webhook_calls_total{outcome=\"failed\"}");
            (failed == 2).then_some(text)
        })
        .await;
        let waiting = ["ordrebok_webhook_deliveries_owed", "ordrebok_webhook_deliveries_due", "ordrebok_deliveries_owed"];
        assert_eq!(waiting.map(|name| sample(&before, name)), [1, 0, 0], "{before}");
        let name = "ordrebok_webhook_delivery_oldest_age_seconds ";
        let age = before.lines().find_map(|line| line.strip_prefix(name)).expect("an age");
        let (seconds, _) = age.split_once('.').unwrap_or((age, ""));
        assert!(seconds.parse::<u64>().unwrap() >= 300, "the clock went on by five minutes: {age}");
        client.post("/ordrebok/v1/sandbox/clock", &json!({ "hours": 1 })).await.expect(200);
        let calls = receiver.wait_for(3).await;
        eventually("it is delivered", async || {
            let text = server.http().get("/metrics").await.expect(200).text();
            let outcomes = ["delivered", "failed", "given_up"];
            let counted = outcomes.map(|outcome| sample(&text, &format!("ordrebok_webhook_calls_total{{outcome=\"{outcome}\"}}")));
            ((counted, sample(&text, waiting[0])) == ([1, 2, 0], 0)).then_some(())
        })
        .await;
        assert!(server.stop().success());
        let spans: Vec<_> = spans_of(&collector).into_iter().filter(|span| span["kind"] == 3).collect();
        let names: Vec<_> = spans.iter().map(|span| (span["name"].as_str().unwrap(), span["status"]["code"].to_string())).collect();
        assert_eq!(names, [("webhook", "2".to_owned()), ("webhook", "2".to_owned()), ("webhook", "0".to_owned())]);
        for (span, call) in spans.iter().zip(&calls) {
            let place = call.headers["traceparent"].to_str().unwrap();
            let said = format!("00-{}-{}-01", span["traceId"].as_str().unwrap(), span["spanId"].as_str().unwrap());
            assert_eq!(place, said);
        }
        assert!(!Value::from(spans).to_string().contains("s3cr3t"));
    }

    /// Under a request's span is one for each thing that it asked of the database.
    async fn what_a_request_asks_of_the_database_is_traced(stage: Stage) {
        let collector = Receiver::start().await;
        let settings = format!("[traces]\nendpoint = \"{}\"\npercent = 0\n", collector.url("/v1/traces"));
        let mut server = stage.start(&Options::default().configuration(&settings));
        let client = server.native_client().await;
        let traced = |call: stories::Call, span: &str| {
            call.header("traceparent", &format!("00-4bf92f3577b34da6a3ce929d0e0e4736-{span}-01"))
        };
        traced(client.post("/ordrebok/v1/orders", &native::order("ORDER77", 2)), "00f067aa0ba902b7").await.expect(201);
        traced(client.get("/ordrebok/v1/orders/ORDER77"), "00f067aa0ba902b8").await.expect(200);
        client.get("/ordrebok/v1/orders/ORDER77").await.expect(200);
        assert!(server.stop().success());
        let spans = spans_of(&collector);
        let of = |parent: &str| -> Vec<&Value> { spans.iter().filter(|span| span["parentSpanId"] == parent).collect() };
        let names = |parent: &str| -> Vec<String> {
            let [request] = of(parent)[..] else { panic!("one request: {spans:?}") };
            let under = of(request["spanId"].as_str().unwrap());
            for span in &under {
                let time = |span: &Value, name: &str| span[name].as_str().unwrap().parse::<u64>().unwrap();
                assert!(time(span, "startTimeUnixNano") >= time(request, "startTimeUnixNano"));
                assert!(time(span, "endTimeUnixNano") <= time(request, "endTimeUnixNano"));
                assert_eq!((&span["kind"], &span["traceId"]), (&json!(1), &request["traceId"]));
            }
            under.iter().map(|span| span["name"].as_str().unwrap().to_owned()).collect()
        };
        let registered = names("00f067aa0ba902b7");
        let is_sqlite = matches!(stage.database.backend(), stories::Backend::Sqlite);
        let written: &[&str] = if is_sqlite { &["transact orders"] } else { &["load orders", "append orders"] };
        assert!(registered.ends_with(&written.iter().map(ToString::to_string).collect::<Vec<_>>()), "{registered:?}");
        assert!(names("00f067aa0ba902b8").iter().any(|name| name == "read orders"), "{spans:?}");
        let requests = spans.iter().filter(|span| span["kind"] == 2).count();
        assert_eq!(requests, 2, "the others were not to be traced: {spans:?}");
        assert!(!Value::from(spans.clone()).to_string().contains("ORDER77"));
    }

    /// A collector gets one span for each request and each call, placed under its caller's, with routes and no ids.
    async fn traces_reach_the_collector(stage: Stage) {
        let (collector, receiver) = (Receiver::start().await, Receiver::start().await);
        let settings = format!("[traces]\nendpoint = \"{}\"\nservice_name = \"books\"\n", collector.url("/v1/traces"));
        let mut server = stage.start(&Options::default().sandbox().configuration(&settings));
        let client = server.connect_client().await;
        let id = client.post("/capi/v1/client/order", &connect::register("E1", "invoice")).await.expect(200).json()["orderId"].clone();
        let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7";
        let status = format!("/capi/v1/client/order/status/{id}");
        client.get(&status).header("traceparent", &format!("{parent}-01")).await.expect(200);
        client.get("/capi/v1/client/order/status/404").header("traceparent", &format!("{parent}-00")).await.expect(400);
        let body = json!({ "orderId": id, "callbackUrl": receiver.url("/done?secret=s3cr3t") });
        client.post("/capi/v1/client/order/fulfillment", &body).await.expect(200);
        let called = receiver.wait_for(1).await;
        let carried = called[0].headers["traceparent"].to_str().unwrap().to_owned();
        // A stopping server sends what is left.
        assert!(server.stop().success());
        let messages: Vec<Value> =
            collector.received().iter().map(|message| serde_json::from_slice(&message.body).unwrap()).collect();
        assert_eq!(collector.received()[0].target, "/v1/traces");
        let resource = messages[0]["resourceSpans"][0]["resource"]["attributes"].to_string();
        assert!(resource.contains("books"), "{resource}");
        let spans = spans_of(&collector);
        let under: Vec<_> = spans.iter().filter(|span| span["parentSpanId"] == "00f067aa0ba902b7").collect();
        assert_eq!(under.len(), 1, "the caller wanted one of its two requests traced: {spans:?}");
        assert_eq!(under[0]["traceId"], "4bf92f3577b34da6a3ce929d0e0e4736");
        let name = under[0]["name"].as_str().unwrap();
        assert!(name.starts_with("GET /capi/v1/client/order/status/{"), "{name}");
        let call = spans.iter().find(|span| span["kind"] == 3).expect("the callback has a span");
        assert!(carried.contains(call["traceId"].as_str().unwrap()), "{carried} {call}");
        let all = Value::from(spans).to_string();
        assert!(!all.contains(&id.to_string()) && !all.contains("s3cr3t"), "{all}");
    }

    /// A collector that is not there costs traces, and nothing else.
    async fn a_missing_collector_harms_nobody(stage: Stage) {
        let settings = "[metrics]\nenabled = true\n[traces]\nendpoint = \"http://127.0.0.1:9/v1/traces\"\n";
        let mut server = stage.start(&Options::default().configuration(settings));
        let client = server.native_client().await;
        client.post("/ordrebok/v1/orders", &native::order("ORDER1", 2)).await.expect(201);
        eventually("the lost span is counted", async || {
            let text = server.http().get("/metrics").await.expect(200).text();
            (sample(&text, "ordrebok_spans_lost_total") >= 1).then_some(())
        })
        .await;
        assert!(server.stop().success());
    }

    /// The log of a busy run, with every request in it, names nobody and opens nothing.
    async fn the_log_holds_no_secret_and_no_personal_data(stage: Stage) {
        let settings = "[log]\nlevel = \"debug\"\nformat = \"json\"\n[callbacks]\nretry_after_seconds = [1]\n";
        let server = stage.start(&Options::default().sandbox().configuration(settings));
        let merchant = server.merchant("Shop").await;
        let (shop, client) = (merchant.afterpay().await, merchant.connect().await);
        let (partner, native_) = (merchant.marketplace().await, merchant.native().await);
        let receiver = Receiver::start().await;
        receiver.refuse_next(500);
        shop.post("/api/v3/checkout/authorize", &afterpay::authorize("ORDER1", 3)).await.expect(200);
        shop.get("/api/v3/orders/ORDER1").await.expect(200);
        shop.post("/api/v3/checkout/authorize", &json!({ "customer": "Kari Nordmann" })).await.expect(400);
        shop.get("/api/v3/orders/kari@example.no").await.expect(400);
        let id = client.post("/capi/v1/client/order", &connect::register("E1", "invoice")).await.expect(200).json()["orderId"].clone();
        let body = json!({ "orderId": id, "callbackUrl": receiver.url("/done?token=s3cr3t&mail=kari@example.no") });
        client.post("/capi/v1/client/order/fulfillment", &body).await.expect(200);
        partner.post("/v3/customers", &marketplace::customer("acme")).await.expect(201);
        native_.post("/ordrebok/v1/orders", &native::order("ORDER2", 1)).await.expect(201);
        native_.get("/ordrebok/v1/orders?customer=kari@example.no").await;
        native_.get("/ordrebok/v1/orders/ORDER2").header("authorization", "Bearer a-wrong-secret").await.expect(401);
        receiver.wait_for(2).await;
        server.http().get("/healthz").await.expect(200);
        let log = eventually("every request is logged", async || {
            let log = server.log();
            log.contains("\"route\":\"/healthz\"").then_some(log)
        })
        .await;
        let told = [
            "Kari", "Nordmann", "kari@example.no", "08128411091", "4712345678", "4799999999", "Storgata", "Ada", "Byron",
            "ada@example.com", "800-123-4567", "s3cr3t", "a-wrong-secret",
        ];
        let secrets = [&shop, &client, &partner, &native_].map(|caller| caller.credential.secret.clone());
        let bearers: Vec<_> = [&client, &partner]
            .iter()
            .map(|caller| caller.headers().find(|(name, _)| *name == "authorization").unwrap().1.replace("Bearer ", ""))
            .collect();
        assert!(log.contains("a call failed and is tried again"), "{log}");
        for text in told.iter().map(ToString::to_string).chain(secrets).chain(bearers) {
            assert!(!log.contains(&text), "the log tells {text}");
        }
        for line in log.lines() {
            serde_json::from_str::<Value>(line).unwrap_or_else(|error| panic!("no JSON ({error}): {line}"));
        }
    }

    /// A server that was told to stop says so while it still answers, so that balancers turn to others first.
    async fn a_stopping_server_is_not_ready_and_still_answers(stage: Stage) {
        let mut server = stage.start(&Options::default().configuration("[limits]\ndrain_seconds = 4\n"));
        let client = server.native_client().await;
        server.http().get("/readyz").await.expect(200);
        server.terminate();
        let told = eventually("readiness ends", async || {
            let reply = server.http().get("/readyz").await;
            (reply.status() == 503).then_some(reply)
        })
        .await;
        told.matches(&json!({ "status": "stopping" }));
        client.post("/ordrebok/v1/orders", &native::order("ORDER1", 2)).await.expect(201);
        server.http().get("/healthz").await.expect(200);
        assert!(server.stopped().success());
    }

    /// A server whose database a newer program has changed says that it can't be relied on.
    async fn a_server_on_anothers_schema_is_not_ready(stage: Stage) {
        let server = stage.start(&Options::default());
        server.http().get("/readyz").await.expect(200).matches(&json!({ "status": "ready" }));
        stage.database.tamper("INSERT INTO schema_migrations (version, name, checksum) VALUES (9999, 'newer', 'x')").await;
        let told = server.http().get("/readyz").await.expect(503);
        told.matches(&json!({ "status": "the database has the schema of another version" }));
        stage.database.tamper("DELETE FROM schema_migrations WHERE version = 9999").await;
        server.http().get("/readyz").await.expect(200);
    }

    /// A configuration is checked without starting anything; what is wrong is told with what to do.
    async fn a_configuration_is_checked_without_starting_anything(stage: Stage) {
        let file = tempfile::NamedTempFile::new().unwrap();
        let check = |text: &str| {
            std::fs::write(file.path(), text).unwrap();
            stage.run(&["config", "check", file.path().to_str().unwrap()])
        };
        let good = check("[metrics]\nenabled = true\n").expecting(0);
        assert!(good.stdout.ends_with(": everything is understood.\n"), "{}", good.stdout);
        stage.run(&["config", "check"]).expect(0);
        let defaults = stage.run(&["config", "default"]).expecting(0).stdout;
        assert!(defaults.contains("[limits]") && defaults.contains("drain_seconds = 0"), "{defaults}");
        check(&defaults).expect(0);
        for (text, told) in [
            ("[limit]\n", "line 1: there is no setting limit"),
            ("[tls]\ncertificate = \"/c.pem\"\n", "tls.certificate is set, and tls.key is not"),
            ("[tls]\ncertificate = \"/c.pem\"\nkey = \"/k.pem\"\n", "tls.certificate: /c.pem could not be read"),
            ("[metrics]\nlisten = \"here\"\n", "metrics.listen = \"here\" is not an address"),
            ("[traces]\nendpoint = \"localhost:4318\"\n", "traces.endpoint is not an http or https address"),
            ("[log]\nlevel = \"ordrebok=loud\"\n", "log.level = \"ordrebok=loud\" is not a log level"),
            ("[sandbox]\nfault = \"teapot\"\n", "sandbox.fault: \"teapot\" is no fault"),
            ("[sandbox]\nseed = \"/nowhere.jsonl\"\n", "the seed file /nowhere.jsonl could not be read"),
            ("[limits]\nconnections = 0\n", "limits.connections is 0 or empty"),
        ] {
            let refused = check(text).expecting(1);
            assert!(refused.stderr.contains(told), "for {text}: {}", refused.stderr);
        }
    }
}
