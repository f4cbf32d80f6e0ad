//! The program under test: where it is, and running its commands.

use std::ffi::OsString;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::OnceLock;

use serde_json::Value;

/// One command line of the program, with what it gets on standard input.
#[derive(Debug, Clone)]
pub struct Command {
    arguments: Vec<OsString>,
    input: Vec<u8>,
}

impl Command {
    pub(crate) fn new(arguments: Vec<OsString>) -> Self {
        Self {
            arguments,
            input: Vec::new(),
        }
    }

    /// Gives it something to read on standard input.
    #[must_use]
    pub fn input(mut self, input: impl Into<Vec<u8>>) -> Self {
        self.input = input.into();
        self
    }

    /// Adds an argument.
    #[must_use]
    pub fn argument(mut self, argument: impl Into<OsString>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    pub(crate) fn process(&self) -> std::process::Command {
        let mut process = std::process::Command::new(program());
        process.args(&self.arguments);
        // What the developer's own shell says must not reach the tests.
        for name in [
            "ORDREBOK_DATA",
            "ORDREBOK_DATABASE",
            "ORDREBOK_LISTEN",
            "RUST_LOG",
        ] {
            process.env_remove(name);
        }
        process
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        process
    }
}

/// What a command came to.
#[derive(Debug, Clone)]
pub struct Run {
    command: String,
    /// The exit code; none when a signal ended it.
    pub code: Option<i32>,
    /// What it printed.
    pub stdout: String,
    /// What it said to the person.
    pub stderr: String,
}

impl Run {
    /// Fails unless the command ended with this exit code.
    #[track_caller]
    #[must_use = "bind it to `_` when only the exit code matters"]
    pub fn expecting(self, code: i32) -> Self {
        self.expect(code);
        self
    }

    /// Fails unless the command ended with this exit code.
    #[track_caller]
    pub fn expect(&self, code: i32) {
        assert_eq!(
            self.code,
            Some(code),
            "{}\n--- standard output\n{}\n--- standard error\n{}",
            self.command,
            self.stdout,
            self.stderr
        );
    }

    /// Its output, which must be one JSON document.
    #[track_caller]
    pub fn json(&self) -> Value {
        match serde_json::from_str(&self.stdout) {
            Ok(value) => value,
            Err(error) => panic!("{} printed no JSON ({error}): {}", self.command, self.stdout),
        }
    }
}

/// Runs a command to its end.
pub fn run(command: &Command) -> Run {
    let mut child = command.process().spawn().expect("the program starts");
    let mut stdin = child.stdin.take().expect("standard input is piped");
    let input = command.input.clone();
    // Written from beside, so that a program that answers before it has read everything can't block us both.
    let writer = std::thread::spawn(move || stdin.write_all(&input));
    let output = child.wait_with_output().expect("the program ends");
    let _: Result<(), std::io::Error> = writer.join().expect("the writer doesn't panic");
    let words: Vec<_> = command
        .arguments
        .iter()
        .map(|word| word.to_string_lossy())
        .collect();
    Run {
        command: format!("ordrebok {}", words.join(" ")),
        code: output.status.code(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// The program's binary: beside the tests in the target folder, or where `ORDREBOK_PROGRAM` says.
pub fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| match std::env::var_os("ORDREBOK_PROGRAM") {
        Some(path) => PathBuf::from(path),
        None => beside_the_tests(),
    })
}

fn beside_the_tests() -> PathBuf {
    let us = std::env::current_exe().expect("a running binary has a path");
    let folder = us.parent().expect("a binary lies in a folder");
    // Tests lie in target/<profile>/deps, the benchmarks in target/<profile>.
    let folder = match folder.file_name() {
        Some(name) if name == "deps" => folder.parent().expect("deps lies in target/<profile>"),
        _ => folder,
    };
    let program = folder.join(format!("ordrebok{}", std::env::consts::EXE_SUFFIX));
    assert!(
        program.exists(),
        "{} is missing: run `cargo build -p ordrebok` first, as ./test does",
        program.display()
    );
    if let Some(newer) = newer_source(&program) {
        panic!(
            "{} is older than {newer}: run `cargo build -p ordrebok` first, as ./test does",
            program.display()
        );
    }
    program
}

/// A source file of the program that was changed after it was built. Cargo doesn't build one package's program for
/// another package's tests, and a story told by yesterday's program proves nothing.
fn newer_source(program: &Path) -> Option<String> {
    let built = std::fs::metadata(program).and_then(|data| data.modified()).ok()?;
    let listed = std::fs::read_to_string(program.with_extension("d")).ok()?;
    let (_, sources) = listed.split_once(": ")?;
    let sources = sources.trim_end().split(' ');
    sources
        .filter(|source| {
            std::fs::metadata(source)
                .and_then(|data| data.modified())
                .is_ok_and(|changed| changed > built)
        })
        .map(str::to_owned)
        .next()
}
