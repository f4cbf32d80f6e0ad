//! People who look after people: by role, by merchant, and never without an administrator.

use super::{CHOSEN, Person, Shop, add, token};
use stories::{Reply, Server, story};

/// The one-time password that a page shows.
#[track_caller]
fn password_in(page: &Reply) -> String {
    let text = page.text();
    let (_, rest) = text
        .split_once("<dd class=\"mono secret\">")
        .unwrap_or_else(|| panic!("no password: {text}"));
    rest.split('<').next().unwrap_or_default().to_owned()
}

story! {
    /// Somebody is added, given another role and another password, and let in no more.
    async fn people_are_added_changed_and_removed(server: Server) {
        let shop = Shop::open(&server, "Nordlys", 1, 3).await;
        let mut ada = Person::of(&server, "ada", "administer", Some("Nordlys")).await;
        let path = format!("{}/people", shop.base);
        let page = ada.get(&path).await.expect(200);
        let long = "x".repeat(101);
        for (name, role, wrong) in [
            ("", "act", "1 to 100 characters"), (long.as_str(), "act", "1 to 100 characters"), ("o\tla", "act", "1 to 100"),
            ("ola", "king", "Choose what"), ("ADA", "view", "has this name already"),
        ] {
            let refused = ada.send(&page, &path, &[("name", name), ("role", role)]).await.expect(422);
            assert!(refused.text().contains(wrong), "{name}: {}", refused.text());
        }
        let password = password_in(&ada.send(&page, &path, &[("name", "Ola & Åse"), ("role", "view")]).await.expect(201));
        assert!(!ada.get(&path).await.expect(200).text().contains(&password), "a password is shown once");
        let mut ola = Person::stranger(&server, "ola & åse");
        ola.enter(&password).await.expect(303);
        ola.choose(&password, CHOSEN).await.expect(303);
        let order = ola.get(&shop.order).await.expect(200).text();
        assert!(!order.contains("/capture\"") && !order.contains("/people\""), "{order}");

        let his = format!("{path}/Ola%20%26%20%C3%85se");
        let form = ada.get(&his).await.expect(200);
        ada.send(&form, &his, &[("role", "act")]).await.expect(303);
        assert!(ola.get(&shop.order).await.expect(200).text().contains("/capture\""), "at once");
        let password = password_in(&ada.send(&form, &format!("{his}/password"), &[]).await.expect(200));
        ola.get(&shop.order).await.expect(303);
        ola.enter(&password).await.expect(303);
        ola.choose(&password, CHOSEN).await.expect(303);
        ada.send(&form, &format!("{his}/remove"), &[]).await.expect(400);
        ada.send(&form, &format!("{his}/remove"), &[("sure", "yes")]).await.expect(303);
        ola.get(&shop.order).await.expect(303);
        ada.get(&his).await.expect(404);
        for step in ["", "/password", "/remove"] {
            let fields = [("form_token", token(&form.text())), ("sure", "yes".to_owned()), ("role", "act".to_owned())];
            let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
            ada.post(&format!("{his}{step}"), &fields).await.expect(404);
        }
    }

    /// The last administrator of a merchant stays one, and so does the operator's last, in every way that there is.
    async fn somebody_is_left_who_administers(server: Server) {
        let shop = Shop::open(&server, "Nordlys", 1, 3).await;
        let mut ada = Person::of(&server, "ada", "administer", Some("Nordlys")).await;
        let mut olga = Person::of(&server, "olga", "administer", None).await;
        let (hers, olgas) = (format!("{}/people/ada", shop.base), format!("{}/people/olga", shop.base));
        let form = ada.get(&hers).await.expect(200);
        for (path, fields) in [(hers.clone(), vec![("role", "act")]), (format!("{hers}/remove"), vec![("sure", "yes")])] {
            let status = if path.ends_with("/remove") { 409 } else { 422 };
            let refused = ada.send(&form, &path, &fields).await.expect(status);
            assert!(refused.text().contains("last administrator of Nordlys"), "{}", refused.text());
            let form = olga.get(&hers).await.expect(200);
            let refused = olga.send(&form, &path, &fields).await.expect(status);
            assert!(refused.text().contains("last administrator of Nordlys"), "{}", refused.text());
        }
        let form = olga.get(&olgas).await.expect(200);
        for fields in [vec![("role", "act"), ("reach", "all")], vec![("role", "administer"), ("reach", ""), ("merchant", "1")]] {
            let refused = olga.send(&form, &olgas, &fields).await.expect(422);
            assert!(refused.text().contains("last administrator of all merchants"), "{}", refused.text());
        }
        olga.send(&form, &format!("{olgas}/remove"), &[("sure", "yes")]).await.expect(409);

        // With a second one she may go, and then the second one may not.
        let mut per = Person::of(&server, "per", "administer", Some("Nordlys")).await;
        let form = per.get(&hers).await.expect(200);
        per.send(&form, &hers, &[("role", "view")]).await.expect(303);
        ada.get(&hers).await.expect(403);
        let form = per.get(&format!("{}/people/per", shop.base)).await.expect(200);
        per.send(&form, &format!("{}/people/per/remove", shop.base), &[("sure", "yes")]).await.expect(409);
    }

    /// Two administrators who take the role from each other at the same moment leave one.
    async fn of_two_who_remove_each_other_one_stays(server: Server) {
        let shop = Shop::open(&server, "Nordlys", 1, 3).await;
        for round in 0..4 {
            let names = [format!("ada{round}"), format!("per{round}")];
            let mut both = Vec::new();
            for name in &names {
                both.push(Person::of(&server, name, "administer", Some("Nordlys")).await);
            }
            let mut per = both.pop().unwrap();
            let mut ada = both.pop().unwrap();
            // Whoever stayed before goes first, so that these two are all there are.
            if round > 0 {
                for name in [format!("ada{}", round - 1), format!("per{}", round - 1)] {
                    let path = format!("{}/people/{name}", shop.base);
                    let form = ada.get(&path).await;
                    if form.status() == 200 {
                        ada.send(&form, &format!("{path}/remove"), &[("sure", "yes")]).await.expect(303);
                    }
                }
            }
            let [hers, his] = names.map(|name| format!("{}/people/{name}", shop.base));
            let (of_per, of_ada) = (ada.get(&his).await.expect(200), per.get(&hers).await.expect(200));
            let (his, hers) = (format!("{his}/remove"), format!("{hers}/remove"));
            let sure = [("sure", "yes")];
            let (one, other) = tokio::join!(ada.send(&of_per, &his, &sure), per.send(&of_ada, &hers, &sure));
            // Whoever came too late is refused as the last one, or is let in no more to ask: both of these answers
            // lead elsewhere than to the list without the other.
            let went = [&one, &other].iter().filter(|reply| reply.header("location").ends_with("?done=removed")).count();
            assert_eq!(went, 1, "{} {}", one.text(), other.text());
        }
    }

    /// Who looks after several merchants goes from one to the other and sees no third; an administrator of one of them
    /// can take theirs away, and nothing else.
    async fn somebody_looks_after_several_merchants(server: Server) {
        let ours = Shop::open(&server, "Nordlys", 1, 3).await;
        let theirs = Shop::open(&server, "Fjord", 2, 5).await;
        let third = Shop::open(&server, "Vidde", 3, 7).await;
        let printed: serde_json::Value = server.run(&["person", "add", "siv", "--role", "administer", "--merchant", "Nordlys",
            "--merchant", "Fjord", "--json"]).expecting(0).json();
        let password = printed["password"].as_str().unwrap().to_owned();
        let mut siv = Person::stranger(&server, "siv");
        siv.enter(&password).await.expect(303);
        siv.choose(&password, CHOSEN).await.expect(303);
        let home = siv.get("/console").await.expect(200).text();
        assert!(home.contains("Nordlys") && home.contains("Fjord") && !home.contains("Vidde"), "{home}");
        for shop in [&ours, &theirs] {
            assert!(siv.get(&shop.order).await.expect(200).text().contains("href=\"/console\""));
        }
        siv.get(&third.base).await.expect(404);
        siv.get(&third.order).await.expect(404);

        let mut ada = Person::of(&server, "ada", "administer", Some("Nordlys")).await;
        let listed = ada.get("/console/1/people").await.expect(200).text();
        assert!(listed.contains("Nordlys and others") && !listed.contains("Fjord"), "{listed}");
        let hers = ada.get("/console/1/people/siv").await.expect(200);
        let text = hers.text();
        assert!(!text.contains("Fjord") && !text.contains("/people/siv/password"), "{text}");
        let token = token(&text);
        for step in ["", "/password"] {
            let fields = [("form_token", token.as_str()), ("role", "view"), ("merchant", "1")];
            ada.post(&format!("/console/1/people/siv{step}"), &fields).await.expect(403);
        }
        // She can't give away what she does not see, herself included.
        let me = ada.get("/console/1/people/ada").await.expect(200);
        for fields in [[("role", "administer"), ("merchant", "2")], [("role", "administer"), ("merchant", "99")]] {
            ada.send(&me, "/console/1/people/ada", &fields).await.expect(422);
        }
        ada.send(&me, "/console/1/people/ada", &[("role", "administer"), ("merchant", "1"), ("reach", "all")]).await.expect(303);
        ada.get(&theirs.base).await.expect(404);
        ada.send(&hers, "/console/1/people/siv/remove", &[("sure", "yes")]).await.expect(303);
        siv.get(&ours.order).await.expect(404);
        siv.get(&theirs.order).await.expect(200);
        ada.get("/console/1/people/siv").await.expect(404);

        // The operator says anew what she sees, once Fjord has another administrator.
        let mut olga = Person::of(&server, "olga", "administer", None).await;
        let form = olga.get("/console/2/people/siv").await.expect(200);
        let fields = [("role", "administer"), ("merchant", "1"), ("merchant", "3")];
        olga.send(&form, "/console/2/people/siv", &fields).await.expect(422);
        add(&server, "finn", "administer", Some("Fjord"));
        olga.send(&form, "/console/2/people/siv", &fields).await.expect(303);
        siv.get(&third.order).await.expect(200);
        siv.get(&theirs.order).await.expect(404);
    }
}
