//! One call to somebody's address: within a time limit, to a checked address, and never further than that.

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::HeaderMap;
use reqwest::redirect::Policy;
use reqwest::{Client, Method};
use url::Url;

use super::Guard;
use crate::command_error::CommandError;

/// What a call came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The address answered with this status, a success.
    Done(u16),
    /// It didn't, for this reason. It is worth trying again: addresses, names and servers recover.
    Failed(String),
}

/// What an address answered, with a success.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reply {
    /// The body.
    pub(crate) body: Vec<u8>,
}

/// As much of an answer as is read, in bytes.
const LONGEST_ANSWER: usize = 65_536;

/// Makes calls.
#[derive(Debug, Clone)]
pub(crate) struct Outbound {
    client: Client,
    guard: Guard,
}

impl Outbound {
    /// A caller that gives each call so long, name look-up and connection included.
    pub(crate) fn new(guard: Guard, timeout: Duration) -> Result<Self, CommandError> {
        // Fails when a provider is there already, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let builder = || {
            let agent = concat!("Ordrebok/", env!("CARGO_PKG_VERSION"));
            Client::builder()
                .user_agent(agent)
                .timeout(timeout)
                .redirect(Policy::none())
                .no_proxy()
                // A kept connection would outlive the check of its address.
                .pool_max_idle_per_host(0)
                .dns_resolver(Arc::new(guard.clone()))
        };
        let client = builder().build().or_else(|error| {
            tracing::warn!(%error, "https addresses can't be called: the system has no certificates (ca-certificates)");
            builder().tls_certs_only([]).build()
        });
        let client =
            client.map_err(|error| CommandError::caused("outgoing calls could not be set up", &error))?;
        Ok(Self { client, guard })
    }

    /// Calls an address. The answer's body is of no interest and not read.
    pub(crate) async fn call(&self, method: Method, url: &str, headers: HeaderMap, body: Vec<u8>) -> Outcome {
        match self.send(method, url, headers, body).await {
            Ok(answer) => Outcome::Done(answer.status().as_u16()),
            Err(reason) => Outcome::Failed(reason),
        }
    }

    /// Calls an address with POST, and reads what it answers with a success. The error says why there is none.
    pub(crate) async fn ask(&self, url: &str, headers: HeaderMap, body: Vec<u8>) -> Result<Reply, String> {
        let mut answer = self.send(Method::POST, url, headers, body).await?;
        let mut body = Vec::new();
        while let Some(piece) = answer.chunk().await.map_err(|error| reason(&error))? {
            body.extend_from_slice(&piece);
            if body.len() > LONGEST_ANSWER {
                return Err(format!("answered with more than {LONGEST_ANSWER} bytes"));
            }
        }
        Ok(Reply { body })
    }

    /// A success, or why there is none.
    async fn send(
        &self,
        method: Method,
        url: &str,
        headers: HeaderMap,
        body: Vec<u8>,
    ) -> Result<reqwest::Response, String> {
        let url = Url::parse(url).map_err(|error| format!("the address is malformed: {error}"))?;
        self.guard
            .check_url(&url)
            .map_err(|refused| refused.to_string())?;
        let request = self.client.request(method, url).headers(headers).body(body);
        let answer = request.send().await.map_err(|error| reason(&error))?;
        if answer.status().is_success() {
            Ok(answer)
        } else {
            Err(format!("answered with status {}", answer.status().as_u16()))
        }
    }
}

/// The innermost cause, which is the one that says something; without the address, which may hold a secret.
fn reason(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "did not answer in time".to_owned();
    }
    let mut innermost: &dyn std::error::Error = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}

/// An address as it may stand in a log: without user, password, query and fragment.
pub(crate) fn shown(url: &str) -> String {
    match Url::parse(url) {
        Ok(url) => format!(
            "{}://{}{}",
            url.scheme(),
            url.host_str().unwrap_or_default(),
            url.path()
        ),
        Err(_) => "a malformed address".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::Router;
    use axum::http::{StatusCode, header};
    use axum::routing::get;

    /// Answers at `/ok`, refuses at `/no`, leads away at `/away` and never answers at `/never`.
    async fn somebody() -> String {
        let router = Router::new()
            .route(
                "/ok",
                get(|headers: HeaderMap| async move {
                    let agent = headers
                        .get(header::USER_AGENT)
                        .map(|agent| agent.to_str().unwrap().to_owned());
                    if agent.is_some_and(|agent| agent.starts_with("Ordrebok/")) {
                        StatusCode::NO_CONTENT
                    } else {
                        StatusCode::BAD_REQUEST
                    }
                }),
            )
            .route("/no", get(|| async { StatusCode::SERVICE_UNAVAILABLE }))
            .route(
                "/away",
                get(|| async { (StatusCode::FOUND, [(header::LOCATION, "/ok")]) }),
            )
            .route("/never", get(std::future::pending::<StatusCode>));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, router).await });
        format!("http://{address}")
    }

    #[tokio::test]
    async fn only_a_success_of_the_address_itself_counts() {
        let base = somebody().await;
        let outbound = |sandbox| Outbound::new(Guard::new(&[], sandbox), Duration::from_millis(500)).unwrap();
        let call = async |outbound: &Outbound, url: &str| {
            outbound
                .call(Method::GET, url, HeaderMap::new(), Vec::new())
                .await
        };
        let failed = |reason: &str| Outcome::Failed(reason.to_owned());
        let (sandbox, open) = (outbound(true), outbound(false));

        assert_eq!(call(&sandbox, &format!("{base}/ok")).await, Outcome::Done(204));
        assert_eq!(
            call(&sandbox, &format!("{base}/no")).await,
            failed("answered with status 503")
        );
        assert_eq!(
            call(&sandbox, &format!("{base}/away")).await,
            failed("answered with status 302")
        );
        assert_eq!(
            call(&sandbox, &format!("{base}/never")).await,
            failed("did not answer in time")
        );
        assert_eq!(
            call(&sandbox, "http://").await,
            failed("the address is malformed: empty host")
        );
        let named = base.replace("127.0.0.1", "localhost");
        assert_eq!(call(&sandbox, &format!("{named}/ok")).await, Outcome::Done(204));

        let refused = "is not a public address, and callbacks.allowed_networks does not allow it";
        assert_eq!(
            call(&open, &format!("{base}/ok")).await,
            failed(&format!("127.0.0.1 {refused}"))
        );
        assert_eq!(
            call(&open, &format!("{named}/ok")).await,
            failed(&format!("localhost {refused}"))
        );
    }

    #[test]
    fn what_is_logged_of_an_address_holds_no_secret() {
        assert_eq!(
            shown("https://me:word@shop.example/done?token=1#x"),
            "https://shop.example/done"
        );
        assert_eq!(shown("nonsense"), "a malformed address");
    }
}
