//! Looking: search, customers, the overview, and orders taken over from a file.

use super::{Person, Shop, hidden_fields};
use serde_json::json;
use stories::{Server, eventually, native, story};

/// A form with a file, as a browser sends it.
async fn upload(person: &Person, path: &str, fields: &[(&str, &str)], file: &str) -> stories::Reply {
    let part = |(name, value): &(&str, &str)| {
        format!("--edge\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let mut body = fields.iter().map(part).collect::<Vec<_>>().concat();
    body += "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"orders.jsonl\"\r\n\
             Content-Type: application/json\r\n\r\n";
    body += file;
    body += "\r\n--edge--\r\n";
    let call = person.http.post(path).header("cookie", &person.cookies.header());
    call.body("multipart/form-data; boundary=edge", body).await
}

story! {
    /// Orders are found by words and by what they are, and a filter that can't be read says so.
    async fn orders_are_found(server: Server) {
        let shop = Shop::open(&server, "Nordlys", 1, 3).await;
        let mut other = native::preliminary("ORDER2", 50);
        other["customer"] = json!({ "number": "CUSTOMER2", "name": "Åse Ødegård", "email": "aase@example.no" });
        other["lines"][0]["product"] = json!("LAMP");
        shop.caller.post("/ordrebok/v1/orders", &other).await.expect(201);
        let mut vera = Person::of(&server, "vera", "view", Some("Nordlys")).await;
        for (query, first, second) in [
            ("", true, true),
            ("q=ORDER1", true, false),
            ("q=kari", true, false),
            ("q=ase+odeg", false, true),
            ("q=%C3%85SE", false, true),
            ("status=preliminary", false, true),
            ("status=confirmed&api=ordrebok", true, false),
            ("status=failed", false, false),
            ("api=afterpay", false, false),
            ("least=31", false, true),
            ("most=30&currency=NOK", true, false),
            ("currency=SEK", false, false),
            ("product=LAMP", false, true),
            ("from=2001-01-01&to=2001-01-02", false, false),
            ("from=2001-01-01", true, true),
        ] {
            let path = format!("{}/orders?{query}", shop.base);
            let page = vera.get(&path).await.expect(200).text();
            assert_eq!((page.contains(">ORDER1<"), page.contains(">ORDER2<")), (first, second), "{query}: {page}");
        }
        for query in ["status=odd", "api=telex", "least=many", "from=yesterday", "to=2026-02-30", "currency=%E2%82%AC", "most=1e9"] {
            let page = vera.get(&format!("{}/orders?{query}", shop.base)).await.expect(422);
            assert!(page.text().contains("role=\"alert\""), "{query}");
        }
        vera.get(&format!("{}/orders?after=nonsense", shop.base)).await.expect(200);
        let customers = format!("{}/customers", shop.base);
        let page = vera.get(&customers).await.expect(200).text();
        assert!(page.contains("Kari Nordmann") && page.contains("Åse Ødegård"), "{page}");
        let page = vera.get(&format!("{customers}?find=odeg")).await.expect(200).text();
        assert!(!page.contains("Kari Nordmann") && page.contains("Åse Ødegård"), "{page}");
        let page = vera.get(&format!("{customers}/CUSTOMER2")).await.expect(200).text();
        assert!(page.contains(">ORDER2<") && !page.contains(">ORDER1<"), "{page}");
    }

    /// The overview counts what came in and tells of calls that were given up.
    async fn the_overview_tells_of_the_last_days(server: Server) {
        let shop = Shop::open(&server, "Nordlys", 1, 150).await;
        shop.caller.post(&format!("{}/capture", shop.api), &json!({ "amount": 1000 })).await.expect(200);
        let mut vera = Person::of(&server, "vera", "view", Some("Nordlys")).await;
        let page = vera.get(&shop.base).await.expect(200).text();
        for told in ["<dt>Ordered</dt><dd>1\u{202f}500.00", "<dt>Captured</dt><dd>1\u{202f}000.00", "1\u{202f}500.00 NOK, 1 order", ">ORDER1<"] {
            assert!(page.contains(told), "{told}: {page}");
        }
        server.merchant("Empty").await;
        let mut olga = Person::of(&server, "olga", "view", None).await;
        let page = olga.get("/console/2").await.expect(200).text();
        assert!(page.contains("No orders yet"), "{page}");
    }

    /// A file is taken over in the background; what is refused is told with its line, and the same file changes nothing.
    async fn a_file_of_orders_is_taken_over(server: Server) {
        let merchant = server.merchant("Nordlys").await;
        let mut ada = Person::of(&server, "ada", "administer", Some("Nordlys")).await;
        let path = "/console/1/imports";
        let token = hidden_fields(&ada.get(path).await.expect(200).text(), path);
        let token = token.first().map(|(_, value)| value.clone()).unwrap();
        let order = stories::seed("afterpay-get-order.json");
        let file = format!("{order}\nnonsense\n{{\"a\": 1}}\n");
        upload(&ada, path, &[("form_token", "x"), ("api", "afterpay")], &file).await.expect(403);
        upload(&ada, path, &[("api", "afterpay")], &file).await.expect(403);
        for api in ["", "ordrebok", "telex"] {
            upload(&ada, path, &[("form_token", &token), ("api", api)], &file).await.expect(422);
        }
        upload(&ada, path, &[("form_token", &token), ("api", "afterpay")], "").await.expect(422);
        for (imported, there) in [(1, 0), (0, 1)] {
            let begun = upload(&ada, path, &[("form_token", &token), ("api", "afterpay")], &file).await.expect(303);
            let progress = begun.header("location").to_owned();
            let page = eventually("the import is done", async || {
                let page = ada.look(&progress).await.expect(200).text();
                page.contains("Done</span>").then_some(page)
            })
            .await;
            let counts = format!("<dt>Imported</dt><dd>{imported}</dd></div><div><dt>There already</dt><dd>{there}</dd>");
            assert!(page.contains(&counts) && page.contains("<dt>Refused</dt><dd>2</dd>") && page.contains("Line 2: "), "{page}");
        }
        let shop = merchant.afterpay().await;
        shop.get("/api/v3/orders/ORDER00001").await.expect(200).matches(&order);
        let mut arne = Person::of(&server, "arne", "act", Some("Nordlys")).await;
        arne.get(path).await.expect(403);
        arne.get(&format!("{path}/1")).await.expect(403);
        ada.get(&format!("{path}/99")).await.expect(404);
        let large = "x".repeat(65 * 1024 * 1024);
        let reply = upload(&ada, path, &[("form_token", &token), ("api", "afterpay")], &large).await;
        assert_eq!(reply.status(), 413, "{}", reply.text());
        let broken = ada.http.post(path).header("cookie", &ada.cookies.header()).body("multipart/form-data; boundary=edge", "--edge\r\nnothing");
        let reply = broken.await;
        assert!((400..500).contains(&reply.status()), "{}", reply.text());
    }
}
