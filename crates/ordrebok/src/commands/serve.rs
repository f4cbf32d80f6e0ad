//! `ordrebok serve`: the server.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use book::{Book, Clock};
use clap::Args;

use crate::command_error::CommandError;
use crate::config::Config;
use crate::machine::Machine;
use crate::metrics::Metrics;
use crate::outbound::{Guard, Outbound};
use crate::place::{Place, PlaceOptions};
use crate::sandbox::{MovableClock, Sandbox};
use crate::server::{Assembly, Certificate, Listening};
use crate::surroundings::Surroundings;
use crate::tracer::Tracer;
use crate::workers::Workers;
use crate::{output, server, telemetry};

use super::opening::{block_on, open_at_time_of};
use super::seed::Seed;

/// How long a server that has stopped gives to the last spans of its traces.
const LAST_SPANS: Duration = Duration::from_secs(5);

/// Run the server until it gets SIGTERM or Ctrl-C
#[derive(Debug, Args)]
pub(super) struct Serve {
    /// Listen on this address; port 0 takes a free one [default: 127.0.0.1:8080] [env: ORDREBOK_LISTEN]
    #[arg(long, value_name = "ADDR")]
    listen: Option<SocketAddr>,

    /// Take settings from this file
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,

    /// Be a sandbox: the dialects' test triggers, calls to loopback addresses, a clock that can be moved, faults on demand
    #[arg(long)]
    sandbox: bool,

    /// What the sandbox begins with, and goes back to when it is reset
    #[arg(long, value_name = "FILE", requires = "sandbox")]
    seed: Option<PathBuf>,
}

impl Serve {
    pub(super) fn run(self, place: PlaceOptions) -> Result<ExitCode, CommandError> {
        let mut config = Config::load(self.config.as_deref())?;
        if let Some(address) = self
            .listen
            .map_or_else(listen_from_environment, |address| Ok(Some(address)))?
        {
            config.listen = address;
        }
        let place = place.place()?;
        telemetry::start(&config.log)?;
        let sandbox = self
            .sandbox
            .then(|| sandbox(&config, self.seed.as_deref()))
            .transpose()?;
        block_on(serve(&config, &place, sandbox))?;
        Ok(ExitCode::SUCCESS)
    }
}

fn listen_from_environment() -> Result<Option<SocketAddr>, CommandError> {
    let Some(text) = std::env::var_os("ORDREBOK_LISTEN").filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    let text = text.to_string_lossy();
    text.parse().map(Some).map_err(|_| {
        CommandError::new(format!("ORDREBOK_LISTEN={text} is not an address"))
            .hint("write it as 127.0.0.1:8080 or [::1]:8080")
    })
}

/// The sandbox, with its clock, and with what the seed file has.
pub(super) fn sandbox(config: &Config, seed: Option<&Path>) -> Result<Sandboxed, CommandError> {
    let settings = &config.sandbox;
    let seed = seed.or(settings.seed()).map(Seed::read).transpose()?;
    let clock = Arc::new(MovableClock::default());
    let sandbox = Sandbox::new(settings, Arc::clone(&clock), seed)
        .map_err(|misunderstood| CommandError::new(format!("sandbox.fault: {misunderstood}")))?;
    Ok(Sandboxed {
        sandbox: Arc::new(sandbox),
        clock,
    })
}

/// A sandbox and the clock that its book goes by.
pub(super) struct Sandboxed {
    pub(super) sandbox: Arc<Sandbox>,
    pub(super) clock: Arc<MovableClock>,
}

async fn serve(config: &Config, place: &Place, sandboxed: Option<Sandboxed>) -> Result<(), CommandError> {
    let stop = server::stop_signal()?;
    let certificate = Certificate::read(&config.tls)?;
    // The addresses are taken first: a second server on them must not touch the database.
    let listening = Listening::bind(config.listen)
        .await?
        .with_certificate(certificate.clone());
    let side = match config.metrics.address()? {
        Some(address) => Some(Listening::bind(address).await?),
        None => None,
    };
    let (sandbox, clock): (_, Arc<dyn Clock>) = match sandboxed {
        Some(Sandboxed { sandbox, clock }) => (Some(sandbox), clock),
        None => (None, Arc::new(Machine)),
    };
    let book = open_at_time_of(place, config.book(sandbox.is_some()), clock).await?;
    match &sandbox {
        Some(sandbox) => sandbox.begin(&book).await?,
        None => begin_production(&book).await?,
    }
    let metrics = Arc::new(Metrics::default());
    let (tracer, sending) = Tracer::start(&config.traces, &metrics)?.unzip();
    let around = Surroundings {
        sandbox,
        metrics,
        tracer,
        ..Surroundings::default()
    };
    if let Some(certificate) = certificate {
        server::read_again_at_hangup(certificate)?;
    }
    let is_sandbox = around.sandbox.is_some();
    let guard = Guard::new(&config.callbacks.allowed_networks, is_sandbox);
    let outbound = Outbound::new(guard, config.callbacks.timeout())?;
    let workers = Workers::start(&book, outbound, config, &around);
    let side = side.map(|side| side.serve_beside(&book, &around));
    tracing::info!(%place, sandbox = is_sandbox, "Ordrebok {} serves", env!("CARGO_PKG_VERSION"));
    let assembly = Assembly::new(&book, config, &around);
    output::line(&format!("Ordrebok listens on {}", listening.url()));
    let stopped = async {
        stop.await;
        book.stop_streams();
    };
    listening.serve(assembly, &config.limits, stopped).await;
    workers.stop().await;
    if let Some(side) = side {
        side.abort();
    }
    book.close().await;
    drop(around);
    if let Some(sending) = sending
        && tokio::time::timeout(LAST_SPANS, sending.finish()).await.is_err()
    {
        tracing::warn!("the last traces could not be sent in time");
    }
    tracing::info!("Ordrebok has stopped");
    Ok(())
}

/// Secrets that everybody can read in the documentation.
const KNOWN_SECRETS: [&str; 8] = [
    "my-own-key",
    "the one you have",
    "THE-KEY-IN-USE",
    "YOUR_SECRET",
    "sandbox-afterpay-key",
    "sandbox-connect-secret",
    "sandbox-marketplace-secret",
    "sandbox-ordrebok-token",
];

/// Refuses to serve real data to whoever knows the documentation, and takes down that the data are real.
async fn begin_production(book: &Book) -> Result<(), CommandError> {
    if let Some((merchant, api)) = book.opened_by(&KNOWN_SECRETS).await?.first() {
        return Err(CommandError::new(format!(
            "an {api} credential of {merchant} has a secret that stands in Ordrebok's documentation"
        ))
        .hint(
            "revoke it with `ordrebok credential revoke` and add one with a secret of its own; for trying things out \
             there is --sandbox",
        ));
    }
    Ok(book.end_sandbox().await?)
}

#[cfg(test)]
mod tests {
    use super::KNOWN_SECRETS;

    /// What the documentation shows as a secret, production refuses.
    #[test]
    fn every_secret_in_the_documentation_is_known() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let pages = std::fs::read_dir(root.join("docs"))
            .unwrap()
            .map(|page| page.unwrap().path());
        let mut found = 0;
        for page in pages.chain([root.join("README.md")]) {
            if page.extension().is_none_or(|extension| extension != "md") {
                continue;
            }
            let text = std::fs::read_to_string(&page).unwrap();
            for (before, after) in [
                ("--secret ", [' ', '\n', ']']),
                ("\"secret\":\"", ['"', '"', '"']),
            ] {
                for rest in text.split(before).skip(1) {
                    let secret = match rest.strip_prefix('"').filter(|_| before.starts_with("--")) {
                        Some(quoted) => quoted.split('"').next().unwrap(),
                        None => rest.split(after).next().unwrap(),
                    };
                    // The name of the option's value, a variable, or prose about the option.
                    if secret == "SECRET"
                        || secret.starts_with(['$', '`'])
                        || !rest.starts_with(['"']) && secret.contains('`')
                    {
                        continue;
                    }
                    found += 1;
                    assert!(
                        KNOWN_SECRETS.contains(&secret),
                        "{}: {secret} is shown as a secret",
                        page.display()
                    );
                }
            }
        }
        assert!(
            found >= 6,
            "only {found} secrets were found in the documentation: the test looks in vain"
        );
    }
}
