//! The audit trail: who changed what, whoever it was and however they did it.

use super::administration::administrator;
use super::is_problem;
use serde_json::{Value, json};
use stories::{Caller, Options, Receiver, Server, Stage, eventually, native, run, story};

const AUDIT: &str = "/ordrebok/v1/admin/audit";

/// What the trail says: actor, action, subject, detail, the latest first.
async fn said(reader: &Caller, query: &str) -> Vec<[String; 4]> {
    let trail = reader.get(&format!("{AUDIT}?{query}")).await.expect(200).json();
    let entries = trail["entries"].as_array().unwrap().iter();
    entries
        .map(|entry| {
            ["actor", "action", "subject", "detail"]
                .map(|name| entry[name].as_str().unwrap_or_default().to_owned())
        })
        .collect()
}

fn words(entries: &[[&str; 4]]) -> Vec<[String; 4]> {
    entries.iter().map(|entry| entry.map(ToOwned::to_owned)).collect()
}

story! {
    /// What the command line does to a merchant is in the trail of that merchant.
    async fn the_command_line_leaves_its_trail(stage: Stage) {
        let server = stage.start(&Options::default());
        let merchant = server.merchant("Fjord Forlag").await;
        let admin = administrator(&merchant).await;
        let of = |arguments: &[&str]| {
            let mut all = arguments.to_vec();
            all.extend(["--merchant", "Fjord Forlag"]);
            server.database().command(&all)
        };
        run(&of(&["connector", "set", "payment", "--url", "https://pay.example/?key=s3cr3t"])).expect(0);
        run(&of(&["connector", "set", "payment", "--url", "https://pay.example/", "--new-secret"])).expect(0);
        run(&of(&["connector", "remove", "payment"])).expect(0);
        let mut order = stories::seed("connect-order-status.json");
        order["orders"][0]["orderId"] = json!(9);
        run(&of(&["import", "--api", "connect", "-"]).input(order.to_string())).expect(0);
        run(&of(&["import", "--api", "connect", "-"]).input("{}\nnonsense")).expect(1);
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), r#"{"products":[]}"#).unwrap();
        run(&of(&["catalogue", "--api", "connect", file.path().to_str().unwrap()])).expect(0);
        run(&of(&["user", "password", "kari@example.no"]).input("et langt passord\n")).expect(0);
        run(&of(&["user", "password", "kari@example.no"]).input("et annet passord\n")).expect(0);
        let mut all = said(&admin, "").await;
        let users: Vec<_> = all.drain(..2).collect();
        assert!(users.iter().all(|entry| entry[2].starts_with("user ") && entry[2] == users[0][2] && !entry[2].contains('@')), "{users:?}");
        assert_eq!(users.iter().map(|entry| entry[1].as_str()).collect::<Vec<_>>(), ["user.password", "user.add"]);
        let told = words(&[
            ["command line", "catalogue.load", "catalogue connect", "0 entries"],
            ["command line", "import", "connect orders", "0 orders imported, 0 there already, 2 records refused."],
            ["command line", "import", "connect orders", "1 order imported, 0 there already."],
            ["command line", "connector.remove", "connector payment", ""],
            ["command line", "connector.set", "connector payment", "a new secret"],
            ["command line", "connector.set", "connector payment", ""],
        ]);
        assert_eq!(all[..6], told[..]);
        // Filters: a sort, an action, an actor, a time; and pages that keep them.
        assert_eq!(said(&admin, "action=connector").await, told[3..]);
        assert_eq!(said(&admin, "action=connector.remove").await, told[3..4]);
        assert_eq!(said(&admin, "action=connect").await, words(&[]));
        assert_eq!(said(&admin, "action=import&actor=command%20line").await, told[1..3]);
        assert_eq!(said(&admin, "actor=nobody").await, words(&[]));
        assert_eq!(said(&admin, "until=2020-01-01").await, words(&[]));
        assert_eq!(said(&admin, "action=import&from=2020-01-01").await.len(), 2);
        let first = admin.get(&format!("{AUDIT}?action=connector&limit=2")).await.expect(200);
        let next = first.header("link").strip_prefix('<').unwrap().split_once('>').unwrap().0.to_owned();
        let rest = admin.get(&next).await.expect(200).json();
        assert_eq!((rest["entries"].as_array().map(Vec::len), rest.get("cursor")), (Some(1), None), "{rest}");
        for (query, field) in [("action=A%25", "action"), ("action=", "action"), ("from=soon", "from"), ("cursor=x", "cursor")] {
            is_problem(admin.get(&format!("{AUDIT}?{query}")).await, 400, "invalid_parameter", field);
        }
        is_problem(admin.get(&format!("{AUDIT}?what=1")).await, 400, "unknown_parameter", "what");
        let listed = server.run(&["audit", "--merchant", "Fjord Forlag", "--action", "connector"]).expecting(0).stdout;
        assert_eq!(listed.lines().count(), 3, "{listed}");
    }

    /// Webhooks are looked after by credentials, and given up by the server.
    async fn webhooks_leave_their_trail(stage: Stage) {
        let hooks = "/ordrebok/v1/webhooks";
        let settings = "[callbacks]\nallowed_networks = [\"127.0.0.0/8\"]\n[webhooks]\nretry_after_seconds = []\ndisable_after_hours = 0\n";
        let server = stage.start(&Options::default().configuration(settings));
        let (admin, receiver) = (administrator(&server.merchant("Fjord Forlag").await).await, Receiver::start().await);
        let hook: Value = admin.post(hooks, &json!({ "url": receiver.url("/?key=s3cr3t") })).await.expect(201).json();
        let id = hook["id"].as_str().unwrap();
        let at = format!("{hooks}/{id}");
        admin.post(&format!("{at}/rotate"), &json!({})).await.expect(200);
        admin.patch(&at, &json!({ "description": "mine", "events": ["order.captured"] })).await.expect(200);
        admin.patch(&at, &json!({ "description": "mine" })).await.expect(200);
        receiver.refuse_next(500);
        admin.post(&format!("{at}/ping"), &json!({})).await.expect(202);
        let subject = format!("webhook {id}");
        let actor = format!("credential 1 {}", admin.credential.id);
        let entry = |actor: &str, action: &str, detail: &str| [actor, action, &subject, detail].map(ToOwned::to_owned);
        eventually("it is given up", async || {
            let said = said(&admin, "action=webhook").await;
            (said[0] == entry("the server", "webhook.change", "turned off, after nothing but failures for too long")).then_some(())
        })
        .await;
        admin.patch(&at, &json!({ "enabled": true, "url": receiver.url("/") })).await.expect(200);
        admin.delete(&at).await.expect(204);
        let told = said(&admin, "action=webhook").await;
        assert_eq!(told, [
            entry(&actor, "webhook.remove", ""),
            entry(&actor, "webhook.change", "address, turned on"),
            entry("the server", "webhook.change", "turned off, after nothing but failures for too long"),
            entry(&actor, "webhook.change", "events, description"),
            entry(&actor, "webhook.change", "a new secret"),
            entry(&actor, "webhook.add", ""),
        ]);
    }

    /// What settles an order by hand is in the trail beside the order's own timeline.
    async fn what_is_said_of_orders_by_hand_is_noted(server: Server) {
        let merchant = server.merchant("Fjord Forlag").await;
        let (admin, client) = (administrator(&merchant).await, merchant.native().await);
        server.run(&["connector", "set", "handover", "--by-hand", "--merchant", "Fjord Forlag"]).expect(0);
        let mut order = native::order("ORDER1", 1);
        order["payment"] = json!({ "method": "invoice" });
        let id = client.post("/ordrebok/v1/orders", &order).await.expect(201).json()["id"].as_str().unwrap().to_owned();
        let done = ["handover", "--merchant", "Fjord Forlag", "--api", "ordrebok", &id, "failed"];
        server.run(&done).expect(1);
        client.post("/ordrebok/v1/orders/ORDER1/process", &json!({})).await.expect(200);
        server.run(&["handover", "--merchant", "Fjord Forlag", "--api", "ordrebok", &id, "done"]).expect(0);
        let told = [["command line", "order.handover", &format!("order {id}"), &format!("Order {id} was already processed.")]];
        assert_eq!(said(&admin, "action=order").await, words(&told));
    }
}
