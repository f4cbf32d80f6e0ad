//! Public clients: apps that can't keep a secret, whose users' codes are theirs by PKCE alone.

use serde_json::{Value, json};
use stories::{Caller, Credential, Merchant, Reply, Server, story};

use super::browser::{Browser, SITE, authorize_path, location, parameter, query, text};

/// The example of RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: [(&str, &str); 2] = [
    ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
    ("code_challenge_method", "S256"),
];

async fn app(server: &Server) -> (Merchant, Credential) {
    let merchant = server.merchant("Fjellforlaget").await;
    let arguments = [
        "credential",
        "add",
        "--merchant",
        &merchant.name,
        "--api",
        "connect",
        "--public",
        "--redirect-uri",
        SITE,
        "--json",
    ];
    let printed = server.run(&arguments).expecting(0).json();
    assert_eq!(printed.get("secret"), None, "{printed}");
    let credential = Credential {
        id: text(&printed["id"]).to_owned(),
        secret: String::new(),
    };
    (merchant, credential)
}

async fn ask(server: &Server, pairs: &[(&str, &str)]) -> Reply {
    let form = "application/x-www-form-urlencoded";
    server
        .http()
        .post("/user/oauth/token")
        .body(form, query(pairs))
        .await
}

async fn code_of(browser: &mut Browser, app: &Credential) -> String {
    let back = location(&browser.get(&authorize_path(app, &CHALLENGE)).await);
    parameter(&back, "code").expect("a code")
}

fn caller(merchant: &Merchant, app: &Credential, granted: &Value) -> Caller {
    merchant.connect_bearer(app.clone(), text(&granted["access_token"]))
}

story! {
    /// A code for its verifier; refresh tokens that are good once.
    async fn a_public_client_needs_pkce_and_no_secret(server: Server) {
        let (merchant, app) = app(&server).await;
        let mut browser = Browser::new(&server);
        browser.create_user(&app, "kari@example.no", "et langt passord").await.expect(303);
        let code = code_of(&mut browser, &app).await;
        let with = |more: &[(&'static str, String)]| {
            let mut pairs = vec![("client_id", app.id.clone())];
            pairs.extend(more.iter().cloned());
            pairs
        };
        let granted = {
            let pairs = with(&[("grant_type", "authorization_code".into()), ("code", code), ("redirect_uri", SITE.into()), ("code_verifier", VERIFIER.into())]);
            let pairs: Vec<_> = pairs.iter().map(|(name, value)| (*name, value.as_str())).collect();
            ask(&server, &pairs).await.expect(200).json()
        };
        caller(&merchant, &app, &granted).get("/capi/v1/order/status").await.expect(200).matches(&json!({ "orders": [] }));
        let refresh = [("client_id", app.id.as_str()), ("grant_type", "refresh_token"), ("refresh_token", text(&granted["refresh_token"]))];
        let again = ask(&server, &refresh).await.expect(200).json();
        assert_ne!(again["refresh_token"], granted["refresh_token"]);
        caller(&merchant, &app, &again).get("/capi/v1/order/status").await.expect(200);
        ask(&server, &refresh).await.expect(400).contains(&json!({ "error": "invalid_grant" }));
    }

    /// Without a challenge there is no code, without its verifier no token, and nothing of the client's own.
    async fn a_public_client_proves_nothing_by_itself(server: Server) {
        let (merchant, app) = app(&server).await;
        let confidential = merchant.credential("connect", &["--redirect-uri", SITE]).await;
        let mut browser = Browser::new(&server);
        browser.create_user(&app, "kari@example.no", "et langt passord").await.expect(303);
        let back = location(&browser.get(&authorize_path(&app, &[])).await);
        assert_eq!(parameter(&back, "error").as_deref(), Some("invalid_request"), "{back}");
        for verifier in [None, Some("guessed")] {
            let code = code_of(&mut browser, &app).await;
            let mut pairs = vec![("client_id", app.id.as_str()), ("grant_type", "authorization_code"), ("code", &code)];
            pairs.extend(verifier.map(|verifier| ("code_verifier", verifier)));
            ask(&server, &pairs).await.expect(400).contains(&json!({ "error": "invalid_grant" }));
        }
        let own = [("client_id", app.id.as_str()), ("grant_type", "client_credentials")];
        ask(&server, &own).await.expect(400).contains(&json!({ "error": "unauthorized_client" }));
        let guessed = [("client_id", app.id.as_str()), ("client_secret", "x"), ("grant_type", "client_credentials")];
        ask(&server, &guessed).await.expect(401).contains(&json!({ "error": "invalid_client" }));
        // A client that has a secret must show it.
        let code = code_of(&mut browser, &confidential).await;
        let bare = [("client_id", confidential.id.as_str()), ("grant_type", "authorization_code"), ("code", &code), ("code_verifier", VERIFIER)];
        ask(&server, &bare).await.expect(401).contains(&json!({ "error": "invalid_client" }));
        for wrong in [
            &["credential", "add", "--merchant", &merchant.name, "--api", "afterpay", "--public", "--redirect-uri", SITE][..],
            &["credential", "add", "--merchant", &merchant.name, "--api", "connect", "--public"][..],
        ] {
            assert_ne!(server.run(wrong).code, Some(0));
        }
    }
}
