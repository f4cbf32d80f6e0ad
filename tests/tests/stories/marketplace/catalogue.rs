//! Offers, prices and promotions, once a catalogue is loaded.

use super::{completed, customer, error, path, placed};
use serde_json::{Value, json};
use stories::{Caller, Server, marketplace, story};

pub(super) fn load(partner: &Caller, server: &Server, (suffix, text): (&str, &str)) -> stories::Run {
    let file = tempfile::Builder::new()
        .suffix(suffix)
        .tempfile()
        .expect("a temporary file can be made");
    std::fs::write(file.path(), text).expect("the file can be written");
    let file = file.path().to_str().expect("a path that is text");
    server.run(&["catalogue", "--merchant", &partner.merchant.name, file])
}

const OFFERS: &str = "offerId,currency,price,marketSegment,name\n\
    80004567CA01A12,USD,365.00,COM,Cloud\n\
    80004567CA02A12,USD,328.50,COM,Cloud\n\
    80004567CA01A12,EUR,300,COM,Cloud\n\
    65304479CB01A12,USD,10,EDU,School\n";

fn promotions() -> String {
    let promotion = |code: &str, ends: &str, offer: &str, kind: &str, value: Value| {
        json!({
            "code": code, "name": code, "description": "Less", "startDate": "2020-01-01", "endDate": ends,
            "qualification": { "baseOfferIds": [offer] },
            "outcomes": [{ "type": kind, "discounts": [{ "country": "US", "currency": "USD", "value": value }] }]
        })
    };
    let mut intro = promotion("SCHOOL", "2090-01-01", "65304479CB01A12", "FIXED_PRICE", json!(5));
    intro["category"] = json!("INTRO");
    json!({ "promotions": [
        promotion("TEN", "2090-01-01", "80004567CA01A12", "PERCENTAGE_DISCOUNT", json!(10)),
        promotion("OVER", "2021-01-01", "80004567CA01A12", "FIXED_DISCOUNT", json!(5.5)),
        intro
    ] })
    .to_string()
}

story! {
    /// With a catalogue, orders are checked against it and priced: the volume's level in previews, a year's price for a
    /// year, less on the way to the anniversary, less with a promotion.
    async fn orders_are_checked_against_a_catalogue_and_priced(server: Server) {
        let partner = server.marketplace_partner().await;
        let ada = customer(&partner, "Ada").await;
        let orders = format!("/v3/customers/{ada}/orders");
        load(&partner, &server, (".csv", OFFERS)).expect(0);
        let mut order = marketplace::order("a", 10);
        order["orderType"] = json!("PREVIEW");
        let preview = partner.post(&format!("{orders}?fetch-price=true"), &order).await.expect(200);
        let priced = preview.json();
        let line = &priced["lineItems"][0];
        let days = line["proratedDays"].as_i64().unwrap();
        assert!(days == 365 || days == 366, "{days}");
        assert_eq!(line["offerId"], "80004567CA02A12");
        stories::json::assert_matches("the price", &line["pricing"], &json!({
            "partnerPrice": 328.50, "discountedPartnerPrice": 328.50, "netPartnerPrice": 328.50, "lineItemPartnerPrice": 3285.00
        }));
        stories::json::assert_matches("the sum", &priced["pricingSummary"], &json!([{ "totalLineItemPartnerPrice": 3285.00, "currencyCode": "USD" }]));
        assert!(preview.text().contains(r#""lineItemPartnerPrice":3285.00"#), "{}", preview.text());
        let plain = partner.post(&orders, &order).await.expect(200).json();
        assert!(plain["lineItems"][0].get("pricing").is_none() && plain.get("pricingSummary").is_none());

        let with = |change: fn(&mut Value)| { let mut order = marketplace::order("a", 1); change(&mut order); partner.post(&orders, &order) };
        let line = |code: &str, reason: &str| error(code, &json!([format!("Line Item: 1, Reason: {reason}")]));
        with(|order| order["lineItems"][0]["offerId"] = json!("99999999CA01A12")).await.expect(400).matches(&line("2122", "INVALID_OFFER_ID"));
        with(|order| { order["currencyCode"] = json!("JPY"); order["lineItems"][0]["currencyCode"] = json!("JPY"); }).await.expect(400).matches(&line("2128", "CURRENCY_CODE"));
        with(|order| order["lineItems"][0]["offerId"] = json!("65304479CB01A12")).await.expect(400).matches(&line("2129", "INELIGIBLE_MARKET_SEGMENT"));

        let bought = completed(&partner, &placed(&partner, &ada, &marketplace::order("b", 2)).await).await;
        assert!(bought["lineItems"][0].get("pricing").is_none());
        let priced = partner.get(&format!("{}?fetch-price=true", path(&bought))).await.expect(200).json();
        stories::json::assert_contains("the order", &priced["lineItems"][0]["pricing"], &json!({ "partnerPrice": 365.00, "lineItemPartnerPrice": 730.00 }));
        let history = partner.get(&format!("{orders}?fetch-price=true")).await.expect(200).json();
        assert_eq!(history["items"][0], priced);
        partner.get(&format!("/v3/customers/7/orders/{}?fetch-price=true", bought["orderId"].as_str().unwrap())).await.expect(404);
        let back = completed(&partner, &placed(&partner, &ada, &marketplace::return_of(&bought)).await).await;
        assert_eq!(back["status"], "1000");

        // Another merchant has no catalogue, and orders whatever is well-formed.
        let other = server.marketplace_partner().await;
        let bob = customer(&other, "Bob").await;
        placed(&other, &bob, &{ let mut order = marketplace::order("a", 1); order["lineItems"][0]["offerId"] = json!("99999999CA01A12"); order }).await;
    }

    /// Promotions: listed, applied to the price, refused when unknown, over, for something else, or two at once.
    async fn promotions_are_listed_applied_and_refused(server: Server) {
        let partner = server.marketplace_partner().await;
        let ada = customer(&partner, "Ada").await;
        let orders = format!("/v3/customers/{ada}/orders");
        load(&partner, &server, (".csv", OFFERS)).expect(0);
        load(&partner, &server, (".json", &promotions())).expect(0);
        let with = |codes: &[&str]| {
            let mut order = marketplace::order("a", 1);
            order["lineItems"][0]["flexDiscountCodes"] = json!(codes);
            order
        };
        let mut preview = with(&["TEN"]);
        preview["orderType"] = json!("PREVIEW");
        let shown = partner.post(&format!("{orders}?fetch-price=true"), &preview).await.expect(200).json();
        stories::json::assert_contains("the price", &shown["lineItems"][0]["pricing"], &json!({ "partnerPrice": 365.00, "discountedPartnerPrice": 328.50, "lineItemPartnerPrice": 328.50 }));
        assert_eq!(shown["lineItems"][0]["flexDiscounts"], json!([{ "code": "TEN", "result": "SUCCESS" }]));
        placed(&partner, &ada, &with(&["TEN"])).await;
        for (codes, code, reason) in [
            (&["NONE"][..], "2146", "NOT_FOUND"), (&["OVER"], "2146", "EXPIRED"),
            (&["SCHOOL"], "2141", "Invalid Flexible Discount"), (&["TEN", "OVER"], "2147", "MULTIPLE_CODES"),
        ] {
            let refused = partner.post(&orders, &with(codes)).await.expect(400);
            refused.matches(&error(code, &json!([format!("Line Item: 1, Reason: {reason}")])));
        }
        let list = partner.get("/v3/promotions?market-segment=COM&country=US").await.expect(200).json();
        assert_eq!((&list["totalCount"], &list["limit"]), (&json!(3), &json!(20)));
        let one = partner.get("/v3/promotions?market-segment=COM&country=US&promo-code=TEN").await.expect(200).json();
        stories::json::assert_matches("the promotion", &one["promotions"][0], &json!({
            "name": "TEN", "description": "Less", "code": "TEN", "startDate": "2020-01-01T00:00:00Z", "endDate": "2090-01-01T00:00:00Z", "status": "ACTIVE",
            "qualification": { "baseOfferIds": ["80004567CA01A12"] },
            "outcomes": [{ "type": "PERCENTAGE_DISCOUNT", "discounts": [{ "country": "US", "currency": "USD", "value": 10 }] }]
        }));
        let later = partner.get("/v3/flex-discounts?market-segment=COM&country=US&offer-ids=65304479CB02A12").await.expect(200).json();
        assert_eq!((&later["flexDiscounts"][0]["id"], &later["totalCount"]), (&json!("SCHOOL"), &json!(1)));
        let flexible = async |query: &str| partner.get(&format!("/v3/flex-discounts?market-segment=COM&country=US&{query}")).await.expect(200).json()["totalCount"].clone();
        assert_eq!((flexible("categories=INTRO").await, flexible("categories=STANDARD,INTRO").await, flexible("flex-discount-id=TEN").await), (json!(1), json!(3), json!(1)));
        partner.get("/v3/flex-discounts?market-segment=COM&country=US&categories=OTHER").await.expect(400).matches(&error("1132", &json!(["categories"])));
        assert_eq!(partner.get("/v3/promotions?market-segment=COM&country=DE").await.expect(200).json()["totalCount"], 0);
        partner.get("/v3/promotions?country=US").await.expect(400).matches(&error("1132", &json!(["market-segment"])));
    }

    /// A file that is wrong says where, and changes nothing.
    async fn a_wrong_catalogue_says_where_and_changes_nothing(server: Server) {
        let partner = server.marketplace_partner().await;
        let run = load(&partner, &server, (".csv", "offerId,currency,price\n80004567CA01A12,USD,ten\n"));
        run.expect(1);
        let ada = customer(&partner, "Ada").await;
        placed(&partner, &ada, &marketplace::order("a", 1)).await;
    }
}
