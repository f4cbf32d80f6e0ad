//! What the audit trail says of the people who use the console.

use super::{CHOSEN, Person, add};
use serde_json::json;
use stories::{Credential, Options, Stage, story};

story! {
    /// Passwords and rights of people are in the installation's trail, and whoever guesses for long is as well.
    async fn people_leave_their_trail(stage: Stage) {
        let server = stage.start(&Options::default().sandbox());
        let merchant = server.merchant("Nordlys").await;
        let operator = server.run(&["credential", "add", "--operator", "--json"]).expecting(0).json();
        let secret = operator["secret"].as_str().unwrap().to_owned();
        let operator = merchant.native_with(Credential { id: "operator".to_owned(), secret });
        let clock = merchant.native().await;
        let password = add(&server, "Kari", "act", Some("Nordlys"));
        let mut kari = Person::stranger(&server, "kari");
        kari.enter(&password).await.expect(303);
        kari.choose(&password, CHOSEN).await.expect(303);
        // The eleventh wrong password in a row makes the next one wait for longer than a minute.
        let mut guesser = Person::stranger(&server, "kari");
        for _ in 0..11 {
            guesser.enter("a wrong one").await.expect(400);
            clock.post("/ordrebok/v1/sandbox/clock", &json!({ "minutes": 1 })).await.expect(200);
        }
        guesser.enter(CHOSEN).await.expect(429);
        server.run(&["person", "password", "KARI"]).expect(0);
        server.run(&["person", "remove", "kari"]).expect(0);
        let trail = operator.get("/ordrebok/v1/admin/audit?action=person").await.expect(200).json();
        let said: Vec<[&str; 3]> = trail["entries"].as_array().unwrap().iter()
            .map(|entry| {
                assert_eq!((&entry["subject"], entry.get("merchant")), (&json!("person kari"), None), "{entry}");
                ["actor", "action", "detail"].map(|name| entry[name].as_str().unwrap_or_default())
            })
            .collect();
        assert_eq!(said, [
            ["the server", "person.refused", "for 64 s, after 11 wrong passwords in a row"],
            ["command line", "person.remove", ""],
            ["command line", "person.password", "a one-time password; all sessions end"],
            ["person kari", "person.password", "their own"],
            ["command line", "person.add", "act of Nordlys"],
        ]);
    }
}
