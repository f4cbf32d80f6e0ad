//! `ordrebok connector`: the merchant's own programs that are asked for payments, given orders, messages and events.

use std::process::ExitCode;

use book::ConnectorKind;
use clap::{Args, Subcommand};
use serde::Serialize;
use url::Url;

use super::opening::{merchant, with_book};
use crate::command_error::CommandError;
use crate::output;
use crate::place::PlaceOptions;

/// Configure the merchants' own programs that Ordrebok calls with signed webhooks, and whose answers count
#[derive(Debug, Subcommand)]
pub(super) enum Connector {
    Set(Set),
    /// List a merchant's connectors: what for, and where they are called
    List {
        /// Whose
        #[arg(long, value_name = "NAME")]
        merchant: String,
    },
    /// Take a connector away
    Remove {
        /// Whose
        #[arg(long, value_name = "NAME")]
        merchant: String,
        /// What for
        #[arg(value_parser = kind_of, value_name = "payment|handover|message|event")]
        kind: ConnectorKind,
    },
}

/// Set a connector's address, and print the secret that its calls are signed with
///
/// payment: is asked for outside payments, and answers {"status":"paid"|"refused"|"pending"}, with a "paymentUrl" when
/// the payer is to be sent to a page. handover: is given orders that are paid for, and answers
/// {"status":"processed"|"refused"|"pending"}. message: is given messages to people. event: is told what happens to
/// orders. The secret stays the same when the address changes.
#[derive(Debug, Args)]
pub(super) struct Set {
    /// Whose
    #[arg(long, value_name = "NAME")]
    merchant: String,

    /// What for
    #[arg(value_parser = kind_of, value_name = "payment|handover|message|event")]
    kind: ConnectorKind,

    /// Where it is called: an http or https address
    #[arg(long, value_name = "URL", value_parser = web_address, required_unless_present = "by_hand")]
    url: Option<String>,

    /// Nothing is called: orders wait until `ordrebok handover` says that they are handed over
    #[arg(long, conflicts_with = "url")]
    by_hand: bool,

    /// Make a new secret; the old one signs nothing any more
    #[arg(long)]
    new_secret: bool,

    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// What `--json` prints.
#[derive(Serialize)]
struct Printed<'c> {
    merchant: &'c str,
    connector: &'static str,
    url: Option<&'c str>,
    secret: &'c str,
}

fn kind_of(word: &str) -> Result<ConnectorKind, String> {
    ConnectorKind::from_word(word).ok_or_else(|| "it is one of payment, handover, message, event".to_owned())
}

fn web_address(text: &str) -> Result<String, String> {
    let url = Url::parse(text).map_err(|error| format!("it is no absolute address: {error}"))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err("it is an http or https address".to_owned());
    }
    Ok(text.to_owned())
}

impl Connector {
    pub(super) fn run(self, place: PlaceOptions) -> Result<ExitCode, CommandError> {
        let place = place.place()?;
        with_book(&place, async |book| {
            match self {
                Self::Set(set) => set.run(&book).await?,
                Self::List { merchant: name } => {
                    let merchant = merchant(&book, &name).await?;
                    for kind in ConnectorKind::ALL {
                        if let Some(connector) = book.connector(merchant.id, kind).await? {
                            let url = connector.url.as_deref().unwrap_or("by hand");
                            output::line(&format!("{}\t{url}", kind.word()));
                        }
                    }
                }
                Self::Remove { merchant: name, kind } => {
                    let merchant = merchant(&book, &name).await?;
                    let word = kind.word();
                    if !book.remove_connector(merchant.id, kind).await? {
                        return Err(CommandError::new(format!("{name} has no {word} connector")));
                    }
                    output::line(&format!("The {word} connector of {name} is removed."));
                }
            }
            Ok(ExitCode::SUCCESS)
        })
    }
}

impl Set {
    async fn run(self, book: &book::Book) -> Result<(), CommandError> {
        if self.by_hand && self.kind != ConnectorKind::Handover {
            return Err(CommandError::new("only a handover can be done by hand"));
        }
        let merchant = merchant(book, &self.merchant).await?;
        let url = self.url.clone();
        let secret = book
            .set_connector(merchant.id, self.kind, url, self.new_secret)
            .await?;
        let secret = secret.reveal();
        let printed = Printed {
            merchant: &merchant.name,
            connector: self.kind.word(),
            url: self.url.as_deref(),
            secret: &secret,
        };
        if self.json {
            output::json(&printed);
            return Ok(());
        }
        match printed.url {
            Some(url) => {
                let (word, name) = (printed.connector, printed.merchant);
                output::line(&format!("The {word} connector of {name} is {url}."));
                output::line(&format!("Its calls are signed with {secret}"));
            }
            None => output::line("Orders wait until `ordrebok handover` says that they are handed over."),
        }
        Ok(())
    }
}
