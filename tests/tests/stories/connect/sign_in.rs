//! Users: created, signed in and out on the login server's pages, and letting clients act for them.

use serde_json::json;
use stories::{Caller, Server, run, story};

use super::browser::{
    Browser, SITE, authorize_path, location, parameter, publisher, query, signed_in_user, text, token,
};
use super::status_path;

/// What is shown to people is HTML that nobody can frame, and that loads nothing.
#[track_caller]
fn is_page(reply: &stories::Reply, status: u16) {
    let reply = reply.clone().expect(status);
    assert_eq!(reply.header("content-type"), "text/html; charset=utf-8");
    assert!(
        reply
            .header("content-security-policy")
            .contains("default-src 'none'")
    );
    assert_eq!(
        (reply.header("x-frame-options"), reply.header("cache-control")),
        ("DENY", "no-store")
    );
    let text = reply.text();
    assert!(
        text.contains("<html lang=\"en\">") && text.contains("<main>") && text.contains("<h1>"),
        "{text}"
    );
}

story! {
    /// The whole way: the form, a user, the code, the tokens, a refresh.
    async fn authorization_code_with_pkce_and_refresh(server: Server) {
        let (merchant, client) = publisher(&server, "Fjellforlaget").await;
        let mut browser = Browser::new(&server);
        // The example of RFC 7636, appendix B.
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        let challenge = [("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"), ("code_challenge_method", "S256")];
        browser.create_user(&client, "kari@example.no", "et langt passord").await.expect(303);
        browser.cookies.clear();
        let path = authorize_path(&client, &challenge);
        let page = browser.get(&path).await;
        is_page(&page, 200);
        let entered = browser.fill_in(&page, &[("j_username", "Kari@Example.no"), ("j_password", "et langt passord")]).await;
        assert_eq!(location(&entered), path, "back to where the form was needed");
        let back = location(&browser.get(&path).await);
        assert!(back.starts_with(&format!("{SITE}?code=")), "{back}");
        assert_eq!(parameter(&back, "state").as_deref(), Some("a b&c"));
        let code = parameter(&back, "code").unwrap();
        let spend = [("grant_type", "authorization_code"), ("code", &code), ("redirect_uri", SITE), ("code_verifier", verifier)];
        let granted = token(&server, &client, &spend).await.expect(200).json();
        let caller = merchant.connect_bearer(client.clone(), text(&granted["access_token"]));
        caller.get("/capi/v1/order/status").await.expect(200).matches(&json!({ "orders": [] }));
        // A code is good once.
        let again = token(&server, &client, &spend).await.expect(400);
        again.matches(&json!({ "error": "invalid_grant", "error_description": "[text]" }));
        let refresh = [("grant_type", "refresh_token"), ("refresh_token", text(&granted["refresh_token"]))];
        let refreshed = token(&server, &client, &refresh).await.expect(200).json();
        assert_ne!(refreshed["access_token"], granted["access_token"]);
        assert_eq!(refreshed["refresh_token"], granted["refresh_token"]);
        merchant.connect_bearer(client.clone(), text(&refreshed["access_token"])).get("/capi/v1/order/status").await.expect(200);
    }

    /// Only for the client, the address and the browser that it was made for.
    async fn a_code_opens_nothing_for_others(server: Server) {
        let (merchant, client) = publisher(&server, "Fjellforlaget").await;
        let other = merchant.credential("connect", &["--redirect-uri", SITE]).await;
        let (mut browser, _) = signed_in_user(&server, &merchant, &client, "kari@example.no").await;
        let challenge = [("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"), ("code_challenge_method", "S256")];
        let path = authorize_path(&client, &challenge);
        for (spender, more) in [
            (&other, vec![("redirect_uri", SITE), ("code_verifier", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")]),
            (&client, vec![("redirect_uri", "https://site.example/other"), ("code_verifier", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")]),
            (&client, vec![("redirect_uri", SITE), ("code_verifier", "guessed")]),
            (&client, vec![("redirect_uri", SITE)]),
        ] {
            let back = location(&browser.get(&path).await);
            let code = parameter(&back, "code").unwrap();
            let mut spend = vec![("grant_type", "authorization_code"), ("code", code.as_str())];
            spend.extend(more);
            let refused = token(&server, spender, &spend).await;
            refused.expect(400).matches(&json!({ "error": "invalid_grant", "error_description": "[text]" }));
        }
    }

    /// Of those who spend one code at once, one gets tokens.
    async fn a_code_is_good_once_even_at_once(server: Server) {
        let (merchant, client) = publisher(&server, "Fjellforlaget").await;
        let (mut browser, _) = signed_in_user(&server, &merchant, &client, "kari@example.no").await;
        let back = location(&browser.get(&authorize_path(&client, &[])).await);
        let code = parameter(&back, "code").unwrap();
        let form = query(&[("client_id", &client.id), ("client_secret", &client.secret), ("grant_type", "authorization_code"), ("code", &code)]);
        let mut racers = tokio::task::JoinSet::new();
        for _ in 0..16 {
            let call = server.http().post("/user/oauth/token").body("application/x-www-form-urlencoded", form.clone());
            racers.spawn(async move { call.await.status() });
        }
        let mut statuses = Vec::new();
        while let Some(status) = racers.join_next().await {
            statuses.push(status.unwrap());
        }
        statuses.sort_unstable();
        assert_eq!(statuses, [vec![200], vec![400; 15]].concat());
    }

    /// A session, a code or a refresh token is no access token, and the other way round.
    async fn each_text_opens_only_what_it_was_given_for(server: Server) {
        let (merchant, client) = publisher(&server, "Fjellforlaget").await;
        let (browser, caller) = signed_in_user(&server, &merchant, &client, "kari@example.no").await;
        for text in browser.cookies.values() {
            merchant.connect_bearer(client.clone(), text).get("/capi/v1/order/status").await.expect(401);
        }
        let access = bearer_of(&caller);
        let refused = token(&server, &client, &[("grant_type", "refresh_token"), ("refresh_token", &access)]).await;
        refused.expect(400).contains(&json!({ "error": "invalid_grant" }));
        for grant in ["authorization_code", "refresh_token"] {
            token(&server, &client, &[("grant_type", grant)]).await.expect(400).contains(&json!({ "error": "invalid_request" }));
        }
    }

    /// A token of the wrong mode: 403.
    async fn a_token_of_the_wrong_mode_403_insufficient_scope(server: Server) {
        let (merchant, client) = publisher(&server, "Fjellforlaget").await;
        let (_, user) = signed_in_user(&server, &merchant, &client, "kari@example.no").await;
        let wrong = json!({ "error": "insufficient_scope", "error_description": "[text]" });
        user.get(&status_path(&json!(9))).await.expect(403).matches(&wrong);
        let site = merchant.connect_with(client).await;
        site.get("/capi/v1/order/status").await.expect(403).matches(&wrong);
        site.post("/capi/v1/order", &json!({})).await.expect(403).matches(&wrong);
    }

    /// Nobody is sent to an address that the client has not registered, and no client is made up.
    async fn return_addresses_are_checked_against_the_clients(server: Server) {
        let (_, client) = publisher(&server, "Fjellforlaget").await;
        let mut browser = Browser::new(&server);
        let id = client.id.as_str();
        for bad in ["https://evil.example/", "https://site.example.evil.example/", "http://site.example/", "/back", "javascript:alert(1)", "//site.example/"] {
            for page in ["login", "createUser", "register", "logout", "loginCheck", "fulfillment"] {
                let path = format!("/user/{page}?{}", query(&[("clientId", id), ("returnUrl", bad), ("errorUrl", bad), ("orderId", "1")]));
                is_page(&browser.get(&path).await, 400);
            }
            let path = format!("/user/oauth/authorize?{}", query(&[("response_type", "code"), ("client_id", id), ("redirect_uri", bad)]));
            is_page(&browser.get(&path).await, 400);
        }
        // A redirect URI is compared as a whole, not by its site.
        let path = format!("/user/oauth/authorize?{}", query(&[("response_type", "code"), ("client_id", id), ("redirect_uri", "https://site.example/other")]));
        is_page(&browser.get(&path).await, 400);
        for nobody in ["", "nobody"] {
            let path = format!("/user/login?{}", query(&[("clientId", nobody), ("returnUrl", SITE)]));
            is_page(&browser.get(&path).await, 400);
        }
    }

    /// What is wrong with the rest is said at the client's own address.
    async fn authorize_tells_the_client_what_is_wrong(server: Server) {
        let (_, client) = publisher(&server, "Fjellforlaget").await;
        let mut browser = Browser::new(&server);
        for (more, error) in [
            ([("response_type", "token"), ("x", "")], "unsupported_response_type"),
            ([("response_type", "code"), ("code_challenge", "short")], "invalid_request"),
        ] {
            let mut pairs = vec![("client_id", client.id.as_str()), ("redirect_uri", SITE), ("state", "s")];
            pairs.extend(more);
            let back = location(&browser.get(&format!("/login/oauth/authorize?{}", query(&pairs))).await);
            assert_eq!(parameter(&back, "error").as_deref(), Some(error));
            assert_eq!(parameter(&back, "state").as_deref(), Some("s"));
        }
    }

    /// login, loginCheck and logout, for somebody who is signed in and for somebody who is not.
    async fn login_login_check_and_logout(server: Server) {
        let (_, client) = publisher(&server, "Fjellforlaget").await;
        let mut browser = Browser::new(&server);
        let ask = query(&[("clientId", &client.id), ("returnUrl", SITE), ("errorUrl", "https://site.example/out?x=1")]);
        assert_eq!(location(&browser.get(&format!("/user/loginCheck?{ask}")).await), "https://site.example/out?x=1");
        assert_eq!(location(&browser.create_user(&client, "+4712345678", "et langt passord").await), format!("/user/createUser?{}", query(&[("clientId", &client.id), ("returnUrl", SITE)])));
        assert_eq!(location(&browser.get(&format!("/user/loginCheck?{ask}")).await), SITE);
        assert_eq!(location(&browser.get(&format!("/user/login?{ask}")).await), SITE);
        let session = browser.cookies.clone();
        assert_eq!(location(&browser.get(&format!("/user/logout?{ask}")).await), SITE);
        // Not only the browser has forgotten it: the server has.
        browser.cookies = session;
        assert_eq!(location(&browser.get(&format!("/user/loginCheck?{ask}")).await), "https://site.example/out?x=1");
        let page = browser.get(&format!("/login/login?{ask}")).await;
        is_page(&page, 200);
        assert!(page.text().contains("id=\"loginButton\"") && page.text().contains("name=\"j_username\""));
    }

    /// A wrong password is told like a user that there is not, and too many make one wait.
    async fn passwords_are_guarded(server: Server) {
        let (merchant, client) = publisher(&server, "Fjellforlaget").await;
        let mut browser = Browser::new(&server);
        browser.create_user(&client, "kari@example.no", "et langt passord").await.expect(303);
        browser.cookies.clear();
        let path = format!("/user/login?{}", query(&[("clientId", &client.id), ("returnUrl", SITE)]));
        let page = browser.get(&path).await;
        let wrong = browser.fill_in(&page, &[("j_username", "kari@example.no"), ("j_password", "galt")]).await;
        is_page(&wrong, 400);
        let nobody = browser.fill_in(&page, &[("j_username", "ola@example.no"), ("j_password", "galt")]).await;
        assert_eq!(wrong.text().replace("kari@", "ola@"), nobody.text());
        let mut last = wrong;
        for _ in 0..8 {
            last = browser.fill_in(&page, &[("j_username", "kari@example.no"), ("j_password", "galt")]).await;
        }
        is_page(&last, 429);
        let right = browser.fill_in(&page, &[("j_username", "kari@example.no"), ("j_password", "et langt passord")]).await;
        assert_eq!(right.status(), 429, "the right one is not looked at either");
        // The operator gives a new one.
        let command = server.database().command(&["user", "password", "--merchant", &merchant.name, "kari@example.no"]);
        run(&command.input("et nytt passord\n")).expect(0);
        let entered = browser.fill_in(&page, &[("j_username", "kari@example.no"), ("j_password", "et nytt passord")]).await;
        assert_eq!(location(&entered), path);
    }

    /// Users are made once, with a name that is one and a password that is long enough.
    async fn a_user_is_made_once(server: Server) {
        let (_, client) = publisher(&server, "Fjellforlaget").await;
        for (name, password, status) in [
            ("kari", "et langt passord", 400), ("kari@example.no", "kort", 400), ("kari@example.no", "et langt passord", 303),
            (" KARI@example.no", "et annet passord", 400),
        ] {
            is_page_or_redirect(&Browser::new(&server).create_user(&client, name, password).await, status);
        }
        // Another merchant's users are others.
        let (_, other) = publisher(&server, "Fjordforlaget").await;
        Browser::new(&server).create_user(&other, "kari@example.no", "et langt passord").await.expect(303);
    }

    /// A form that another site makes a browser send does nothing.
    async fn forms_are_safe_against_other_sites(server: Server) {
        let (_, client) = publisher(&server, "Fjellforlaget").await;
        let mut browser = Browser::new(&server);
        let path = format!("/user/createUser?{}", query(&[("clientId", &client.id), ("returnUrl", SITE)]));
        let page = browser.get(&path).await.expect(200);
        let mut elsewhere = Browser::new(&server);
        let sent = elsewhere.fill_in(&page, &[("credential", "kari@example.no"), ("password", "et langt passord")]).await;
        is_page(&sent, 403);
        let form = query(&[("clientId", &client.id), ("next", "https://evil.example/"), ("j_username", "x"), ("form_token", "")]);
        let bare = server.http().post("/user/oauthLogin").body("application/x-www-form-urlencoded", form).await;
        is_page(&bare, 403);
        // A form goes on within these pages only.
        let login = browser.get(&path.replace("createUser", "login")).await.expect(200);
        let fields = [("j_username", "x"), ("j_password", "y"), ("next", "https://evil.example/")];
        is_page(&browser.fill_in(&login, &fields).await, 400);
    }

    /// What people write stays text.
    async fn what_people_write_is_escaped(server: Server) {
        let (_, client) = publisher(&server, "Fjellforlaget").await;
        let mut browser = Browser::new(&server);
        let nasty = "\"><script>alert(1)</script>";
        let path = format!("/user/login?{}", query(&[("clientId", &client.id), ("returnUrl", SITE), ("credential", nasty)]));
        let page = browser.get(&path).await;
        assert!(!page.text().contains("<script"), "{}", page.text());
        let again = browser.fill_in(&page, &[("j_username", nasty), ("j_password", nasty)]).await;
        is_page(&again, 400);
        assert!(!again.text().contains("<script"), "{}", again.text());
    }

    /// No secret of a user's is kept readable.
    async fn no_password_code_or_token_is_kept_readable(server: Server) {
        let (merchant, client) = publisher(&server, "Fjellforlaget").await;
        let (browser, caller) = signed_in_user(&server, &merchant, &client, "kari@example.no").await;
        let kept = server.database().everything();
        let mut secrets: Vec<String> = browser.cookies.values().cloned().collect();
        secrets.push("et langt passord".to_owned());
        secrets.push(bearer_of(&caller));
        for secret in secrets {
            assert!(!kept.windows(secret.len()).any(|window| window == secret.as_bytes()), "{secret} is in the database");
        }
    }
}

#[track_caller]
fn is_page_or_redirect(reply: &stories::Reply, status: u16) {
    if status == 303 {
        location(reply);
    } else {
        is_page(reply, status);
    }
}

/// The token that a caller shows.
fn bearer_of(caller: &Caller) -> String {
    let shown = caller.headers().find(|(name, _)| *name == "authorization");
    let (_, shown) = shown.expect("the caller has a token");
    shown.trim_start_matches("Bearer ").to_owned()
}
