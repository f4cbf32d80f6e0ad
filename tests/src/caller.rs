//! Callers as values: who calls, with which credential, in which API.

use std::sync::atomic::{AtomicU64, Ordering};

use axum::http::Method;
use serde_json::{Value, json};

use crate::program::{Command, Run, run};
use crate::{Call, Http, Server};

/// A merchant, added through the command line while the server runs.
#[derive(Debug, Clone)]
pub struct Merchant {
    /// Its name.
    pub name: String,
    http: Http,
    database: std::sync::Arc<crate::Database>,
}

/// What a caller proves itself with.
#[derive(Debug, Clone)]
pub struct Credential {
    /// The client id.
    pub id: String,
    /// The secret; for AfterPay the key itself.
    pub secret: String,
}

/// A client of one API, on behalf of one merchant.
#[derive(Debug, Clone)]
pub struct Caller {
    http: Http,
    api: Api,
    headers: Vec<(&'static str, String)>,
    /// For whom it calls.
    pub merchant: Merchant,
    /// What it proves itself with.
    pub credential: Credential,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Api {
    AfterPay,
    Connect,
    Marketplace,
    Native,
}

impl Server {
    /// Adds a merchant.
    pub async fn merchant(&self, name: &str) -> Merchant {
        run_beside(self.database().command(&["merchant", "add", name]))
            .await
            .expect(0);
        self.known_merchant(name)
    }

    /// A merchant that was added before.
    pub fn known_merchant(&self, name: &str) -> Merchant {
        Merchant {
            name: name.to_owned(),
            http: self.http().clone(),
            database: self.database().clone(),
        }
    }

    /// A web shop: a new merchant with an AfterPay key.
    pub async fn afterpay_shop(&self) -> Caller {
        self.merchant(&fresh("Shop")).await.afterpay().await
    }

    /// A publisher's web site: a new merchant with a Connect client.
    pub async fn connect_client(&self) -> Caller {
        self.merchant(&fresh("Publisher")).await.connect().await
    }

    /// A software reseller: a new merchant with a Marketplace client.
    pub async fn marketplace_partner(&self) -> Caller {
        self.merchant(&fresh("Partner")).await.marketplace().await
    }

    /// A program of the merchant's own: a new merchant with a credential for Ordrebok's own API.
    pub async fn native_client(&self) -> Caller {
        self.merchant(&fresh("Merchant")).await.native().await
    }
}

impl Merchant {
    /// Adds a credential; more arguments of `credential add` may follow the API's name.
    pub async fn credential(&self, api: &str, more: &[&str]) -> Credential {
        let mut arguments = vec![
            "credential",
            "add",
            "--merchant",
            &self.name,
            "--api",
            api,
            "--json",
        ];
        arguments.extend(more);
        let added = run_beside(self.database.command(&arguments))
            .await
            .expecting(0)
            .json();
        let text = |name: &str| match added[name].as_str() {
            Some(text) => text.to_owned(),
            None => panic!("`credential add --json` gives no {name}: {added}"),
        };
        Credential {
            id: text("id"),
            secret: text("secret"),
        }
    }

    /// A caller with a new AfterPay key.
    pub async fn afterpay(&self) -> Caller {
        self.afterpay_with(self.credential("afterpay", &[]).await)
    }

    /// A caller with this AfterPay key.
    pub fn afterpay_with(&self, credential: Credential) -> Caller {
        self.caller(
            Api::AfterPay,
            vec![("x-auth-key", credential.secret.clone())],
            credential,
        )
    }

    /// A caller with a new Connect client, which has fetched its token.
    pub async fn connect(&self) -> Caller {
        self.connect_with(self.credential("connect", &[]).await).await
    }

    /// A caller with this Connect client, which has fetched its token.
    pub async fn connect_with(&self, credential: Credential) -> Caller {
        let bearer = self.bearer("/user/oauth/token", "read", &credential).await;
        self.caller(Api::Connect, vec![("authorization", bearer)], credential)
    }

    /// A caller with this Connect client, who shows this token.
    pub fn connect_bearer(&self, credential: Credential, token: &str) -> Caller {
        let bearer = format!("Bearer {token}");
        self.caller(Api::Connect, vec![("authorization", bearer)], credential)
    }

    /// A caller with a new Marketplace client, which has fetched its token.
    pub async fn marketplace(&self) -> Caller {
        self.marketplace_with(self.credential("marketplace", &[]).await)
            .await
    }

    /// A caller with this Marketplace client, which has fetched its token.
    pub async fn marketplace_with(&self, credential: Credential) -> Caller {
        let bearer = self
            .bearer("/ims/token/v3", "openid,AdobeID,read_organizations", &credential)
            .await;
        let headers = vec![
            ("authorization", bearer),
            ("x-api-key", credential.id.clone()),
            ("accept", "application/json".to_owned()),
            ("content-type", "application/json".to_owned()),
        ];
        self.caller(Api::Marketplace, headers, credential)
    }

    /// A caller with a new credential for Ordrebok's own API.
    pub async fn native(&self) -> Caller {
        self.native_with(self.credential("ordrebok", &[]).await)
    }

    /// A caller with this credential for Ordrebok's own API.
    pub fn native_with(&self, credential: Credential) -> Caller {
        let bearer = format!("Bearer {}", credential.secret);
        self.caller(Api::Native, vec![("authorization", bearer)], credential)
    }

    async fn bearer(&self, path: &str, scope: &str, credential: &Credential) -> String {
        let form = form_urlencoded::Serializer::new(String::new())
            .append_pair("grant_type", "client_credentials")
            .append_pair("client_id", &credential.id)
            .append_pair("client_secret", &credential.secret)
            .append_pair("scope", scope)
            .finish();
        let reply = self
            .http
            .post(path)
            .body("application/x-www-form-urlencoded", form)
            .await
            .expect(200);
        reply.contains(&json!({ "access_token": "[text]", "expires_in": "[integer]" }));
        format!(
            "Bearer {}",
            reply.json()["access_token"].as_str().unwrap_or_default()
        )
    }

    fn caller(&self, api: Api, headers: Vec<(&'static str, String)>, credential: Credential) -> Caller {
        Caller {
            http: self.http.clone(),
            api,
            headers,
            merchant: self.clone(),
            credential,
        }
    }
}

impl Caller {
    /// The headers that every call of its carries.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        self.headers.iter().map(|(name, value)| (*name, value.as_str()))
    }

    /// A GET.
    pub fn get(&self, path: &str) -> Call {
        self.call(Method::GET, path)
    }

    /// A POST of a JSON document.
    pub fn post(&self, path: &str, body: &Value) -> Call {
        self.call(Method::POST, path).json(body)
    }

    /// A PATCH with a JSON document.
    pub fn patch(&self, path: &str, body: &Value) -> Call {
        self.call(Method::PATCH, path).json(body)
    }

    /// A DELETE.
    pub fn delete(&self, path: &str) -> Call {
        self.call(Method::DELETE, path)
    }

    /// Any call, with the caller's credential and, for the Marketplace, with request and correlation ids of its own.
    pub fn call(&self, method: Method, path: &str) -> Call {
        let mut call = self.http.call(method, path);
        for (name, value) in &self.headers {
            call = call.header(name, value);
        }
        if self.api == Api::Marketplace {
            call = call
                .header("x-request-id", &fresh("request"))
                .header("x-correlation-id", &fresh("correlation"));
        }
        call
    }
}

/// Runs a command without keeping the story's other tasks (its receivers, its racers) from going on.
async fn run_beside(command: Command) -> Run {
    tokio::task::spawn_blocking(move || run(&command))
        .await
        .expect("running a command doesn't panic")
}

/// A name that no other in this test run has.
pub(crate) fn fresh(what: &str) -> String {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    format!("{what}-{}", NEXT.fetch_add(1, Ordering::Relaxed))
}
