//! Copies of the embedded database: made while it is used, and put back into an empty folder.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags};

use crate::driver::sqlite::{FILE, make_private, statement};
use crate::error::{Cause, StoreError};
use crate::migrate;

/// How many pages are copied before the progress is told.
const PAGES: i32 = 256;

/// Copies the database in `directory` into a new file, while servers go on writing: the copy is what was committed when
/// it began. `progress` is told how many pages of how many are done.
///
/// # Errors
/// [`StoreError::Taken`] when there is such a file; otherwise when the database or the file can't be used.
pub fn backup(directory: &Path, file: &Path, progress: impl FnMut(u64, u64)) -> Result<(), StoreError> {
    let source = directory.join(FILE);
    if !source.is_file() {
        return Err(StoreError::Schema(format!(
            "there is no database in {}",
            directory.display()
        )));
    }
    let source =
        Connection::open_with_flags(&source, OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(statement::failed)?;
    source
        .busy_timeout(Duration::from_secs(10))
        .map_err(statement::failed)?;
    // One look at the database for the whole copy: whoever writes meanwhile neither waits for it nor makes it begin anew.
    source
        .execute_batch("PRAGMA query_only = ON; BEGIN; SELECT COUNT(*) FROM schema_migrations;")
        .map_err(statement::failed)?;
    copied(&source, file, progress)
}

/// Puts a copy into a folder that has no database yet.
///
/// # Errors
/// [`StoreError::Taken`] when the folder has one; [`StoreError::Schema`] when the file is none of ours, or damaged.
pub fn restore(file: &Path, directory: &Path, progress: impl FnMut(u64, u64)) -> Result<(), StoreError> {
    let source =
        Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(statement::failed)?;
    check(&source).map_err(|reason| {
        StoreError::Schema(format!(
            "{} is no backup that this program can read: {reason}",
            file.display()
        ))
    })?;
    make_private(directory).map_err(|error| StoreError::Unavailable(Cause::new(error)))?;
    copied(&source, &directory.join(FILE), progress)
}

/// Whether a file is one of ours, whole, and not newer than this program.
fn check(source: &Connection) -> Result<(), String> {
    let table = "schema_migrations";
    let applied = statement::query(source, table, migrate::APPLIED, &[], migrate::applied)
        .map_err(|error| told(&error))?;
    if applied.is_empty() {
        return Err("it has no schema".to_owned());
    }
    migrate::pending(&applied).map_err(|error| told(&error))?;
    let found: String = source
        .query_row("PRAGMA quick_check(1)", [], |row| row.get(0))
        .map_err(|error| error.to_string())?;
    if found == "ok" {
        Ok(())
    } else {
        Err(format!("it is damaged: {found}"))
    }
}

fn told(error: &StoreError) -> String {
    match std::error::Error::source(error) {
        Some(cause) => cause.to_string(),
        None => error.to_string(),
    }
}

/// Copies into a file that gets its name only when it is complete.
fn copied(source: &Connection, file: &Path, mut progress: impl FnMut(u64, u64)) -> Result<(), StoreError> {
    let unwritable = |error: std::io::Error| StoreError::Unavailable(Cause::new(error));
    if file.exists() {
        return Err(StoreError::Taken(file.display().to_string()));
    }
    let part = part_of(file);
    make_file(&part).map_err(unwritable)?;
    let done = copy(source, &part, &mut progress).and_then(|()| keep(&part, file).map_err(unwritable));
    if done.is_err() {
        // What is left of it is of no use; the reason is the one above.
        let _ = std::fs::remove_file(&part);
    }
    done
}

fn copy(source: &Connection, part: &Path, progress: &mut impl FnMut(u64, u64)) -> Result<(), StoreError> {
    let mut target = Connection::open(part).map_err(statement::failed)?;
    {
        let backup = Backup::new(source, &mut target).map_err(statement::failed)?;
        loop {
            match backup.step(PAGES).map_err(statement::failed)? {
                StepResult::Done => break,
                StepResult::More => {}
                // Another process holds the file for a moment.
                StepResult::Busy | StepResult::Locked | _ => std::thread::sleep(Duration::from_millis(20)),
            }
            let pages = backup.progress();
            let total = u64::try_from(pages.pagecount).unwrap_or_default();
            progress(
                total.saturating_sub(u64::try_from(pages.remaining).unwrap_or_default()),
                total,
            );
        }
    }
    // The copy is one file: nothing of it lies in a log beside it.
    target
        .query_row("PRAGMA journal_mode = DELETE", [], |_| Ok(()))
        .map_err(statement::failed)?;
    target.close().map_err(|(_, error)| statement::failed(error))
}

fn part_of(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".part");
    name.into()
}

/// An empty file for its owner alone.
fn make_file(path: &Path) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

/// Makes the copy durable, and gives it its name.
fn keep(part: &Path, file: &Path) -> std::io::Result<()> {
    std::fs::File::open(part)?.sync_all()?;
    // Fails when somebody has made the file meanwhile, which a rename would not.
    std::fs::hard_link(part, file)?;
    std::fs::remove_file(part)?;
    match file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        Some(folder) => std::fs::File::open(folder)?.sync_all(),
        None => std::fs::File::open(".")?.sync_all(),
    }
}
