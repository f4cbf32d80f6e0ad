//! `ordrebok demo`: a server with sample data in a temporary folder, for trying things out.

mod sample;

use std::net::SocketAddr;
use std::process::ExitCode;

use book::{AddedCredential, Api, Book, NewCredential, NewPerson, Reach, Role, Scope};
use clap::Args;
use order::{Dialect, MerchantId};

use super::opening::{block_on, open_at_time_of};
use super::serve::{Sandboxed, sandbox};
use crate::command_error::CommandError;
use crate::config::Config;
use crate::outbound::{Guard, Outbound};
use crate::place::Place;
use crate::server::{Assembly, Listening};
use crate::surroundings::Surroundings;
use crate::workers::Workers;
use crate::{output, server, telemetry};
use sample::{Names, Visitor};

/// Run a server with sample data in a temporary folder, and print commands to try
#[derive(Debug, Args)]
pub(super) struct Demo {
    /// Listen on this address [default: 127.0.0.1:8080, or any free port when that is taken]
    #[arg(long, value_name = "ADDR")]
    listen: Option<SocketAddr>,
}

impl Demo {
    pub(super) fn run(self) -> Result<ExitCode, CommandError> {
        let mut config = Config::load(None)?;
        // The screen is for the commands; what goes wrong is shown all the same.
        "warn".clone_into(&mut config.log.level);
        telemetry::start(&config.log)?;
        block_on(self.serve(&config))?;
        Ok(ExitCode::SUCCESS)
    }

    async fn serve(self, config: &Config) -> Result<(), CommandError> {
        let stop = server::stop_signal()?;
        let folder = tempfile::Builder::new()
            .prefix("ordrebok-demo-")
            .tempdir()
            .map_err(|error| CommandError::caused("no temporary folder could be made", &error))?;
        let listening = self.listen_somewhere(config.listen).await?;
        let url = listening.url();
        let Sandboxed { sandbox, clock } = sandbox(config, None)?;
        let book =
            open_at_time_of(&Place::Folder(folder.path().to_owned()), config.book(true), clock).await?;
        sandbox.begin(&book).await?;
        let around = Surroundings {
            sandbox: Some(sandbox),
            ..Surroundings::default()
        };
        let outbound = Outbound::new(Guard::new(&[], true), config.callbacks.timeout())?;
        let workers = Workers::start(&book, outbound, config, &around);
        let assembly = Assembly::new(&book, config, &around);
        let greet = Box::pin(greet(&book, &url, folder.path()));
        // The samples come in through the server itself, so it must serve while they do.
        let ended = async {
            let greeted = greet.await;
            if greeted.is_ok() {
                stop.await;
            }
            greeted
        };
        let (tell, told) = tokio::sync::oneshot::channel();
        let stopped = async {
            // Nobody waits for the outcome any more only when the server has ended already.
            let _ = tell.send(ended.await);
            book.stop_streams();
        };
        listening.serve(assembly, &config.limits, stopped).await;
        workers.stop().await;
        book.close().await;
        let removed = folder.close();
        told.await.unwrap_or(Ok(()))?;
        removed.map_err(|error| CommandError::caused("the temporary folder could not be removed", &error))
    }

    async fn listen_somewhere(&self, usual: SocketAddr) -> Result<Listening, CommandError> {
        match self.listen {
            Some(address) => Listening::bind(address).await,
            None => match Listening::bind(usual).await {
                Ok(listening) => Ok(listening),
                Err(_taken) => Listening::bind(SocketAddr::new(usual.ip(), 0)).await,
            },
        }
    }
}

/// Adds the merchants and their orders, and prints what to do with them.
async fn greet(book: &Book, url: &str, folder: &std::path::Path) -> Result<(), CommandError> {
    let mut names = Names::default();
    names.set("url", url);
    names.set("folder", &folder.display().to_string());
    for (merchant, apis) in [
        ("Fjell & Fjord Forlag", &[Dialect::Connect][..]),
        ("Nordlys Nettbutikk", &[Dialect::AfterPay, Dialect::Ordrebok]),
        ("Programvarehuset", &[Dialect::Marketplace]),
    ] {
        let merchant = book.add_merchant(merchant).await?.id;
        for api in apis {
            let credential = add(book, merchant, *api).await?;
            names.set(&format!("{api}_id"), &credential.info.id);
            names.set(&format!("{api}_secret"), &credential.secret);
        }
    }
    let person = NewPerson {
        name: "demo".to_owned(),
        role: Role::Administer,
        reach: Reach::All,
        must_change: false,
    };
    names.set("person_password", &book.add_person(person).await?);
    Visitor::new(url)?.place_samples(&mut names).await?;
    output::line(names.fill(include_str!("welcome.txt")).trim_end());
    Ok(())
}

async fn add(book: &Book, merchant: MerchantId, api: Api) -> Result<AddedCredential, CommandError> {
    let new = NewCredential {
        merchant,
        api,
        id: None,
        secret: None,
        scope: Scope::Write,
        redirects: Vec::new(),
    };
    Ok(book.add_credential(new).await?)
}
