//! The token endpoint, and what tokens open.

use axum::http::Method;
use base64::Engine;
use serde_json::json;
use stories::{Credential, Options, Reply, Server, Stage, connect, eventually, story};

use super::{FULFILLMENT, ORDER, register, status_path};

const FORM: &str = "application/x-www-form-urlencoded";

fn form(credential: &Credential) -> String {
    form_urlencoded::Serializer::new(String::new())
        .append_pair("client_id", &credential.id)
        .append_pair("client_secret", &credential.secret)
        .append_pair("grant_type", "client_credentials")
        .finish()
}

fn basic(credential: &Credential) -> String {
    let pair = format!("{}:{}", credential.id, credential.secret);
    format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(pair))
}

fn is_granted(reply: &Reply) {
    reply.matches(
        &json!({ "access_token": "[text]", "token_type": "Bearer", "expires_in": 43200, "scope": "read" }),
    );
    assert_eq!(reply.header("cache-control"), "no-store");
}

story! {
    /// The seed's token URL, and the older host's.
    async fn token_url_is_user_oauth_token(server: Server) {
        let client = server.connect_client().await;
        for path in ["/user/oauth/token", "/login/oauth/token"] {
            is_granted(&server.http().post(path).body(FORM, form(&client.credential)).await.expect(200));
        }
    }

    /// Form body; HTTP Basic with a form; the same parameters both in the query string and in the form.
    async fn all_three_styles_of_sending_credentials_occur(server: Server) {
        let merchant = server.merchant("Fjellforlaget").await;
        // What clients bring along may have any character in it.
        let secret = "p@ss+word/%&=%2B";
        let credential = merchant.credential("connect", &["--id", "no.fjell.web", "--secret", secret]).await;
        let path = "/user/oauth/token";
        let http = server.http();
        let body = form(&credential);
        is_granted(&http.post(path).body(FORM, body.clone()).await.expect(200));
        let grant = "grant_type=client_credentials";
        is_granted(&http.post(path).header("authorization", &basic(&credential)).body(FORM, grant).await.expect(200));
        let both = format!("{body}&redirect_uri=https%3A%2F%2Ffjell.example%2F&scope=");
        is_granted(&http.post(&format!("{path}?{both}")).body(FORM, both.clone()).await.expect(200));
        is_granted(&http.post(&format!("{path}?{both}")).await.expect(200));
        let json = json!({ "client_id": credential.id, "client_secret": secret, "grant_type": "client_credentials", "scope": "read" });
        is_granted(&http.post(path).json(&json).await.expect(200));
    }

    /// RFC 6749's errors, and which of them wins: what can't be read, then the grant's absence, then an unknown grant,
    /// then the client.
    async fn token_errors_are_those_of_rfc_6749(server: Server) {
        let client = server.connect_client().await;
        let good = form(&client.credential);
        let wrong = form(&Credential { secret: "wrong".to_owned(), ..client.credential.clone() });
        let nobody = form(&Credential { id: "nobody".to_owned(), ..client.credential.clone() });
        for (body, status, error) in [
            (String::new(), 400, "invalid_request"),
            (format!("{good}&client_id=other"), 400, "invalid_request"),
            ("client_id=a&client_secret=b".to_owned(), 400, "invalid_request"),
            (good.replace("client_credentials", "password"), 400, "unsupported_grant_type"),
            ("grant_type=client_credentials".to_owned(), 401, "invalid_client"),
            (wrong, 401, "invalid_client"),
            (nobody, 401, "invalid_client"),
            ("grant_type=client_credentials&client_id=%00&client_secret=%00".to_owned(), 400, "invalid_request"),
        ] {
            let refused = server.http().post("/user/oauth/token").body(FORM, body).await.expect(status);
            refused.matches(&json!({ "error": error, "error_description": "[text]" }));
        }
        let got = server.http().get("/user/oauth/token").await.expect(405);
        got.matches(&json!({ "error": "invalid_request", "error_description": "[text]" }));
    }

    /// Another API's client gets no token here, and its token opens nothing.
    async fn a_client_of_another_api_is_nobody_here(server: Server) {
        let merchant = server.merchant("Fjellforlaget").await;
        let other = merchant.credential("marketplace", &[]).await;
        server.http().post("/user/oauth/token").body(FORM, form(&other)).await.expect(401);
    }

    /// Without a token, with one that nobody gave out, or in another form: 401, and what is wrong.
    async fn no_or_bad_token_401_invalid_token(server: Server) {
        let client = server.connect_client().await;
        let path = status_path(&json!(9));
        let invalid = json!({ "error": "invalid_token", "error_description": "[text]" });
        let none = client.get(&path).without("authorization").await.expect(401);
        none.matches(&invalid);
        assert_eq!(none.header("www-authenticate"), "Bearer");
        for header in ["Bearer x", "Bearer 1.x", "bearer ", "Basic bm86d2F5", "x"] {
            let refused = client.get(&path).header("authorization", header).await.expect(401);
            refused.matches(&invalid);
            assert!(refused.header("www-authenticate").starts_with("Bearer"), "{header}");
        }
        // Whoever shows no token learns nothing about the request itself.
        client.call(Method::POST, ORDER).body("application/json", "{").without("authorization").await.expect(401);
    }

    /// A credential that was added with `--scope read` may look.
    async fn a_client_with_read_scope_may_look_and_not_change(server: Server) {
        let merchant = server.merchant("Fjellforlaget").await;
        let writer = merchant.connect().await;
        let id = register(&writer, "invoice").await;
        let reader = merchant.connect_with(merchant.credential("connect", &["--scope", "read"]).await).await;
        reader.get(&status_path(&id)).await.expect(200);
        for path in [ORDER, FULFILLMENT] {
            let refused = reader.post(path, &connect::register("1", "invoice")).await.expect(403);
            refused.matches(&json!({ "error": "insufficient_scope", "error_description": "[text]" }));
        }
    }

    /// A credential that is taken back takes its tokens with it.
    async fn a_revoked_credentials_tokens_open_nothing(server: Server) {
        let merchant = server.merchant("Fjellforlaget").await;
        let client = merchant.connect().await;
        let id = register(&client, "invoice").await;
        server.run(&["credential", "revoke", "--merchant", "Fjellforlaget", "1"]).expect(0);
        eventually("the token is refused", async || {
            (client.get(&status_path(&id)).await.status() == 401).then_some(())
        })
        .await;
        server.http().post("/user/oauth/token").body(FORM, form(&client.credential)).await.expect(401);
    }

    /// The lifetime is the operator's to choose, and ends.
    async fn access_token_lifetime_is_configurable(stage: Stage) {
        let server = stage.start(&Options::default().configuration("[connect]\ntoken_seconds = 2\n"));
        let client = server.merchant("Fjellforlaget").await.connect().await;
        let granted = server.http().post("/user/oauth/token").body(FORM, form(&client.credential)).await.expect(200);
        granted.contains(&json!({ "expires_in": 2 }));
        eventually("the token has expired", async || {
            (client.get(&status_path(&json!(9))).await.status() == 401).then_some(())
        })
        .await;
    }
}
