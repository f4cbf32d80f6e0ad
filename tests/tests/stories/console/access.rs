//! Who may open which page, and what other sites can make a browser do.

use super::{Person, Shop, token};
use serde_json::json;
use stories::{Reply, Server, story};

/// All pages for people, as the program lists them: method, and path with its parameters.
fn pages(server: &Server) -> Vec<(String, String)> {
    let listed = server.run(&["endpoints"]).expecting(0).stdout;
    let pages = listed.lines().filter_map(|line| {
        let [api, method, path, needs] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("not an endpoint: {line}");
        };
        (api == "console" && needs == "person").then(|| (method.to_owned(), path.to_owned()))
    });
    pages.collect()
}

/// The page for one merchant and order.
fn filled(path: &str, merchant: &str, order: &str) -> String {
    path.replace("{merchant}", merchant)
        .replace("{order}", order)
        .replace("{action}", "capture")
        .replace("{customer}", "CUSTOMER1")
        .replace("{delivery}", "1")
        .replace("{credential}", "1")
        .replace("{import}", "1")
        .replace("{webhook}", "00000000-0000-4000-8000-000000000000")
        .replace("{person}", "somebody")
}

async fn open(person: &mut Person, method: &str, path: &str) -> Reply {
    if method == "GET" {
        person.get(path).await
    } else {
        person.post(path, &[]).await
    }
}

story! {
    /// Nobody sees anything without signing in, and what can't be read is refused, never failed at.
    async fn strangers_are_shown_the_way_in(server: Server) {
        let shop = Shop::open(&server, "Nordlys", 1, 3).await;
        let order = shop.order.rsplit('/').next().unwrap().to_owned();
        let mut stranger = Person::stranger(&server, "nobody");
        stranger.cookies.forge("ordrebok_console", "made up");
        let all = pages(&server);
        assert!(all.len() > 12, "{all:?}");
        for (method, path) in &all {
            let reply = open(&mut stranger, method, &filled(path, "1", &order)).await.expect(303);
            assert!(reply.header("location").starts_with("/console/sign-in?next="), "{method} {path}");
        }
        let mut kari = Person::of(&server, "kari", "administer", None).await;
        let deep = "1".repeat(40);
        for path in [
            "/console/1/orders/%00", "/console/1/orders/%ff", "/console/%ff", "/console/1/orders?q=%00",
            "/console/1/orders/1000000000/explode", "/console/0", "/console/-1", "/console/1/nothing",
            &format!("/console/{deep}"), &format!("/console/1/orders/{deep}"), "/console/1/customers/NOBODY",
            "/console/1/deliveries?before=x-y&state=%ff",
        ] {
            let reply = kari.get(path).await;
            assert!((400..500).contains(&reply.status()), "{path}: {}", reply.status());
            assert!(reply.header("content-type").starts_with("text/html"), "{path}");
        }
        kari.post("/console/1/orders", &[]).await.expect(405);
    }

    /// Everything comes from here, nothing is kept, and nobody frames it.
    async fn pages_say_what_browsers_may_do(server: Server) {
        let page = server.http().get("/console/sign-in").await.expect(200);
        let policy = page.header("content-security-policy").to_owned();
        assert!(policy.starts_with("default-src 'none';") && !policy.contains("unsafe"), "{policy}");
        assert_eq!(page.header("x-frame-options"), "DENY");
        assert_eq!(page.header("cache-control"), "no-store");
        let text = page.text();
        assert!(!text.contains("style=\"") && !text.contains("<style") && !text.contains("onclick"), "{text}");
        for (name, kind) in [("console.css", "text/css"), ("console.js", "text/javascript"), ("icon.svg", "image/svg")] {
            let start = text.find("/console/assets/").unwrap();
            let version: String = text[start..].split('/').take(4).collect::<Vec<_>>().join("/");
            let asset = server.http().get(&format!("{version}/{name}")).await.expect(200);
            assert!(asset.header("content-type").starts_with(kind) && asset.header("cache-control").contains("immutable"));
        }
        server.http().get("/console/assets/1/other.js").await.expect(404);
    }

    /// Who may look may not act, who may act may not administer.
    async fn roles_say_what_people_may_do(server: Server) {
        let shop = Shop::open(&server, "Nordlys", 1, 3).await;
        let (capture, credentials) = (format!("{}/capture", shop.order), format!("{}/credentials", shop.base));
        let mut viewer = Person::of(&server, "vera", "view", Some("Nordlys")).await;
        let order = viewer.get(&shop.order).await.expect(200);
        assert!(!order.text().contains("/capture\""), "no action is offered");
        viewer.get(&capture).await.expect(403);
        viewer.get(&credentials).await.expect(403);
        // Even with the token of her own session, which stands in the form to sign out.
        let shown = token(&order.text());
        let fields = [("form_token", shown.as_str()), ("how", "all"), ("step", "do"), ("version", "3"), ("key", "0123456789abcdef")];
        viewer.post(&capture, &fields).await.expect(403);
        assert_eq!(shop.money().await[1], "0.00");
        let mut actor = Person::of(&server, "arne", "act", Some("Nordlys")).await;
        actor.get(&capture).await.expect(200);
        actor.get(&credentials).await.expect(403);
        let order = actor.get(&shop.order).await.expect(200);
        let shown = token(&order.text());
        let fields = [("form_token", shown.as_str()), ("api", "ordrebok"), ("scope", "write")];
        actor.post(&credentials, &fields).await.expect(403);
        let mut administrator = Person::of(&server, "ada", "administer", Some("Nordlys")).await;
        administrator.get(&credentials).await.expect(200);
        administrator.get(&capture).await.expect(200);
    }

    /// A form without its token, or with another session's, does nothing.
    async fn other_sites_send_nothing(server: Server) {
        let shop = Shop::open(&server, "Nordlys", 1, 3).await;
        let mut kari = Person::of(&server, "kari", "administer", None).await;
        let mut eve = Person::of(&server, "eve", "administer", None).await;
        let capture = format!("{}/capture", shop.order);
        let fields = [("how", "all"), ("step", "do"), ("version", "3"), ("key", "0123456789abcdef")];
        kari.post(&capture, &fields).await.expect(403);
        let theirs = eve.preview(&capture, &[("how", "all")]).await.expect(200);
        kari.send(&theirs, &capture, &[("step", "do")]).await.expect(403);
        for (method, path) in pages(&server) {
            if method == "POST" {
                kari.post(&filled(&path, "1", shop.order.rsplit('/').next().unwrap()), &[]).await.expect(403);
            }
        }
        assert_eq!(shop.money().await[1], "0.00");
        eve.send(&theirs, &capture, &[("step", "do")]).await.expect(303);
        assert_eq!(shop.money().await[1], "30.00");
    }

    /// What another merchant has is answered as what nobody has.
    async fn other_merchants_are_unknown(server: Server) {
        let ours = Shop::open(&server, "Nordlys", 1, 3).await;
        let theirs = Shop::open(&server, "Fjord", 2, 5).await;
        let mut kari = Person::of(&server, "kari", "administer", Some("Nordlys")).await;
        let order = theirs.order.rsplit('/').next().unwrap().to_owned();
        assert_eq!(kari.get("/console").await.header("location"), ours.base);
        kari.get(&ours.order).await.expect(200);
        for (method, path) in pages(&server).iter().filter(|(_, path)| path.contains("{merchant}")) {
            let real = open(&mut kari, method, &filled(path, "2", &order)).await.expect(404);
            let made_up = open(&mut kari, method, &filled(path, "77", &order)).await.expect(404);
            assert_eq!(real.text(), made_up.text(), "{method} {path}");
        }
        // An order's id is its merchant's own: under ours it is ours, or nobody's.
        for number in ["ORDER2", "ORDER3", "ORDER4"] {
            theirs.caller.post("/ordrebok/v1/orders", &stories::native::preliminary(number, 1)).await.expect(201);
        }
        let last = theirs.caller.get("/ordrebok/v1/orders").await.expect(200).json();
        let last = last["orders"].as_array().unwrap().iter().filter_map(|order| order["id"].as_str()).max().unwrap().to_owned();
        let mut operator = Person::of(&server, "olga", "view", None).await;
        operator.get(&format!("/console/2/orders/{last}")).await.expect(200);
        assert_ne!(last, order);
        kari.get(&format!("/console/1/orders/{last}")).await.expect(404);
        let found = kari.get("/console/1/orders?q=ORDER1").await.expect(200).text();
        assert!(found.contains(&ours.order) && !found.contains("/console/2/"), "{found}");
    }

    /// What another merchant has can't be reached by its id from one's own pages either, and stays as it is.
    async fn ids_of_another_merchant_open_nothing(server: Server) {
        let ours = Shop::open(&server, "Nordlys", 1, 3).await;
        let theirs = Shop::open(&server, "Fjord", 2, 5).await;
        let hook = json!({ "url": "https://stock.example/told" });
        let hook = theirs.caller.post("/ordrebok/v1/webhooks", &hook).await.expect(201).json();
        let hook = hook["id"].as_str().unwrap().to_owned();
        let other = native_customer("K-9");
        theirs.caller.post("/ordrebok/v1/orders", &other).await.expect(201);
        let mut ada = Person::of(&server, "ada", "administer", Some("Nordlys")).await;
        let mut finn = Person::of(&server, "finn", "administer", Some("Fjord")).await;
        Person::of(&server, "olga", "administer", None).await;
        let sign = token(&ada.get(&ours.base).await.expect(200).text());
        let fields = [("form_token", sign.as_str()), ("sure", "yes"), ("key", "0123456789abcdef"), ("role", "view"),
            ("merchant", "1"), ("url", "https://evil.example"), ("from", "2020-01-01"), ("overlap", "0"), ("to", "off")];
        for (method, path) in pages(&server).iter().filter(|(_, path)| {
            ["{webhook}", "{person}", "{customer}", "{import}"].iter().any(|id| path.contains(id))
        }) {
            let path = path.replace("{merchant}", "1").replace("{delivery}", "1").replace("{import}", "1");
            for (id, made_up) in [(hook.as_str(), "00000000-0000-4000-8000-000000000000"), ("finn", "nobody"), ("olga", "nobody"), ("K-9", "K-8")] {
                let of = |id: &str| path.replace("{webhook}", id).replace("{person}", id).replace("{customer}", id);
                let mut replies = Vec::new();
                for path in [of(id), of(made_up)] {
                    replies.push(if method == "GET" { ada.get(&path).await } else { ada.post(&path, &fields).await }.expect(404));
                }
                assert_eq!(replies[0].text(), replies[1].text(), "{method} {path} {id}");
            }
        }
        let kept = finn.get(&format!("/console/2/webhooks/{hook}")).await.expect(200).text();
        assert!(kept.contains("https://stock.example/told") && !kept.contains("Turn on"), "{kept}");
        let listed = ada.get(&format!("{}/webhooks", ours.base)).await.expect(200).text();
        assert!(!listed.contains("stock.example"), "{listed}");
        let people = ada.get(&format!("{}/people", ours.base)).await.expect(200).text();
        assert!(people.contains("/people/ada\"") && !people.contains("finn") && !people.contains("olga"), "{people}");
    }
}

/// An order of a customer of this number.
fn native_customer(number: &str) -> serde_json::Value {
    let mut order = stories::native::preliminary("ORDER9", 1);
    order["customer"] = json!({ "number": number });
    order
}
