//! Webhooks on their pages: added, looked at, called again, told a time again, turned on and off, removed.

use super::{Person, Shop, action_ending, token};
use serde_json::{Value, json};
use stories::{Options, Receiver, Reply, Stage, eventually, native, story};

/// The address of the page of the only webhook.
#[track_caller]
fn only(page: &Reply) -> String {
    let text = page.text();
    let links = text.split("href=\"").filter_map(|rest| rest.split('"').next());
    let mut links = links.filter(|link| link.contains("/webhooks/"));
    links
        .next()
        .unwrap_or_else(|| panic!("no webhook: {text}"))
        .to_owned()
}

/// The text of the secret that a page shows.
fn secret_in(page: &Reply) -> Option<String> {
    let text = page.text();
    let (_, rest) = text.split_once("<dd class=\"mono secret\">")?;
    rest.split_once('<').map(|(secret, _)| secret.to_owned())
}

/// What the receiver was told, by type.
fn told(receiver: &Receiver) -> Vec<String> {
    let bodies = receiver
        .received()
        .into_iter()
        .map(|call| serde_json::from_slice(&call.body).unwrap());
    bodies
        .map(|body: Value| body["type"].as_str().unwrap_or_default().to_owned())
        .collect()
}

story! {
    /// What is added on the page is called, signed with the secret that was shown once; each call is seen with its
    /// tries, and made again by hand.
    async fn a_webhook_is_added_called_and_called_again(stage: Stage) {
        let server = stage.start(&Options::default().sandbox().configuration("[webhooks]\nretry_after_seconds = [600]\n"));
        let shop = Shop::open(&server, "Nordlys", 1, 3).await;
        let receiver = Receiver::start().await;
        let mut ada = Person::of(&server, "ada", "administer", Some("Nordlys")).await;
        let all = format!("{}/webhooks", shop.base);
        let empty = ada.get(&all).await.expect(200);
        assert!(empty.text().contains("No webhooks"), "{}", empty.text());
        let fields = [("url", receiver.url("/hook?token=hidden")), ("description", "Stock".to_owned())];
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str()))
            .chain([("events", "captured"), ("events", "refunded")]).collect();
        let added = ada.send(&empty, &all, &fields).await.expect(201);
        let secret = secret_in(&added).unwrap();
        assert!(secret.starts_with("whsec_"), "{secret}");
        let again = ada.send(&empty, &all, &fields).await.expect(201);
        assert_eq!(secret_in(&again), Some(secret), "the same form adds one webhook");
        let listed = ada.get(&all).await.expect(200);
        let page = only(&listed);
        assert_eq!(listed.text().matches("data-row").count(), 1, "{}", listed.text());
        assert!(!listed.text().contains("whsec_") && listed.text().contains("2 sorts of events"), "{}", listed.text());
        assert_eq!(secret_in(&ada.get(&page).await.expect(200)), None, "a secret is shown once");

        receiver.refuse_next(500);
        shop.caller.post(&format!("{}/capture", shop.api), &json!({ "amount": 10 })).await.expect(200);
        receiver.wait_for(1).await;
        let mut arne = Person::of(&server, "arne", "act", Some("Nordlys")).await;
        let failing = eventually("the failed try is seen", async || {
            let seen = arne.look(&page).await.expect(200);
            seen.text().contains("500").then_some(seen)
        }).await;
        let text = failing.text();
        assert!(text.contains("order.captured") && text.contains("Failing") && text.contains(&shop.order), "{text}");
        assert!(!text.contains("token=hidden") && !text.contains(&format!("{page}/remove")), "for administrators alone: {text}");
        let retry = action_ending(&text, "/retry");
        let done = arne.send(&failing, &retry, &[]).await.expect(303);
        assert_eq!(done.header("location"), format!("{page}?done=retry"));
        receiver.wait_for(2).await;
        eventually("the call is seen to be taken", async || {
            let seen = arne.look(&format!("{page}?state=done")).await.expect(200).text();
            (seen.contains("Delivered</span>") && seen.contains("Tried 2 times")).then_some(())
        }).await;
        assert_eq!(told(&receiver), ["order.captured", "order.captured"]);
        arne.send(&failing, &format!("{page}/ping"), &[]).await.expect(303);
        receiver.wait_for(3).await;
        let missing = retry.replace("/retry", "9/retry");
        arne.post(&missing, &[("form_token", &token(&text))]).await.expect(404);
    }

    /// A time is told again; one that was turned off is turned on; a new secret is made once; and it is removed.
    async fn a_webhook_is_looked_after(stage: Stage) {
        let server = stage.start(&Options::default().sandbox());
        let shop = Shop::open(&server, "Nordlys", 1, 3).await;
        let receiver = Receiver::start().await;
        let mut ada = Person::of(&server, "ada", "administer", Some("Nordlys")).await;
        let all = format!("{}/webhooks", shop.base);
        let form = ada.get(&all).await.expect(200);
        ada.send(&form, &all, &[("url", &receiver.url("/hook"))]).await.expect(201);
        let page = only(&ada.get(&all).await.expect(200));
        let seen = ada.get(&page).await.expect(200);
        let done = ada.send(&seen, &format!("{page}/turn"), &[]).await.expect(303);
        let off = ada.get(done.header("location")).await.expect(200);
        assert!(off.text().contains(">Off</span>") && !off.text().contains("/ping\""), "{}", off.text());
        shop.caller.post("/ordrebok/v1/orders", &native::preliminary("ORDER2", 2)).await.expect(201);
        ada.send(&off, &format!("{page}/turn"), &[]).await.expect(303);
        assert_eq!(told(&receiver), Vec::<String>::new(), "what happens while it is off is not told");
        for (from, until, wrong) in [
            ("", "", "Say from when on"), ("soon", "", "Write a time"), ("2020-01-01T00:00", "2019-01-01T00:00", "not later"),
        ] {
            let reply = ada.send(&seen, &format!("{page}/replay"), &[("from", from), ("until", until)]).await.expect(422);
            assert!(reply.text().contains(wrong) && reply.text().contains(&format!("value=\"{from}\"")), "{}", reply.text());
        }
        let replay = [("from", "2020-01-01T00:00"), ("until", "")];
        let done = ada.send(&seen, &format!("{page}/replay"), &replay).await.expect(303);
        let said = ada.get(done.header("location")).await.expect(200).text();
        receiver.wait_for(4).await;
        assert!(told(&receiver).iter().filter(|kind| *kind == "order.registered").count() == 2, "{:?}", told(&receiver));
        assert!(said.contains("events are told again"), "{said}");

        let secrets = [ada.send(&seen, &format!("{page}/secret"), &[]).await, ada.send(&seen, &format!("{page}/secret"), &[]).await];
        let secrets = secrets.map(|reply| secret_in(&reply.expect(200)).unwrap());
        assert_eq!(secrets[0], secrets[1], "the same form makes one secret");
        assert!(ada.get(&page).await.expect(200).text().contains("Number 2<"));
        for (fields, wrong) in [
            (vec![("url", "ftp://a.example")], "begins with https"), (vec![("url", "")], "begins with https"),
            (vec![("url", "https://a.example"), ("events", "exploded")], "no such event"),
            (vec![("url", "https://a.example"), ("description", "two\nlines")], "on one line"),
        ] {
            let reply = ada.send(&seen, &page, &fields).await.expect(422);
            assert!(reply.text().contains(wrong), "{}", reply.text());
        }
        let done = ada.send(&seen, &page, &[("url", "https://a.example/new"), ("events", "failed")]).await.expect(303);
        let changed = ada.get(done.header("location")).await.expect(200).text();
        assert!(changed.contains("<h1>https://a.example/new</h1>") && changed.contains("order.failed"), "{changed}");
        ada.send(&seen, &format!("{page}/remove"), &[]).await.expect(400);
        ada.send(&seen, &format!("{page}/remove"), &[("sure", "yes")]).await.expect(303);
        ada.get(&page).await.expect(404);
        let shown = token(&seen.text());
        for step in ["", "/turn", "/secret", "/ping", "/replay", "/remove"] {
            let fields = [("form_token", shown.as_str()), ("key", "0123456789abcdef"), ("sure", "yes"), ("url", "https://a.example"), ("to", "on"),
                ("from", "2020-01-01"), ("to", "off")];
            let reply = ada.post(&format!("{page}{step}"), &fields).await;
            assert_eq!(reply.status(), 404, "{step}: {}", reply.text());
        }
    }
}
