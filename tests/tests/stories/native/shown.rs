//! The order as each API shows it: now, then, and after each of its events.

use super::is_problem;
use serde_json::{Value, json};
use stories::{Server, afterpay, native, story};

story! {
    /// Each API's own answer, member for member, for an order that came through another.
    async fn an_order_is_shown_as_each_api_shows_it(server: Server) {
        let merchant = server.merchant("Fjord Forlag").await;
        let (client, shop, connect) = (merchant.native().await, merchant.afterpay().await, merchant.connect().await);
        shop.post("/api/v3/checkout/authorize", &afterpay::authorize("ORDER1", 3)).await.expect(200);
        let path = "/ordrebok/v1/orders/ORDER1";
        let own = client.get(path).await.expect(200).json();
        let before = client.get(&format!("{path}/events")).await.expect(200).json();
        shop.post("/api/v3/orders/ORDER1/captures", &afterpay::capture("SHIPMENT1", 1)).await.expect(200);
        let shown = client.get(&format!("{path}/shown")).await.expect(200).json();
        let apis: Vec<&String> = shown["shown"].as_object().unwrap().keys().collect();
        assert_eq!(apis, ["afterpay", "connect", "marketplace", "ordrebok"]);
        assert_eq!(shown["shown"]["afterpay"], shop.get("/api/v3/orders/ORDER1").await.expect(200).json());
        let id = &own["ids"]["connect"];
        let connects = connect.get(&format!("/capi/v1/client/order/status/{}", id.as_str().unwrap())).await.expect(200).json();
        assert_eq!(shown["shown"]["connect"], connects);
        assert_eq!(shown["shown"]["ordrebok"], client.get(path).await.expect(200).json());
        // As it stood before the capture, and as some of them show it.
        let then = before["events"].as_array().unwrap().last().unwrap()["at"].as_str().unwrap();
        let stood = client.get(&format!("{path}/shown?asOf={then}&api=ordrebok&api=afterpay")).await.expect(200).json();
        assert_eq!(stood["shown"]["ordrebok"], own);
        assert_eq!((stood["shown"]["afterpay"]["captures"].clone(), stood["version"].clone()), (json!([]), own["version"].clone()));
        assert_eq!(stood["shown"].as_object().map(serde_json::Map::len), Some(2));
        is_problem(client.get(&format!("{path}/shown?asOf=2019-01-01")).await, 404, "order_not_yet_there", "asOf");
        is_problem(client.get(&format!("{path}/shown?api=paypal")).await, 400, "invalid_parameter", "api");
        is_problem(client.get(&format!("{path}/shown?as=1")).await, 400, "unknown_parameter", "as");
        is_problem(server.native_client().await.get(&format!("{path}/shown")).await, 404, "order_not_found", "");
    }

    /// The timeline, with what one API showed after each event.
    async fn a_timeline_is_shown_by_one_api(server: Server) {
        let client = server.native_client().await;
        client.post("/ordrebok/v1/orders", &native::order("ORDER1", 3)).await.expect(201);
        client.post("/ordrebok/v1/orders/ORDER1/capture", &json!({ "amount": 10 })).await.expect(200);
        let path = "/ordrebok/v1/orders/ORDER1/events";
        let plain = client.get(path).await.expect(200).json();
        assert!(plain.get("shown").is_none());
        let timeline = client.get(&format!("{path}?shownBy=ordrebok")).await.expect(200).json();
        assert_eq!(timeline["events"], plain["events"]);
        let money: Vec<String> = timeline["shown"].as_array().unwrap().iter()
            .map(|order| format!("{} {} {}", order["version"], order["status"].as_str().unwrap(), order["money"]["captured"]))
            .collect();
        assert_eq!(money, ["1 preliminary 0.00", "2 confirmed 0.00", "3 confirmed 0.00", "4 confirmed 10.00"]);
        let connects = client.get(&format!("{path}?shownBy=connect")).await.expect(200).json();
        let statuses: Vec<&Value> = connects["shown"].as_array().unwrap().iter().map(|order| &order["orders"][0]["orderStatus"]).collect();
        assert_eq!(statuses, ["preliminary", "confirmed", "confirmed", "confirmed"]);
        is_problem(client.get(&format!("{path}?shownBy=paypal")).await, 400, "invalid_parameter", "shownBy");
        is_problem(client.get(&format!("{path}?shownBy=")).await, 400, "invalid_parameter", "shownBy");
    }
}
