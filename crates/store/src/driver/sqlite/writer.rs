//! The writer thread: it drains a queue and commits many commands with one sync of the log.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender, channel};

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::{Writing, statement};
use crate::error::{Cause, StoreError};

/// How many commands share one commit at most: bounds how long the first of them waits.
const BATCH: usize = 256;

/// The way to the writer thread.
#[derive(Clone)]
pub(super) struct Writer {
    queue: Sender<Message>,
}

enum Message {
    Run(Job),
    Close(oneshot::Sender<()>),
}

/// A command, given the transaction or the reason why there is none.
type Job = Box<dyn FnOnce(Result<&Connection, StoreError>) -> Ran + Send>;

/// A command that has run and waits for the commit before its caller hears of it.
struct Ran {
    /// Whether it wants to be committed. If not, what it wrote is undone.
    keep: bool,
    finish: Box<dyn FnOnce(Result<(), StoreError>) + Send>,
}

impl Writer {
    pub(super) fn start(conn: Connection) -> Result<Self, StoreError> {
        let (queue, jobs) = channel();
        std::thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || run(&conn, &jobs))
            .map_err(|error| StoreError::Unavailable(Cause::new(error)))?;
        Ok(Self { queue })
    }

    pub(super) async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Writing<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move |conn| {
            let result = conn.and_then(|conn| {
                catch_unwind(AssertUnwindSafe(|| work(&Writing { conn })))
                    .unwrap_or_else(|panic| Err(StoreError::Panicked(crate::transact::panic_text(&*panic))))
            });
            let keep = result.is_ok();
            let finish = Box::new(move |committed: Result<(), StoreError>| {
                // A caller that has gone away doesn't wait for the answer; the write stands all the same.
                let _ = answer.send(committed.and(result));
            });
            Ran { keep, finish }
        });
        self.queue
            .send(Message::Run(job))
            .map_err(|_| StoreError::Closed)?;
        answered.await.map_err(|_| StoreError::Closed)?
    }

    pub(super) async fn close(&self) {
        let (answer, answered) = oneshot::channel();
        if self.queue.send(Message::Close(answer)).is_ok() {
            // An error means that another caller closed it first.
            let _ = answered.await;
        }
    }
}

fn run(conn: &Connection, queue: &Receiver<Message>) {
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
        run_batch(conn, jobs);
    }
    // Leaves a database without a log behind; if another process has it open, the log just stays.
    let _ = conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
    if let Some(answer) = closing {
        let _ = answer.send(());
    }
}

/// Runs all jobs, in one transaction unless one of them breaks it.
fn run_batch(conn: &Connection, jobs: Vec<Job>) {
    let mut jobs = jobs.into_iter();
    while jobs.len() > 0 {
        if let Err(error) = command(conn, "BEGIN IMMEDIATE") {
            for job in jobs.by_ref() {
                (job(Err(error.clone())).finish)(Ok(()));
            }
            return;
        }
        let mut waiting = Vec::with_capacity(jobs.len());
        let mut broken = None;
        for job in jobs.by_ref() {
            let ran = run_job(conn, job);
            waiting.push(ran);
            // A full disk or a failing one makes SQLite roll back the whole transaction by itself: what ran before
            // is gone too, and the jobs that are left get a transaction of their own.
            if conn.is_autocommit() {
                broken = Some(StoreError::Unavailable(Cause::new(
                    "the transaction was rolled back",
                )));
                break;
            }
        }
        let committed = match broken {
            Some(error) => Err(error),
            None => commit(conn),
        };
        for ran in waiting {
            (ran.finish)(if ran.keep { committed.clone() } else { Ok(()) });
        }
    }
}

fn run_job(conn: &Connection, job: Job) -> Ran {
    if let Err(error) = command(conn, "SAVEPOINT job") {
        return job(Err(error));
    }
    let ran = job(Ok(conn));
    if !ran.keep && !conn.is_autocommit() {
        // If even this fails, SQLite has ended the transaction, which the caller notices.
        if command(conn, "ROLLBACK TO job").is_err() {
            let _ = command(conn, "ROLLBACK");
            return ran;
        }
    }
    if !conn.is_autocommit() && command(conn, "RELEASE job").is_err() {
        let _ = command(conn, "ROLLBACK");
    }
    ran
}

fn commit(conn: &Connection) -> Result<(), StoreError> {
    command(conn, "COMMIT").inspect_err(|error| {
        tracing::error!(%error, cause = std::error::Error::source(error), "a commit failed");
        if !conn.is_autocommit() {
            let _ = command(conn, "ROLLBACK");
        }
    })
}

fn command(conn: &Connection, sql: &str) -> Result<(), StoreError> {
    statement::execute(conn, sql, &[]).map(|_| ())
}
