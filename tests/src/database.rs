//! A database for one story, made before it and removed after it.

use std::ffi::OsString;
use std::sync::atomic::{AtomicU32, Ordering};

use tempfile::TempDir;
use tokio_postgres::NoTls;
use url::Url;

use crate::program::{Command, Run, run};

/// Which database a story runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    /// Embedded, in a folder of its own.
    Sqlite,
    /// A database of its own on the server that `ORDREBOK_TEST_POSTGRES` names.
    Postgres,
}

/// One empty database.
#[derive(Debug)]
pub struct Database {
    place: Place,
}

#[derive(Debug)]
enum Place {
    Sqlite(TempDir),
    Postgres { server: Url, name: String },
}

impl Database {
    /// Makes one.
    pub async fn create(backend: Backend) -> Self {
        match backend {
            Backend::Sqlite => Self {
                place: Place::Sqlite(tempfile::tempdir().expect("a temporary folder can be made")),
            },
            Backend::Postgres => Self::on_postgres(&std::env::var("ORDREBOK_TEST_POSTGRES").expect(
                "the PostgreSQL half of the stories needs ORDREBOK_TEST_POSTGRES=postgres://user@host:port/ \
                 (./test starts a server for it)",
            ))
            .await,
        }
    }

    /// Makes one on this PostgreSQL server.
    pub async fn on_postgres(server: &str) -> Self {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let server = Url::parse(server).expect("the PostgreSQL server is named by a URL");
        let name = format!(
            "stories_{}_{}",
            std::process::id(),
            MADE.fetch_add(1, Ordering::Relaxed)
        );
        // Process ids come round again: a run that was killed may have left one of the same name.
        let drop = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
        execute(&server, &[&drop, &format!("CREATE DATABASE {name}")]).await;
        Self {
            place: Place::Postgres { server, name },
        }
    }

    /// The folder of a SQLite database, the URL of one on PostgreSQL.
    pub fn location(&self) -> String {
        match &self.place {
            Place::Sqlite(folder) => folder.path().to_string_lossy().into_owned(),
            Place::Postgres { server, name } => with_database(server, name).into(),
        }
    }

    /// Which kind it is.
    pub fn backend(&self) -> Backend {
        match self.place {
            Place::Sqlite(_) => Backend::Sqlite,
            Place::Postgres { .. } => Backend::Postgres,
        }
    }

    /// Everything that is stored, as bytes: the files of a SQLite database, pg_dump's output of one on PostgreSQL.
    pub fn everything(&self) -> Vec<u8> {
        match &self.place {
            Place::Sqlite(folder) => {
                let files = std::fs::read_dir(folder.path()).expect("the folder can be listed");
                files
                    .flat_map(|file| std::fs::read(file.expect("a file").path()).expect("a file can be read"))
                    .collect()
            }
            Place::Postgres { .. } => {
                let dumped = std::process::Command::new("pg_dump")
                    .arg(self.location())
                    .output();
                let dumped = dumped.expect("pg_dump comes with PostgreSQL");
                assert!(
                    dumped.status.success(),
                    "{}",
                    String::from_utf8_lossy(&dumped.stderr)
                );
                dumped.stdout
            }
        }
    }

    /// Changes what is stored behind the program's back. Fails when nothing was changed.
    pub async fn tamper(&self, statement: &str) {
        let changed = match &self.place {
            Place::Sqlite(folder) => {
                let file = rusqlite::Connection::open(folder.path().join("ordrebok.db"))
                    .expect("the database opens");
                file.execute(statement, []).expect("the statement is SQL")
            }
            Place::Postgres { .. } => {
                let (client, connection) = tokio_postgres::connect(&self.location(), NoTls)
                    .await
                    .expect("the PostgreSQL server answers");
                tokio::spawn(connection);
                let changed = client
                    .execute(statement, &[])
                    .await
                    .expect("the statement is SQL");
                usize::try_from(changed).expect("a handful of rows")
            }
        };
        assert!(changed > 0, "{statement} changed nothing");
    }

    /// What a query finds, each value as text and nothing as `-`: what a person with SQL sees.
    pub async fn select(&self, query: &str) -> Vec<Vec<String>> {
        let shown = |value: Option<String>| value.unwrap_or_else(|| "-".to_owned());
        match &self.place {
            Place::Sqlite(folder) => {
                let file = rusqlite::Connection::open(folder.path().join("ordrebok.db"))
                    .expect("the database opens");
                let mut statement = file.prepare(query).expect("the query is SQL");
                let columns = statement.column_count();
                let value = |row: &rusqlite::Row<'_>, place: usize| {
                    Ok(shown(match row.get_ref(place)? {
                        rusqlite::types::ValueRef::Null => None,
                        rusqlite::types::ValueRef::Integer(number) => Some(number.to_string()),
                        other @ (rusqlite::types::ValueRef::Real(_)
                        | rusqlite::types::ValueRef::Text(_)
                        | rusqlite::types::ValueRef::Blob(_)) => Some(
                            other
                                .as_str()
                                .expect("text, and never binary fractions")
                                .to_owned(),
                        ),
                    }))
                };
                let rows =
                    statement.query_map([], |row| (0..columns).map(|place| value(row, place)).collect());
                rows.expect("the query runs")
                    .collect::<Result<_, _>>()
                    .expect("its rows can be read")
            }
            Place::Postgres { .. } => {
                let (client, connection) = tokio_postgres::connect(&self.location(), NoTls)
                    .await
                    .expect("the PostgreSQL server answers");
                tokio::spawn(connection);
                let messages = client.simple_query(query).await.expect("the query is SQL");
                let rows = messages.into_iter().filter_map(|message| match message {
                    tokio_postgres::SimpleQueryMessage::Row(row) => Some(row),
                    tokio_postgres::SimpleQueryMessage::CommandComplete(_)
                    | tokio_postgres::SimpleQueryMessage::RowDescription(_)
                    | _ => None,
                });
                rows.map(|row| {
                    (0..row.len())
                        .map(|place| shown(row.get(place).map(str::to_owned)))
                        .collect()
                })
                .collect()
            }
        }
    }

    /// A command of the program on this database.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut all: Vec<OsString> = arguments.iter().map(OsString::from).collect();
        let option = match self.place {
            Place::Sqlite(_) => "--data",
            Place::Postgres { .. } => "--database",
        };
        all.extend([option.into(), self.location().into()]);
        Command::new(all)
    }

    /// Runs one command of the program on this database.
    pub fn run(&self, arguments: &[&str]) -> Run {
        run(&self.command(arguments))
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Place::Postgres { server, name } = &self.place {
            let (server, statement) = (
                server.clone(),
                format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"),
            );
            let dropped = std::thread::spawn(move || {
                tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build()
                    .expect("a runtime starts")
                    .block_on(execute(&server, &[&statement]));
            });
            assert!(
                dropped.join().is_ok() || std::thread::panicking(),
                "the test's database {name} stays behind"
            );
        }
    }
}

async fn execute(server: &Url, statements: &[&str]) {
    let url = if server.path().trim_matches('/').is_empty() {
        with_database(server, "postgres")
    } else {
        server.clone()
    };
    let (client, connection) = tokio_postgres::connect(url.as_str(), NoTls)
        .await
        .expect("the PostgreSQL server answers");
    let connection = tokio::spawn(connection);
    for statement in statements {
        // Each on its own: CREATE DATABASE refuses to run inside a transaction block.
        client
            .batch_execute(statement)
            .await
            .expect("the test's database can be made and dropped");
    }
    drop(client);
    connection
        .await
        .expect("the connection's task ends")
        .expect("the connection closes cleanly");
}

fn with_database(server: &Url, name: &str) -> Url {
    let mut url = server.clone();
    url.set_path(name);
    url
}
