//! A seed file: what a sandbox begins with, and goes back to when it is reset.
//!
//! JSON documents, one on each line or in a list: a merchant's credential, an order as its API answers, or a catalogue.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use api_marketplace::catalogue;
use book::{Api, Became, Book, BookError, Merchant, NewCredential, Scope};
use order::Dialect;
use serde::Deserialize;
use serde_json::Value;

use super::catalogue::load_connect;
use crate::command_error::CommandError;
use crate::dialects::read;
use crate::records::Records;

/// What a seed file has.
#[derive(Debug)]
pub(crate) struct Seed {
    lines: Vec<(usize, Line)>,
    /// The file, for messages.
    file: String,
}

/// One document of it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    /// Whose. The merchant is added when there is none of this name.
    merchant: String,
    /// What this is, unless it is a credential.
    api: Option<Api>,
    credential: Option<SeedCredential>,
    /// An answer of the API, as `ordrebok import` reads it.
    order: Option<Value>,
    /// What `ordrebok catalogue` reads.
    catalogue: Option<Value>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct SeedCredential {
    api: Api,
    id: Option<String>,
    secret: Option<String>,
    scope: Option<Scope>,
    #[serde(default)]
    redirect_uris: Vec<String>,
}

/// What came of it.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sown {
    pub(crate) merchants: usize,
    pub(crate) orders: usize,
}

impl Seed {
    /// Reads a file. Everything in it is looked at before anything is sown.
    pub(crate) fn read(path: &Path) -> Result<Self, CommandError> {
        let file = path.display().to_string();
        let unreadable = |error: std::io::Error| {
            CommandError::caused(&format!("the seed file {file} could not be read"), &error)
        };
        let input = BufReader::new(File::open(path).map_err(unreadable)?);
        let mut lines = Vec::new();
        for record in Records::new(input) {
            let record = record.map_err(unreadable)?;
            let wrong = |reason: &str| {
                CommandError::new(format!("{file}, line {}: {reason}", record.line))
                    .hint("docs/sandbox.md shows what a seed file has")
            };
            let text = record.text.as_ref().map_err(|reason| wrong(reason))?;
            let line: Line = http_kit::body::parse_json(text).map_err(|error| wrong(&error.to_string()))?;
            line.check().map_err(|reason| wrong(&reason))?;
            lines.push((record.line, line));
        }
        Ok(Self { lines, file })
    }

    /// Brings it into the book: all of it, or what is one merchant's. What is there already stays as it is.
    pub(crate) async fn sow(&self, book: &Book, only: Option<&str>) -> Result<Sown, CommandError> {
        let mut sown = Sown::default();
        for (number, line) in &self.lines {
            if only.is_some_and(|name| name != line.merchant) {
                continue;
            }
            let (merchant, is_new) = merchant(book, &line.merchant).await?;
            sown.merchants = sown.merchants.saturating_add(usize::from(is_new));
            let orders = line
                .sow(book, &merchant)
                .await
                .map_err(|reason| CommandError::new(format!("{}, line {number}: {reason}", self.file)))?;
            sown.orders = sown.orders.saturating_add(orders);
        }
        Ok(sown)
    }
}

async fn merchant(book: &Book, name: &str) -> Result<(Merchant, bool), CommandError> {
    match book.merchant(name).await {
        Ok(merchant) => Ok((merchant, false)),
        Err(BookError::Unknown(_)) => Ok((book.add_merchant(name).await?, true)),
        Err(error) => Err(error.into()),
    }
}

impl Line {
    /// Why it can't be sown, before anything is.
    fn check(&self) -> Result<(), String> {
        super::merchant::usable(&self.merchant).map_err(|error| error.to_string())?;
        match (&self.credential, self.api, &self.order, &self.catalogue) {
            (Some(credential), None, None, None) => {
                for (what, text) in [("id", &credential.id), ("secret", &credential.secret)] {
                    super::credential::usable(what, text.as_deref()).map_err(|error| error.to_string())?;
                }
                Ok(())
            }
            (None, Some(api), Some(order), None) => read(api, order.to_string().as_bytes()).map(drop),
            (None, Some(Dialect::Marketplace), None, Some(entries)) => {
                catalogue::read_json(entries.to_string().as_bytes()).map(drop)
            }
            (None, Some(Dialect::Connect), None, Some(entries)) => {
                api_connect::catalogue::read(entries.clone(), order::Timestamp(0)).map(drop).map_err(|e| e.to_string())
            }
            _ => Err("it has a merchant and either `credential`, or `api` with `order` or `catalogue`; only connect and \
                      marketplace have catalogues"
                .to_owned()),
        }
    }

    /// Sows it; tells how many orders came of it.
    async fn sow(&self, book: &Book, merchant: &Merchant) -> Result<usize, String> {
        let told = |error: BookError| CommandError::from(error).to_string();
        if let Some(credential) = &self.credential {
            let new = credential.clone().of(merchant);
            return match book.add_credential(new).await {
                Ok(_) | Err(BookError::Exists(_)) => Ok(0),
                Err(error) => Err(told(error)),
            };
        }
        let Some(api) = self.api else { return Ok(0) };
        if let Some(document) = &self.order {
            let mut orders = 0_usize;
            for order in read(api, document.to_string().as_bytes())? {
                let taken = book.take_over(merchant.id, order).await.map_err(told)?;
                if let Became::Order(_) = taken.map_err(|refusal| refusal.to_string())? {
                    orders = orders.saturating_add(1);
                }
            }
            return Ok(orders);
        }
        let entries = self.catalogue.clone().unwrap_or_default();
        if api == Dialect::Connect {
            load_connect(book, merchant.id, entries)
                .await
                .map_err(|error| error.to_string())?;
        } else {
            let entries = catalogue::read_json(entries.to_string().as_bytes())?;
            catalogue::load(book, merchant.id, entries).await.map_err(told)?;
        }
        Ok(0)
    }
}

impl SeedCredential {
    fn of(self, merchant: &Merchant) -> NewCredential {
        NewCredential {
            merchant: merchant.id,
            api: self.api,
            id: self.id,
            secret: self.secret,
            scope: self.scope.unwrap_or(Scope::Write),
            redirects: self.redirect_uris,
        }
    }
}
