//! The bare web framework, answering the same bytes from memory.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;
use axum::serve::ListenerExt;
use bytes::Bytes;
use tokio::net::TcpListener;

/// Serves until the process is ended.
pub(crate) fn serve(body: &Path) {
    let body = Bytes::from(std::fs::read(body).expect("the body's file can be read"));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("a runtime starts");
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        println!("{}", listener.local_addr().expect("it is bound"));
        let answer = move || {
            let body = body.clone();
            async move { ([(CONTENT_TYPE, "application/json; charset=utf-8")], body) }
        };
        let router = Router::new().route("/api/v3/orders/{number}", get(answer));
        let listener =
            listener.tap_io(|stream| stream.set_nodelay(true).expect("a TCP stream takes TCP_NODELAY"));
        axum::serve(listener, router).await.expect("the framework serves");
    });
}

/// The framework in a process of its own.
#[derive(Debug)]
pub(crate) struct BareAxum {
    child: Child,
    pub(crate) address: String,
}

impl BareAxum {
    /// Starts it.
    pub(crate) fn start(body: &[u8]) -> Self {
        let file = tempfile::NamedTempFile::new().expect("a temporary file can be made");
        std::fs::write(file.path(), body).expect("the body can be written");
        let mut child = Command::new(std::env::current_exe().expect("a running program has a path"))
            .arg("bare-axum")
            .arg(file.path())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the benchmark starts itself");
        let mut address = String::new();
        let stdout = child.stdout.take().expect("standard output is piped");
        BufReader::new(stdout)
            .read_line(&mut address)
            .expect("it prints its address");
        Self {
            child,
            address: address.trim().to_owned(),
        }
    }

    /// The id of its process.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for BareAxum {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
