//! A person's browser, as far as the login server's pages need one: it keeps cookies and sends forms.

use serde_json::{Value, json};
use stories::{Caller, Credential, FORM, Http, Jar, Merchant, Reply, Server, attribute, hidden_fields};

/// The site that the client has registered.
pub(crate) const SITE: &str = "https://site.example/back";

/// A browser.
pub(crate) struct Browser {
    http: Http,
    pub(super) cookies: Jar,
}

/// A merchant with a client whose users are sent back to [`SITE`].
pub(super) async fn publisher(server: &Server, name: &str) -> (Merchant, Credential) {
    let merchant = server.merchant(name).await;
    let credential = merchant.credential("connect", &["--redirect-uri", SITE]).await;
    (merchant, credential)
}

/// A query of these parameters.
pub(super) fn query(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish()
}

impl Browser {
    pub(super) fn new(server: &Server) -> Self {
        Self {
            http: server.http().clone(),
            cookies: Jar::default(),
        }
    }

    pub(super) async fn get(&mut self, path: &str) -> Reply {
        let reply = self.http.get(path).header("cookie", &self.cookies.header()).await;
        self.cookies.keep(&reply);
        reply
    }

    /// Opens a page and sends its form with these fields filled in.
    pub(super) async fn fill_in(&mut self, page: &Reply, fields: &[(&str, &str)]) -> Reply {
        let text = page.text();
        let action = attribute(&text, "action").expect("the page has a form");
        let mut pairs = hidden_fields(&text);
        pairs.extend(
            fields
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
        );
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(pairs)
            .finish();
        let reply = self
            .http
            .post(&action)
            .header("cookie", &self.cookies.header())
            .body(FORM, body)
            .await;
        self.cookies.keep(&reply);
        reply
    }

    /// Makes a user, by way of the page for it.
    pub(super) async fn create_user(&mut self, client: &Credential, name: &str, password: &str) -> Reply {
        let path = format!(
            "/user/createUser?{}",
            query(&[("clientId", &client.id), ("returnUrl", SITE)])
        );
        let page = self.get(&path).await.expect(200);
        self.fill_in(&page, &[("credential", name), ("password", password)])
            .await
    }
}

/// Where an answer sends the browser.
#[track_caller]
pub(super) fn location(reply: &Reply) -> String {
    assert_eq!(reply.status(), 303, "{}", reply.text());
    reply.header("location").to_owned()
}

/// A value of an address's query.
pub(super) fn parameter(address: &str, name: &str) -> Option<String> {
    let url = url::Url::parse(address).expect("an address");
    url.query_pairs()
        .find(|(have, _)| have == name)
        .map(|(_, value)| value.into_owned())
}

/// Asks the token endpoint.
pub(super) async fn token(server: &Server, client: &Credential, more: &[(&str, &str)]) -> Reply {
    let mut pairs = vec![
        ("client_id", client.id.as_str()),
        ("client_secret", client.secret.as_str()),
    ];
    pairs.extend(more);
    server
        .http()
        .post("/user/oauth/token")
        .body(FORM, query(&pairs))
        .await
}

/// The authorization path of a client.
pub(super) fn authorize_path(client: &Credential, more: &[(&str, &str)]) -> String {
    let mut pairs = vec![
        ("response_type", "code"),
        ("client_id", client.id.as_str()),
        ("redirect_uri", SITE),
        ("state", "a b&c"),
    ];
    pairs.extend(more);
    format!("/user/oauth/authorize?{}", query(&pairs))
}

/// A new user of the merchant, and a caller who calls for them.
pub(crate) async fn signed_in_user(
    server: &Server,
    merchant: &Merchant,
    client: &Credential,
    name: &str,
) -> (Browser, Caller) {
    let mut browser = Browser::new(server);
    browser
        .create_user(client, name, "et langt passord")
        .await
        .expect(303);
    let code = location(&browser.get(&authorize_path(client, &[])).await);
    let code = parameter(&code, "code").expect("a code");
    let granted = token(
        server,
        client,
        &[
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", SITE),
        ],
    )
    .await;
    let granted = granted.expect(200);
    granted.matches(&json!({
        "access_token": "[text]", "token_type": "Bearer", "expires_in": 43200, "refresh_token": "[text]", "scope": "read"
    }));
    (
        browser,
        merchant.connect_bearer(client.clone(), text(&granted.json()["access_token"])),
    )
}

pub(super) fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}
