//! Searching, totals, customers and products: what is kept beside the journal.

use super::is_problem;
use super::list::{follow, link, numbers};
use serde_json::{Value, json};
use stories::{Caller, Server, afterpay, native, story};

async fn found(client: &Caller, query: &str) -> Vec<String> {
    numbers(
        &client
            .get(&format!("/ordrebok/v1/orders?{query}"))
            .await
            .expect(200)
            .json(),
    )
}

/// An order of somebody.
fn of(number: &str, name: &str, customer: &str, pieces: u32) -> Value {
    let mut order = native::order(number, pieces);
    order["customer"] = json!({"number": customer, "name": name, "email": format!("{customer}@example.no")});
    order
}

async fn place(client: &Caller, orders: &[(&str, &str, &str, u32)]) {
    for (number, name, customer, pieces) in orders {
        client
            .post("/ordrebok/v1/orders", &of(number, name, customer, *pieces))
            .await
            .expect(201);
    }
}

story! {
    async fn orders_are_found_by_ids_words_and_filters_whichever_api_placed_them(server: Server) {
        let merchant = server.merchant("Nordlys").await;
        let (client, shop) = (merchant.native().await, merchant.afterpay().await);
        place(&client, &[("WEB-1", "Kari Fjeldstad", "K1", 1), ("WEB-2", "Bjørn Ærlig-Fjeldstad", "K2", 7)]).await;
        shop.post("/api/v3/checkout/authorize", &afterpay::authorize("SHOP3", 3)).await.expect(200);
        client.post("/ordrebok/v1/orders/WEB-2/capture", &json!({"number": "FAKTURA77", "amount": 10})).await.expect(200);
        let shown = client.get("/ordrebok/v1/orders/WEB-2").await.expect(200).json();
        let (uuid, id) = (shown["uuid"].as_str().unwrap(), shown["id"].as_str().unwrap());
        for (query, orders) in [
            ("q=fjeldstad", vec!["WEB-2", "WEB-1"]),
            ("q=Fjeld%20KAR", vec!["WEB-1"]),
            ("q=bjorn+aerlig", vec!["WEB-2"]),
            ("q=bj%C3%B8rn", vec!["WEB-2"]),
            ("q=web-1", vec!["WEB-1"]),
            ("q=shop3", vec!["SHOP3"]),
            ("q=faktura77", vec!["WEB-2"]),
            (&format!("q={uuid}"), vec!["WEB-2"]),
            (&format!("q={id}"), vec!["WEB-2"]),
            ("q=fjeldstad&maxTotal=10.00", vec!["WEB-1"]),
            ("q=fjeldstad&minTotal=10.01", vec!["WEB-2"]),
            ("q=nobody", vec![]),
            ("q=%25", vec![]),
            ("dialect=afterpay", vec!["SHOP3"]),
            ("dialect=afterpay&dialect=ordrebok&currency=NOK", vec!["SHOP3", "WEB-2", "WEB-1"]),
            ("currency=SEK", vec![]),
            ("status=confirmed&q=kari%20fjeldstad", vec!["WEB-1"]),
            ("status=failed", vec![]),
            ("status=failed&status=confirmed&customer=K2&q=web", vec!["WEB-2"]),
            ("product=ITEM1&q=web", vec!["WEB-2", "WEB-1"]),
            ("product=item1&q=web", vec![]),
            ("from=2019-01-01&until=2019-02-01", vec![]),
            ("from=2019-01-01&q=kari%20fjeldstad", vec!["WEB-1"]),
        ] {
            assert_eq!(found(&client, query).await, orders, "{query}");
        }
        client.get(&format!("/ordrebok/v1/orders/uuid:{uuid}")).await.expect(200).matches(&shown);
        client.get(&format!("/ordrebok/v1/orders/uuid:{uuid}/events")).await.expect(200).contains(&json!({"id": id}));
        client.post(&format!("/ordrebok/v1/orders/uuid:{uuid}/cancel"), &json!({"amount": 1})).await.expect(200);
        let other = server.native_client().await;
        assert_eq!(found(&other, "q=fjeldstad").await, Vec::<String>::new());
        is_problem(other.get(&format!("/ordrebok/v1/orders/uuid:{uuid}")).await, 404, "order_not_found", "");
        is_problem(client.get("/ordrebok/v1/orders/uuid:x").await, 404, "order_not_found", "");
    }

    async fn a_search_is_paged_newest_first(server: Server) {
        let client = server.native_client().await;
        let orders: Vec<String> = (1..=7).map(|n| format!("ORDER{n}")).collect();
        for order in &orders {
            place(&client, &[(order, "Kari Nordmann", "K1", 1)]).await;
        }
        for query in ["q=nordmann", "status=confirmed", "minTotal=1&q=kari"] {
            let pages = follow(&client, &format!("/ordrebok/v1/orders?{query}&limit=3"), "next").await;
            let newest: Vec<String> = orders.iter().rev().cloned().collect();
            assert_eq!(pages.concat(), newest, "{query}");
            assert!(pages.iter().all(|page| page.len() <= 3));
        }
        // What goes by exactly the text comes first.
        let page = client.get("/ordrebok/v1/orders?q=ORDER1&limit=1").await.expect(200);
        page.contains(&json!({"orders": [{"number": "ORDER1"}], "hasMore": true}));
        assert!(link(&page, "next").is_some());
    }

    /// By kind and reseller, alone and with all else.
    async fn orders_are_found_by_kind_and_reseller(server: Server) {
        let client = server.native_client().await;
        for (number, kind, reseller) in [("A", "new", "Nord"), ("B", "renewal", "nord"), ("C", "new", "Syd"), ("D", "return", "Nord")] {
            let mut order = of(number, "Kari Fjeldstad", "K1", 2);
            (order["kind"], order["reseller"]) = (json!(kind), json!(reseller));
            client.post("/ordrebok/v1/orders", &order).await.expect(201);
        }
        client.post("/ordrebok/v1/orders", &of("E", "Kari Fjeldstad", "K1", 2)).await.expect(201);
        for (query, orders) in [
            ("kind=renewal", vec!["B"]),
            ("kind=new", vec!["E", "C", "A"]),
            ("kind=renewal&kind=return&q=kari", vec!["D", "B"]),
            ("kind=switch", vec![]),
            ("reseller=Nord", vec!["D", "A"]),
            ("reseller=Nord&kind=new", vec!["A"]),
            ("reseller=Nord&q=fjeldstad&kind=return", vec!["D"]),
            ("q=kari&kind=switch", vec![]),
            ("customer=K1&kind=return&dialect=ordrebok", vec!["D"]),
        ] {
            assert_eq!(found(&client, query).await, orders, "{query}");
        }
        assert_eq!(follow(&client, "/ordrebok/v1/orders?kind=new&limit=2", "next").await.concat(), ["E", "C", "A"]);
        assert_eq!(found(&server.native_client().await, "kind=new").await, Vec::<String>::new());
    }

    async fn a_search_refuses_what_it_does_not_know(server: Server) {
        let client = server.native_client().await;
        for (query, code, field) in [
            ("q=", "invalid_parameter", "q"),
            ("q=a&q=b", "contradicting_parameters", "q"),
            ("q=a&reference=b", "contradicting_parameters", "reference"),
            ("q=a&offset=1", "contradicting_parameters", "offset"),
            ("q=a&kind=old", "invalid_parameter", "kind"),
            ("reseller=", "invalid_parameter", "reseller"),
            ("reseller=a&reseller=b", "contradicting_parameters", "reseller"),
            ("q=a&changedSince=2019-01-01", "contradicting_parameters", "changedSince"),
            ("q=a&cursor=x", "invalid_parameter", "cursor"),
            ("q=a&cursor=1-99999999999999999999", "invalid_parameter", "cursor"),
            ("dialect=paypal", "invalid_parameter", "dialect"),
            ("currency=KRONER", "invalid_parameter", "currency"),
            ("minTotal=1e5", "invalid_parameter", "minTotal"),
            ("minTotal=1000000000000", "invalid_parameter", "minTotal"),
            ("minTotal=2&maxTotal=1", "contradicting_parameters", "maxTotal"),
            ("q=a&from=2019-01-02&until=2019-01-01", "contradicting_parameters", "until"),
            ("q=a%00b", "invalid_url", ""),
        ] {
            is_problem(client.get(&format!("/ordrebok/v1/orders?{query}")).await, 400, code, field);
        }
        is_problem(client.get(&format!("/ordrebok/v1/orders?q={}", "x".repeat(201))).await, 400, "invalid_parameter", "q");
    }

    async fn totals_are_exact_by_day_api_and_status(server: Server) {
        let merchant = server.merchant("Nordlys").await;
        let (client, shop) = (merchant.native().await, merchant.afterpay().await);
        let empty = client.get("/ordrebok/v1/totals").await.expect(200);
        empty.matches(&json!({"totals": []}));
        place(&client, &[("A", "Kari", "K1", 10), ("B", "Kari", "K1", 5)]).await;
        shop.post("/api/v3/checkout/authorize", &afterpay::authorize("C", 1)).await.expect(200);
        let capture = json!({"number": "I1", "amount": 30.1});
        client.post("/ordrebok/v1/orders/A/capture", &capture).await.expect(200);
        client.post("/ordrebok/v1/orders/A/refund", &json!({"amount": 0.07})).await.expect(200);
        client.post("/ordrebok/v1/orders/B/cancel", &json!({})).await.expect(200);
        let ours = json!({
            "currency": "NOK", "dialect": "ordrebok", "status": "confirmed", "orders": 1, "ordered": 100, "reserved": 100,
            "captured": 30.1, "refunded": 0.07, "cancelled": 0
        });
        let gone = json!({
            "currency": "NOK", "dialect": "ordrebok", "status": "cancelled", "orders": 1, "ordered": 50, "reserved": 50,
            "captured": 0, "refunded": 0, "cancelled": 50
        });
        let all = client.get("/ordrebok/v1/totals?by=dialect&by=status").await.expect(200).json();
        let rows = all["totals"].as_array().unwrap();
        assert_eq!(rows.len(), 3, "{all}");
        for row in [ours, gone] {
            assert!(rows.iter().any(|other| stories::json::equal(other, &row)), "{row} in {all}");
        }
        let days = client.get("/ordrebok/v1/totals?by=day&from=2019-01-01").await.expect(200);
        days.contains(&json!({"totals": [{"day": "[date]", "currency": "NOK", "orders": 3}]}));
        client.get("/ordrebok/v1/totals?until=2019-01-01").await.expect(200).matches(&json!({"totals": []}));
        server.native_client().await.get("/ordrebok/v1/totals").await.expect(200).matches(&json!({"totals": []}));
        for (query, code, field) in [
            ("by=week", "invalid_parameter", "by"),
            ("from=2019-01-01T12:00:00Z", "invalid_parameter", "from"),
            ("from=2019-01-02&until=2019-01-02", "contradicting_parameters", "until"),
            ("day=2019-01-02", "unknown_parameter", "day"),
        ] {
            is_problem(client.get(&format!("/ordrebok/v1/totals?{query}")).await, 400, code, field);
        }
    }

    async fn customers_and_products_are_those_that_orders_name(server: Server) {
        let client = server.native_client().await;
        place(&client, &[("A", "Kari Nordmann", "K1", 1), ("B", "Ola Nordmann", "K2", 1), ("C", "Kari Hansen", "K1", 1)]).await;
        let kari = json!({
            "number": "K1", "name": "Kari Hansen", "email": "K1@example.no", "orders": 2,
            "firstOrderAt": "[text]", "lastOrderAt": "[text]"
        });
        client.get("/ordrebok/v1/customers/K1").await.expect(200).matches(&kari);
        let first = client.get("/ordrebok/v1/customers?limit=1").await.expect(200);
        first.contains(&json!({"customers": [{"number": "K1"}]}));
        let second = client.get(&link(&first, "next").unwrap()).await.expect(200);
        second.contains(&json!({"customers": [{"number": "K2"}]}));
        assert_eq!(link(&second, "next"), None);
        client.get("/ordrebok/v1/customers?q=hans").await.expect(200).contains(&json!({"customers": [{"number": "K1"}]}));
        client.get("/ordrebok/v1/customers?q=zebra").await.expect(200).matches(&json!({"customers": []}));
        client.get("/ordrebok/v1/products").await.expect(200).contains(&json!({
            "products": [{"product": "ITEM1", "description": "A box of paper clips", "orders": 3}]
        }));
        client.get("/ordrebok/v1/products?q=paper%20box").await.expect(200).contains(&json!({"products": [{"product": "ITEM1"}]}));
        let other = server.native_client().await;
        is_problem(other.get("/ordrebok/v1/customers/K1").await, 404, "customer_not_found", "");
        is_problem(client.get("/ordrebok/v1/customers/K9").await, 404, "customer_not_found", "");
        is_problem(client.get("/ordrebok/v1/customers?cursor=x").await, 400, "invalid_parameter", "cursor");
    }
}
