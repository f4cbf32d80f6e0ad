//! Calls that failed, tried again by hand.

use super::{Person, action_ending, token};
use serde_json::json;
use stories::{Options, Receiver, Stage, connect, eventually, story};

story! {
    /// A callback that was given up is made again when somebody says so, and is seen to be done.
    async fn a_failed_call_is_tried_again(stage: Stage) {
        let server = stage.start(&Options::default().sandbox().configuration("[callbacks]\nretry_after_seconds = [1]\ngive_up_after_hours = 0\n"));
        let receiver = Receiver::start().await;
        receiver.refuse_next(500);
        let client = server.merchant("Nordlys").await.connect().await;
        server.merchant("Fjord").await;
        let placed = client.post("/capi/v1/client/order", &connect::register("2342", "invoice")).await.expect(200);
        let body = json!({ "orderId": placed.json()["orderId"], "callbackUrl": receiver.url("/done?secret=1") });
        client.post("/capi/v1/client/order/fulfillment", &body).await.expect(200);
        receiver.wait_for(1).await;
        let vera = Person::of(&server, "vera", "view", None).await;
        let page = eventually("the call is given up", async || {
            let page = vera.look("/console/1/deliveries?state=failed").await.expect(200);
            page.text().contains("Given up</span>").then_some(page)
        })
        .await;
        assert!(page.text().contains("/done") && !page.text().contains("secret=1"), "{}", page.text());
        assert!(page.text().contains("500") && !page.text().contains("/retry\""), "{}", page.text());
        let mut kari = Person::of(&server, "kari", "act", None).await;
        let page = kari.get("/console/1/deliveries?state=failed").await.expect(200);
        let text = page.text();
        let action = action_ending(&text, "/retry");
        let elsewhere = action.replace("/console/1/", "/console/2/");
        kari.post(&elsewhere, &[("form_token", &token(&text))]).await.expect(404);
        let done = kari.send(&page, &action, &[]).await.expect(303);
        assert!(done.header("location").starts_with("/console/1/deliveries?state=failed"), "{}", done.header("location"));
        receiver.wait_for(2).await;
        eventually("the call is seen to be done", async || {
            let page = kari.look("/console/1/deliveries?state=done").await.expect(200).text();
            (page.contains("Tried 2 times") && page.contains("status 500") && page.contains("status 200")).then_some(())
        })
        .await;
        kari.send(&page, &action, &[]).await.expect(404);
    }
}
