//! Running one statement on one connection.

use rusqlite::{Connection, ErrorCode, ffi};

use crate::error::{AppendError, Cause, StoreError};
use crate::sql::Part;
use crate::value::{Cells, Reader, Row, Value};

/// Runs a statement and reads all rows that it answers.
pub(crate) fn query<T>(
    conn: &Connection,
    table: &'static str,
    sql: &str,
    params: &[Value<'_>],
    reader: Reader<T>,
) -> Result<Vec<T>, StoreError> {
    let mut statement = conn.prepare_cached(sql).map_err(failed)?;
    bind(&mut statement, params)?;
    let mut rows = statement.raw_query();
    let mut found = Vec::new();
    while let Some(row) = rows.next().map_err(failed)? {
        found.push(reader(&Row {
            cells: Cells::Sqlite(row),
            table,
        })?);
    }
    Ok(found)
}

/// Runs a statement that answers no rows; tells how many it touched.
pub(super) fn execute(conn: &Connection, sql: &str, params: &[Value<'_>]) -> Result<usize, StoreError> {
    let mut statement = conn.prepare_cached(sql).map_err(failed)?;
    bind(&mut statement, params)?;
    statement.raw_execute().map_err(failed)
}

/// Writes all parts, row by row.
pub(super) fn append(conn: &Connection, merchant: i64, parts: &[Part<'_>]) -> Result<(), AppendError> {
    for part in parts {
        let mut statement = conn.prepare_cached(part.table.one_row()).map_err(failed)?;
        // These statements number their parameters, so nothing is looked up by name.
        statement.raw_bind_parameter(1, merchant).map_err(failed)?;
        for row in part.rows() {
            crate::value::check(row)?;
            for (index, value) in (2..).zip(row) {
                statement.raw_bind_parameter(index, value).map_err(failed)?;
            }
            let touched = statement
                .raw_execute()
                .map_err(|error| AppendError::from(failed(error)))?;
            if part.table.is_guarded() && touched != 1 {
                return Err(AppendError::Stale);
            }
        }
    }
    Ok(())
}

/// SQLite numbers `$2 ... $1` by first appearance, so each parameter is bound by the number in its name.
fn bind(statement: &mut rusqlite::Statement<'_>, params: &[Value<'_>]) -> Result<(), StoreError> {
    for index in 1..=statement.parameter_count() {
        let number: Option<usize> = statement
            .parameter_name(index)
            .and_then(|name| name.strip_prefix('$')?.parse().ok());
        let value = number
            .and_then(|number| params.get(number.checked_sub(1)?))
            .ok_or_else(|| {
                StoreError::Database(Cause::new("a statement names a parameter that is not given"))
            })?;
        statement.raw_bind_parameter(index, value).map_err(failed)?;
    }
    Ok(())
}

/// Sorts SQLite's errors into ours.
pub(crate) fn failed(error: rusqlite::Error) -> StoreError {
    let rusqlite::Error::SqliteFailure(code, message) = &error else {
        return StoreError::Database(Cause::new(error));
    };
    if code.extended_code == ffi::SQLITE_CONSTRAINT_UNIQUE
        || code.extended_code == ffi::SQLITE_CONSTRAINT_PRIMARYKEY
    {
        let message = message.as_deref().unwrap_or_default();
        let key = message
            .strip_prefix("UNIQUE constraint failed: ")
            .unwrap_or(message);
        return StoreError::Taken(key.to_owned());
    }
    if matches!(code.code, ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) {
        return StoreError::Busy;
    }
    if matches!(
        code.code,
        ErrorCode::CannotOpen | ErrorCode::DiskFull | ErrorCode::SystemIoFailure
    ) {
        return StoreError::Unavailable(Cause::new(error));
    }
    StoreError::Database(Cause::new(error))
}

#[cfg(test)]
mod tests {
    use rusqlite::StatementStatus;

    use super::{bind, failed};
    use crate::load::order_questions;
    use crate::rows::{Load, OrderKey};

    #[test]
    fn a_load_is_prepared_once_whatever_it_asks_for() {
        let folder = tempfile::tempdir().unwrap();
        let mut conn = super::super::connect(&folder.path().join("ordrebok.db")).unwrap();
        super::super::migrate(&mut conn).unwrap();
        for round in 0..5 {
            let name = |space: &str| OrderKey::Name {
                space: space.to_owned(),
                name: format!("name {round}"),
            };
            let load = Load {
                merchant: round,
                orders: vec![name("alias.afterpay"), name("number"), OrderKey::Id(round)],
                ..Load::default()
            };
            for question in order_questions(&load) {
                let mut statement = conn.prepare_cached(&question.sql).unwrap();
                bind(&mut statement, &question.params).unwrap();
                assert!(statement.raw_query().next().map_err(failed).unwrap().is_none());
                assert_eq!(
                    statement.get_status(StatementStatus::RePrepare),
                    0,
                    "in round {round}"
                );
            }
        }
    }
}
