//! `ordrebok serve`: the server.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use crate::command_error::CommandError;
use crate::config::Config;
use crate::outbound::{Guard, Outbound};
use crate::place::{Place, PlaceOptions};
use crate::server::{Assembly, Listening};
use crate::workers::Workers;
use crate::{output, server, telemetry};

use super::opening::{block_on, open};

/// Run the server until it gets SIGTERM or Ctrl-C
#[derive(Debug, Args)]
pub(super) struct Serve {
    /// Listen on this address; port 0 takes a free one [default: 127.0.0.1:8080] [env: ORDREBOK_LISTEN]
    #[arg(long, value_name = "ADDR")]
    listen: Option<SocketAddr>,

    /// Take settings from this file
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,

    /// Turn on the dialects' test triggers, and allow calls to loopback addresses
    #[arg(long)]
    sandbox: bool,
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
        block_on(serve(&config, &place, self.sandbox))?;
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

async fn serve(config: &Config, place: &Place, sandbox: bool) -> Result<(), CommandError> {
    let stop = server::stop_signal()?;
    // The address is taken first: a second server on it must not touch the database.
    let listening = Listening::bind(config.listen).await?;
    let book = open(place, config.book()).await?;
    let guard = Guard::new(&config.callbacks.allowed_networks, sandbox);
    let outbound = Outbound::new(guard, config.callbacks.timeout())?;
    let workers = Workers::start(&book, outbound, config.callbacks.clone());
    tracing::info!(%place, sandbox, "Ordrebok {} serves", env!("CARGO_PKG_VERSION"));
    output::line(&format!("Ordrebok listens on {}", listening.url()));
    listening
        .serve(Assembly::new(&book, config, sandbox), &config.limits, stop)
        .await;
    workers.stop().await;
    book.close().await;
    tracing::info!("Ordrebok has stopped");
    Ok(())
}
