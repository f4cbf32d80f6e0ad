//! Acting on orders: a preview that changes nothing, and then what it said, once.

use super::{Person, Shop};
use serde_json::json;
use stories::{Server, story};

story! {
    /// Part of an order is captured, and part of that refunded; the timeline tells of both.
    async fn an_amount_is_captured_and_refunded(server: Server) {
        let shop = Shop::open(&server, "Nordlys", 1, 150).await;
        let mut kari = Person::of(&server, "kari", "act", Some("Nordlys")).await;
        let capture = format!("{}/capture", shop.order);
        let preview = kari.preview(&capture, &[("how", "amount"), ("amount", "1 000,50"), ("number", "F-1")]).await.expect(200);
        assert!(preview.text().contains("+1\u{202f}000.50") && preview.text().contains("\u{2212}1\u{202f}000.50"), "{}", preview.text());
        assert_eq!(shop.money().await, ["1500.00", "0.00", "0.00", "0.00", "1500.00"], "a preview changes nothing");
        let done = kari.send(&preview, &capture, &[("step", "do")]).await.expect(303);
        let page = kari.get(done.header("location")).await.expect(200).text();
        assert!(page.contains("The amount is captured.") && page.contains("number F-1"), "{page}");
        assert_eq!(shop.money().await, ["1500.00", "1000.50", "0.00", "0.00", "499.50"]);

        let refund = format!("{}/refund", shop.order);
        kari.act(&refund, &[("capture", "F-1"), ("how", "lines"), ("quantity.0", "3")]).await.expect(303);
        kari.act(&format!("{}/cancel", shop.order), &[("how", "all")]).await.expect(303);
        assert_eq!(shop.money().await, ["1500.00", "1000.50", "30.00", "499.50", "0.00"]);
        let events = shop.caller.get(&format!("{}/events", shop.api)).await.expect(200).json();
        let names: Vec<_> = events["events"].as_array().unwrap().iter().filter_map(|event| event["name"].as_str()).collect();
        assert!(names.ends_with(&["captured", "refunded", "cancelled"]), "{names:?}");
    }

    /// The same form sent twice does it once, and a form whose order has moved on does nothing but say so.
    async fn what_is_done_is_what_was_previewed_and_once(server: Server) {
        let shop = Shop::open(&server, "Nordlys", 1, 10).await;
        let mut kari = Person::of(&server, "kari", "act", None).await;
        let capture = format!("{}/capture", shop.order);
        let first = kari.preview(&capture, &[("how", "amount"), ("amount", "10")]).await.expect(200);
        let second = kari.preview(&capture, &[("how", "amount"), ("amount", "20")]).await.expect(200);
        for _ in 0..3 {
            kari.send(&first, &capture, &[("step", "do")]).await.expect(303);
        }
        assert_eq!(shop.money().await[1], "10.00");
        kari.send(&first, &capture, &[("step", "do"), ("amount", "90")]).await.expect(400);
        let moved = kari.send(&second, &capture, &[("step", "do")]).await.expect(200);
        assert!(moved.text().contains("has changed since the preview"), "{}", moved.text());
        assert_eq!(shop.money().await[1], "10.00");
        kari.send(&moved, &capture, &[("step", "do")]).await.expect(303);
        assert_eq!(shop.money().await[1], "30.00");
    }

    /// What the rules refuse, and what can't be read, is told above the form, and nothing is done.
    async fn refusals_are_told_in_the_form(server: Server) {
        let shop = Shop::open(&server, "Nordlys", 1, 10).await;
        let mut kari = Person::of(&server, "kari", "act", None).await;
        let long = "9".repeat(40);
        for (action, fields, status, told) in [
            ("capture", vec![("how", "amount"), ("amount", "100.01")], 409, "is more than the"),
            ("capture", vec![("how", "amount"), ("amount", "0.001")], 409, "more decimals"),
            ("capture", vec![("how", "amount"), ("amount", "0")], 409, "above zero"),
            ("capture", vec![("how", "amount"), ("amount", "-1")], 422, "Write a number"),
            ("capture", vec![("how", "amount"), ("amount", "1e9")], 422, "Write a number"),
            ("capture", vec![("how", "amount"), ("amount", &long)], 422, "Write a number"),
            ("capture", vec![("how", "amount"), ("amount", "1000000000000")], 422, "out of range"),
            ("capture", vec![("how", "amount"), ("amount", "")], 422, "Say how much"),
            ("capture", vec![("how", "lines")], 422, "at least one line"),
            ("refund", vec![("how", "all")], 409, "Nothing has been captured"),
            ("ship", vec![("capture", "X"), ("carrier", "Posten")], 409, "has no capture"),
            ("ship", vec![("capture", "X"), ("carrier", "")], 422, "who carries"),
            ("ship", vec![("capture", "X"), ("carrier", "P"), ("tracking_url", "javascript:alert(1)")], 422, "https://"),
            ("fail", vec![("reason", "other")], 422, "Say why"),
        ] {
            let reply = kari.preview(&format!("{}/{action}", shop.order), &fields).await.expect(status);
            let text = reply.text();
            assert!(text.contains(told) && text.contains("role=\"alert\""), "{action} {fields:?}: {text}");
        }
        let nul = kari.preview(&format!("{}/capture", shop.order), &[("number", "a\0b")]).await;
        assert_eq!(nul.status(), 400, "{}", nul.text());
        assert_eq!(shop.money().await, ["100.00", "0.00", "0.00", "0.00", "100.00"]);
    }

    /// An order goes from registered to processed, shipped and taken back.
    async fn an_order_is_led_through_its_life(server: Server) {
        let shop = Shop::open(&server, "Nordlys", 1, 4).await;
        let mut kari = Person::of(&server, "kari", "act", None).await;
        let placed = shop.caller.post("/ordrebok/v1/orders", &stories::native::preliminary("ORDER2", 2)).await.expect(201);
        let second = format!("{}/orders/{}", shop.base, placed.json()["id"].as_str().unwrap());
        kari.act(&format!("{second}/confirm"), &[]).await.expect(303);
        kari.act(&format!("{second}/process"), &[]).await.expect(303);
        let again = kari.preview(&format!("{second}/process"), &[]).await.expect(200);
        assert!(again.text().contains("done already"), "{}", again.text());
        let placed = shop.caller.post("/ordrebok/v1/orders", &stories::native::preliminary("ORDER3", 2)).await.expect(201);
        let third = format!("{}/orders/{}", shop.base, placed.json()["id"].as_str().unwrap());
        kari.act(&format!("{third}/fail"), &[("reason", "other"), ("words", "Kari <b>said</b> no")]).await.expect(303);
        let page = kari.get(&third).await.expect(200).text();
        assert!(page.contains("Kari &lt;b&gt;said&lt;/b&gt; no") && !page.contains("<b>said"), "{page}");

        kari.act(&format!("{}/capture", shop.order), &[("how", "lines"), ("quantity.0", "2"), ("number", "F-1")]).await.expect(303);
        let sent = [("capture", "F-1"), ("carrier", "Posten"), ("tracking_id", "70"), ("tracking_url", "https://sporing.example/70")];
        kari.act(&format!("{}/ship", shop.order), &sent).await.expect(303);
        let order = shop.caller.get(&shop.api).await.expect(200);
        order.contains(&json!({ "captures": [{ "number": "F-1", "amount": 20, "shipments": [{ "carrier": "Posten", "direction": "outbound" }] }] }));
    }

    /// Each API's form of the order is on its page, digit for digit.
    async fn the_order_is_shown_as_each_api_shows_it(server: Server) {
        let shop = Shop::open(&server, "Nordlys", 1, 3).await;
        let mut kari = Person::of(&server, "kari", "view", None).await;
        let page = kari.get(&shop.order).await.expect(200).text();
        for told in ["JSON of AfterPay", "JSON of Connect", "JSON of Marketplace", "JSON of Ordrebok", "&quot;remaining&quot;: 30.00", "&quot;orderStatus&quot;: "] {
            assert!(page.contains(told), "{told}: {page}");
        }
    }
}
