//! Listing orders: a customer's, those with a reference, and all by when they last changed.

use super::is_problem;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use stories::{Caller, Reply, Server, native, story};

/// Follows the links of this relation from a page on; the order numbers of each page.
pub(super) async fn follow(client: &Caller, first: &str, relation: &str) -> Vec<Vec<String>> {
    let mut pages = Vec::new();
    let mut path = Some(first.to_owned());
    while let Some(here) = path {
        let page = client.get(&here).await.expect(200);
        pages.push(numbers(&page.json()));
        path = link(&page, relation);
        assert!(pages.len() < 20, "the links go in a circle: {here}");
    }
    pages
}

pub(super) fn link(page: &Reply, relation: &str) -> Option<String> {
    let wanted = format!("; rel=\"{relation}\"");
    let mut links = page.header("link").split(", ");
    let found = links.find_map(|link| link.strip_suffix(&wanted))?;
    Some(found.trim_start_matches('<').trim_end_matches('>').to_owned())
}

pub(super) fn numbers(page: &Value) -> Vec<String> {
    let orders = page["orders"].as_array().unwrap().iter();
    orders
        .map(|order| order["number"].as_str().unwrap().to_owned())
        .collect()
}

story! {
    async fn a_customers_history_has_exact_totals_and_links_to_every_page(server: Server) {
        let client = server.native_client().await;
        for number in 1..=7 {
            client.post("/ordrebok/v1/orders", &native::order(&format!("ORDER{number}"), number)).await.expect(201);
        }
        let mut other = native::order("OTHER", 1);
        other["customer"] = json!({"number": "CUSTOMER2"});
        client.post("/ordrebok/v1/orders", &other).await.expect(201);
        let first = "/ordrebok/v1/orders?customer=CUSTOMER1&limit=3";
        let page = client.get(first).await.expect(200);
        page.contains(&json!({"total": 7, "offset": 0, "limit": 3, "orders": [{"number": "ORDER7"}, {}, {}]}));
        assert_eq!(link(&page, "prev"), None);
        let pages = follow(&client, first, "next").await;
        assert_eq!(pages, [vec!["ORDER7", "ORDER6", "ORDER5"], vec!["ORDER4", "ORDER3", "ORDER2"], vec!["ORDER1"]]);
        let back = follow(&client, &format!("{first}&offset=6"), "prev").await;
        assert_eq!(back, [vec!["ORDER1"], vec!["ORDER4", "ORDER3", "ORDER2"], vec!["ORDER7", "ORDER6", "ORDER5"]]);
        client.get(&format!("{first}&offset=70")).await.expect(200).matches(&json!({"total": 7, "offset": 70, "limit": 3, "orders": []}));
        client.get("/ordrebok/v1/orders?customer=NOBODY").await.expect(200)
            .matches(&json!({"total": 0, "offset": 0, "limit": 25, "orders": []}));
        // Each order on it is shown as it is alone.
        let shown = page.json()["orders"][0].clone();
        client.get("/ordrebok/v1/orders/ORDER7").await.expect(200).matches(&shown);
    }

    async fn a_customers_history_is_narrowed_by_kind_status_product_reseller_and_time(server: Server) {
        let client = server.native_client().await;
        for (number, kind, product) in [("A", "new", "P"), ("B", "renewal", "P"), ("C", "new", "Q"), ("D", "new", "R")] {
            let mut order = native::order(number, 1);
            order["kind"] = json!(kind);
            order["lines"][0]["product"] = json!(product);
            order["reseller"] = json!(format!("RESELLER {number}"));
            client.post("/ordrebok/v1/orders", &order).await.expect(201);
        }
        client.post("/ordrebok/v1/orders/B/capture", &json!({})).await.expect(200);
        client.post("/ordrebok/v1/orders/C/fail", &json!({"reason": "risk-rejected"})).await.expect(200);
        client.post("/ordrebok/v1/orders/D/fail", &json!({"reason": "other", "detail": "no stock"})).await.expect(200);
        let placed = client.get("/ordrebok/v1/orders/A").await.expect(200).json()["placedAt"].as_str().unwrap().to_owned();
        for (narrowed, found) in [
            ("", vec!["D", "C", "B", "A"]),
            ("&kind=renewal", vec!["B"]),
            ("&kind=new&kind=renewal&kind=new", vec!["D", "C", "B", "A"]),
            ("&kind=switch", vec![]),
            ("&status=confirmed", vec!["A"]),
            ("&status=processed&status=confirmed", vec!["B", "A"]),
            ("&status=failed", vec!["D", "C"]),
            ("&status=failed&status=failed:other", vec!["D", "C"]),
            ("&status=failed:risk-rejected", vec!["C"]),
            ("&product=P", vec!["B", "A"]),
            ("&product=P&product=Q", vec!["C", "B", "A"]),
            ("&product=NONE", vec![]),
            ("&reseller=RESELLER%20C", vec!["C"]),
            (&format!("&from={placed}"), vec!["D", "C", "B", "A"]),
            (&format!("&until={placed}"), vec![]),
            ("&from=2019-01-01&until=2019-01-02", vec![]),
            ("&from=2019-01-01T00:00:00Z&until=2999-01-01T00:00:00Z&kind=new&product=P", vec!["A"]),
        ] {
            let page = client.get(&format!("/ordrebok/v1/orders?customer=CUSTOMER1{narrowed}")).await.expect(200).json();
            assert_eq!(numbers(&page), found, "{narrowed}");
            assert_eq!(page["total"], found.len(), "{narrowed}");
        }
    }

    async fn orders_with_one_reference_are_listed_newest_first(server: Server) {
        let client = server.native_client().await;
        for number in ["A", "B", "C"] {
            client.post("/ordrebok/v1/orders", &native::order(number, 1)).await.expect(201);
        }
        let page = client.get("/ordrebok/v1/orders?reference=CAMPAIGN").await.expect(200).json();
        assert_eq!((numbers(&page), &page["hasMore"]), (vec!["C".into(), "B".into(), "A".into()], &json!(false)));
        let page = client.get("/ordrebok/v1/orders?reference=CAMPAIGN&limit=2").await.expect(200).json();
        assert_eq!((numbers(&page), &page["hasMore"]), (vec!["C".into(), "B".into()], &json!(true)));
        client.get("/ordrebok/v1/orders?reference=NONE").await.expect(200).matches(&json!({"hasMore": false, "orders": []}));
    }

    async fn all_orders_are_paged_by_when_they_changed(server: Server) {
        let client = server.native_client().await;
        let empty = client.get("/ordrebok/v1/orders").await.expect(200);
        empty.matches(&json!({"orders": []}));
        for number in ["A", "B", "C", "D"] {
            client.post("/ordrebok/v1/orders", &native::order(number, 1)).await.expect(201);
        }
        let pages = follow(&client, "/ordrebok/v1/orders?limit=2", "next").await;
        assert_eq!(pages.concat(), ["A", "B", "C", "D"]);
        let last = client.get("/ordrebok/v1/orders").await.expect(200).json();
        let cursor = last["cursor"].as_str().unwrap();
        // The cursor waits for what comes next.
        let path = format!("/ordrebok/v1/orders?cursor={cursor}");
        client.get(&path).await.expect(200).matches(&json!({"orders": [], "cursor": cursor}));
        tokio::time::sleep(std::time::Duration::from_millis(3)).await;
        let changed = client.post("/ordrebok/v1/orders/B/capture", &json!({})).await.expect(200).json();
        assert_eq!(numbers(&client.get(&path).await.expect(200).json()), ["B"]);
        let since = changed["updatedAt"].as_str().unwrap();
        let page = client.get(&format!("/ordrebok/v1/orders?changedSince={since}")).await.expect(200).json();
        assert_eq!(numbers(&page), ["B"]);
        let all: BTreeSet<String> = numbers(&client.get("/ordrebok/v1/orders?changedSince=2019-01-01").await.expect(200).json())
            .into_iter().collect();
        assert_eq!(all.len(), 4);
    }

    async fn unknown_and_contradicting_parameters_are_named(server: Server) {
        let client = server.native_client().await;
        client.post("/ordrebok/v1/orders", &native::order("ORDER1", 1)).await.expect(201);
        for (query, code, field) in [
            ("custommer=1", "unknown_parameter", "custommer"),
            ("customer=1&Limit=1", "unknown_parameter", "Limit"),
            ("customer=1&customer=2", "contradicting_parameters", "customer"),
            ("customer=1&reference=2", "contradicting_parameters", "reference"),
            ("customer=1&cursor=2-2", "contradicting_parameters", "cursor"),
            ("customer=1&changedSince=2019-01-01", "contradicting_parameters", "changedSince"),
            ("customer=1&from=2019-01-02&until=2019-01-01", "contradicting_parameters", "until"),
            ("reference=1&changedSince=2019-01-01", "contradicting_parameters", "changedSince"),
            ("reference=1&offset=0", "contradicting_parameters", "offset"),
            ("reference=1&kind=new", "contradicting_parameters", "kind"),
            ("kind=old", "invalid_parameter", "kind"),
            ("customer=", "invalid_parameter", "customer"),
            ("reference=", "invalid_parameter", "reference"),
            ("limit=0", "invalid_parameter", "limit"),
            ("limit=101", "invalid_parameter", "limit"),
            ("limit=1.5", "invalid_parameter", "limit"),
            ("limit=+1", "invalid_parameter", "limit"),
            ("limit=99999999999999999999999", "invalid_parameter", "limit"),
            ("customer=1&offset=-1", "invalid_parameter", "offset"),
            ("customer=1&kind=old", "invalid_parameter", "kind"),
            ("customer=1&status=done", "invalid_parameter", "status"),
            ("customer=1&status=failed:none", "invalid_parameter", "status"),
            ("customer=1&product=", "invalid_parameter", "product"),
            ("customer=1&from=soon", "invalid_parameter", "from"),
            ("changedSince=2019-13-01", "invalid_parameter", "changedSince"),
            ("cursor=x", "invalid_parameter", "cursor"),
            ("cursor=1-", "invalid_parameter", "cursor"),
            ("cursor=1-99999999999999999999", "invalid_parameter", "cursor"),
            ("customer=%ff", "invalid_url", ""),
            ("customer=a%00b", "invalid_url", ""),
        ] {
            is_problem(client.get(&format!("/ordrebok/v1/orders?{query}")).await, 400, code, field);
        }
        for path in ["events?limit=1", "deliveries?x=1"] {
            let refused = client.get(&format!("/ordrebok/v1/orders/ORDER1/{path}")).await;
            is_problem(refused, 400, "unknown_parameter", if path.contains('x') { "x" } else { "limit" });
        }
        is_problem(client.get("/ordrebok/v1/orders/ORDER1?asof=1").await, 400, "unknown_parameter", "asof");
        is_problem(client.post("/ordrebok/v1/orders/ORDER1/capture?dryRun=1", &json!({})).await, 400, "unknown_parameter", "dryRun");
        client.get("/ordrebok/v1/orders/ORDER1").await.expect(200).contains(&json!({"version": 3}));
    }
}
