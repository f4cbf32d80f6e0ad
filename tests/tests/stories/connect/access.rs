//! Check access, and subscriptions: what customers and users have by their orders and by grants.

use serde_json::{Value, json};
use stories::{Caller, Merchant, Server, connect, story};

use super::browser::{publisher, signed_in_user};
use super::catalogue::load;
use super::{FULFILLMENT, ORDER, register_body, status_of, status_path};

const ACCESS: &str = "/capi/v1/client/access";
const CUSTOMER: i64 = 563_457;
const DAY: i64 = 86_400_000;

fn none() -> Value {
    json!({ "access": false, "accesses": [{ "access": false, "accessLevel": "C", "accessType": "D" }] })
}

fn one(kind: &str) -> Value {
    json!({ "access": true, "accesses": [{ "access": true, "accessLevel": "C", "accessType": kind }] })
}

async fn access(client: &Caller, asked: Value) -> stories::Reply {
    client.post(ACCESS, &asked).await.expect(200)
}

/// Registers an order with these lines and completes it.
async fn buy(client: &Caller, method: &str, lines: &Value) -> Value {
    let mut body = connect::register("2342", method);
    body["orderLines"] = lines.clone();
    let id = register_body(client, &body).await;
    client
        .post(FULFILLMENT, &json!({ "orderId": id }))
        .await
        .expect(200);
    id
}

#[expect(
    clippy::disallowed_methods,
    reason = "what the server's own clock says is not told"
)]
fn now() -> i64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    i64::try_from(now.unwrap().as_millis()).unwrap()
}

fn catalogue() -> Value {
    json!({
        "products": [{ "product": "TOTT" }, { "product": "BOOK1" }, { "product": "GONE", "endTime": 1 }],
        "coupons": [
            {
                "product": "TOTT", "couponCode": "TOTT", "couponNumber": 60, "companyCode": "FTOTT", "couponPrice": "236",
                "vatPercent": 25, "periodLength": "1", "periodType": "months",
                "renewal": { "renewalPrice": "199", "periodLength": "1", "periodType": "months" }
            },
            { "product": "TOTT", "couponCode": "OLD", "couponNumber": 1, "couponPrice": "1", "endTime": 1 }
        ],
        "vouchers": [
            { "voucherCode": "V-1", "coupons": [{ "couponCode": "TOTT", "couponNumber": 60 }] },
            { "voucherCode": "V-2", "coupons": [{ "couponCode": "OTHER", "couponNumber": 1 }] }
        ]
    })
}

fn coupon_line() -> Value {
    json!({ "productSpecType": "coupon", "productSpecCode": "TOTT", "productSpecNo": 60, "quantity": 1, "unitPrice": 295 })
}

async fn with_catalogue(server: &Server) -> (Merchant, Caller) {
    let merchant = server.merchant("Fjellforlaget").await;
    load(server, &merchant, &catalogue(), 0);
    let client = merchant.connect().await;
    (merchant, client)
}

story! {
    /// What is processed is held; what is not, is not.
    async fn check_access_follows_the_orders(server: Server) {
        let client = server.connect_client().await;
        let asked = json!({ "customerNumber": CUSTOMER, "product": "TOTT" });
        access(&client, asked.clone()).await.matches(&none());
        let lines = json!([
            coupon_line(),
            { "productSpecType": "product", "product": "BOOK1" },
            { "productSpecType": "issue", "productSpecCode": "TOTT", "productSpecNo": 60, "product": "TOTT-7" },
            { "productSpecType": "article", "articleDetail": { "product": "NEWS", "articleRef": "A1" } }
        ]);
        let mut body = connect::register("2342", "invoice");
        body["orderLines"] = lines;
        let id = register_body(&client, &body).await;
        access(&client, asked.clone()).await.matches(&none());
        client.post(FULFILLMENT, &json!({ "orderId": id })).await.expect(200);
        for held in [
            asked,
            json!({ "customerNumber": CUSTOMER, "product": "BOOK1" }),
            json!({ "customerNumber": CUSTOMER, "product": "TOTT-7" }),
            json!({ "customerNumber": CUSTOMER, "articleId": "A1" }),
            json!({ "customerNumber": CUSTOMER, "articleId": "A1", "product": "NEWS" }),
            json!({ "customerNumber": CUSTOMER, "articleId": "A9", "product": "TOTT" }),
        ] {
            access(&client, held).await.matches(&one("A"));
        }
        for not in [
            json!({ "customerNumber": CUSTOMER, "product": "OTHER" }),
            json!({ "customerNumber": CUSTOMER, "articleId": "A2" }),
            json!({ "customerNumber": CUSTOMER, "articleId": "A2", "product": "NEWS" }),
            json!({ "customerNumber": CUSTOMER, "product": "TOTT", "domain": "example.no" }),
            json!({ "customerNumber": 7, "product": "TOTT" }),
            json!({ "uniqueId": "nobody", "product": "TOTT" }),
            json!({ "uniqueId": "nobody", "customerNumber": CUSTOMER, "product": "TOTT" }),
        ] {
            access(&client, not).await.matches(&none());
        }
        // Without a product all that is held is told.
        assert_eq!(access(&client, json!({ "customerNumber": CUSTOMER })).await.json()["accesses"].as_array().unwrap().len(), 4);
        for bad in [json!({}), json!({ "product": "TOTT" }), json!({ "ip": "here" }), json!({ "customerNumber": "9".repeat(40) }), json!({ "product": 7 })] {
            client.post(ACCESS, &bad).await.expect(400).contains(&json!({ "exceptionType": "ValidationException" }));
        }
    }

    /// For the user who is signed in, and for nobody else; by credential and unique id in client mode.
    async fn check_access_of_a_user(server: Server) {
        let (merchant, client) = publisher(&server, "Fjellforlaget").await;
        let (_, kari) = signed_in_user(&server, &merchant, &client, "kari@example.no").await;
        let site = merchant.connect_with(client.clone()).await;
        let mut body = connect::register("2342", "invoice");
        body["payer"].as_object_mut().unwrap().remove("customerNumber");
        let id = kari.post("/capi/v1/order", &body).await.expect(200).json()["orderId"].clone();
        let mine = json!({ "product": "TOTT" });
        kari.post("/capi/v1/customer/access", &mine).await.expect(200).matches(&none());
        site.post(FULFILLMENT, &json!({ "orderId": id })).await.expect(200);
        kari.post("/capi/v1/customer/access", &mine).await.expect(200).matches(&one("A"));
        let profile = kari.get("/capi/v1/customer/profile").await.expect(200).json();
        let (unique, number) = (&profile["uniqueId"], &profile["customerNumber"]);
        for held in [
            json!({ "credential": "Kari@Example.no", "product": "TOTT" }),
            json!({ "uniqueId": unique, "product": "TOTT" }),
            json!({ "uniqueId": unique, "credential": "kari@example.no", "customerNumber": number }),
        ] {
            access(&site, held).await.matches(&one("A"));
        }
        access(&site, json!({ "uniqueId": unique, "credential": "ola@example.no" })).await.matches(&none());
        access(&site, json!({ "uniqueId": unique, "customerNumber": 7 })).await.matches(&none());
        // A user asks about themselves only.
        kari.post("/capi/v1/customer/access", &json!({ "uniqueId": "another" })).await.expect(200).matches(&none());
        kari.get("/capi/v1/subscription").await.expect(200).contains(&json!({ "subscriptions": [{ "product": "TOTT", "stopped": false, "paid": true }] }));
    }

    /// allowAccessProduct for allowAccessSeconds, once paid.
    async fn temporary_access_is_granted_once_paid(server: Server) {
        let client = server.connect_client().await;
        let name = client.merchant.name.clone();
        server.run(&["connector", "set", "--merchant", &name, "handover", "--by-hand"]).expect(0);
        let line = |seconds: i64| json!([{
            "productSpecType": "coupon", "productSpecCode": "TOTT", "productSpecNo": 60, "unitPrice": 295,
            "allowAccessProduct": "TEMP", "allowAccessCategoryType": "NEWS", "allowAccessSeconds": seconds
        }]);
        let id = buy(&client, "sms", &line(86_400)).await;
        let asked = json!({ "customerNumber": CUSTOMER, "product": "TEMP", "categoryType": "NEWS" });
        access(&client, asked.clone()).await.matches(&none());
        server.run(&["settle", "--merchant", &name, &id.to_string(), "paid"]).expect(0);
        // Paid for, and not handed over yet: that is what it is for.
        assert_eq!(status_of(&client, &id).await, "confirmed");
        access(&client, asked.clone()).await.matches(&one("B"));
        access(&client, json!({ "customerNumber": CUSTOMER, "product": "TOTT" })).await.matches(&none());
        let refused = buy(&client, "sms", &line(86_400)).await;
        server.run(&["settle", "--merchant", &name, &refused.to_string(), "refused"]).expect(0);
        assert_eq!(access(&client, json!({ "customerNumber": CUSTOMER })).await.json()["accesses"].as_array().unwrap().len(), 1);
        // It ends by itself: here before it is looked at.
        let other = server.connect_client().await;
        buy(&other, "invoice", &line(1)).await;
        stories::eventually("the access ends", async || {
            let asked = json!({ "customerNumber": CUSTOMER, "product": "TEMP" });
            (other.post(ACCESS, &asked).await.expect(200).json() == none()).then_some(())
        }).await;
    }

    /// Who receives a line has it; who only pays for it has not.
    async fn the_receiver_of_a_line_has_it(server: Server) {
        let client = server.connect_client().await;
        let mut line = coupon_line();
        line["receiver"] = json!({ "customerNumber": 77, "lastName": "Nordmann" });
        buy(&client, "invoice", &json!([line, { "productSpecType": "product", "product": "BOOK1" }])).await;
        let has = async |customer: i64, product: &str| {
            access(&client, json!({ "customerNumber": customer, "product": product })).await.json()["access"].clone()
        };
        assert_eq!([has(77, "TOTT").await, has(77, "BOOK1").await], [json!(true), json!(false)]);
        assert_eq!([has(CUSTOMER, "TOTT").await, has(CUSTOMER, "BOOK1").await], [json!(false), json!(true)]);
        let listed = client.get("/capi/v1/client/subscription/77").await.expect(200).json();
        assert_eq!(listed["subscriptions"].as_array().unwrap().len(), 1);
    }

    /// Grants that the operator loads: for customers, users and addresses of the net, for a time.
    async fn grants_give_access_too(server: Server) {
        let (merchant, client) = publisher(&server, "Fjellforlaget").await;
        let (_, kari) = signed_in_user(&server, &merchant, &client, "kari@example.no").await;
        let site = merchant.connect_with(client.clone()).await;
        let unique = kari.get("/capi/v1/customer/profile").await.expect(200).json()["uniqueId"].clone();
        let grants = json!({ "grants": [
            { "grantId": "1", "customerNumber": 9, "product": "TOTT", "endTime": now() + DAY, "accessLevel": "B" },
            { "grantId": "2", "customerNumber": 9, "product": "LATER", "startTime": now() + DAY },
            { "grantId": "3", "uniqueId": unique, "domain": "example.no" },
            { "grantId": "4", "ip": "192.0.2.0/24", "product": "LIBRARY" },
            { "grantId": "5", "customerNumber": 9, "ip": "2001:db8::1", "product": "DESK" }
        ] });
        load(&server, &merchant, &grants, 0);
        let told = access(&site, json!({ "customerNumber": 9, "product": "TOTT" })).await;
        told.matches(&json!({ "access": true, "accesses": [{ "access": true, "accessLevel": "B", "accessType": "B" }] }));
        for held in [
            json!({ "uniqueId": unique, "domain": "example.no" }),
            json!({ "ip": "192.0.2.7", "product": "LIBRARY" }),
            json!({ "customerNumber": 9, "ip": "2001:db8::1", "product": "DESK" }),
        ] {
            access(&site, held).await.matches(&one("A"));
        }
        for not in [
            json!({ "customerNumber": 9, "product": "LATER" }),
            json!({ "uniqueId": unique, "domain": "example.com" }),
            json!({ "ip": "192.0.3.7" }),
            json!({ "ip": "2001:db8::1", "product": "DESK" }),
            json!({ "customerNumber": 9, "ip": "192.0.2.7", "product": "DESK" }),
        ] {
            access(&site, not).await.matches(&none());
        }
        kari.post("/capi/v1/customer/access", &json!({ "domain": "example.no" })).await.expect(200).matches(&one("A"));
        for (wrong, told) in [
            (json!({ "grantId": "x" }), "grants[0].customerNumber"),
            (json!({ "grantId": "x", "ip": "everywhere" }), "grants[0].ip"),
            (json!({ "grantId": "x", "customerNumber": 1, "uniqueId": "u" }), "grants[0].uniqueId"),
            (json!({ "customerNumber": 1 }), "grants[0].grantId"),
        ] {
            let said = load(&server, &merchant, &json!({ "grants": [wrong] }), 1);
            assert!(said.contains(told), "{said}");
        }
    }

    /// Made from processed coupon orders, with the period and the renewal that the catalogue had then.
    async fn subscriptions_are_made_from_processed_coupon_orders(server: Server) {
        let (merchant, client) = with_catalogue(&server).await;
        let mut line = coupon_line();
        line["startInfo"] = json!({ "startDate": "2031-01-31T10:00:00Z" });
        line["promotionCode"] = json!("SUMMER");
        let id = buy(&client, "sms", &json!([line])).await;
        let list = format!("/capi/v1/client/subscription/{CUSTOMER}");
        client.get(&list).await.expect(200).matches(&json!({ "subscriptions": [] }));
        server.run(&["settle", "--merchant", &merchant.name, &id.to_string(), "paid"]).expect(0);
        let expected = json!({ "subscriptions": [{
            "product": "TOTT", "companyCode": "FTOTT", "stopped": false,
            "startTime": 1_927_584_000_000_i64, "endTime": 1_930_003_199_000_i64, "paid": true,
            "priceDetails": { "couponCode": "TOTT", "couponNumber": 60, "promotion": "SUMMER" }, "sharable": false,
            "renewal": { "renewalPrice": "199", "periodLength": "1", "periodType": "months" }
        }] });
        client.get(&list).await.expect(200).matches(&expected);
        // A catalogue that changes later changes no subscription.
        let mut later = catalogue();
        later["coupons"][0]["periodLength"] = json!("12");
        load(&server, &merchant, &later, 0);
        client.get(&list).await.expect(200).matches(&expected);
        // It has not begun.
        access(&client, json!({ "customerNumber": CUSTOMER, "product": "TOTT" })).await.matches(&none());
        buy(&client, "invoice", &json!([coupon_line()])).await;
        access(&client, json!({ "customerNumber": CUSTOMER, "product": "TOTT" })).await.matches(&one("B"));
        for odd in ["x", "-1", &"9".repeat(40), "1.5"] {
            client.get(&format!("/capi/v1/client/subscription/{odd}")).await.expect(400).contains(&json!({ "exceptionType": "ValidationException" }));
        }
    }

    /// Start subscription: for the user, without an order; once under a key.
    async fn a_subscription_is_started(server: Server) {
        let (merchant, client) = publisher(&server, "Fjellforlaget").await;
        load(&server, &merchant, &catalogue(), 0);
        let (_, kari) = signed_in_user(&server, &merchant, &client, "kari@example.no").await;
        let start = json!({
            "companyCode": "FTOTT", "product": "TOTT", "startTime": now() - DAY, "endTime": now() + DAY, "copies": "1",
            "couponCode": "TOTT", "couponNumber": 60, "customerReference": "R"
        });
        let path = "/capi/v1/subscription";
        for _ in 0..2 {
            kari.post(path, &start).header("idempotency-key", "once").await.expect(200).matches(&json!({ "status": "OK" }));
        }
        kari.get(path).await.expect(200).matches(&json!({ "subscriptions": [{
            "product": "TOTT", "companyCode": "FTOTT", "stopped": false, "startTime": start["startTime"], "endTime": start["endTime"],
            "paid": true, "priceDetails": { "couponCode": "TOTT", "couponNumber": 60 }, "sharable": false
        }] }));
        kari.post("/capi/v1/customer/access", &json!({ "product": "TOTT" })).await.expect(200).matches(&one("B"));
        let with = |member: &str, value: Value| {
            let mut body = start.clone();
            body[member] = value;
            body
        };
        for bad in [
            json!({}), with("product", json!("NONE")), with("couponNumber", json!(7)), with("couponNumber", json!(null)), with("copies", json!(0)),
            with("endTime", json!(1)), with("startTime", json!("later")), with("product", json!("x".repeat(13))), with("product", json!("A\u{0}")),
        ] {
            kari.post(path, &bad).await.expect(400).contains(&json!({ "exceptionType": "ValidationException" }));
        }
    }

    /// Where there is a catalogue, what is registered is of it; a coupon's price stands in for one that is missing.
    async fn register_order_consults_the_catalogue(server: Server) {
        let (merchant, client) = with_catalogue(&server).await;
        let with = |line: Value| {
            let mut body = connect::register("2342", "invoice");
            body["orderLines"] = json!([line]);
            body
        };
        for (line, told) in [
            (json!({ "productSpecType": "coupon", "productSpecCode": "TOTT", "productSpecNo": 61 }), "orderLines[0].productSpecCode: there is no coupon TOTT/61"),
            (json!({ "productSpecType": "coupon", "productSpecCode": "TOTT" }), "orderLines[0].productSpecNo"),
            (json!({ "productSpecType": "coupon", "productSpecCode": "OLD", "productSpecNo": 1 }), "orderLines[0].productSpecCode: coupon OLD/1 is not sold now"),
            (json!({ "productSpecType": "product", "product": "NONE" }), "orderLines[0].product: there is no such product"),
            (json!({ "productSpecType": "product", "product": "GONE" }), "orderLines[0].product: it is not sold now"),
            (json!({ "productSpecType": "issue", "productSpecCode": "NO", "productSpecNo": 1, "product": "NO-7" }), "orderLines[0].productSpecCode"),
            (json!({ "productSpecType": "coupon", "productSpecCode": "TOTT", "productSpecNo": 60, "voucherCode": "V-9" }), "orderLines[0].voucherCode: there is no such voucher"),
            (json!({ "productSpecType": "coupon", "productSpecCode": "TOTT", "productSpecNo": 60, "voucherCode": "V-2" }), "orderLines[0].voucherCode: it is not good for this coupon"),
        ] {
            let refused = client.post(ORDER, &with(line)).await.expect(400);
            refused.contains(&json!({ "exceptionType": "ValidationException" }));
            assert!(refused.text().contains(told), "{}", refused.text());
        }
        let mut body = with(json!({ "productSpecType": "coupon", "productSpecCode": "TOTT", "productSpecNo": 60, "quantity": 2, "voucherCode": "V-1" }));
        body["orderAmount"] = json!(null);
        let id = register_body(&client, &body).await;
        client.get(&status_path(&id)).await.expect(200).contains(&json!({ "orders": [{ "orderAmount": 590 }] }));
        body["currency"] = json!("SEK");
        assert!(client.post(ORDER, &body).await.expect(400).text().contains("orderLines[0].unitPrice"));
        // The same order of a merchant who has none is taken as it is.
        let other = server.connect_client().await;
        register_body(&other, &with(json!({ "productSpecType": "product", "product": "NONE" }))).await;
        drop(merchant);
    }
}
