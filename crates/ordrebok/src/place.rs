//! Where the data are: a folder with SQLite in it, or a PostgreSQL server.

use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;

use clap::Args;
use url::Url;

use crate::command_error::CommandError;

/// The folder when nothing else is said.
const DEFAULT_FOLDER: &str = "ordrebok-data";

/// The options that every command but `demo` takes.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct PlaceOptions {
    /// Keep the data in this folder, in SQLite [default: ./ordrebok-data] [env: ORDREBOK_DATA]
    #[arg(long, value_name = "DIR", global = true, conflicts_with = "database")]
    data: Option<PathBuf>,

    /// Keep the data in this PostgreSQL database, postgres://user@host/name [env: ORDREBOK_DATABASE]
    #[arg(long, value_name = "URL", global = true)]
    database: Option<String>,
}

/// Where the data are.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Place {
    /// SQLite in this folder.
    Folder(PathBuf),
    /// PostgreSQL at this address, which may hold a password.
    Server(String),
}

/// An address without its password, for messages.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(folder) => write!(f, "{}", folder.display()),
            Self::Server(address) => match Url::parse(address) {
                Ok(mut url) => {
                    // Fails only for addresses that can't have a password.
                    let _ = url.set_password(None);
                    url.set_query(None);
                    write!(f, "{url}")
                }
                Err(_) => f.write_str("the PostgreSQL database"),
            },
        }
    }
}

/// The same: passwords stay out of logs.
impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Place({self})")
    }
}

impl PlaceOptions {
    /// Refuses the options for a command that has a place of its own.
    pub(crate) fn not_for(&self, command: &str) -> Result<(), CommandError> {
        if self.data.is_none() && self.database.is_none() {
            return Ok(());
        }
        Err(CommandError::new(format!(
            "`{command}` keeps its data in a temporary folder of its own"
        ))
        .hint("leave out --data and --database, or use `ordrebok serve`"))
    }

    /// The place that the options name, else the environment, else the default folder.
    pub(crate) fn place(self) -> Result<Place, CommandError> {
        self.place_or(
            std::env::var_os("ORDREBOK_DATA"),
            std::env::var_os("ORDREBOK_DATABASE"),
        )
    }

    fn place_or(self, data: Option<OsString>, database: Option<OsString>) -> Result<Place, CommandError> {
        let set = |value: Option<OsString>| value.filter(|value| !value.is_empty());
        match (self.data, self.database, set(data), set(database)) {
            (Some(folder), ..) => Ok(Place::Folder(folder)),
            (None, Some(address), ..) => server(&address),
            (None, None, Some(_), Some(_)) => Err(CommandError::new(
                "ORDREBOK_DATA and ORDREBOK_DATABASE are both set, and name two places",
            )
            .hint("unset one of them, or say --data or --database")),
            (None, None, Some(folder), None) => Ok(Place::Folder(folder.into())),
            (None, None, None, Some(address)) => server(&address.to_string_lossy()),
            (None, None, None, None) => Ok(Place::Folder(DEFAULT_FOLDER.into())),
        }
    }
}

/// The PostgreSQL server at this address.
pub(crate) fn server(address: &str) -> Result<Place, CommandError> {
    match Url::parse(address) {
        Ok(url) if matches!(url.scheme(), "postgres" | "postgresql") => Ok(Place::Server(address.to_owned())),
        _ => Err(
            CommandError::new("the database's address is not a postgres:// URL")
                .hint("write it as postgres://user:password@host:5432/name; for SQLite say --data DIR"),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_option_beats_the_environment_and_two_places_are_refused() {
        let options = |data: Option<&str>, database: Option<&str>| PlaceOptions {
            data: data.map(Into::into),
            database: database.map(Into::into),
        };
        let place = |options: PlaceOptions, data: &str, database: &str| {
            options
                .place_or(Some(data.into()), Some(database.into()))
                .map(|place| place.to_string())
                .map_err(|e| e.to_string())
        };
        assert_eq!(place(options(None, None), "", ""), Ok("ordrebok-data".to_owned()));
        assert_eq!(place(options(None, None), "/env", ""), Ok("/env".to_owned()));
        assert_eq!(
            place(options(Some("/cli"), None), "/env", "postgres://a/b"),
            Ok("/cli".to_owned())
        );
        assert_eq!(
            place(
                options(None, Some("postgres://me:secret@host/db?x=secret")),
                "/env",
                ""
            ),
            Ok("postgres://me@host/db".to_owned())
        );
        assert!(
            place(options(None, None), "/env", "postgres://a/b")
                .unwrap_err()
                .contains("both set")
        );
        assert!(
            place(options(None, Some("mysql://a/b")), "", "")
                .unwrap_err()
                .contains("not a postgres:// URL")
        );
    }
}
