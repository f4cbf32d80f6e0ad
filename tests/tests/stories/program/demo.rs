//! The demo, as a new user tries it.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

/// A demo that runs. It is killed when the test fails before it has ended it.
struct Demo {
    process: Child,
    printed: Vec<String>,
}

impl Demo {
    fn start() -> Self {
        let mut process = Command::new(stories::program())
            .args(["demo", "--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .spawn()
            .expect("the demo starts");
        let lines = BufReader::new(process.stdout.take().unwrap())
            .lines()
            .map(Result::unwrap);
        let mut printed = Vec::new();
        for line in lines {
            let last = line.starts_with("Ctrl-C ends the demo");
            printed.push(line);
            if last {
                break;
            }
        }
        Self { process, printed }
    }

    /// What is to be copied: everything that is a shell's.
    fn commands(&self) -> Vec<&str> {
        let of_shell =
            |line: &&str| line.starts_with("curl ") || line.split('=').next().is_some_and(is_variable);
        self.printed.iter().map(String::as_str).filter(of_shell).collect()
    }

    fn folder(&self) -> std::path::PathBuf {
        let first = &self.printed[0];
        let (_, folder) = first
            .split_once("with its data in ")
            .expect("the first line names the folder");
        folder.trim_end_matches('.').into()
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn is_variable(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_uppercase())
}

/// Every printed command works as printed, one after the other, and Ctrl-C leaves nothing behind.
#[test]
fn the_printed_commands_work_as_printed() {
    let mut demo = Demo::start();
    let commands = demo.commands();
    assert!(commands.len() >= 10, "{:?}", demo.printed);
    // The same shell for all of them, as a person has; a refused call ends it.
    let script = format!(
        "set -e\n{}\n",
        commands
            .join("\n")
            .replace("curl -s", "curl -sS --fail-with-body")
    );
    let ran = Command::new("bash")
        .args(["-c", &script])
        .output()
        .expect("bash is there");
    let (said, complained) = (
        String::from_utf8_lossy(&ran.stdout),
        String::from_utf8_lossy(&ran.stderr),
    );
    assert!(
        ran.status.success(),
        "{script}\n--- said\n{said}\n--- complained\n{complained}"
    );
    for answer in said.lines() {
        assert!(
            answer.starts_with('{') && answer.ends_with('}'),
            "not an answer: {answer}\n--- all\n{said}"
        );
    }
    assert!(said.contains(r#""fulfillmentStatus":"OK""#), "{said}");

    let folder = demo.folder();
    assert!(folder.join("ordrebok.db").exists(), "{}", folder.display());
    let pid = demo.process.id().to_string();
    assert!(
        Command::new("sh")
            .args(["-c", "kill -INT \"$0\"", &pid])
            .status()
            .unwrap()
            .success()
    );
    assert!(demo.process.wait().unwrap().success());
    assert!(!folder.exists(), "{} is left behind", folder.display());
}
