//! XML for the clients of 2015 to 2017.

use stories::{Server, connect, story};

use super::browser::{publisher, signed_in_user};

story! {
    /// Where they ask for it; everybody else gets JSON.
    async fn older_clients_get_xml_where_they_ask_for_it(server: Server) {
        let (merchant, client) = publisher(&server, "Fjellforlaget").await;
        let (_, kari) = signed_in_user(&server, &merchant, &client, "kari@example.no").await;
        let profile = "/capi/v1/customer/profile";
        let answer = kari.get(profile).header("accept", "application/xml").await.expect(200);
        assert_eq!(answer.header("content-type"), "application/xml; charset=utf-8");
        assert!(answer.text().starts_with("<?xml") && answer.text().contains("<emails>kari@example.no</emails>"), "{}", answer.text());
        for accept in ["application/json", "*/*", "application/json, application/xml"] {
            let answer = kari.get(profile).header("accept", accept).await.expect(200);
            assert_eq!(answer.header("content-type"), "application/json; charset=utf-8", "{accept}");
        }
        assert_eq!(kari.get(profile).await.expect(200).header("content-type"), "application/json; charset=utf-8");
        let body = connect::register("2342", "invoice");
        let registered = kari.post("/capi/v1/order", &body).header("accept", "text/xml").header("idempotency-key", "1").await.expect(200);
        assert!(registered.text().contains("<response><orderId>1"), "{}", registered.text());
        // The same answer in the other form.
        let again = kari.post("/capi/v1/order", &body).header("idempotency-key", "1").await.expect(200).json();
        assert!(registered.text().contains(&format!("<orderId>{}</orderId>", again["orderId"])));
        let listed = kari.get("/capi/v1/subscription").header("accept", "application/xml").await.expect(200);
        assert!(listed.text().ends_with("<response></response>\n"), "{}", listed.text());
        // Errors too; those about the token are OAuth's own.
        let refused = kari.post("/capi/v1/order", &serde_json::json!({})).header("accept", "application/xml").await.expect(400);
        assert!(refused.text().contains("<exceptionType>ValidationException</exceptionType>"), "{}", refused.text());
    }
}
