//! A throw-away PostgreSQL server, and what it was asked while we looked.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use tempfile::TempDir;
use tokio_postgres::NoTls;

/// A PostgreSQL server of the benchmark's own, with the settings that PostgreSQL comes with.
#[derive(Debug)]
pub(crate) struct Cluster {
    folder: TempDir,
    binaries: PathBuf,
    url: String,
}

/// One statement that a client had executed.
#[derive(Debug, Clone)]
pub(crate) struct Executed {
    pub(crate) text: String,
    pub(crate) parameters: Vec<Option<String>>,
}

/// Begins each record of the log, so that statements of many lines can be told apart.
const PREFIX: &str = "@@ ";

impl Cluster {
    /// Starts one on a free port of the loopback address.
    pub(crate) fn start() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let free = std::net::TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
        let port = free.expect("a port is free").port();
        let url = format!("postgres://postgres@127.0.0.1:{port}");
        let cluster = Self {
            folder,
            binaries: binaries(),
            url,
        };
        if is_root() {
            // PostgreSQL refuses to run as root.
            succeed(Command::new("chown").arg("postgres").arg(cluster.folder.path()));
        }
        succeed(cluster.command("initdb").args([
            "--auth=trust",
            "--username=postgres",
            "--encoding=UTF8",
            "--no-locale",
        ]));
        let configuration = format!(
            "listen_addresses = '127.0.0.1'\nport = {port}\nunix_socket_directories = '{}'\nmax_connections = 300\n\
             log_line_prefix = '{PREFIX}'\n",
            cluster.folder.path().display()
        );
        let file = cluster.data().join("postgresql.auto.conf");
        std::fs::write(file, configuration).expect("the configuration can be written");
        succeed(
            cluster
                .command("pg_ctl")
                .arg("--log")
                .arg(cluster.log())
                .args(["--wait", "--silent", "start"]),
        );
        cluster
    }

    /// Its URL, without a database.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// One of PostgreSQL's programs.
    pub(crate) fn client(&self, name: &str) -> Command {
        Command::new(self.binaries.join(name))
    }

    /// What clients have executed while something was done.
    pub(crate) async fn executed_during(&self, work: impl Future<Output = ()>) -> Vec<Executed> {
        let seen = std::fs::metadata(self.log()).map_or(0, |data| data.len());
        self.administer("ALTER SYSTEM SET log_min_duration_statement = 0")
            .await;
        work.await;
        self.administer("ALTER SYSTEM SET log_min_duration_statement = -1")
            .await;
        let log = std::fs::read(self.log()).expect("the log can be read");
        let from = usize::try_from(seen).unwrap_or_default();
        read_log(&String::from_utf8_lossy(log.get(from..).unwrap_or_default()))
    }

    /// Frees the next turn from what the last one left to be done.
    pub(crate) async fn checkpoint(&self) {
        self.administer("CHECKPOINT").await;
    }

    async fn administer(&self, statement: &str) {
        let url = format!("{}/postgres", self.url);
        let (client, connection) = tokio_postgres::connect(&url, NoTls)
            .await
            .expect("the server answers");
        let connection = tokio::spawn(connection);
        client
            .batch_execute(statement)
            .await
            .expect("the administrator may");
        client
            .batch_execute("SELECT pg_reload_conf()")
            .await
            .expect("the administrator may");
        drop(client);
        connection
            .await
            .expect("the connection's task ends")
            .expect("the connection closes cleanly");
        // Sessions learn of new settings between two of their statements.
        tokio::time::sleep(Duration::from_millis(500)).await;
    }

    fn command(&self, name: &str) -> Command {
        let program = self.binaries.join(name);
        let mut command = if is_root() {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        command
            .arg("--pgdata")
            .arg(self.data())
            .current_dir(self.folder.path());
        command
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("log")
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let _ = self
            .command("pg_ctl")
            .args(["--mode=fast", "--wait", "--silent", "stop"])
            .status();
    }
}

fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|data| std::os::unix::fs::MetadataExt::uid(&data) == 0)
}

/// The folder of the newest PostgreSQL: Debian keeps the servers' programs out of the search path.
fn binaries() -> PathBuf {
    let mut versions: Vec<_> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path().join("bin"))
        .filter(|folder| folder.join("initdb").exists() && folder.join("pgbench").exists())
        .collect();
    versions.sort();
    versions
        .pop()
        .or_else(from_pg_config)
        .expect("PostgreSQL's initdb and pgbench are needed: apt-get install postgresql")
}

fn from_pg_config() -> Option<PathBuf> {
    let said = Command::new("pg_config").arg("--bindir").output().ok()?;
    let folder = Path::new(String::from_utf8(said.stdout).ok()?.trim()).to_owned();
    folder.join("initdb").exists().then_some(folder)
}

fn succeed(command: &mut Command) {
    // The server that pg_ctl leaves behind would keep a pipe open for ever, so it gets none.
    let status = command
        .stdin(std::process::Stdio::null())
        .stdout(std::process::Stdio::null())
        .status();
    assert!(status.is_ok_and(|status| status.success()), "{command:?} failed");
}

fn read_log(log: &str) -> Vec<Executed> {
    let mut executed: Vec<Executed> = Vec::new();
    let mut takes_parameters = false;
    for record in log.split(&format!("\n{PREFIX}")) {
        let record = record
            .strip_prefix(PREFIX)
            .unwrap_or(record)
            .trim_end()
            .replace("\n\t", "\n");
        if let Some(rest) = record.strip_prefix("LOG:  duration: ") {
            let statement = rest
                .split_once("  execute ")
                .and_then(|(_, rest)| rest.split_once(": "));
            takes_parameters = statement.is_some();
            if let Some((_, text)) = statement {
                executed.push(Executed {
                    text: text.to_owned(),
                    parameters: Vec::new(),
                });
            }
        } else if takes_parameters
            && let Some((_, list)) = record.split_once("arameters: ")
            && let Some(last) = executed.last_mut()
        {
            last.parameters = read_parameters(list);
        }
    }
    executed
}

/// Reads `$1 = 'it''s', $2 = NULL`.
fn read_parameters(mut list: &str) -> Vec<Option<String>> {
    let mut parameters = Vec::new();
    while let Some((_, rest)) = list.split_once(" = ") {
        let Some(quoted) = rest.strip_prefix('\'') else {
            parameters.push(None);
            list = rest;
            continue;
        };
        let mut value = String::new();
        let mut rest = quoted;
        while let Some((part, after)) = rest.split_once('\'') {
            value.push_str(part);
            rest = after;
            match after.strip_prefix('\'') {
                Some(after) => {
                    value.push('\'');
                    rest = after;
                }
                None => break,
            }
        }
        parameters.push(Some(value));
        list = rest;
    }
    parameters
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_tells_what_was_executed() {
        let log = "@@ LOG:  duration: 0.1 ms  parse s1: SELECT $1\n@@ LOG:  duration: 0.1 ms  bind s1: SELECT $1\n\
                   @@ DETAIL:  parameters: $1 = 'no'\n@@ LOG:  duration: 0.1 ms  execute s1: SELECT $1,\n\t$2, $3\n\
                   @@ DETAIL:  parameters: $1 = 'it''s = x', $2 = NULL, $3 = ''\n@@ LOG:  other\n";
        let executed = read_log(log);
        assert_eq!(executed.len(), 1);
        assert_eq!(executed[0].text, "SELECT $1,\n$2, $3");
        assert_eq!(
            executed[0].parameters,
            [Some("it's = x".to_owned()), None, Some(String::new())]
        );
    }
}
