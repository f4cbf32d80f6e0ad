//! Connections: taken in up to a limit, served, and let finish when the server stops.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use book::Book;
use hyper::body::Incoming;
use hyper::header::HeaderValue;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

use super::chain::Chain;
use super::tls::Certificate;
use super::{Assembly, health};
use crate::command_error::CommandError;
use crate::config::Limits;
use crate::metrics::{self, Gauge, Held, Metrics};
use crate::surroundings::Surroundings;

/// How long to wait when the system gives out no more sockets.
const PAUSE_AFTER_REFUSAL: std::time::Duration = std::time::Duration::from_millis(50);

/// An address that connections may come in on already.
#[derive(Debug)]
pub(crate) struct Listening {
    listener: TcpListener,
    address: SocketAddr,
    certificate: Option<Arc<Certificate>>,
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
        Ok(Self {
            listener,
            address,
            certificate: None,
        })
    }

    /// The same, for HTTPS alone when there is a certificate.
    pub(crate) fn with_certificate(self, certificate: Option<Arc<Certificate>>) -> Self {
        Self { certificate, ..self }
    }

    /// Where a browser on this machine finds it.
    pub(crate) fn url(&self) -> String {
        let scheme = if self.certificate.is_some() {
            "https"
        } else {
            "http"
        };
        format!("{scheme}://{}", self.address)
    }

    /// Shows metrics and health on an address of their own, beside the server itself.
    pub(crate) fn serve_beside(self, book: &Book, around: &Surroundings) -> JoinHandle<()> {
        let routes = metrics::routes(Arc::clone(&around.metrics), book.clone())
            .merge(health::routes(book.clone(), around.stopping.clone()));
        tracing::info!(address = %self.address, "metrics are shown at an address of their own");
        tokio::spawn(async move {
            if let Err(error) = axum::serve(self.listener, routes).await {
                tracing::error!(%error, "metrics are shown no more");
            }
        })
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
        let stopping = chain.around().stopping.clone();
        let mut stop = std::pin::pin!(async move {
            stop.await;
            stopping.begin();
            tokio::time::sleep(limits.drain()).await;
        });
        loop {
            let accepted = tokio::select! {
                () = &mut stop => break,
                accepted = accept(&self.listener, &room) => accepted,
            };
            let Some((stream, place)) = accepted else { continue };
            let connection = Connection {
                protocol: protocol.clone(),
                chain: Arc::clone(&chain),
                running: running.watcher(),
                _place: place,
                _counted: Gauge::hold(&chain.around().metrics, |metrics| &metrics.connections),
            };
            match &self.certificate {
                None => tokio::spawn(connection.serve(stream, false)),
                Some(certificate) => {
                    tokio::spawn(connection.serve_tls(stream, certificate.acceptor(), limits.header()))
                }
            };
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

/// One connection, and what it takes of the server for as long as it is open.
struct Connection {
    protocol: http1::Builder,
    chain: Arc<Chain>,
    running: Watcher,
    _place: tokio::sync::OwnedSemaphorePermit,
    _counted: Held<Metrics>,
}

impl Connection {
    /// Answers what comes in on it until it is closed. What is kept secret is told so, as a proxy in front would tell
    /// it: pages make their cookies by that.
    async fn serve(self, stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, is_secret: bool) {
        let chain = Arc::clone(&self.chain);
        let service = service_fn(move |mut request: hyper::Request<Incoming>| {
            let chain = Arc::clone(&chain);
            if is_secret {
                let https = HeaderValue::from_static("https");
                request.headers_mut().insert("x-forwarded-proto", https);
            }
            async move { chain.answer(request).await }
        });
        let connection = self.protocol.serve_connection(TokioIo::new(stream), service);
        if let Err(error) = self.running.watch(connection).await {
            tracing::debug!(%error, "a connection ended early");
        }
    }

    /// The same once both sides have agreed on how to keep it secret.
    async fn serve_tls(self, stream: TcpStream, acceptor: TlsAcceptor, patience: Duration) {
        match tokio::time::timeout(patience, acceptor.accept(stream)).await {
            Ok(Ok(stream)) => self.serve(stream, true).await,
            Ok(Err(error)) => tracing::debug!(%error, "a connection was no TLS"),
            Err(_elapsed) => tracing::debug!("a connection never finished its TLS handshake"),
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

/// Reads the certificate again at every SIGHUP. Ends with the runtime.
pub(crate) fn read_again_at_hangup(certificate: Arc<Certificate>) -> Result<(), CommandError> {
    let mut hangup = signal(SignalKind::hangup())
        .map_err(|error| CommandError::caused("signals can't be received", &error))?;
    tokio::spawn(async move {
        while hangup.recv().await.is_some() {
            certificate.read_again();
        }
    });
    Ok(())
}
