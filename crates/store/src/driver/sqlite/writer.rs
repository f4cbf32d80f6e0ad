//! The writer thread: it drains a queue and commits many commands with one sync of the log.
//!
//! A savepoint for each command would keep them apart, but makes SQLite copy every page that a command touches: a
//! third of all the work, measured. So a batch runs without them first. Only when one of its commands fails half-way,
//! which takes a unique key that nobody looked for, is the batch undone and run again, this time with savepoints.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::{Writing, statement};
use crate::error::{Cause, StoreError};
use crate::measures::{Measures, Meter};

/// How many commands share one commit at most: bounds how long the first of them waits.
const BATCH: usize = 256;

/// The way to the writer thread.
#[derive(Clone)]
pub(super) struct Writer {
    queue: Sender<Message>,
    meter: Arc<Meter>,
}

enum Message {
    Run(Box<dyn Job>),
    Close(oneshot::Sender<()>),
}

/// A command that may be run again, as long as nothing of it was committed.
trait Job: Send {
    /// Runs it in the transaction that is open; tells whether it wants to be committed.
    fn run(&mut self, conn: &Connection) -> bool;

    /// Answers the caller: with what the last run came to, or with the reason why that was not committed.
    fn finish(self: Box<Self>, committed: Result<(), StoreError>);
}

struct Command<T, W> {
    work: W,
    /// What the last run came to; none when there was no transaction to run in.
    result: Option<Result<T, StoreError>>,
    answer: oneshot::Sender<Result<T, StoreError>>,
}

impl<T, W> Job for Command<T, W>
where
    T: Send,
    W: FnMut(&Writing<'_>) -> Result<T, StoreError> + Send,
{
    fn run(&mut self, conn: &Connection) -> bool {
        let run = catch_unwind(AssertUnwindSafe(|| (self.work)(&Writing { conn })));
        let result =
            run.unwrap_or_else(|panic| Err(StoreError::Panicked(crate::transact::panic_text(&*panic))));
        let keep = result.is_ok();
        self.result = Some(result);
        keep
    }

    fn finish(self: Box<Self>, committed: Result<(), StoreError>) {
        let answer = match self.result {
            None => committed.and(Err(StoreError::Closed)),
            // A command that failed by itself was not to be committed; its own reason is the better one.
            Some(Err(error)) => Err(error),
            Some(Ok(outcome)) => committed.map(|()| outcome),
        };
        // A caller that has gone away doesn't wait for the answer; the write stands all the same.
        let _ = self.answer.send(answer);
    }
}

impl Writer {
    pub(super) fn start(conn: Connection) -> Result<Self, StoreError> {
        let (queue, jobs) = channel();
        let meter = Arc::new(Meter::default());
        let counted = Arc::clone(&meter);
        std::thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || run(&conn, &jobs, &counted))
            .map_err(|error| StoreError::Unavailable(Cause::new(error)))?;
        Ok(Self { queue, meter })
    }

    pub(super) async fn write<T: Send + 'static>(
        &self,
        work: impl FnMut(&Writing<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (answer, answered) = oneshot::channel();
        let job = Box::new(Command {
            work,
            result: None,
            answer,
        });
        self.meter.wait();
        self.queue
            .send(Message::Run(job))
            .map_err(|_| StoreError::Closed)?;
        answered.await.map_err(|_| StoreError::Closed)?
    }

    pub(super) fn measures(&self) -> Measures {
        self.meter.measures()
    }

    pub(super) async fn close(&self) {
        let (answer, answered) = oneshot::channel();
        if self.queue.send(Message::Close(answer)).is_ok() {
            // An error means that another caller closed it first.
            let _ = answered.await;
        }
    }
}

fn run(conn: &Connection, queue: &Receiver<Message>, meter: &Meter) {
    let mut closing = None;
    while closing.is_none()
        && let Ok(first) = queue.recv()
    {
        let mut jobs = Vec::new();
        let mut next = Some(first);
        while let Some(message) = next.take() {
            match message {
                Message::Run(job) => jobs.push(job),
                Message::Close(answer) => closing = Some(answer),
            }
            if jobs.len() < BATCH && closing.is_none() {
                next = queue.try_recv().ok();
            }
        }
        meter.commit(jobs.len());
        run_batch(conn, jobs);
    }
    // Leaves a database without a log behind; if another process has it open, the log just stays.
    let _ = conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
    if let Some(answer) = closing {
        let _ = answer.send(());
    }
}

/// Runs all jobs in one transaction, and answers them.
fn run_batch(conn: &Connection, mut jobs: Vec<Box<dyn Job>>) {
    let committed = match together(conn, &mut jobs) {
        Ok(true) => commit(conn),
        Ok(false) => apart(conn, &mut jobs),
        Err(error) => Err(error),
    };
    for job in jobs {
        job.finish(committed.clone());
    }
}

/// Runs the jobs one after the other; false when one of them failed after it had written, and everything was undone.
fn together(conn: &Connection, jobs: &mut [Box<dyn Job>]) -> Result<bool, StoreError> {
    begin(conn)?;
    for job in jobs {
        let before = conn.total_changes();
        let keep = job.run(conn);
        // A full disk makes SQLite end the transaction by itself.
        if conn.is_autocommit() {
            return Ok(false);
        }
        if !keep && conn.total_changes() != before {
            return command(conn, "ROLLBACK").map(|()| false);
        }
    }
    Ok(true)
}

/// Runs the jobs again, each in its own savepoint, so that one that fails undoes its own writes only; and commits.
fn apart(conn: &Connection, jobs: &mut [Box<dyn Job>]) -> Result<(), StoreError> {
    begin(conn)?;
    for job in jobs {
        let done = savepoint(conn, job.as_mut());
        if done.is_err() || conn.is_autocommit() {
            // What ran before is gone too; nobody of this batch is told that it was written.
            if !conn.is_autocommit() {
                command(conn, "ROLLBACK")?;
            }
            return done.and(Err(StoreError::Unavailable(Cause::new(
                "the transaction was rolled back",
            ))));
        }
    }
    commit(conn)
}

fn savepoint(conn: &Connection, job: &mut dyn Job) -> Result<(), StoreError> {
    command(conn, "SAVEPOINT job")?;
    let keep = job.run(conn);
    if conn.is_autocommit() {
        return Ok(());
    }
    if !keep {
        command(conn, "ROLLBACK TO job")?;
    }
    command(conn, "RELEASE job")
}

fn begin(conn: &Connection) -> Result<(), StoreError> {
    // Nothing should be open here; but what a failing disk left open must not stop the writer for good.
    if !conn.is_autocommit() {
        command(conn, "ROLLBACK")?;
    }
    command(conn, "BEGIN IMMEDIATE")
}

fn commit(conn: &Connection) -> Result<(), StoreError> {
    command(conn, "COMMIT").inspect_err(|error| {
        tracing::error!(%error, cause = std::error::Error::source(error), "a commit failed");
        if !conn.is_autocommit() {
            // If this fails too, SQLite has undone the transaction itself.
            let _ = command(conn, "ROLLBACK");
        }
    })
}

fn command(conn: &Connection, sql: &str) -> Result<(), StoreError> {
    statement::execute(conn, sql, &[]).map(|_| ())
}
