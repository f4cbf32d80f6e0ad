//! A running server, started, killed and started again as an operator (or the power company) would.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ExitStatus};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tempfile::NamedTempFile;

use crate::{Database, Http, Run};

/// How a server is started.
#[derive(Debug, Clone, Default)]
pub struct Options {
    sandbox: bool,
    configuration: Option<String>,
    arguments: Vec<String>,
}

impl Options {
    /// With `--sandbox`.
    #[must_use]
    pub fn sandbox(mut self) -> Self {
        self.sandbox = true;
        self
    }

    /// With this configuration file.
    #[must_use]
    pub fn configuration(mut self, toml: &str) -> Self {
        self.configuration = Some(toml.to_owned());
        self
    }

    /// With one more argument.
    #[must_use]
    pub fn argument(mut self, argument: &str) -> Self {
        self.arguments.push(argument.to_owned());
        self
    }
}

/// A server that answers.
#[derive(Debug)]
pub struct Server {
    database: Arc<Database>,
    options: Options,
    http: Http,
    process: Option<Process>,
}

impl Server {
    /// Starts one on a free port of the loopback address and waits until it says that it answers.
    pub fn start(database: &Arc<Database>, options: &Options) -> Self {
        let process = Process::spawn(database, options);
        let http = Http::new(process.address.clone());
        Self {
            database: Arc::clone(database),
            options: options.clone(),
            http,
            process: Some(process),
        }
    }

    /// The database that it runs on.
    pub fn database(&self) -> &Arc<Database> {
        &self.database
    }

    /// Calls without credentials.
    pub fn http(&self) -> &Http {
        &self.http
    }

    /// Its address, such as `127.0.0.1:41234`; another after a restart.
    pub fn address(&self) -> &str {
        &self.process.as_ref().expect("the server runs").address
    }

    /// Runs one command of the program on the server's database, while it runs.
    pub fn run(&self, arguments: &[&str]) -> Run {
        self.database.run(arguments)
    }

    /// What it has logged since it started last.
    pub fn log(&self) -> String {
        self.process.as_ref().map(Process::log).unwrap_or_default()
    }

    /// The id of its process.
    pub fn pid(&self) -> u32 {
        self.process.as_ref().expect("the server runs").child.id()
    }

    /// Kills it with SIGKILL: no chance to finish anything.
    pub fn kill(&mut self) {
        let mut process = self.process.take().expect("the server runs");
        process.child.kill().expect("the server was running");
        process.end();
    }

    /// Stops it with SIGTERM and gives it 30 seconds to finish what runs.
    pub fn stop(&mut self) -> ExitStatus {
        self.terminate();
        self.stopped()
    }

    /// Waits for it to stop after [`Server::terminate`].
    pub fn stopped(&mut self) -> ExitStatus {
        let process = self.process.take().expect("the server runs");
        process.wait(Duration::from_secs(30))
    }

    /// Sends SIGTERM and doesn't wait.
    pub fn terminate(&self) {
        let pid = self.pid().to_string();
        let sent = std::process::Command::new("sh")
            .args(["-c", "kill -TERM \"$0\"", &pid])
            .status();
        assert!(sent.expect("sh is there").success(), "SIGTERM reaches the server");
    }

    /// Starts it again on the same database. Callers made before go on with the new process.
    pub fn start_again(&mut self) {
        assert!(self.process.is_none(), "the server still runs");
        let process = Process::spawn(&self.database, &self.options);
        self.http.move_to(process.address.clone());
        self.process = Some(process);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if self.process.is_some() {
            self.kill();
        }
    }
}

#[derive(Debug)]
struct Process {
    child: Child,
    address: String,
    log: Arc<Mutex<String>>,
    reader: Option<JoinHandle<()>>,
    _configuration: Option<NamedTempFile>,
}

impl Process {
    fn spawn(database: &Database, options: &Options) -> Self {
        let mut command = database.command(&["serve", "--listen", "127.0.0.1:0"]);
        let configuration = options.configuration.as_deref().map(|text| {
            let file = tempfile::Builder::new()
                .suffix(".toml")
                .tempfile()
                .expect("a temporary file can be made");
            std::fs::write(file.path(), text).expect("the configuration can be written");
            file
        });
        if let Some(file) = &configuration {
            command = command.argument("--config").argument(file.path());
        }
        if options.sandbox {
            command = command.argument("--sandbox");
        }
        for argument in &options.arguments {
            command = command.argument(argument);
        }
        let mut child = command.process().spawn().expect("the program starts");
        let log = Arc::new(Mutex::new(String::new()));
        let reader = std::thread::spawn({
            let (log, stderr) = (
                Arc::clone(&log),
                child.stderr.take().expect("standard error is piped"),
            );
            move || collect(stderr, &log)
        });
        let stdout = child.stdout.take().expect("standard output is piped");
        let mut process = Self {
            child,
            address: String::new(),
            log,
            reader: Some(reader),
            _configuration: configuration,
        };
        process.address = process.first_line(stdout);
        process
    }

    /// Waits for the one line that `serve` prints, and takes the address from it.
    fn first_line(&mut self, stdout: impl Read + Send + 'static) -> String {
        let (sender, receiver) = mpsc::channel();
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines() {
                // The receiver is gone once it has the first line; the rest is read so that the pipe never fills.
                let _ = sender.send(line.unwrap_or_default());
            }
        });
        match receiver.recv_timeout(Duration::from_secs(30)) {
            Ok(line) => match line.split_once("http://") {
                Some((_, address)) => address.trim().trim_end_matches('/').to_owned(),
                None => panic!("the server's line names no address: {line:?}\n{}", self.log()),
            },
            Err(RecvTimeoutError::Timeout) => {
                panic!("the server printed nothing in 30 seconds\n{}", self.log())
            }
            Err(RecvTimeoutError::Disconnected) => {
                let status = self.child.wait().expect("its process can be waited for");
                self.finish_log();
                panic!("the server ended before it answered: {status}\n{}", self.log())
            }
        }
    }

    fn log(&self) -> String {
        self.log.lock().expect("no reader panicked").clone()
    }

    fn wait(mut self, at_most: Duration) -> ExitStatus {
        let deadline = Instant::now() + at_most;
        loop {
            if let Some(status) = self.child.try_wait().expect("its process can be waited for") {
                self.end();
                return status;
            }
            assert!(
                Instant::now() < deadline,
                "the server doesn't stop\n{}",
                self.log()
            );
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    fn finish_log(&mut self) {
        if let Some(reader) = self.reader.take() {
            reader.join().expect("the log's reader doesn't panic");
        }
    }

    /// Takes leave of a process that has ended or was killed: its log is part of the test.
    fn end(mut self) {
        self.child.wait().expect("its process can be waited for");
        self.finish_log();
        let log = self.log();
        if std::thread::panicking() {
            eprintln!("--- the server's log\n{log}--- end of the server's log");
        } else {
            assert!(!log.contains("panicked at"), "the server panicked:\n{log}");
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Reached with a live process only when a start failed half-way.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn collect(stderr: impl Read, log: &Mutex<String>) {
    for line in BufReader::new(stderr).lines() {
        let Ok(line) = line else { return };
        let mut log = log.lock().expect("nobody panics with the log in hand");
        log.push_str(&line);
        log.push('\n');
    }
}
