//! Connections: taken in up to a limit, served, and let finish when the server stops.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;

use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::Semaphore;

use super::Assembly;
use super::chain::Chain;
use crate::command_error::CommandError;
use crate::config::Limits;

/// How long to wait when the system gives out no more sockets.
const PAUSE_AFTER_REFUSAL: std::time::Duration = std::time::Duration::from_millis(50);

/// An address that connections may come in on already.
#[derive(Debug)]
pub(crate) struct Listening {
    listener: TcpListener,
    address: SocketAddr,
}

impl Listening {
    /// Takes the address.
    pub(crate) async fn bind(wanted: SocketAddr) -> Result<Self, CommandError> {
        let taken = |error: std::io::Error| {
            CommandError::caused(&format!("{wanted} could not be listened on"), &error)
                .hint("choose another address with --listen; port 0 takes a free one")
        };
        let listener = TcpListener::bind(wanted).await.map_err(taken)?;
        let address = listener.local_addr().map_err(taken)?;
        Ok(Self { listener, address })
    }

    /// Where a browser on this machine finds it.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Serves until `stop`, then lets what is running finish, for as long as the limits allow.
    pub(crate) async fn serve(self, assembly: Assembly, limits: &Limits, stop: impl Future<Output = ()>) {
        let chain = Arc::new(Chain::new(assembly, limits));
        let room = Arc::new(Semaphore::new(limits.connections.min(Semaphore::MAX_PERMITS)));
        let running = GracefulShutdown::new();
        let mut protocol = http1::Builder::new();
        protocol
            .timer(TokioTimer::new())
            .header_read_timeout(limits.header());
        let mut stop = std::pin::pin!(stop);
        loop {
            let accepted = tokio::select! {
                () = &mut stop => break,
                accepted = accept(&self.listener, &room) => accepted,
            };
            let Some((stream, place)) = accepted else { continue };
            let chain = Arc::clone(&chain);
            let service = service_fn(move |request: hyper::Request<Incoming>| {
                let chain = Arc::clone(&chain);
                async move { chain.answer(request).await }
            });
            let connection = running.watch(protocol.serve_connection(TokioIo::new(stream), service));
            tokio::spawn(async move {
                if let Err(error) = connection.await {
                    tracing::debug!(%error, "a connection ended early");
                }
                drop(place);
            });
        }
        drop(self.listener);
        tracing::info!(
            connections = running.count(),
            "stopping: no new connections, what runs is finished"
        );
        if tokio::time::timeout(limits.shutdown(), running.shutdown())
            .await
            .is_err()
        {
            tracing::warn!("some requests did not finish in time and were cut off");
        }
    }
}

/// The next connection, once there is room for it.
async fn accept(
    listener: &TcpListener,
    room: &Arc<Semaphore>,
) -> Option<(TcpStream, tokio::sync::OwnedSemaphorePermit)> {
    let place = Arc::clone(room).acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, _peer)) => {
            // Answers are one write each: waiting for more to send would only delay them.
            if let Err(error) = stream.set_nodelay(true) {
                tracing::debug!(%error, "a connection could not be set up");
            }
            Some((stream, place))
        }
        Err(error) => {
            tracing::warn!(%error, "a connection could not be taken in");
            tokio::time::sleep(PAUSE_AFTER_REFUSAL).await;
            None
        }
    }
}

/// Comes true at SIGTERM or Ctrl-C. Listening for them begins at once.
pub(crate) fn stop_signal() -> Result<impl Future<Output = ()>, CommandError> {
    let listen =
        |kind| signal(kind).map_err(|error| CommandError::caused("signals can't be received", &error));
    let (mut terminate, mut interrupt) = (listen(SignalKind::terminate())?, listen(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
