//! Get the order history of a customer. Each story is named after what the documentation says.

use super::{completed, customer, days_ago, error, import, placed};
use serde_json::{Value, json};
use stories::{Caller, Server, marketplace, story};

const ORDERS: &str = "/v3/customers/C1/orders";
/// Everything, however old: a customer without an anniversary has no current term.
const TYPES: [&str; 5] = ["NEW", "RETURN", "RENEWAL", "TRANSFER", "SWITCH"];
const STATUSES: [&str; 8] = ["1000", "1002", "1004", "1008", "1020", "1022", "1024", "1026"];
const OFFERS: [&str; 3] = ["80004567CA01A12", "80004561CA02A12", "65304479CA01A12"];

/// An order of customer C1 as the API answers it.
fn told(id: &str, created: &str, change: impl Fn(&mut Value)) -> Value {
    let mut order = json!({
        "externalReferenceId": "", "orderId": id, "customerId": "C1", "orderType": "NEW", "referenceOrderId": "", "referencedOrderId": "",
        "currencyCode": "USD", "creationDate": created, "status": "1000",
        "lineItems": [{ "extLineItemNumber": 1, "offerId": OFFERS[0], "quantity": 1, "subscriptionId": "", "status": "1000", "currencyCode": "USD" }],
        "links": { "self": { "uri": format!("/v3/customers/C1/orders/{id}"), "method": "GET", "headers": [] } }
    });
    change(&mut order);
    order["lineItems"][0]["status"] = order["status"].clone();
    order
}

async fn page(partner: &Caller, query: &str) -> Value {
    partner.get(&format!("{ORDERS}{query}")).await.expect(200).json()
}

fn ids(page: &Value) -> Vec<String> {
    let items = page["items"].as_array().unwrap();
    items
        .iter()
        .map(|order| order["orderId"].as_str().unwrap().to_owned())
        .collect()
}

async fn found(partner: &Caller, query: &str) -> String {
    ids(&page(partner, query).await).join(" ")
}

async fn refused(partner: &Caller, query: &str, code: &str, parameter: &str) {
    let reply = partner.get(&format!("{ORDERS}{query}")).await.expect(400);
    reply.matches(&error(code, &json!([parameter])));
}

/// Nine orders, one a day, from `1` (the oldest) to `9`.
async fn nine(partner: &Caller, server: &Server) {
    let order = |day: i64| told(&day.to_string(), &format!("2019-05-0{day}T22:49:54Z"), |_| ());
    import(partner, server, &(1..=9).map(order).collect());
    assert_eq!(found(partner, "").await, "9 8 7 6 5 4 3 2 1");
}

story! {
    /// "Get the order history of a customer": the example request gives the example answer: nine orders, the second
    /// page of three.
    async fn get_the_order_history_of_a_customer_gives_the_seeds_example(server: Server) {
        let partner = server.marketplace_partner().await;
        nine(&partner, &server).await;
        let answer = partner.get(&format!("{ORDERS}?offset=3&limit=3")).await.expect(200);
        let order = |day: i64| told(&day.to_string(), &format!("2019-05-0{day}T22:49:54Z"), |_| ());
        let link = |offset: i64| json!({ "uri": format!("{ORDERS}?offset={offset}&limit=3"), "method": "GET", "headers": [] });
        answer.matches(&json!({
            "totalCount": 9, "count": 3, "offset": 3, "limit": 3, "items": [order(6), order(5), order(4)],
            "links": { "self": link(3), "next": link(6), "prev": link(0) }
        }));
    }

    /// "promotions array indicates the promotions that are applied to the Order": the example, in which an order that
    /// is complete has open lines.
    async fn promotions_array_indicates_the_promotions_that_are_applied_to_the_order(server: Server) {
        let partner = server.marketplace_partner().await;
        let example = json!({
            "referenceOrderId": "", "orderType": "NEW", "externalReferenceId": "759", "customerId": "9876543210", "orderId": "5120008001",
            "currencyCode": "USD", "creationDate": "2019-05-02T22:49:54Z", "status": "1000",
            "lineItems": [
                { "extLineItemNumber": 1, "offerId": "80004567CA01A12", "quantity": 1, "status": "1002", "subscriptionId": "", "currencyCode": "USD",
                  "promotions": [{ "code": "SUMMER_SALE_123", "result": "SUCCESS" }] },
                { "extLineItemNumber": 2, "offerId": "80004561CA02A12", "quantity": 11, "status": "1002", "subscriptionId": "", "currencyCode": "USD",
                  "promotions": [{ "code": "WINTER_SALE_123", "result": "SUCCESS" }] }
            ],
            "links": {}
        });
        import(&partner, &server, &json!({ "totalCount": 1, "count": 1, "offset": 0, "limit": 25, "items": [example], "links": {} }));
        let history = partner.get("/v3/customers/9876543210/orders").await.expect(200).json();
        assert_eq!(history["items"], json!([example]));

        // What is placed here with codes has them on its lines, in both forms.
        let customer = customer(&partner, "Ada").await;
        let mut order = marketplace::order("a", 1);
        order["lineItems"][0]["promotionCodes"] = json!(["SUMMER_SALE_123"]);
        let order = placed(&partner, &customer, &order).await;
        let applied = json!([{ "code": "SUMMER_SALE_123", "result": "SUCCESS" }]);
        assert_eq!((&order["lineItems"][0]["promotions"], &order["lineItems"][0]["flexDiscounts"]), (&applied, &applied));
    }

    /// "All parameters included in the request, besides limit and offset parameters, are queried together using AND."
    /// "Including multiple values for a parameter results in an OR operation for those values."
    async fn parameters_are_queried_together_using_and_and_multiple_values_using_or(server: Server) {
        let partner = server.marketplace_partner().await;
        import(&partner, &server, &json!([
            told("A", "2019-05-01T00:00:00Z", |order| order["resellerId"] = json!("R1")),
            told("B", "2019-05-02T00:00:00Z", |order| order["status"] = json!("1002")),
            told("C", "2019-05-03T00:00:00Z", |order| { order["orderType"] = json!("RETURN"); order["referenceOrderId"] = json!("A"); }),
            told("D", "2019-05-04T00:00:00Z", |order| { order["orderType"] = json!("RENEWAL"); order["status"] = json!("1004"); order["resellerId"] = json!("R1"); }),
            told("E", "2019-05-05T00:00:00Z", |order| { order["orderType"] = json!("TRANSFER"); order["status"] = json!("1026"); order["lineItems"][0]["offerId"] = json!(OFFERS[1]); }),
            told("F", "2019-05-06T00:00:00Z", |order| { order["status"] = json!("1008"); order["lineItems"][0]["offerId"] = json!(OFFERS[2]); }),
        ]));
        for (query, expected) in [
            ("", "F E D C B A"),
            ("?status=1000", "C A"),
            ("?status=1000&status=1002", "C B A"),
            ("?status=1004", "D"),
            ("?status=1004&status=1026", "E D"),
            ("?status=1008", "F"),
            ("?status=1020", ""),
            ("?order-type=NEW", "F B A"),
            ("?order-type=TRANSFER&order-type=RENEWAL", "E D"),
            ("?order-type=RETURN", "C"),
            ("?order-type=NEW&status=1000", "A"),
            ("?order-type=RENEWAL&status=1000", ""),
            ("?reseller-id=R1", "D A"),
            ("?reseller-id=R2", ""),
            ("?reseller-id=R1&order-type=NEW", "A"),
            ("?reference-order-id=A", "C"),
            ("?reference-order-id=A&status=1002", ""),
            ("?offer-id=80004561CA02A12", "E"),
            ("?offer-id=80004561CA02A12&offer-id=65304479CA01A12", "F E"),
            ("?offer-id=80004561CA02A12&status=1000", ""),
            ("?start-date=2019-05-03&end-date=2019-05-05&order-type=RETURN&order-type=TRANSFER", "E C"),
            // Clients that follow a link add their own filters to it once more.
            ("?start-date=2019-05-03&end-date=2019-05-05&start-date=2019-05-03&end-date=2019-05-05", "E D C"),
        ] {
            assert_eq!(found(&partner, query).await, expected, "{query}");
        }
        refused(&partner, "?status=10002", "1132", "status").await;
        refused(&partner, "?order-type=PREVIEW", "1132", "order-type").await;
        refused(&partner, "?reseller-id=R1&reseller-id=R2", "1132", "reseller-id").await;
        refused(&partner, "?start-date=2019-05-03&start-date=2019-05-04", "1132", "start-date").await;
    }

    /// "For start-date and end-date, a date without timestamp is evaluated to midnight UTC." "Dates with timestamps are
    /// only accepted in ISO-8601 format with Zulu (UTC) time zone."
    async fn a_date_without_timestamp_is_midnight_utc_and_with_timestamp_only_zulu(server: Server) {
        let partner = server.marketplace_partner().await;
        import(&partner, &server, &json!([
            told("before", "2019-05-01T23:59:59Z", |_| ()), told("midnight", "2019-05-02T00:00:00Z", |_| ()),
            told("evening", "2019-05-02T22:49:54Z", |_| ()), told("next", "2019-05-03T00:00:00Z", |_| ()),
        ]));
        for (query, expected) in [
            ("?start-date=2019-05-02", "next evening midnight"),
            ("?start-date=2019-05-02T00:00:01Z", "next evening"),
            ("?end-date=2019-05-02", "midnight before"),
            ("?end-date=2019-05-02T22:49:53Z", "midnight before"),
            ("?end-date=2019-05-02T22:49:54Z", "evening midnight before"),
            ("?start-date=2019-05-02T22:49:54Z&end-date=2019-05-02T22:49:54Z", "evening"),
            ("?start-date=2019-05-02&end-date=2019-05-03", "next evening midnight"),
            ("?start-date=2019-05-03&end-date=2019-05-02", ""),
        ] {
            assert_eq!(found(&partner, query).await, expected, "{query}");
        }
        for wrong in ["2019-05-02T22:49:54", "2019-05-02T22:49:54%2B02:00", "2019-05-02T22:49:54%2B00:00", "2019-05-02%2022:49:54Z", "02.05.2019", "2019-02-30", "today", "1556837394"] {
            refused(&partner, &format!("?start-date={wrong}"), "1132", "start-date").await;
            refused(&partner, &format!("?end-date={wrong}"), "1132", "end-date").await;
        }
    }

    /// "Any parameters that are not included will default to the value in the default column": all types, resellers,
    /// statuses, offers; start-date "Current term start date"; end-date "now"; limit 25; offset 0.
    async fn parameters_that_are_not_included_default_to_the_value_in_the_default_column(server: Server) {
        let partner = server.marketplace_partner().await;
        let orders: Value = (0..30).map(|day| told(&format!("O{day:02}"), &days_ago(day + 300), |_| ())).collect();
        import(&partner, &server, &orders);
        import(&partner, &server, &told("tomorrow", &days_ago(-1), |_| ()));
        let history = page(&partner, "").await;
        assert_eq!((&history["totalCount"], &history["count"], &history["offset"], &history["limit"]), (&json!(30), &json!(25), &json!(0), &json!(25)));
        assert_eq!(page(&partner, &format!("?end-date={}", days_ago(-2))).await["totalCount"], 31);

        // A first order here begins a term, from which day on the history counts.
        let first = placed(&partner, "C1", &marketplace::order("now", 1)).await;
        completed(&partner, &first).await;
        assert_eq!(ids(&page(&partner, "").await), [first["orderId"].as_str().unwrap()]);
        assert_eq!(page(&partner, &format!("?start-date={}", days_ago(1000))).await["totalCount"], 31);
        assert_eq!(page(&partner, "?start-date=&end-date=&limit=&offset=&status=").await["totalCount"], 1);
    }

    /// "Results will be sorted in descending order by creationDate." Those of the same second: the one that came in
    /// last first.
    async fn results_are_sorted_in_descending_order_by_creation_date(server: Server) {
        let partner = server.marketplace_partner().await;
        import(&partner, &server, &json!([
            told("2", "2019-05-02T00:00:00Z", |_| ()), told("3a", "2019-05-03T00:00:00Z", |_| ()), told("1", "2019-05-01T00:00:00Z", |_| ()), told("3b", "2019-05-03T00:00:00Z", |_| ()),
        ]));
        assert_eq!(found(&partner, "").await, "3b 3a 2 1");
        assert_eq!((found(&partner, "?limit=1").await, found(&partner, "?limit=1&offset=1").await), ("3b".to_owned(), "3a".to_owned()));
    }

    /// "The maximum value for offset is the total number of results. Values higher than the total count return an
    /// error."
    async fn the_maximum_value_for_offset_is_the_total_number_of_results(server: Server) {
        let partner = server.marketplace_partner().await;
        nine(&partner, &server).await;
        let last = page(&partner, "?offset=9").await;
        assert_eq!((&last["totalCount"], &last["count"], &last["items"]), (&json!(9), &json!(0), &json!([])));
        refused(&partner, "?offset=10", "1133", "offset").await;
        refused(&partner, "?offset=99999999999999999999999999999999999999999", "1133", "offset").await;
        // The total is that of the filtered set.
        page(&partner, "?start-date=2019-05-08&offset=2").await;
        refused(&partner, "?start-date=2019-05-08&offset=3", "1133", "offset").await;
        for wrong in ["-1", "one", "1.5", "0x1"] {
            refused(&partner, &format!("?offset={wrong}"), "1132", "offset").await;
        }
    }

    /// "If a limit greater than the maximum (100) is sent, it will default to the maximum value (100)."
    async fn a_limit_greater_than_the_maximum_will_default_to_the_maximum_value(server: Server) {
        let partner = server.marketplace_partner().await;
        let orders: Value = (0..120).map(|place| told(&format!("O{place:03}"), &days_ago(place), |_| ())).collect();
        import(&partner, &server, &orders);
        for limit in ["100", "101", "99999999999999999999999999999999999999999"] {
            let history = page(&partner, &format!("?limit={limit}")).await;
            assert_eq!((&history["limit"], &history["count"], &history["totalCount"]), (&json!(100), &json!(100), &json!(120)), "{limit}");
            assert_eq!(history["links"]["next"]["uri"], format!("{ORDERS}?offset=100&limit=100"));
        }
        for wrong in ["0", "-1", "ten"] {
            refused(&partner, &format!("?limit={wrong}"), "1132", "limit").await;
        }
    }

    /// "Links to next and prev will be included in the response if there is a valid next or previous page in the result
    /// set", and are absent otherwise, never null.
    async fn links_to_next_and_prev_are_included_if_there_is_a_valid_next_or_previous_page(server: Server) {
        let partner = server.marketplace_partner().await;
        nine(&partner, &server).await;
        let links = async |query: &str| {
            let links = page(&partner, query).await["links"].clone();
            let names: Vec<String> = links.as_object().unwrap().keys().cloned().collect();
            let uri = |name: &str| links[name]["uri"].as_str().unwrap_or("-").replace(ORDERS, "");
            (names.join(" "), uri("prev"), uri("next"))
        };
        let expect = |names: &str, prev: &str, next: &str| (names.to_owned(), prev.to_owned(), next.to_owned());
        assert_eq!(links("").await, expect("self", "-", "-"));
        assert_eq!(links("?limit=9").await, expect("self", "-", "-"));
        assert_eq!(links("?limit=8").await, expect("next self", "-", "?offset=8&limit=8"));
        assert_eq!(links("?limit=3&offset=6").await, expect("prev self", "?offset=3&limit=3", "-"));
        assert_eq!(links("?limit=3&offset=9").await, expect("prev self", "?offset=6&limit=3", "-"));
        assert_eq!(links("?limit=3&offset=2").await, expect("next prev self", "?offset=0&limit=3", "?offset=5&limit=3"));
        assert_eq!(links("?limit=3&status=1026").await, expect("self", "-", "-"));
        let filtered = "?start-date=2019-05-02T00%3A00%3A00Z&status=1000&status=1002&offset=3&limit=3";
        assert_eq!(links("?limit=3&start-date=2019-05-02T00:00:00Z&status=1000&status=1002").await, expect("next self", "-", filtered));
    }

    /// "404 Invalid customer ID"; an imported order makes its customer known, and so does being created.
    async fn an_invalid_customer_id_is_not_found(server: Server) {
        let partner = server.marketplace_partner().await;
        for query in ["", "?offset=7", "?limit=x"] {
            partner.get(&format!("{ORDERS}{query}")).await.expect(404).matches(&error("1116", &json!([])));
        }
        let known = customer(&partner, "Ada").await;
        let empty = partner.get(&format!("/v3/customers/{known}/orders")).await.expect(200).json();
        assert_eq!((&empty["totalCount"], &empty["items"]), (&json!(0), &json!([])));
        partner.get(&format!("/v3/customers/{known}/orders?offset=1")).await.expect(400).contains(&json!({ "code": "1133" }));
        import(&partner, &server, &told("1", "2019-05-02T00:00:00Z", |_| ()));
        page(&partner, "").await;
    }

    /// Every page, total and link over random filters is what a naive filter over the same orders says.
    async fn paging_agrees_with_a_naive_filter_over_the_same_orders(server: Server) {
        let partner = server.marketplace_partner().await;
        let mut random = Random(20_190_502);
        let orders: Vec<Value> = (0..240).map(|place| random.order(place)).collect();
        import(&partner, &server, &json!(orders));
        // Newest first, and of one second the one that came in last.
        let mut sorted: Vec<&Value> = orders.iter().rev().collect();
        sorted.sort_by_key(|order| std::cmp::Reverse(order["creationDate"].as_str().unwrap().to_owned()));
        for round in 0..120 {
            let filter = random.filter();
            let expected: Vec<&Value> = sorted.iter().copied().filter(|order| filter.holds(order)).collect();
            let limit = 1 + random.below(40);
            let mut next = Some(format!("{ORDERS}?{}limit={limit}", filter.query()));
            let mut seen = Vec::new();
            while let Some(uri) = next {
                let page = partner.get(&uri).await.expect(200).json();
                assert_eq!(page["totalCount"], expected.len(), "round {round}: {uri}");
                assert_eq!(page["offset"], seen.len(), "round {round}: {uri}");
                assert_eq!(page["count"], page["items"].as_array().unwrap().len());
                assert_eq!(page["links"].get("prev").is_some(), !seen.is_empty(), "round {round}: {uri}");
                seen.extend(page["items"].as_array().unwrap().iter().cloned());
                next = page["links"].get("next").map(|link| link["uri"].as_str().unwrap().to_owned());
                assert!(next.is_none() || page["count"] == limit, "round {round}: {uri}");
            }
            let seen: Vec<&Value> = seen.iter().collect();
            assert_eq!(seen, expected, "round {round}: {}", filter.query());
        }
    }
}

/// A filter over histories, both as a query and as what it means.
#[derive(Default)]
struct Filter {
    types: Vec<&'static str>,
    statuses: Vec<&'static str>,
    offers: Vec<&'static str>,
    reseller: Option<&'static str>,
    reference: Option<&'static str>,
    start: Option<String>,
    end: Option<String>,
}

impl Filter {
    fn query(&self) -> String {
        let mut pairs: Vec<(&str, &str)> = Vec::new();
        pairs.extend(self.types.iter().map(|value| ("order-type", *value)));
        pairs.extend(self.statuses.iter().map(|value| ("status", *value)));
        pairs.extend(self.offers.iter().map(|value| ("offer-id", *value)));
        pairs.extend(self.reseller.map(|value| ("reseller-id", value)));
        pairs.extend(self.reference.map(|value| ("reference-order-id", value)));
        pairs.extend(self.start.as_deref().map(|value| ("start-date", value)));
        pairs.extend(self.end.as_deref().map(|value| ("end-date", value)));
        let pairs = pairs.iter().map(|(name, value)| [name, "=", value, "&"].concat());
        pairs.collect()
    }

    /// Text compares as time does: all dates are written alike.
    fn holds(&self, order: &Value) -> bool {
        let text = |name: &str| order[name].as_str().unwrap_or_default();
        let any = |wanted: &[&str], value: &str| wanted.is_empty() || wanted.contains(&value);
        let lines = order["lineItems"].as_array().unwrap();
        let has_offer = lines
            .iter()
            .any(|line| any(&self.offers, line["offerId"].as_str().unwrap()));
        any(&self.types, text("orderType"))
            && any(&self.statuses, text("status"))
            && has_offer
            && self
                .reseller
                .is_none_or(|reseller| reseller == text("resellerId"))
            && self
                .reference
                .is_none_or(|reference| reference == text("referenceOrderId"))
            && self
                .start
                .as_deref()
                .is_none_or(|start| text("creationDate") >= start)
            && self.end.as_deref().is_none_or(|end| text("creationDate") <= end)
    }
}

/// Numbers that are the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % bound
    }

    fn some<T: Copy>(&mut self, of: &[T]) -> Vec<T> {
        let count = self.below(3);
        (0..count).map(|_| of[self.below(of.len())]).collect()
    }

    /// A time within eight days, often the same as another's.
    fn time(&mut self) -> String {
        format!("2019-05-0{}T{:02}:00:00Z", 1 + self.below(8), self.below(6) * 4)
    }

    fn order(&mut self, place: usize) -> Value {
        let (order_type, status) = (TYPES[self.below(5)], STATUSES[self.below(8)]);
        let (offer, reseller) = (OFFERS[self.below(3)], ["R1", "R2"][self.below(2)]);
        let second = OFFERS[self.below(3)];
        let reference = ["", "N1", "N2"][self.below(3)];
        told(&format!("N{place}"), &self.time(), |order| {
            order["orderType"] = json!(order_type);
            order["status"] = json!(status);
            order["resellerId"] = json!(reseller);
            order["referenceOrderId"] = json!(reference);
            order["lineItems"][0]["offerId"] = json!(offer);
            let mut line = order["lineItems"][0].clone();
            (line["extLineItemNumber"], line["offerId"], line["status"]) =
                (json!(2), json!(second), json!(status));
            order["lineItems"].as_array_mut().unwrap().push(line);
        })
    }

    fn filter(&mut self) -> Filter {
        let (start, end) = (self.below(2) == 0, self.below(2) == 0);
        Filter {
            types: self.some(&TYPES),
            statuses: self.some(&STATUSES),
            offers: self.some(&OFFERS),
            reseller: [None, None, Some("R1"), Some("R2")][self.below(4)],
            reference: [None, None, None, Some("N1"), Some("N2")][self.below(5)],
            start: start.then(|| self.time()),
            end: end.then(|| self.time()),
        }
    }
}
