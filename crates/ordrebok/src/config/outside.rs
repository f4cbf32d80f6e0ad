//! How the server meets the outside: TLS, metrics, traces.

use std::net::SocketAddr;
use std::path::Path;

use serde::Deserialize;
use url::Url;

use crate::command_error::CommandError;

/// The certificate of the server.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Tls {
    certificate: String,
    key: String,
}

impl Tls {
    /// The files of the certificate and its key, when there are any.
    pub(crate) fn files(&self) -> Result<Option<(&Path, &Path)>, CommandError> {
        match (self.certificate.as_str(), self.key.as_str()) {
            ("", "") => Ok(None),
            ("", _) => Err(CommandError::new("tls.key is set, and tls.certificate is not")
                .hint("HTTPS needs both; leave both empty to serve HTTP")),
            (_, "") => Err(CommandError::new("tls.certificate is set, and tls.key is not")
                .hint("HTTPS needs both; leave both empty to serve HTTP")),
            (certificate, key) => Ok(Some((Path::new(certificate), Path::new(key)))),
        }
    }
}

/// Whether and where Prometheus metrics are given.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MetricsSettings {
    pub(crate) enabled: bool,
    listen: String,
}

impl MetricsSettings {
    /// Whether they are given at the server's own address.
    pub(crate) fn are_here(&self) -> bool {
        self.enabled && self.listen.is_empty()
    }

    /// The address of their own, when they have one.
    pub(crate) fn address(&self) -> Result<Option<SocketAddr>, CommandError> {
        if self.listen.is_empty() {
            return Ok(None);
        }
        let address = self.listen.parse().map_err(|_| {
            CommandError::new(format!("metrics.listen = {:?} is not an address", self.listen))
                .hint("write it as 127.0.0.1:9464 or [::1]:9464")
        })?;
        Ok(Some(address).filter(|_| self.enabled))
    }
}

/// Whether and where traces are sent.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Traces {
    endpoint: String,
    pub(crate) service_name: String,
    pub(crate) percent: u32,
}

impl Traces {
    /// The collector's address, when there is one.
    pub(crate) fn endpoint(&self) -> Result<Option<String>, CommandError> {
        if self.endpoint.is_empty() {
            return Ok(None);
        }
        match Url::parse(&self.endpoint) {
            Ok(url) if matches!(url.scheme(), "http" | "https") => Ok(Some(self.endpoint.clone())),
            _ => Err(
                CommandError::new("traces.endpoint is not an http or https address")
                    .hint("write it as http://127.0.0.1:4318/v1/traces"),
            ),
        }
    }
}
