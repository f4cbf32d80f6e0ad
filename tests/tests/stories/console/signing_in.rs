//! Signing in, sessions, and passwords.

use super::{CHOSEN, Person, add};
use stories::{FORM, Reply, Server, story};

#[track_caller]
fn goes_to(reply: &Reply, path: &str) {
    assert_eq!(reply.status(), 303, "{}", reply.text());
    assert_eq!(reply.header("location"), path);
}

story! {
    /// A one-time password lets in to one page only: the one on which it is changed.
    async fn a_password_that_was_made_is_changed_first(server: Server) {
        let password = add(&server, "kari", "administer", None);
        let mut kari = Person::stranger(&server, "  KARI ");
        goes_to(&kari.get("/console").await, "/console/sign-in?next=%2Fconsole");
        goes_to(&kari.enter(&password).await, "/console");
        goes_to(&kari.get("/console").await, "/console/password");
        goes_to(&kari.get("/console/1").await, "/console/password");
        for (new, status) in [("too short", 422), (password.as_str(), 422), (CHOSEN, 303)] {
            kari.choose(&password, new).await.expect(status);
        }
        let merchants = kari.get("/console").await.expect(200);
        assert!(merchants.text().contains("ordrebok merchant add"), "{}", merchants.text());
        let mut again = Person::stranger(&server, "kari");
        again.enter(&password).await.expect(400);
        goes_to(&again.enter(CHOSEN).await, "/console");
    }

    /// A session ends by signing out, with another password, and with whoever had it.
    async fn sessions_end(server: Server) {
        let mut kari = Person::of(&server, "kari", "view", None).await;
        let mut elsewhere = Person::stranger(&server, "kari");
        elsewhere.enter(CHOSEN).await.expect(303);
        let page = elsewhere.get("/console").await.expect(200);
        let before = elsewhere.cookies.clone();
        goes_to(&elsewhere.send(&page, "/console/sign-out", &[]).await, "/console/sign-in");
        elsewhere.cookies = before;
        elsewhere.get("/console").await.expect(303);
        kari.get("/console").await.expect(200);

        elsewhere.cookies.clear();
        elsewhere.enter(CHOSEN).await.expect(303);
        kari.choose(CHOSEN, "and four other words").await.expect(303);
        kari.get("/console").await.expect(200);
        elsewhere.get("/console").await.expect(303);

        server.run(&["person", "password", "Kari"]).expect(0);
        kari.get("/console").await.expect(303);
        let mut ola = Person::of(&server, "ola", "view", None).await;
        server.run(&["person", "remove", "ola"]).expect(0);
        ola.get("/console").await.expect(303);
        ola.cookies.clear();
        ola.enter(CHOSEN).await.expect(400);
        server.run(&["person", "remove", "ola"]).expect(1);
        let password = add(&server, "ola", "act", None);
        ola.cookies.clear();
        ola.enter(CHOSEN).await.expect(400);
        ola.enter(&password).await.expect(303);
    }

    /// After some wrong passwords even the right one has to wait; of a name that nobody has it is told the same.
    async fn wrong_passwords_make_the_next_one_wait(server: Server) {
        let password = add(&server, "kari", "view", None);
        let (mut kari, mut nobody) = (Person::stranger(&server, "kari"), Person::stranger(&server, "nobody"));
        let told = |reply: &Reply| reply.text().split("<form").next().map(ToOwned::to_owned);
        let (real, made_up) = (kari.enter("wrong").await.expect(400), nobody.enter("wrong").await.expect(400));
        assert_eq!(told(&real), told(&made_up));
        assert!(!real.text().contains("wrong\""), "a password is not given back");
        for _ in 0..4 {
            kari.enter("wrong").await.expect(400);
        }
        let refused = kari.enter(&password).await.expect(429);
        assert!((1..=900).contains(&refused.header("retry-after").parse::<i64>().unwrap()));
        stories::eventually("the wait is over", async || {
            let mut later = Person::stranger(&server, "kari");
            (later.enter(&password).await.status() == 303).then_some(())
        })
        .await;
    }

    /// The sign-in form is tied to the browser that was shown it, and leads nowhere but to the console.
    async fn the_sign_in_form_is_for_this_browser_and_this_site(server: Server) {
        let password = add(&server, "kari", "view", None);
        let mut kari = Person::stranger(&server, "kari");
        kari.post("/console/sign-in", &[("name", "kari"), ("password", &password)]).await.expect(403);
        let page = kari.get("/console/sign-in").await.expect(200);
        let cookies = std::mem::take(&mut kari.cookies);
        kari.send(&page, "/console/sign-in", &[("name", "kari"), ("password", &password)]).await.expect(403);
        for next in ["https://evil.example/", "//evil.example", "/consoles", "/console\\@evil", "/console/%0d", ""] {
            kari.cookies = cookies.clone();
            let fields = [("name", "kari"), ("password", password.as_str()), ("next", next)];
            let reply = kari.send(&page, "/console/sign-in", &fields).await;
            let onward = if next == "/console/%0d" { next } else { "/console" };
            goes_to(&reply, onward);
        }
        for body in ["name=%00", "name=%ff", "form_token"] {
            let reply = server.http().post("/console/sign-in").body(FORM, body).await;
            assert!((400..500).contains(&reply.status()), "{body}: {}", reply.status());
        }
    }

    /// The command line says who there is, and refuses what can't be.
    async fn the_command_line_looks_after_people(server: Server) {
        server.merchant("Nordlys").await;
        add(&server, "kari", "administer", None);
        add(&server, "ola", "act", Some("Nordlys"));
        server.run(&["person", "add", "KARI"]).expect(1);
        server.run(&["person", "add", "per", "--merchant", "Nobody"]).expect(1);
        server.run(&["person", "add", "per", "--role", "king"]).expect(2);
        server.run(&["person", "add", " per"]).expect(1);
        server.run(&["person", "password", "per"]).expect(1);
        let listed = server.run(&["person", "list"]).expecting(0).stdout;
        assert_eq!(listed, "kari\tadminister\tall merchants\n");
        let listed = server.run(&["person", "list", "--merchant", "Nordlys"]).expecting(0).stdout;
        assert_eq!(listed, "ola\tact\tNordlys\n");
    }
}
