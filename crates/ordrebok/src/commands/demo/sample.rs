//! The sample orders. They come in over HTTP, as everybody's do.
//!
//! `sample/*.jsonl` holds one request a line: its path, its body, and which members of the answer to keep under
//! which name. `{name}` in a later line, or in the text that is printed, stands for what was kept.

use std::collections::BTreeMap;
use std::time::Duration;

use http_kit::body::parse_json;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE};
use reqwest::{Client, RequestBuilder};
use serde::Deserialize;
use serde_json::Value;

use crate::command_error::CommandError;

/// How long one of our own answers may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// What is known so far, by name.
#[derive(Debug, Default)]
pub(super) struct Names(BTreeMap<String, String>);

impl Names {
    pub(super) fn set(&mut self, name: &str, value: &str) {
        self.0.insert(name.to_owned(), value.to_owned());
    }

    /// The text with every `{name}` that is known filled in.
    pub(super) fn fill(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, (name, value)| {
            text.replace(&format!("{{{name}}}"), value)
        })
    }

    fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }
}

/// One request of a sample file.
#[derive(Deserialize)]
struct Sample {
    post: String,
    body: Value,
    /// Under which name to keep what the answer has at which JSON pointer.
    #[serde(default)]
    keep: BTreeMap<String, String>,
}

/// Somebody who calls the demo's own server.
pub(super) struct Visitor {
    client: Client,
    url: String,
}

impl Visitor {
    pub(super) fn new(url: &str) -> Result<Self, CommandError> {
        let client = Client::builder()
            .no_proxy()
            .timeout(PATIENCE)
            .tls_certs_only([])
            .build();
        let client = client.map_err(|error| CommandError::caused("the samples can't be sent", &error))?;
        Ok(Self {
            client,
            url: url.to_owned(),
        })
    }

    /// Sends all samples.
    pub(super) async fn place_samples(&self, names: &mut Names) -> Result<(), CommandError> {
        let token = self.token("/user/oauth/token", "connect", names).await?;
        self.place(include_str!("sample/connect.jsonl"), names, |request, _| {
            request.header(AUTHORIZATION, &token)
        })
        .await?;
        let key = names.get("afterpay_secret").to_owned();
        self.place(include_str!("sample/afterpay.jsonl"), names, |request, _| {
            request.header("x-auth-key", &key)
        })
        .await?;
        let token = self.token("/ims/token/v3", "marketplace", names).await?;
        let client = names.get("marketplace_id").to_owned();
        self.place(
            include_str!("sample/marketplace.jsonl"),
            names,
            |request, index| {
                request
                    .header(AUTHORIZATION, &token)
                    .header("x-api-key", &client)
                    .header("x-correlation-id", format!("sample-{index}"))
                    .header("accept", "application/json")
            },
        )
        .await
    }

    async fn place(
        &self,
        samples: &str,
        names: &mut Names,
        sign: impl Fn(RequestBuilder, usize) -> RequestBuilder,
    ) -> Result<(), CommandError> {
        for (index, line) in samples.lines().enumerate() {
            let sample: Sample = read(names.fill(line).as_bytes())?;
            let request = self.client.post(format!("{}{}", self.url, sample.post));
            let request = sign(request, index)
                .header(CONTENT_TYPE, "application/json")
                .body(sample.body.to_string());
            let answer: Value = read(&send(request, &sample.post).await?)?;
            for (name, pointer) in &sample.keep {
                let kept = answer
                    .pointer(pointer)
                    .map(|value| value.as_str().map_or(value.to_string(), str::to_owned));
                names.set(name, &kept.unwrap_or_default());
            }
        }
        Ok(())
    }

    /// The `Authorization` header of the client of this API.
    async fn token(&self, path: &str, api: &str, names: &Names) -> Result<String, CommandError> {
        let (id, secret) = (
            names.get(&format!("{api}_id")),
            names.get(&format!("{api}_secret")),
        );
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", id),
            ("client_secret", secret),
        ];
        let request = self
            .client
            .post(format!("{}{path}", self.url))
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(http_kit::query::write(form));
        let answer: Value = read(&send(request, path).await?)?;
        Ok(format!(
            "Bearer {}",
            answer["access_token"].as_str().unwrap_or_default()
        ))
    }
}

async fn send(request: RequestBuilder, path: &str) -> Result<Vec<u8>, CommandError> {
    let broken = |error| CommandError::caused(&format!("the sample for {path} got no answer"), &error);
    let answer = request.send().await.map_err(broken)?;
    let status = answer.status();
    let body = answer.bytes().await.map_err(broken)?;
    if status.is_success() {
        return Ok(body.to_vec());
    }
    let told = String::from_utf8_lossy(&body);
    Err(CommandError::new(format!(
        "the sample for {path} was refused with {status}: {told}"
    )))
}

fn read<T: serde::de::DeserializeOwned>(text: &[u8]) -> Result<T, CommandError> {
    parse_json(text).map_err(|error| CommandError::caused("a sample or its answer can't be read", &error))
}
