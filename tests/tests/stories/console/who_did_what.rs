//! Who did what: read by administrators, narrowed, paged, and never another merchant's.

use super::{Person, Shop, token};
use serde_json::json;
use stories::{Server, story};

/// The rows of the trail that a page shows, from the latest on.
fn rows(page: &str) -> Vec<&str> {
    page.split("<tbody>")
        .nth(1)
        .unwrap_or_default()
        .split("<tr>")
        .skip(1)
        .collect()
}

story! {
    /// What is done on the pages stands in the trail with its doer, and is found by who and what.
    async fn what_is_done_stands_in_the_trail(server: Server) {
        let shop = Shop::open(&server, "Nordlys", 1, 3).await;
        Shop::open(&server, "Fjord", 2, 5).await;
        let mut ada = Person::of(&server, "ada", "administer", Some("Nordlys")).await;
        let mut per = Person::of(&server, "per", "administer", Some("Nordlys")).await;
        let trail = format!("{}/trail", shop.base);
        let page = |name: &str| format!("{}/{name}", shop.base);
        let form = ada.get(&page("credentials")).await.expect(200);
        ada.send(&form, &page("credentials"), &[("api", "ordrebok"), ("scope", "read"), ("id", "till-7")]).await.expect(201);
        let form = per.get(&page("people")).await.expect(200);
        per.send(&form, &page("people"), &[("name", "ola"), ("role", "act")]).await.expect(201);
        let form = per.get(&page("webhooks")).await.expect(200);
        per.send(&form, &page("webhooks"), &[("url", "https://stock.example/told")]).await.expect(201);

        let all = ada.get(&trail).await.expect(200).text();
        let seen = rows(&all);
        for (row, told) in seen.iter().zip([["person per", "webhook.add"], ["person per", "person.add"], ["person ada", "credential.add"]]) {
            assert!(told.iter().all(|told| row.contains(told)), "{told:?}: {row}");
        }
        assert!(seen[1].contains("person ola") && seen[2].contains("till-7"), "{all}");
        assert!(!all.contains("Fjord"), "{all}");
        for (query, found) in [
            ("who=person+ada", 1), ("who=person+per", 2), ("who=ada", 0), ("what=credential.add&who=person+ada", 1), ("what=person", 1),
            ("what=webhook.remove", 0), ("to=2001-01-01", 0), ("from=2001-01-01&who=person+per", 2), ("before=1_1_1", 0),
        ] {
            let text = ada.get(&format!("{trail}?{query}")).await.expect(200).text();
            assert_eq!(rows(&text).len(), found, "{query}: {text}");
        }
        let none = ada.get(&format!("{trail}?who=ada")).await.expect(200).text();
        assert!(none.contains("Nothing like that") && none.contains("value=\"ada\""), "{none}");
        for query in ["what=%22%3E", "from=soon", "to=2026-13-01", &format!("who={}", "x".repeat(301))] {
            let wrong = ada.get(&format!("{trail}?{query}")).await.expect(422).text();
            assert!(wrong.contains("role=\"alert\""), "{query}: {wrong}");
        }
        ada.get(&format!("{trail}?who=%00")).await.expect(400);
        let mut arne = Person::of(&server, "arne", "act", Some("Nordlys")).await;
        arne.get(&trail).await.expect(403);

        // The operator's people see the installation's as well; nobody else does, however they ask.
        let mut olga = Person::of(&server, "olga", "administer", None).await;
        let everything = olga.get(&format!("{trail}?of=all&what=merchant.add")).await.expect(200).text();
        assert!(everything.contains("merchant Fjord") && everything.contains("merchant Nordlys"), "{everything}");
        let asked = ada.get(&format!("{trail}?of=all")).await.expect(200).text();
        assert!(!asked.contains("Fjord") && !asked.contains("Everything"), "{asked}");
    }

    /// A long trail comes in pages, each entry on one of them.
    async fn a_long_trail_comes_in_pages(server: Server) {
        let shop = Shop::open(&server, "Nordlys", 1, 3).await;
        let mut ada = Person::of(&server, "ada", "administer", Some("Nordlys")).await;
        let hook = json!({ "url": "https://stock.example/told" });
        let hook = shop.caller.post("/ordrebok/v1/webhooks", &hook).await.expect(201).json();
        let path = format!("{}/webhooks/{}", shop.base, hook["id"].as_str().unwrap());
        let shown = token(&ada.get(&path).await.expect(200).text());
        for turn in 0..55 {
            let description = format!("turn {turn}");
            let fields = [("form_token", shown.as_str()), ("url", "https://stock.example/told"), ("description", &description)];
            ada.post(&path, &fields).await.expect(303);
        }
        let first = ada.get(&format!("{}/trail?what=webhook.change", shop.base)).await.expect(200).text();
        let (_, rest) = first.split_once("rel=\"next\" href=\"").unwrap();
        let next = rest.split('"').next().unwrap().replace("&amp;", "&");
        let second = ada.get(&next).await.expect(200).text();
        assert_eq!((rows(&first).len(), rows(&second).len()), (50, 5));
        assert!(!second.contains("rel=\"next\""), "{second}");
    }
}
