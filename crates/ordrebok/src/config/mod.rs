//! The configuration: `default.toml`, which documents every setting, and the operator's own file over it.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use http_kit::body::BodyLimits;
use ipnet::IpNet;
use serde::Deserialize;

use crate::command_error::CommandError;

mod afterpay;
mod dialects;
mod layered;
mod outside;
mod webhooks;

use afterpay::AfterPay;
use webhooks::Webhooks;

use dialects::{Connect, Marketplace, Native};
pub(crate) use outside::{MetricsSettings, Tls, Traces};

/// Every setting, with what it is for and its default.
pub(crate) const DEFAULTS: &str = include_str!("default.toml");

/// Every setting. `default.toml` says what each is for.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    pub(crate) listen: SocketAddr,
    pub(crate) limits: Limits,
    pub(crate) tls: Tls,
    pub(crate) web: Web,
    pub(crate) log: Log,
    pub(crate) metrics: MetricsSettings,
    pub(crate) traces: Traces,
    pub(crate) callbacks: Callbacks,
    pub(crate) webhooks: Webhooks,
    pub(crate) ordrebok: Native,
    pub(crate) connect: Connect,
    pub(crate) afterpay: AfterPay,
    pub(crate) marketplace: Marketplace,
    pub(crate) sandbox: SandboxSettings,
}

/// What a sandbox does beside what every server does.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SandboxSettings {
    seed: String,
    pub(crate) fault: String,
    pub(crate) fault_every: u32,
    pub(crate) calls_kept: usize,
}

impl SandboxSettings {
    /// The file that the sandbox begins with, when there is one.
    pub(crate) fn seed(&self) -> Option<&Path> {
        (!self.seed.is_empty()).then(|| Path::new(&self.seed))
    }
}

/// What one client may take of the server.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Limits {
    body_bytes: usize,
    header_seconds: u32,
    body_seconds: u32,
    request_seconds: u32,
    pub(crate) connections: usize,
    pub(crate) requests: usize,
    drain_seconds: u32,
    shutdown_seconds: u32,
}

impl Limits {
    pub(crate) fn header(&self) -> Duration {
        Duration::from_secs(self.header_seconds.into())
    }

    /// How large a body may be, and how long it may take.
    pub(crate) fn body_limits(&self) -> BodyLimits {
        BodyLimits {
            bytes: self.body_bytes,
            time: Duration::from_secs(self.body_seconds.into()),
        }
    }

    pub(crate) fn request(&self) -> Duration {
        Duration::from_secs(self.request_seconds.into())
    }

    /// How long a server that was told to stop goes on as before, so that balancers see that it is not ready.
    pub(crate) fn drain(&self) -> Duration {
        Duration::from_secs(self.drain_seconds.into())
    }

    pub(crate) fn shutdown(&self) -> Duration {
        Duration::from_secs(self.shutdown_seconds.into())
    }
}

/// What browsers and thrifty clients get.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Web {
    pub(crate) cors_origins: Vec<String>,
    pub(crate) compress_from_bytes: u16,
}

/// How the server logs.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Log {
    pub(crate) format: LogFormat,
    pub(crate) level: String,
}

/// For whom the log is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LogFormat {
    Human,
    Json,
}

/// How calls that are owed are made.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Callbacks {
    timeout_seconds: u32,
    retry_after_seconds: Vec<u32>,
    give_up_after_hours: u32,
    pub(crate) at_once: usize,
    pub(crate) allowed_networks: Vec<IpNet>,
}

impl Callbacks {
    pub(crate) fn timeout(&self) -> Duration {
        Duration::from_secs(self.timeout_seconds.into())
    }

    /// How long to wait after so many failures, counted from 1; none when it is time to give up, so long after the
    /// call came to be owed.
    pub(crate) fn retry_after(&self, failures: usize, owed_for: Duration) -> Option<Duration> {
        let give_up = Duration::from_secs(u64::from(self.give_up_after_hours).saturating_mul(3600));
        let waits = &self.retry_after_seconds;
        let wait = waits.get(failures.saturating_sub(1)).or(waits.last())?;
        let wait = Duration::from_secs((*wait).into());
        (owed_for.saturating_add(wait) <= give_up).then_some(wait)
    }
}

impl Config {
    /// What the book is told of it.
    pub(crate) fn book(&self, sandbox: bool) -> book::Settings {
        let renewer: book::Renewer = if sandbox {
            api_connect::renewal_in_sandbox
        } else {
            api_connect::renewal
        };
        book::Settings {
            numbers: self.afterpay.numbers(),
            renewer: Some(renewer),
        }
    }

    /// The defaults with the operator's file, when there is one, over them.
    pub(crate) fn load(file: Option<&Path>) -> Result<Self, CommandError> {
        let Some(path) = file else {
            return Self::read("").map_err(|misfit| CommandError::new(misfit.to_string()));
        };
        let advice = "`ordrebok config default` prints every setting, with what it is for and its default";
        let text = std::fs::read_to_string(path).map_err(|error| {
            CommandError::caused(
                &format!("the configuration file {} could not be read", path.display()),
                &error,
            )
        })?;
        let config = Self::read(&text)
            .map_err(|misfit| CommandError::new(format!("{}, {misfit}", path.display())).hint(advice))?;
        config.check()?;
        Ok(config)
    }

    /// Whether what is set makes sense together.
    fn check(&self) -> Result<(), CommandError> {
        self.tls.files()?;
        self.metrics.address()?;
        self.traces.endpoint()?;
        for (setting, value) in [
            ("limits.body_bytes", self.limits.body_bytes),
            ("limits.connections", self.limits.connections),
            ("limits.requests", self.limits.requests),
            ("callbacks.at_once", self.callbacks.at_once),
            (
                "callbacks.retry_after_seconds",
                self.callbacks.retry_after_seconds.len(),
            ),
        ] {
            if value == 0 {
                return Err(CommandError::new(format!(
                    "{setting} is 0 or empty: nothing would ever be done"
                )));
            }
        }
        Ok(())
    }

    fn read(text: &str) -> Result<Self, layered::Misfit> {
        layered::read(DEFAULTS, text)
    }
}
