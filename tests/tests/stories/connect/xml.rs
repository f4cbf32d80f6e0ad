//! XML for the clients of 2015 to 2017.

use axum::http::Method;
use serde_json::json;
use stories::{Caller, Server, connect, story};

use super::browser::{publisher, signed_in_user};

/// An order as a client of 2016 writes it.
const ORDER: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<order>
  <externalOrderId>X &amp; Y</externalOrderId><orderDate>2019-06-01T09:00:00+02:00</orderDate><paymentMethod>invoice</paymentMethod>
  <orderAmount>295.50</orderAmount><currency>NOK</currency><prepaid>false</prepaid><companyCode/>
  <payer>
    <firstName>Kari</firstName><lastName><![CDATA[Nordmann]]></lastName><streetNumber>55</streetNumber><birthDate>1980-01-01T00:00:00+01:00</birthDate>
    <emails>kari@example.no</emails><phoneNumbers><phoneNumber>+4712345678</phoneNumber></phoneNumbers>
  </payer>
  <orderLines>
    <productSpecType>coupon</productSpecType><productSpecCode>TOTT</productSpecCode><productSpecNo>60</productSpecNo><quantity>1</quantity><unitPrice>295.50</unitPrice>
  </orderLines>
</order>"#;

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
        let refused = kari.post("/capi/v1/order", &json!({})).header("accept", "application/xml").await.expect(400);
        assert!(refused.text().contains("<exceptionType>ValidationException</exceptionType>"), "{}", refused.text());
    }

    /// A body in XML is the same order; so are the others that complete and find it. Who sends XML gets XML, unless JSON is
    /// asked for.
    async fn bodies_in_xml_are_read_where_older_clients_send_them(server: Server) {
        let (merchant, client) = publisher(&server, "Fjellforlaget").await;
        let (_, kari) = signed_in_user(&server, &merchant, &client, "kari@example.no").await;
        let site = merchant.connect_with(client).await;
        let post = |caller: &Caller, path: &str, body: &str| {
            caller.call(Method::POST, path).body("application/xml;charset=UTF-8", body.to_owned())
        };
        for (caller, path) in [(&site, "/capi/v1/client/order"), (&kari, "/capi/v1/order")] {
            let registered = post(caller, path, ORDER).await.expect(200);
            assert_eq!(registered.header("content-type"), "application/xml; charset=utf-8");
            let text = registered.text();
            let id = text.split("<orderId>").nth(1).and_then(|rest| rest.split('<').next()).expect("an orderId");
            // The time is what date('c') gives, and amounts are exact.
            let told = site.get(&format!("/capi/v1/client/order/status/{id}")).await.expect(200);
            told.contains(&json!({ "orders": [{ "externalOrderId": "X & Y", "orderTime": 1_559_372_400_000_u64, "orderAmount": 295.50 }] }));
            let complete = format!("<fulfillment><orderId>{id}</orderId></fulfillment>");
            let done = post(&site, "/capi/v1/client/order/fulfillment", &complete).await.expect(200);
            assert!(done.text().contains("<fulfillmentStatus>OK</fulfillmentStatus>"), "{}", done.text());
        }
        let asked = "<search><externalOrderId>X &amp; Y</externalOrderId></search>";
        let found = post(&kari, "/capi/v1/order/status", asked).header("accept", "*/*").await.expect(200);
        assert!(found.text().contains("<externalOrderId>X &amp; Y</externalOrderId>"), "{}", found.text());
        let found = post(&kari, "/capi/v1/order/status", asked).header("accept", "application/json").await.expect(200);
        assert_eq!(found.json()["orders"][0]["orderLines"][0]["productId"], "TOTT");
        let refused = post(&site, "/capi/v1/client/order", ORDER).without("authorization").await.expect(401);
        refused.contains(&json!({ "error": "invalid_token" })); // what OAuth's libraries read
    }

    /// Bombs, files, depth, NULs and nonsense are the caller's mistakes, told as every other.
    async fn what_is_wrong_with_a_body_in_xml_is_told(server: Server) {
        let client = server.connect_client().await;
        let bomb = format!("<!DOCTYPE o [<!ENTITY a \"{}\"><!ENTITY b \"&a;&a;&a;&a;\">]><o>&b;</o>", "x".repeat(1000));
        let file = "<!DOCTYPE o [<!ENTITY f SYSTEM \"file:///etc/passwd\">]><o><externalOrderId>&f;</externalOrderId></o>";
        for body in [
            bomb.as_str(), file, &"<a>".repeat(100_000), &format!("{}{}", "<a>".repeat(5000), "</a>".repeat(5000)), "<o>&nobody;</o>",
            "<o><externalOrderId>\u{0}</externalOrderId></o>", "<o><externalOrderId>&#0;</externalOrderId></o>", "<o><a></o>", "", "{}", "<o/>",
            "<o><orderDate>yesterday</orderDate></o>", &format!("<o><payer><customerNumber>{}</customerNumber></payer></o>", "9".repeat(40)),
        ] {
            let call = || client.call(Method::POST, "/capi/v1/client/order").body("text/xml", body.to_owned());
            let refused = call().await.expect(400);
            assert!(refused.text().contains("<exceptionType>ValidationException</exceptionType>"), "{}", refused.text());
            call().header("accept", "application/json").await.expect(400).contains(&json!({ "exceptionType": "ValidationException" }));
        }
    }
}
