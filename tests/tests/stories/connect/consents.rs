//! Consent events: kept once, told of the last one first.

use serde_json::{Value, json};
use stories::{Server, story};

use super::browser::{publisher, signed_in_user};

const CLIENT: &str = "/capi/v1/client/customer/privacy/consentEvent";
const USER: &str = "/capi/v1/customer/privacy/consentEvent";

fn given(action: &str, at: i64) -> Value {
    json!({
        "consentIssuer": "FTOTT", "consentTarget": "newsletter", "consentScope": "mail", "subject": "563457",
        "subjectType": "CONNECT", "source": "shop", "action": action, "eventTime": at, "data": "eyJhIjoxfQ=="
    })
}

story! {
    /// In client mode: about customers, users, orders, and whom other systems know.
    async fn consent_events_are_registered_and_listed(server: Server) {
        let (client, other) = (server.connect_client().await, server.connect_client().await);
        let history = format!("{CLIENT}/history/FTOTT/CONNECT/563457");
        client.get(&history).await.expect(200).matches(&json!({ "consentEvents": [] }));
        let (first, last) = (given("given", 1_559_372_400_000), given("withdrawn", 1_559_372_500_000));
        client.post(CLIENT, &last).await.expect(200).matches(&last);
        for _ in 0..2 {
            client.post(CLIENT, &first).header("idempotency-key", "once").await.expect(200).matches(&first);
        }
        client.get(&history).await.expect(200).matches(&json!({ "consentEvents": [last, first] }));
        client.get(&format!("{history}?onlyActive=true")).await.expect(200).matches(&json!({ "consentEvents": [last] }));
        let about_an_order = json!({ "consentId": "C1", "subject": "1000000000", "subjectType": "ORDER", "action": "given" });
        let kept = client.post(CLIENT, &about_an_order).await.expect(200).json();
        assert_eq!(kept["consentIssuer"], client.credential.id, "the client's own when it is not said");
        let path = format!("{CLIENT}/history/{}/ORDER/1000000000", client.credential.id);
        client.get(&path).await.expect(200).matches(&json!({ "consentEvents": [kept] }));
        for none in [format!("{CLIENT}/history/FTOTT/EXTERNAL/563457"), format!("{CLIENT}/history/FTOTT/CONNECT/56345"), format!("{CLIENT}/history/X/CONNECT/563457")] {
            client.get(&none).await.expect(200).matches(&json!({ "consentEvents": [] }));
        }
        other.get(&history).await.expect(200).matches(&json!({ "consentEvents": [] }));
        let with = |member: &str, value: Value| {
            let mut body = given("given", 1);
            body[member] = value;
            body
        };
        for bad in [
            json!({}), with("consentScope", json!(null)), with("subject", json!("")), with("subjectType", json!("PERSON")), with("action", json!("")),
            with("data", json!("not base64")), with("eventTime", json!("9".repeat(40))), with("consentTarget", json!("x".repeat(256))), with("subject", json!("a\u{0}")),
        ] {
            client.post(CLIENT, &bad).await.expect(400).contains(&json!({ "exceptionType": "ValidationException" }));
        }
        client.get(&format!("{CLIENT}/history/FTOTT/PERSON/1")).await.expect(400).contains(&json!({ "exceptionType": "ValidationException" }));
    }

    /// In user mode: about the user who is signed in, and nobody else.
    async fn a_user_consents_for_themselves(server: Server) {
        let (merchant, client) = publisher(&server, "Fjellforlaget").await;
        let (_, kari) = signed_in_user(&server, &merchant, &client, "kari@example.no").await;
        let (_, ola) = signed_in_user(&server, &merchant, &client, "ola@example.no").await;
        let kept = kari.post(USER, &json!({ "consentIssuer": "FTOTT", "consentId": "C1", "action": "given" })).await.expect(200).json();
        assert_eq!(kept["subjectType"], "CONNECTID");
        kari.get(&format!("{USER}/history/FTOTT")).await.expect(200).matches(&json!({ "consentEvents": [kept] }));
        ola.get(&format!("{USER}/history/FTOTT")).await.expect(200).matches(&json!({ "consentEvents": [] }));
        let path = format!("{CLIENT}/history/FTOTT/CONNECTID/{}", kept["subject"].as_str().unwrap());
        merchant.connect_with(client).await.get(&path).await.expect(200).matches(&json!({ "consentEvents": [kept] }));
        for another in [
            json!({ "consentId": "C1", "action": "given", "subject": kept["subject"] }),
            json!({ "consentId": "C1", "action": "given", "subject": "563457", "subjectType": "CONNECT" }),
        ] {
            ola.post(USER, &another).await.expect(400).contains(&json!({ "exceptionType": "ValidationException" }));
        }
    }
}
