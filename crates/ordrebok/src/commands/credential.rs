//! `ordrebok credential`: what clients prove themselves with.

use std::process::ExitCode;

use book::{AddedCredential, Api, CredentialInfo, NewCredential, NewPublicClient, OPERATOR, Scope};
use clap::{Args, Subcommand};
use http_kit::wire::time::seconds_text;
use order::{Dialect, MerchantId};
use serde::Serialize;

use super::opening::{merchant, with_book};
use crate::command_error::CommandError;
use crate::output;
use crate::place::PlaceOptions;

/// Add, list and revoke what clients prove themselves with
#[derive(Debug, Subcommand)]
pub(super) enum Credential {
    Add(Add),
    /// List credentials: number, api, id, scope, when it was added, and whether it was revoked
    List {
        #[command(flatten)]
        whose: Whose,
    },
    /// Give a credential a new secret; the one before stays good for a while
    ///
    /// An API that is opened by a key alone (afterpay, ordrebok) gets a new credential of the same id.
    Rotate {
        #[command(flatten)]
        whose: Whose,
        /// Its number, as `credential list` shows it
        number: i64,
        /// For how many hours the secret before stays good
        #[arg(long, value_name = "HOURS", default_value = "24", value_parser = clap::value_parser!(u32).range(0..=720))]
        overlap_hours: u32,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Revoke a credential; what it and its tokens open is closed within a second
    Revoke {
        #[command(flatten)]
        whose: Whose,
        /// Its number, as `credential list` shows it
        number: i64,
    },
}

/// Whose credentials.
#[derive(Debug, Args)]
pub(super) struct Whose {
    /// Whose
    #[arg(long, value_name = "NAME", required_unless_present = "operator")]
    merchant: Option<String>,

    /// The operators', who administer every merchant through Ordrebok's own API
    #[arg(long, conflicts_with = "merchant")]
    operator: bool,
}

impl Whose {
    /// The merchant that the credentials are of, and what it is called.
    async fn owner(&self, book: &book::Book) -> Result<(MerchantId, String), CommandError> {
        match &self.merchant {
            Some(name) => Ok((merchant(book, name).await?.id, name.clone())),
            None => Ok((OPERATOR, "the operators".to_owned())),
        }
    }
}

/// Add a credential
#[derive(Debug, Args)]
pub(super) struct Add {
    #[command(flatten)]
    whose: Whose,

    /// The API that it opens
    #[arg(
        long, value_parser = api_of, value_name = "connect|afterpay|marketplace|ordrebok",
        required_unless_present = "operator", conflicts_with = "operator"
    )]
    api: Option<Api>,

    /// The client id, when the merchant's systems have one already; made up otherwise
    #[arg(long, value_name = "ID")]
    id: Option<String>,

    /// The secret, or for afterpay the key, that the merchant's systems have already; made up otherwise
    #[arg(long, value_name = "SECRET")]
    secret: Option<String>,

    /// What it may do: look, change things too, or (ordrebok only) add and revoke credentials as well [default: write]
    #[arg(long, value_parser = scope_of, value_name = "read|write|admin", conflicts_with = "operator")]
    scope: Option<Scope>,

    /// Where a Connect client lets users be sent back to after they signed in; may be given several times
    #[arg(long, value_name = "URI", value_parser = web_address)]
    redirect_uri: Vec<String>,

    /// A Connect client that has no secret, such as an app: its users' codes are its own by PKCE (S256) alone
    #[arg(long, requires = "redirect_uri", conflicts_with = "secret")]
    public: bool,

    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

fn api_of(word: &str) -> Result<Api, String> {
    Dialect::from_word(word).ok_or_else(|| "it is one of connect, afterpay, marketplace, ordrebok".to_owned())
}

/// An absolute http or https address without a fragment, as RFC 6749 wants a redirect URI to be.
fn web_address(text: &str) -> Result<String, String> {
    let url = url::Url::parse(text).map_err(|error| format!("it is no absolute address: {error}"))?;
    if !matches!(url.scheme(), "http" | "https") || url.fragment().is_some() {
        return Err("it is an http or https address without a fragment".to_owned());
    }
    Ok(text.to_owned())
}

fn scope_of(word: &str) -> Result<Scope, String> {
    Scope::from_word(word).ok_or_else(|| "it is read, write or admin".to_owned())
}

impl Credential {
    pub(super) fn run(self, place: PlaceOptions) -> Result<ExitCode, CommandError> {
        let place = place.place()?;
        with_book(&place, async |book| {
            match self {
                Self::Add(add) => add.run(&book).await?,
                Self::List { whose } => {
                    let (owner, _name) = whose.owner(&book).await?;
                    for info in book.credentials(owner).await? {
                        output::line(&listed(&info));
                    }
                }
                Self::Rotate {
                    whose,
                    number,
                    overlap_hours,
                    json,
                } => {
                    let (owner, name) = whose.owner(&book).await?;
                    let seconds = overlap_hours.saturating_mul(3600);
                    let rotated = book.rotate_credential(owner, number, seconds).await?;
                    let until = seconds_text(rotated.previous_until.0);
                    print(&rotated.added, whose.merchant.as_deref(), json);
                    if !json {
                        output::line(&format!(
                            "The secret before it, of credential {number} of {name}, is good until {until}."
                        ));
                    }
                }
                Self::Revoke { whose, number } => {
                    let (owner, name) = whose.owner(&book).await?;
                    book.revoke_credential(owner, number).await?;
                    output::line(&format!("Credential {number} of {name} revoked."));
                }
            }
            Ok(ExitCode::SUCCESS)
        })
    }
}

fn listed(info: &CredentialInfo) -> String {
    let CredentialInfo {
        number,
        api,
        id,
        scope,
        created_at,
        revoked_at,
        previous_until: _,
        has_secret: _,
    } = info;
    let added = seconds_text(created_at.0);
    let state = match revoked_at {
        Some(at) => format!("revoked {}", seconds_text(at.0)),
        None => "valid".to_owned(),
    };
    format!(
        "{number}\t{api}\t{id}\t{}\tadded {added}\t{state}",
        scope.as_str()
    )
}

impl Add {
    async fn run(self, book: &book::Book) -> Result<(), CommandError> {
        usable("id", self.id.as_deref())?;
        usable("secret", self.secret.as_deref())?;
        let (merchant, _name) = self.whose.owner(book).await?;
        let api = self.api.unwrap_or(Dialect::Ordrebok);
        let usual = if self.whose.operator {
            Scope::Admin
        } else {
            Scope::Write
        };
        let scope = self.scope.unwrap_or(usual);
        if self.public {
            return self.run_public(book, merchant).await;
        }
        if scope == Scope::Admin && api != Dialect::Ordrebok {
            return Err(CommandError::new(
                "only credentials of ordrebok can have the scope admin",
            ));
        }
        let new = NewCredential {
            merchant,
            api,
            id: self.id,
            secret: self.secret,
            scope,
            redirects: self.redirect_uri,
        };
        let added = book.add_credential(new).await?;
        print(&added, self.whose.merchant.as_deref(), self.json);
        Ok(())
    }
}

impl Add {
    /// A client without a secret.
    async fn run_public(self, book: &book::Book, merchant: MerchantId) -> Result<(), CommandError> {
        let scope = self.scope.unwrap_or(Scope::Write);
        if self.api != Some(Dialect::Connect) || scope == Scope::Admin {
            return Err(CommandError::new(
                "only a Connect client can be public, and none can administer",
            ));
        }
        let new = NewPublicClient {
            merchant,
            api: Dialect::Connect,
            id: self.id,
            scope,
            redirects: self.redirect_uri,
        };
        let added = book.add_public_client(new).await?;
        let name = self.whose.merchant.unwrap_or_default();
        if self.json {
            let printed = serde_json::json!({
                "merchant": name, "api": added.api.as_str(), "number": added.number, "id": added.id,
                "scope": added.scope.as_str(), "public": true
            });
            output::json(&printed);
        } else {
            let number = added.number;
            output::line(&format!("Credential {number} of {name} added. It has no secret."));
            output::line(&format!("  client_id: {}", added.id));
        }
        Ok(())
    }
}

/// Prints a credential with its secret, this once.
fn print(added: &AddedCredential, merchant: Option<&str>, json: bool) {
    let info = &added.info;
    let printed = Printed {
        merchant,
        api: info.api.as_str(),
        number: info.number,
        id: &info.id,
        secret: &added.secret,
        scope: info.scope.as_str(),
        client: ClientSettings::of(info.api, &info.id, &added.secret),
    };
    if json {
        output::json(&printed);
        return;
    }
    output::line(&format!(
        "Credential {} of {} added. The secret is shown this once.",
        printed.number,
        merchant.unwrap_or("the operators")
    ));
    output::line(&format!(
        "  id      {}\n  secret  {}\n  scope   {}",
        printed.id, printed.secret, printed.scope
    ));
    for (name, value) in printed.client.lines() {
        output::line(&format!("  {name}: {value}"));
    }
}

/// Ids and secrets travel in headers: visible ASCII, not too long.
pub(super) fn usable(what: &str, text: Option<&str>) -> Result<(), CommandError> {
    let fits =
        |text: &str| (1..=200).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
    if text.is_none_or(fits) {
        return Ok(());
    }
    Err(CommandError::new(format!(
        "the {what} must be 1 to 200 visible ASCII characters, because it travels in headers"
    )))
}

/// What `--json` prints.
#[derive(Serialize)]
struct Printed<'c> {
    /// None for an operator's.
    merchant: Option<&'c str>,
    api: &'c str,
    number: i64,
    id: &'c str,
    secret: &'c str,
    scope: &'c str,
    client: ClientSettings<'c>,
}

/// What a client is configured with. Paths are relative to the address that the server listens on.
#[derive(Serialize)]
#[serde(untagged)]
enum ClientSettings<'c> {
    Connect {
        base_path: &'static str,
        token_path: &'static str,
        client_id: &'c str,
        client_secret: &'c str,
    },
    AfterPay {
        base_path: &'static str,
        #[serde(rename = "X-Auth-Key")]
        key: &'c str,
    },
    Marketplace {
        base_path: &'static str,
        token_path: &'static str,
        client_id: &'c str,
        client_secret: &'c str,
        #[serde(rename = "X-Api-Key")]
        api_key: &'c str,
    },
    Ordrebok {
        base_path: &'static str,
        bearer: &'c str,
    },
}

impl<'c> ClientSettings<'c> {
    fn of(api: Api, id: &'c str, secret: &'c str) -> Self {
        match api {
            Dialect::Connect => Self::Connect {
                base_path: "/capi",
                token_path: "/user/oauth/token",
                client_id: id,
                client_secret: secret,
            },
            Dialect::AfterPay => Self::AfterPay {
                base_path: "/api/v3",
                key: secret,
            },
            Dialect::Marketplace => Self::Marketplace {
                base_path: "/v3",
                token_path: "/ims/token/v3",
                client_id: id,
                client_secret: secret,
                api_key: id,
            },
            Dialect::Ordrebok => Self::Ordrebok {
                base_path: "/ordrebok/v1",
                bearer: secret,
            },
        }
    }

    /// The same for people.
    fn lines(&self) -> Vec<(&'static str, &'c str)> {
        match *self {
            Self::Connect {
                base_path,
                token_path,
                client_id,
                ..
            } => {
                vec![
                    ("API base path", base_path),
                    ("token path", token_path),
                    ("client_id", client_id),
                ]
            }
            Self::AfterPay { base_path, key } => {
                vec![("API base path", base_path), ("header X-Auth-Key", key)]
            }
            Self::Marketplace {
                base_path,
                token_path,
                api_key,
                ..
            } => {
                vec![
                    ("API base path", base_path),
                    ("token path", token_path),
                    ("header X-Api-Key", api_key),
                ]
            }
            Self::Ordrebok { base_path, bearer } => {
                vec![("API base path", base_path), ("Bearer token", bearer)]
            }
        }
    }
}
