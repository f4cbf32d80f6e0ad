//! The schema's history: embedded, ordered, and checked. A database that is newer than this program, or that was
//! made by other migrations than this program's, is refused with the reason.

use sha2::{Digest, Sha256};

use crate::error::StoreError;
use crate::value::Row;

/// One step forward.
pub(crate) struct Migration {
    /// Its place: 1, 2, 3, ...
    pub(crate) version: i64,
    /// Its file's name, for people.
    pub(crate) name: &'static str,
    /// The statements, for both databases.
    pub(crate) text: &'static str,
}

const ALL: &[Migration] = &[
    Migration {
        version: 1,
        name: "0001_tables",
        text: include_str!("../migrations/0001_tables.sql"),
    },
    Migration {
        version: 2,
        name: "0002_baskets",
        text: include_str!("../migrations/0002_baskets.sql"),
    },
    Migration {
        version: 3,
        name: "0003_following",
        text: include_str!("../migrations/0003_following.sql"),
    },
    Migration {
        version: 4,
        name: "0004_console",
        text: include_str!("../migrations/0004_console.sql"),
    },
    Migration {
        version: 5,
        name: "0005_audit",
        text: include_str!("../migrations/0005_audit.sql"),
    },
];

/// The tables that have a merchant's rows: all whose first column says whose.
pub(crate) fn merchants_tables() -> Vec<&'static str> {
    let mut tables = Vec::new();
    for statement in ALL.iter().flat_map(|migration| migration.text.split(';')) {
        if let Some((_, table)) = statement.split_once("DROP TABLE ") {
            tables.retain(|kept| *kept != table.trim());
        } else if let Some((_, table)) = statement.split_once("CREATE TABLE ")
            && let Some((name, columns)) = table.split_once('(')
            && columns.trim_start().starts_with("merchant BIGINT")
        {
            tables.push(name.trim());
        }
    }
    tables
}

/// The table that remembers what was applied.
pub(crate) const TABLE: &str = "CREATE TABLE IF NOT EXISTS schema_migrations (
    version BIGINT NOT NULL,
    name TEXT NOT NULL,
    checksum TEXT NOT NULL,
    PRIMARY KEY (version)
);";

/// Reads it.
pub(crate) const APPLIED: &str = "SELECT version, checksum FROM schema_migrations ORDER BY version";

/// Adds to it.
pub(crate) const RECORD: &str = "INSERT INTO schema_migrations (version, name, checksum) VALUES ($1, $2, $3)";

/// A migration that the database says was applied.
pub(crate) struct Applied {
    version: i64,
    checksum: String,
}

pub(crate) fn applied(row: &Row<'_>) -> Result<Applied, StoreError> {
    Ok(Applied {
        version: row.int(0)?,
        checksum: row.text(1)?,
    })
}

impl Migration {
    /// What must never change once it has been released.
    pub(crate) fn checksum(&self) -> String {
        checksum(self.text)
    }
}

/// The SHA-256 of a text, in hexadecimal digits.
pub(crate) fn checksum(text: &str) -> String {
    use std::fmt::Write;
    Sha256::digest(text.as_bytes())
        .iter()
        .fold(String::new(), |mut digits, byte| {
            // Writing into a String can't fail.
            let _ = write!(digits, "{byte:02x}");
            digits
        })
}

/// What is still to be applied, or why the database is refused.
pub(crate) fn pending(applied: &[Applied]) -> Result<&'static [Migration], StoreError> {
    for (at, done) in applied.iter().enumerate() {
        let Some(known) = ALL.get(at).filter(|known| known.version == done.version) else {
            return Err(StoreError::Schema(format!(
                "the database has schema version {}, this program knows up to {}: start a newer program",
                done.version,
                ALL.len()
            )));
        };
        if known.checksum() != done.checksum {
            return Err(StoreError::Schema(format!(
                "the database's schema version {} was made by another {} than this program's",
                done.version, known.name
            )));
        }
    }
    Ok(ALL.get(applied.len()..).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::merchants_tables;

    #[test]
    fn the_tables_of_a_merchant_are_found_in_the_migrations() {
        let tables = merchants_tables();
        for table in [
            "orders",
            "events",
            "order_names",
            "documents",
            "answers",
            "deliveries",
            "blocks",
        ] {
            assert!(tables.contains(&table), "{table} is missing in {tables:?}");
        }
        let times = tables.iter().filter(|table| **table == "history_counts").count();
        assert_eq!(times, 1, "a table that was made anew is one table");
        assert!(
            !tables.contains(&"merchants") && !tables.contains(&"settings"),
            "{tables:?}"
        );
    }
}
