//! Connections that are shared: each carries the statements of many tasks, one behind the other.

use std::ops::Deref;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::connection::{Address, Connection};
use crate::error::StoreError;

/// A fixed number of places for connections. One that isn't needed is never made.
pub(super) struct Lanes {
    lanes: Vec<Lane>,
    closed: AtomicBool,
}

/// A place for a connection, made when first needed and again when it has broken.
#[derive(Default)]
struct Lane {
    current: Mutex<Option<Arc<Connection>>>,
    /// Held while connecting, so that a broken connection is replaced once and not by everybody.
    connecting: tokio::sync::Mutex<()>,
    /// How many tasks use it just now.
    busy: AtomicUsize,
}

/// A connection while a task uses it.
pub(super) struct Lease<'a> {
    connection: Arc<Connection>,
    _turn: Turn<'a>,
}

/// One of those who are busy on a lane.
struct Turn<'a>(&'a AtomicUsize);

impl Lanes {
    pub(super) fn new(places: usize) -> Self {
        Self {
            lanes: std::iter::repeat_with(Lane::default).take(places).collect(),
            closed: AtomicBool::new(false),
        }
    }

    /// Puts a connection that exists already into the first place.
    pub(super) fn put(&self, connection: Connection) {
        if let Some(lane) = self.lanes.first() {
            *lane.lock() = Some(Arc::new(connection));
        }
    }

    /// The connection that carries the least; of several, the first, so that a quiet server keeps few.
    pub(super) async fn get(&self, address: &Address) -> Result<Lease<'_>, StoreError> {
        let least = self
            .lanes
            .iter()
            .min_by_key(|lane| lane.busy.load(Ordering::Relaxed));
        let lane = least.ok_or(StoreError::Closed)?;
        lane.busy.fetch_add(1, Ordering::Relaxed);
        let turn = Turn(&lane.busy);
        let connection = match lane.usable() {
            Some(connection) => connection,
            None => self.connect(lane, address).await?,
        };
        Ok(Lease {
            connection,
            _turn: turn,
        })
    }

    async fn connect(&self, lane: &Lane, address: &Address) -> Result<Arc<Connection>, StoreError> {
        let _connecting = lane.connecting.lock().await;
        if self.closed.load(Ordering::SeqCst) {
            return Err(StoreError::Closed);
        }
        if let Some(connection) = lane.usable() {
            return Ok(connection);
        }
        let connection = Arc::new(address.connect().await?);
        *lane.lock() = Some(Arc::clone(&connection));
        Ok(connection)
    }

    /// Lets go of all connections once what they carry is done.
    pub(super) fn close(&self) {
        self.closed.store(true, Ordering::SeqCst);
        for lane in &self.lanes {
            *lane.lock() = None;
        }
    }
}

impl Lane {
    fn usable(&self) -> Option<Arc<Connection>> {
        self.lock().clone().filter(|connection| !connection.is_closed())
    }

    fn lock(&self) -> MutexGuard<'_, Option<Arc<Connection>>> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Deref for Lease<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.connection
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
