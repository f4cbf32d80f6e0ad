//! Parameters and cells as both databases know them: text, 64-bit integers, and the absence of either.

use rusqlite::types::{ToSqlOutput, ValueRef};

use crate::error::StoreError;

/// One parameter of a statement. The arrays exist for PostgreSQL's `unnest` alone.
#[derive(Debug, Clone)]
pub(crate) enum Value<'a> {
    Text(&'a str),
    Int(i64),
    MaybeInt(Option<i64>),
    Texts(Vec<&'a str>),
    MaybeInts(Vec<Option<i64>>),
}

impl<'a> Value<'a> {
    /// The text of a text column's value.
    pub(crate) fn as_text(&self) -> &'a str {
        match self {
            Self::Text(text) => text,
            Self::Int(_) | Self::MaybeInt(_) | Self::Texts(_) | Self::MaybeInts(_) => {
                unreachable!("a text column is given text")
            }
        }
    }

    /// The integer of an integer column's value.
    pub(crate) fn as_int(&self) -> Option<i64> {
        match self {
            Self::Int(int) => Some(*int),
            Self::MaybeInt(int) => *int,
            Self::Text(_) | Self::Texts(_) | Self::MaybeInts(_) => {
                unreachable!("an integer column is given integers")
            }
        }
    }
}

/// The same, owned: what travels to the writer thread or a blocking task.
#[derive(Debug, Clone)]
pub(crate) enum OwnedValue {
    Text(String),
    MaybeInt(Option<i64>),
}

impl Value<'_> {
    /// Whether a text in it holds a NUL, which must reach neither database.
    pub(crate) fn holds_nul(&self) -> bool {
        match self {
            Self::Text(text) => text.contains('\0'),
            Self::Texts(texts) => texts.iter().any(|text| text.contains('\0')),
            Self::Int(_) | Self::MaybeInt(_) | Self::MaybeInts(_) => false,
        }
    }

    /// A copy that borrows nothing. Arrays never leave the PostgreSQL driver.
    pub(crate) fn to_owned(&self) -> OwnedValue {
        match self {
            Self::Text(text) => OwnedValue::Text((*text).to_owned()),
            Self::Int(int) => OwnedValue::MaybeInt(Some(*int)),
            Self::MaybeInt(int) => OwnedValue::MaybeInt(*int),
            Self::Texts(_) | Self::MaybeInts(_) => {
                unreachable!("arrays are built by the PostgreSQL driver only")
            }
        }
    }
}

impl OwnedValue {
    pub(crate) fn borrow(&self) -> Value<'_> {
        match self {
            Self::Text(text) => Value::Text(text),
            Self::MaybeInt(int) => Value::MaybeInt(*int),
        }
    }
}

/// Refuses parameters that one of the databases can't keep, so that both behave alike.
pub(crate) fn check(params: &[Value<'_>]) -> Result<(), StoreError> {
    if params.iter().any(Value::holds_nul) {
        return Err(StoreError::Unstorable);
    }
    Ok(())
}

impl rusqlite::ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Self::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
            Self::Int(int) | Self::MaybeInt(Some(int)) => ToSqlOutput::Borrowed(ValueRef::Integer(*int)),
            Self::MaybeInt(None) => ToSqlOutput::Borrowed(ValueRef::Null),
            Self::Texts(_) | Self::MaybeInts(_) => {
                unreachable!("arrays are built by the PostgreSQL driver only")
            }
        })
    }
}

impl tokio_postgres::types::ToSql for Value<'_> {
    fn to_sql(
        &self,
        ty: &tokio_postgres::types::Type,
        out: &mut bytes::BytesMut,
    ) -> Result<tokio_postgres::types::IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self {
            Self::Text(text) => text.to_sql(ty, out),
            Self::Int(int) => int.to_sql(ty, out),
            Self::MaybeInt(int) => int.to_sql(ty, out),
            Self::Texts(texts) => texts.to_sql(ty, out),
            Self::MaybeInts(ints) => ints.to_sql(ty, out),
        }
    }

    fn accepts(_: &tokio_postgres::types::Type) -> bool {
        // The variant decides, in `to_sql_checked`.
        true
    }

    fn to_sql_checked(
        &self,
        ty: &tokio_postgres::types::Type,
        out: &mut bytes::BytesMut,
    ) -> Result<tokio_postgres::types::IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self {
            Self::Text(text) => text.to_sql_checked(ty, out),
            Self::Int(int) => int.to_sql_checked(ty, out),
            Self::MaybeInt(int) => int.to_sql_checked(ty, out),
            Self::Texts(texts) => texts.to_sql_checked(ty, out),
            Self::MaybeInts(ints) => ints.to_sql_checked(ty, out),
        }
    }
}

/// One row of an answer, from either database.
pub(crate) struct Row<'a> {
    pub(crate) cells: Cells<'a>,
    /// Which table to name when a cell can't be read.
    pub(crate) table: &'static str,
}

/// Where the cells are.
pub(crate) enum Cells<'a> {
    Sqlite(&'a rusqlite::Row<'a>),
    Postgres(&'a tokio_postgres::Row),
}

/// Turns a row into what the caller asked for.
pub(crate) type Reader<T> = fn(&Row<'_>) -> Result<T, StoreError>;

impl Row<'_> {
    pub(crate) fn text(&self, column: usize) -> Result<String, StoreError> {
        let found = match &self.cells {
            Cells::Sqlite(row) => match row.get_ref(column) {
                Ok(ValueRef::Text(bytes)) => std::str::from_utf8(bytes).ok().map(str::to_owned),
                _ => None,
            },
            Cells::Postgres(row) => row.try_get(column).ok(),
        };
        found.ok_or_else(|| self.corrupt(column))
    }

    pub(crate) fn int(&self, column: usize) -> Result<i64, StoreError> {
        self.maybe_int(column)?.ok_or_else(|| self.corrupt(column))
    }

    pub(crate) fn maybe_int(&self, column: usize) -> Result<Option<i64>, StoreError> {
        let found = match &self.cells {
            Cells::Sqlite(row) => match row.get_ref(column) {
                Ok(ValueRef::Integer(int)) => Some(Some(int)),
                Ok(ValueRef::Null) => Some(None),
                _ => None,
            },
            Cells::Postgres(row) => row.try_get(column).ok(),
        };
        found.ok_or_else(|| self.corrupt(column))
    }

    fn corrupt(&self, column: usize) -> StoreError {
        let (name, id) = match &self.cells {
            Cells::Sqlite(row) => {
                let name = row.as_ref().column_name(column).unwrap_or("?").to_owned();
                let id = match row.get_ref(0) {
                    Ok(ValueRef::Integer(int)) => int.to_string(),
                    Ok(ValueRef::Text(bytes)) => String::from_utf8_lossy(bytes).into_owned(),
                    _ => "?".to_owned(),
                };
                (name, id)
            }
            Cells::Postgres(row) => {
                let name = row.columns().get(column).map_or("?", |c| c.name()).to_owned();
                let int = row.try_get::<_, i64>(0).map(|int| int.to_string());
                (
                    name,
                    int.or_else(|_| row.try_get(0)).unwrap_or_else(|_| "?".to_owned()),
                )
            }
        };
        StoreError::Corrupt {
            table: self.table.to_owned(),
            column: name,
            id,
        }
    }
}
