//! Reads over shared connections; and the commonest of them, whether an order is still in the version that a caller
//! knows, asked for many at once.
//!
//! A version is asked for at once while few such statements are on their way. Otherwise those who wait are gathered,
//! and the next statement asks for all of one merchant's. A statement is sent after everybody in it has asked, so that
//! nobody is told what stood before.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use super::connection::{Address, Connection};
use super::lanes::Lanes;
use crate::error::StoreError;
use crate::value::{Reader, Row, Value};

/// How many connections carry reads, many at once each.
const READING: usize = 4;

/// How many statements that ask for versions may be on their way at once. More would only make each of them smaller.
const ASKING: usize = 2;

/// How many versions one statement asks for at most.
const GATHERED: usize = 256;

const VERSIONS: &str = "SELECT id, version FROM orders WHERE merchant = $1 AND id = ANY($2::BIGINT[])";

/// The connections that read, and who waits for a version.
pub(super) struct Reading {
    address: Arc<Address>,
    lanes: Lanes,
    queue: Mutex<Queue>,
}

#[derive(Default)]
struct Queue {
    waiting: VecDeque<Waiting>,
    /// How many tasks are taking from it.
    running: usize,
}

/// Somebody who waits for an order's version: none when there is no such order.
struct Waiting {
    merchant: i64,
    id: i64,
    answer: oneshot::Sender<Result<Option<i64>, StoreError>>,
}

impl Reading {
    /// Reads over connections to this address, of which the first is there already.
    pub(super) fn new(address: Arc<Address>, first: Connection) -> Self {
        let lanes = Lanes::new(READING);
        lanes.put(first);
        Self {
            address,
            lanes,
            queue: Mutex::new(Queue::default()),
        }
    }

    /// Lets go of all connections once what they carry is done.
    pub(super) fn close(&self) {
        self.lanes.close();
    }

    /// Reads. A connection that turns out to be broken is replaced, each of them if need be: after a failover all are,
    /// and reading twice does no harm.
    pub(super) async fn query<T>(
        &self,
        table: &'static str,
        sql: &str,
        params: &[Value<'_>],
        reader: Reader<T>,
    ) -> Result<Vec<T>, StoreError> {
        for _ in 0..READING {
            let connection = self.lanes.get(&self.address).await?;
            match connection.query(table, sql, params, reader).await {
                Err(StoreError::Unavailable(_)) => {}
                done => return done,
            }
        }
        let connection = self.lanes.get(&self.address).await?;
        connection.query(table, sql, params, reader).await
    }

    /// The version that an order is in, if there is such an order. It is asked for by a task of its own, so that a
    /// caller who goes away takes nobody's question along.
    pub(super) async fn version(self: &Arc<Self>, merchant: i64, id: i64) -> Result<Option<i64>, StoreError> {
        let (answer, answered) = oneshot::channel();
        let has_room = {
            let mut queue = self.queue();
            queue.waiting.push_back(Waiting { merchant, id, answer });
            let has_room = queue.running < ASKING;
            queue.running = queue.running.saturating_add(usize::from(has_room));
            has_room
        };
        if has_room {
            tokio::spawn(Arc::clone(self).run());
        }
        answered.await.unwrap_or(Err(StoreError::Closed))
    }

    /// Asks for what is waited for until nobody waits.
    async fn run(self: Arc<Self>) {
        while let Some((merchant, gathered)) = self.gather() {
            let mut ids: Vec<Option<i64>> = gathered.iter().map(|waiting| Some(waiting.id)).collect();
            ids.sort_unstable();
            ids.dedup();
            let params = [Value::Int(merchant), Value::MaybeInts(ids)];
            let found = self.query("orders", VERSIONS, &params, id_and_version).await;
            for Waiting { id, answer, .. } in gathered {
                let version = found.as_ref().map_err(Clone::clone).map(|found| {
                    let mine = found.iter().find(|(found, _)| *found == id);
                    mine.map(|(_, version)| *version)
                });
                // Who has gone away doesn't wait for the answer.
                let _ = answer.send(version);
            }
        }
    }

    /// Who has waited longest, with the others of the same merchant. When nobody waits, the task that asks is done.
    fn gather(&self) -> Option<(i64, Vec<Waiting>)> {
        let mut queue = self.queue();
        let Some(first) = queue.waiting.pop_front() else {
            queue.running = queue.running.saturating_sub(1);
            return None;
        };
        let merchant = first.merchant;
        let mut gathered = vec![first];
        for waiting in std::mem::take(&mut queue.waiting) {
            if waiting.merchant == merchant && gathered.len() < GATHERED {
                gathered.push(waiting);
            } else {
                queue.waiting.push_back(waiting);
            }
        }
        Some((merchant, gathered))
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn id_and_version(row: &Row<'_>) -> Result<(i64, i64), StoreError> {
    Ok((row.int(0)?, row.int(1)?))
}
