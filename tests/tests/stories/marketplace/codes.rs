//! What a merchant's catalogue refuses: by its promotions, by an offer's end of sale, and by what the merchant may do.

use super::{catalogue, completed, customer, days_ago, error, path, placed};
use serde_json::{Value, json};
use stories::{Caller, Options, Server, Stage, eventually, marketplace, story};

const CLOUD: &str = "80004567CA01A12";
const ADD_ON: &str = "65322587CA01A12";

fn sandbox(stage: &Stage, milliseconds: u32) -> Server {
    let configuration = format!("[marketplace]\ncomplete_after_milliseconds = {milliseconds}\n");
    stage.start(&Options::default().sandbox().configuration(&configuration))
}

fn of(offer: &str, codes: &[&str]) -> Value {
    let mut order = marketplace::order("a", 1);
    (
        order["lineItems"][0]["offerId"],
        order["lineItems"][0]["flexDiscountCodes"],
    ) = (json!(offer), json!(codes));
    order
}

fn line(code: &str, reason: &str) -> Value {
    error(code, &json!([format!("Line Item: 1, Reason: {reason}")]))
}

async fn load(partner: &Caller, file: Value) {
    partner.post("/v3/sandbox/catalogue", &file).await.expect(200);
}

fn promotions() -> Value {
    let promotion = |code: &str| {
        json!({
            "code": code, "startDate": "2020-01-01", "endDate": "2090-01-01",
            "outcomes": [{ "type": "PERCENTAGE_DISCOUNT", "discounts": [{ "value": 10 }] }]
        })
    };
    let (mut once, mut alone) = (promotion("ONCE"), promotion("ALONE"));
    (once["oneTimeUse"], alone["notCombinable"]) = (json!(true), json!(true));
    json!([promotion("TEN"), once, alone])
}

fn offers(end_of_sale: &Value) -> Value {
    json!([
        { "offerId": CLOUD, "currency": "USD", "price": 365, "endOfSale": end_of_sale },
        { "offerId": ADD_ON, "currency": "USD", "price": 36.5, "addOnTo": [CLOUD] }
    ])
}

story! {
    /// A promotion for one time only is used once by a customer, however many orders use it at the same time; one that
    /// fails gives it back. Another goes with no other discount, and none with what only adds to a product.
    async fn promotions_for_one_time_alone_or_base_products_only(stage: Stage) {
        let server = sandbox(&stage, 0);
        let partner = server.marketplace_partner().await;
        load(&partner, json!({ "offers": offers(&json!(null)), "promotions": promotions() })).await;
        let (ada, bob) = (customer(&partner, "Ada").await, customer(&partner, "Bob").await);
        let orders = format!("/v3/customers/{ada}/orders");
        let mut racers = tokio::task::JoinSet::new();
        for _ in 0..8 {
            racers.spawn(partner.post(&orders, &of(CLOUD, &["ONCE"])).into_future());
        }
        let mut won = Vec::new();
        while let Some(reply) = racers.join_next().await {
            let reply = reply.unwrap();
            if reply.status() == 201 { won.push(reply.json()); } else { reply.expect(400).matches(&line("2142", "ONCE")); }
        }
        assert_eq!(won.len(), 1);
        assert_eq!(completed(&partner, &won[0]).await["lineItems"][0]["flexDiscounts"], json!([{ "code": "ONCE", "result": "SUCCESS" }]));
        let mut preview = of(CLOUD, &["ONCE"]);
        preview["orderType"] = json!("PREVIEW");
        partner.post(&orders, &preview).await.expect(400).matches(&line("2142", "ONCE"));
        // Another customer's first use is theirs; an order that fails has used nothing.
        let portal = format!("/v3/sandbox/customers/{bob}");
        partner.patch(&portal, &json!({ "status": "1004" })).await.expect(200);
        assert_eq!(completed(&partner, &placed(&partner, &bob, &of(CLOUD, &["ONCE"])).await).await["status"], "1024");
        partner.patch(&portal, &json!({ "status": "1000" })).await.expect(200);
        placed(&partner, &bob, &of(CLOUD, &["ONCE"])).await;

        let mut two = of(CLOUD, &["ALONE"]);
        let mut other = two["lineItems"][0].clone();
        (other["extLineItemNumber"], other["offerId"], other["flexDiscountCodes"]) = (json!(2), json!(CLOUD), json!(["TEN"]));
        two["lineItems"].as_array_mut().unwrap().push(other);
        partner.post(&orders, &two).await.expect(400).matches(&line("2144", "ALONE"));
        let mut discounted = of(CLOUD, &["ALONE"]);
        discounted["lineItems"][0]["discountCode"] = json!("HVD_L18_PRE");
        partner.post(&orders, &discounted).await.expect(400).matches(&line("2144", "ALONE"));
        discounted["lineItems"][0]["discountCode"] = json!("HVD_L99_PRE");
        partner.post(&orders, &discounted).await.expect(400).matches(&line("5135", "DISCOUNT_CODE"));
        placed(&partner, &ada, &of(CLOUD, &["ALONE"])).await;

        let eve = customer(&partner, "Eve").await;
        let orders = format!("/v3/customers/{eve}/orders");
        partner.post(&orders, &of(ADD_ON, &["TEN"])).await.expect(400).matches(&line("2145", "NON_BASE_PRODUCT"));
        partner.post(&orders, &of(ADD_ON, &[])).await.expect(400).matches(&line("2129", "INELIGIBLE_ADD_ON"));
        let mut both = of(ADD_ON, &[]);
        let mut base = both["lineItems"][0].clone();
        (base["extLineItemNumber"], base["offerId"]) = (json!(2), json!(CLOUD));
        both["lineItems"].as_array_mut().unwrap().push(base);
        completed(&partner, &placed(&partner, &eve, &both).await).await;
        placed(&partner, &eve, &of(ADD_ON, &[])).await;
    }

    /// What is not sold any more is neither bought nor renewed: a preview says so line by line, an order is refused, and on
    /// the anniversary it ends.
    async fn a_product_whose_sale_has_ended_is_neither_bought_nor_renewed(stage: Stage) {
        let server = sandbox(&stage, 0);
        let partner = server.marketplace_partner().await;
        load(&partner, json!({ "offers": offers(&json!("2090-01-01")) })).await;
        let ada = customer(&partner, "Ada").await;
        let orders = format!("/v3/customers/{ada}/orders");
        let bought = completed(&partner, &placed(&partner, &ada, &of(CLOUD, &[])).await).await;
        completed(&partner, &placed(&partner, &ada, &of(ADD_ON, &[])).await).await;
        let id = bought["lineItems"][0]["subscriptionId"].as_str().unwrap();
        load(&partner, json!({ "offers": offers(&json!("2021-01-01")) })).await;
        partner.post(&orders, &of(CLOUD, &[])).await.expect(400).matches(&line("2122", "EXPIRED"));
        let uri = format!("/v3/customers/{ada}/subscriptions/{id}");
        partner.patch(&uri, &json!({ "autoRenewal": { "enabled": true } })).await.expect(400).matches(&error("3123", &json!([CLOUD])));
        let preview = partner.post(&orders, &json!({ "orderType": "PREVIEW_RENEWAL" })).await.expect(200).json();
        let statuses: Vec<_> = preview["lineItems"].as_array().unwrap().iter().map(|line| line["status"].as_str().unwrap()).collect();
        assert_eq!(statuses, ["1004", "1000"]);
        let soon = &days_ago(-10)[..10];
        partner.patch(&format!("/v3/sandbox/customers/{ada}"), &json!({ "cotermDate": soon })).await.expect(200);
        let mut renewal = of(CLOUD, &[]);
        (renewal["orderType"], renewal["lineItems"][0]["subscriptionId"]) = (json!("RENEWAL"), json!(id));
        partner.post(&orders, &renewal).await.expect(400).matches(&line("3132", "EXPIRED"));
        let switch = json!({
            "orderType": "SWITCH", "currencyCode": "USD", "lineItems": [{ "extLineItemNumber": 1, "offerId": CLOUD, "quantity": 1 }],
            "cancellingItems": [{ "extLineItemNumber": 1, "referenceLineItemNumber": 1, "subscriptionId": preview["lineItems"][1]["subscriptionId"], "quantity": 1 }]
        });
        partner.post(&orders, &switch).await.expect(400).matches(&line("3132", "EXPIRED"));
        partner.post(&format!("/v3/sandbox/customers/{ada}/renewal"), &json!({})).await.expect(200);
        let ended = eventually("the end of the term", async || {
            let shown = partner.get(&uri).await.expect(200).json();
            (shown["status"] == "1004").then_some(shown)
        }).await;
        assert_eq!(ended["autoRenewal"]["enabled"], false);
        let renewals = partner.get(&format!("{orders}?order-type=RENEWAL&start-date=2020-01-01")).await.expect(200).json();
        assert_eq!((&renewals["totalCount"], &renewals["items"][0]["lineItems"].as_array().unwrap().len()), (&json!(1), &1));
    }

    /// What the merchant itself may do: take orders, sell into a market segment, sell into several countries.
    async fn a_merchant_sells_what_it_may(stage: Stage) {
        let server = sandbox(&stage, 0);
        let partner = server.marketplace_partner().await;
        let ada = customer(&partner, "Ada").await;
        let orders = format!("/v3/customers/{ada}/orders");
        let may = async |partner: Value| json!({ "partner": partner });
        let bought = completed(&partner, &placed(&partner, &ada, &of(CLOUD, &[])).await).await;
        load(&partner, may(json!({ "takesOrders": false })).await).await;
        partner.post(&orders, &of(CLOUD, &[])).await.expect(400).matches(&error("5122", &json!([])));
        // What was sold before can go back.
        placed(&partner, &ada, &marketplace::return_of(&bought)).await;
        load(&partner, may(json!({ "marketSegments": ["EDU"] })).await).await;
        partner.post(&orders, &of(CLOUD, &[])).await.expect(400).matches(&error("2124", &json!(["companyProfile.marketSegment"])));
        load(&partner, may(json!({ "globalSales": false })).await).await;
        let mut abroad = of(CLOUD, &[]);
        abroad["lineItems"][0]["deploymentId"] = json!("12345");
        partner.post(&orders, &abroad).await.expect(400).matches(&error("1139", &json!([])));
        let address = json!({ "companyProfile": { "address": { "country": "NO" } } });
        partner.post(&format!("/v3/customers/{ada}/deployments"), &address).await.expect(400).matches(&error("1139", &json!([])));
        let mut global = marketplace::customer("Eve");
        global["globalSalesEnabled"] = json!(true);
        partner.post("/v3/customers", &global).await.expect(400).matches(&error("1139", &json!([])));
        load(&partner, may(json!({})).await).await;
        placed(&partner, &ada, &abroad).await;
        partner.post("/v3/customers", &global).await.expect(201);
        partner.post("/v3/sandbox/catalogue", &json!({ "partner": { "sells": true } })).await.expect(400).contains(&json!({ "code": "1117" }));
        let other = server.marketplace_partner().await;
        let run = catalogue::load(&other, &server, (".json", &json!({ "partner": { "takesOrders": false } }).to_string()));
        run.expect(0);
        placed(&partner, &ada, &of(CLOUD, &[])).await;
    }

    /// While the next term is being arranged by an order, nothing else is bought or exchanged.
    async fn an_early_renewal_that_is_open_keeps_other_orders_out(stage: Stage) {
        let mut server = sandbox(&stage, 0);
        let partner = server.marketplace_partner().await;
        let ada = customer(&partner, "Ada").await;
        let bought = completed(&partner, &placed(&partner, &ada, &of(CLOUD, &[])).await).await;
        let id = bought["lineItems"][0]["subscriptionId"].clone();
        partner.patch(&format!("/v3/sandbox/customers/{ada}"), &json!({ "cotermDate": days_ago(-10)[..10] })).await.expect(200);
        server.stop();
        let server = sandbox(&stage, 3_600_000);
        let partner = server.known_merchant(&partner.merchant.name).marketplace_with(partner.credential.clone()).await;
        let orders = format!("/v3/customers/{ada}/orders");
        let mut renewal = of(CLOUD, &[]);
        (renewal["orderType"], renewal["lineItems"][0]["subscriptionId"]) = (json!("RENEWAL"), id.clone());
        let renewing = placed(&partner, &ada, &renewal).await;
        for order_type in ["NEW", "PREVIEW"] {
            let mut order = of(ADD_ON, &[]);
            order["orderType"] = json!(order_type);
            partner.post(&orders, &order).await.expect(400).matches(&error("3131", &json!([])));
        }
        let switch = json!({
            "orderType": "SWITCH", "currencyCode": "USD", "lineItems": [{ "extLineItemNumber": 1, "offerId": ADD_ON, "quantity": 1 }],
            "cancellingItems": [{ "extLineItemNumber": 1, "referenceLineItemNumber": 1, "subscriptionId": id, "quantity": 1 }]
        });
        partner.post(&orders, &switch).await.expect(400).matches(&error("3131", &json!([])));
        partner.patch(&format!("/v3/sandbox{}", path(&renewing).trim_start_matches("/v3")), &json!({ "status": "1000" })).await.expect(200);
        placed(&partner, &ada, &of(ADD_ON, &[])).await;
        // How many there are now is not set by a subscription's update.
        let uri = format!("/v3/customers/{ada}/subscriptions/{}", id.as_str().unwrap());
        let update = |current: u32| partner.patch(&uri, &json!({ "currentQuantity": current, "autoRenewal": { "enabled": true } }));
        update(2).await.expect(400).matches(&error("3117", &json!(["currentQuantity"])));
        update(1).await.expect(200);
    }
}
