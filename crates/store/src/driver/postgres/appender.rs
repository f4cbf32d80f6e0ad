//! Group commit of our own: appends that wait for a connection are put into one statement.
//!
//! An append goes out at once while there is a connection that has nothing to do. When all of them are busy, those that
//! wait are gathered, and the next statement takes all of one merchant's: one round trip, one commit, and one change of
//! each kept count, however many orders of a busy customer are in it. When such a statement fails, nothing of it was
//! written, and its members are tried one by one, so that each gets the answer that it would have got alone.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use super::connection::{Address, Connection};
use super::lanes::Lanes;
use super::refused;
use crate::append::parts;
use crate::error::{AppendError, StoreError};
use crate::measures::Meter;
use crate::rows::Changes;
use crate::sql::{Part, Shape, combined, shape};
use crate::value::Value;

/// How many connections carry single writes. Each waits for its commit to be durable, so that reads must not queue up
/// behind them; a few are enough, since what waits is gathered.
const WRITING: usize = 8;

/// How many appends one statement takes at most: bounds how long the first of them waits.
const GATHERED: usize = 64;

/// The connections that write, and what waits for them.
pub(super) struct Appender {
    address: Arc<Address>,
    pub(super) writing: Lanes,
    /// The texts of appends by their shape.
    texts: Mutex<HashMap<Shape, Arc<str>>>,
    queue: Mutex<Queue>,
    pub(super) meter: Meter,
}

#[derive(Default)]
struct Queue {
    waiting: VecDeque<Waiting>,
    /// How many tasks are taking from it.
    running: usize,
}

/// An append that waits for its turn.
struct Waiting {
    merchant: i64,
    changes: Changes,
    answer: oneshot::Sender<Result<(), AppendError>>,
}

impl Appender {
    pub(super) fn new(address: Arc<Address>) -> Self {
        Self {
            address,
            writing: Lanes::new(WRITING),
            texts: Mutex::new(HashMap::new()),
            queue: Mutex::new(Queue::default()),
            meter: Meter::default(),
        }
    }

    /// Appends, alone or together with others. It is carried out by a task of its own, so that a caller who goes away
    /// takes nobody's append along.
    pub(super) async fn append(self: &Arc<Self>, merchant: i64, changes: Changes) -> Result<(), AppendError> {
        let (answer, answered) = oneshot::channel();
        let waiting = Waiting {
            merchant,
            changes,
            answer,
        };
        self.meter.wait();
        let has_room = {
            let mut queue = self.queue();
            queue.waiting.push_back(waiting);
            let has_room = queue.running < WRITING;
            queue.running = queue.running.saturating_add(usize::from(has_room));
            has_room
        };
        if has_room {
            tokio::spawn(Arc::clone(self).run());
        }
        answered
            .await
            .unwrap_or(Err(AppendError::Store(StoreError::Closed)))
    }

    /// Carries out what waits until nothing does.
    async fn run(self: Arc<Self>) {
        while let Some(gathered) = self.gather() {
            self.meter.commit(gathered.len());
            self.carry_out(gathered).await;
        }
    }

    /// The append that has waited longest, with others of its merchant that touch no order and no document of it.
    /// When there is none, the task that asks is done.
    fn gather(&self) -> Option<Vec<Waiting>> {
        let mut queue = self.queue();
        let Some(first) = queue.waiting.pop_front() else {
            queue.running = queue.running.saturating_sub(1);
            return None;
        };
        let merchant = first.merchant;
        let mut touched = HashSet::new();
        touch(&mut touched, &first.changes);
        let mut gathered = vec![first];
        for waiting in std::mem::take(&mut queue.waiting) {
            let fits = gathered.len() < GATHERED && waiting.merchant == merchant;
            if fits && touch(&mut touched, &waiting.changes) {
                gathered.push(waiting);
            } else {
                queue.waiting.push_back(waiting);
            }
        }
        Some(gathered)
    }

    async fn carry_out(&self, gathered: Vec<Waiting>) {
        let connection = match self.writing.get(&self.address).await {
            Ok(connection) => connection,
            Err(error) => return answer_all(gathered, &error),
        };
        if let [_, _, ..] = &*gathered {
            let all: Vec<&Changes> = gathered.iter().map(|waiting| &waiting.changes).collect();
            let merchant = gathered.first().map_or(0, |waiting| waiting.merchant);
            match self.append_on(&connection, merchant, &parts(&all)).await {
                Ok(()) => {
                    for waiting in gathered {
                        // A caller that has gone away doesn't wait for the answer; the write stands all the same.
                        let _ = waiting.answer.send(Ok(()));
                    }
                    return;
                }
                // It may have been written: trying again could do it twice.
                Err(AppendError::Store(error @ StoreError::Unavailable(_))) => {
                    return answer_all(gathered, &error);
                }
                Err(error) => {
                    tracing::debug!(?error, members = gathered.len(), "appends are tried one by one");
                }
            }
        }
        for Waiting {
            merchant,
            changes,
            answer,
        } in gathered
        {
            let appended = self.append_on(&connection, merchant, &parts(&[&changes])).await;
            let _ = answer.send(appended);
        }
    }

    /// All parts as one statement, which is its own transaction unless one is open.
    pub(super) async fn append_on(
        &self,
        connection: &Connection,
        merchant: i64,
        parts: &[Part<'_>],
    ) -> Result<(), AppendError> {
        let mut params = vec![Value::Int(merchant)];
        for part in parts {
            part.params(&mut params);
        }
        crate::value::check(&params)?;
        let sql = self.text(parts);
        match connection.run(&sql, &params).await {
            Ok(_) => Ok(()),
            Err(error) => Err(refused(error)),
        }
    }

    fn text(&self, parts: &[Part<'_>]) -> Arc<str> {
        let mut texts = self.texts.lock().unwrap_or_else(PoisonError::into_inner);
        if texts.len() > 1000 {
            texts.clear();
        }
        Arc::clone(
            texts
                .entry(shape(parts))
                .or_insert_with(|| combined(parts).into()),
        )
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn answer_all(gathered: Vec<Waiting>, error: &StoreError) {
    for waiting in gathered {
        let _ = waiting.answer.send(Err(AppendError::Store(error.clone())));
    }
}

/// One row that two appends would both guard: an order by its id, or a document.
#[derive(PartialEq, Eq, Hash)]
enum Touched {
    Order(i64),
    Document(String, String),
}

/// Takes down what the changes touch; not, and false, when any of it is taken down already.
fn touch(touched: &mut HashSet<Touched>, changes: &Changes) -> bool {
    let orders = changes.orders.iter().map(|write| Touched::Order(write.row.id));
    let documents = changes
        .documents
        .iter()
        .map(|write| Touched::Document(write.row.kind.clone(), write.row.id.clone()));
    let mine: Vec<Touched> = orders.chain(documents).collect();
    if mine.iter().any(|one| touched.contains(one)) {
        return false;
    }
    touched.extend(mine);
    true
}
