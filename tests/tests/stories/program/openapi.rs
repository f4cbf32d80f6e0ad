//! The OpenAPI documents: those that are committed are those that the program serves.

use std::path::Path;

use serde_json::Value;
use stories::{Server, story};

const APIS: [&str; 4] = ["connect", "afterpay", "marketplace", "ordrebok"];

async fn document(server: &Server, api: &str) -> Value {
    server
        .http()
        .get(&format!("/ordrebok/openapi/{api}.json"))
        .await
        .expect(200)
        .json()
}

story! {
    /// `docs/openapi` has what the code makes. After a change: `ordrebok openapi API > docs/openapi/API.json`.
    async fn the_committed_documents_are_those_that_are_served(server: Server) {
        for api in APIS {
            let printed = server.run(&["openapi", api]).expecting(0).stdout;
            let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../docs/openapi/{api}.json"));
            let committed = std::fs::read_to_string(&file).unwrap_or_default();
            assert!(
                printed == committed,
                "docs/openapi/{api}.json is not what the code makes: run `ordrebok openapi {api} > docs/openapi/{api}.json`"
            );
            assert_eq!(document(&server, api).await, serde_json::from_str::<Value>(&printed).unwrap(), "{api}");
        }
        let own = document(&server, "ordrebok").await;
        server.http().get("/ordrebok/v1/openapi.json").await.expect(200).matches(&own);
        for unknown in ["/ordrebok/openapi/klarna.json", "/ordrebok/openapi/connect", "/ordrebok/reference/klarna"] {
            server.http().get(unknown).await.expect(404);
        }
    }

    /// Every operation of the endpoint list is in its document, with a sentence and with what it needs; every name of a
    /// schema leads to one.
    async fn the_documents_are_complete(server: Server) {
        for api in APIS {
            let document = document(&server, api).await;
            assert_eq!(document["openapi"], "3.1.0");
            let text = document.to_string();
            for name in text.split("\"#/components/schemas/").skip(1).filter_map(|rest| rest.split('"').next()) {
                assert!(document["components"]["schemas"][name].is_object(), "{api} has no schema {name}");
            }
            let listed = server.run(&["endpoints"]).expecting(0).stdout;
            for line in listed.lines().filter_map(|line| line.strip_prefix(&format!("{api}\t"))) {
                let [method, path, needs] = line.split('\t').collect::<Vec<_>>()[..] else { panic!("{line}") };
                let operation = &document["paths"][path][method.to_lowercase()];
                assert!(operation["summary"].as_str().is_some_and(|summary| !summary.is_empty()), "{line} has no summary");
                assert_eq!(operation["x-ordrebok-needs"], needs, "{line}");
                let is_open = matches!(needs, "nothing" | "person");
                assert_eq!(operation["security"].as_array().is_some_and(Vec::is_empty), is_open, "{line}");
                let answers = operation["responses"].as_object().unwrap();
                assert!(answers.keys().any(|status| status.starts_with('2')) && answers.contains_key("4XX"), "{line}");
            }
        }
    }

    /// The reference is a page that needs nothing from elsewhere.
    async fn the_reference_is_a_page_of_its_own(server: Server) {
        for api in APIS {
            let page = server.http().get(&format!("/ordrebok/reference/{api}")).await.expect(200);
            assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
            assert!(page.header("content-security-policy").starts_with("default-src 'none'"));
            let html = page.text();
            assert!(!html.contains("src=") && !html.contains("<script"), "{api}");
            for path in document(&server, api).await["paths"].as_object().unwrap().keys() {
                assert!(html.contains(path.as_str()), "{api}: {path} is not on the page");
            }
        }
        let own = server.http().get("/ordrebok/reference").await.expect(200).text();
        assert!(own.contains("captureOrder") && own.contains("remaining"), "{own}");
    }
}
