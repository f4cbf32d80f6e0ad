//! Views for people who use SQL: orders, lines, captures and refunds as plain rows, made of the snapshots.
//!
//! The one schema with two texts, because the databases read JSON in different words. PostgreSQL's amounts are `numeric`.
//! SQLite has no exact decimal, so there they are texts, and sums are taken of whole part and decimals by themselves, in
//! integers: no binary fraction comes near an amount. `docs/reporting.md` describes the columns; they are only ever added
//! to, at the end.

/// Reads which views were made.
pub(crate) const MADE: &str = "SELECT value FROM settings WHERE name = 'reporting views'";

/// Writes it down.
pub(crate) const RECORD: &str = "INSERT INTO settings (name, value) VALUES ('reporting views', $1) \
     ON CONFLICT (name) DO UPDATE SET value = excluded.value";

/// The text that makes them on PostgreSQL, whether they are there or not.
pub(crate) const POSTGRES: &str = include_str!("../views/postgres.sql");

/// The text that makes them on SQLite.
const SQLITE: &str = include_str!("../views/sqlite.sql");

/// What takes them away on SQLite.
pub(crate) const SQLITE_GONE: &str = "DROP VIEW IF EXISTS report_orders; DROP VIEW IF EXISTS report_lines; \
     DROP VIEW IF EXISTS report_captures; DROP VIEW IF EXISTS report_refunds;";

/// How many decimals an amount can have, as a factor.
const UNIT: &str = "1000000000000";

/// The text that makes them on SQLite, where they are not there. What stands in braces in it is spelled out here:
/// `{whole X}` and `{part X}` are the two parts of an amount's text, the second as a number of twelve digits; `{sum W P}`
/// is the text of an amount whose parts were summed.
pub(crate) fn sqlite() -> String {
    let mut text = String::new();
    let mut rest = SQLITE;
    while let Some((before, macro_call)) = rest.split_once('{') {
        let (call, after) = macro_call.split_once('}').unwrap_or((macro_call, ""));
        text.push_str(before);
        text.push_str(&spelled_out(call));
        rest = after;
    }
    text + rest
}

fn spelled_out(call: &str) -> String {
    match call.split_once(' ') {
        Some(("whole", amount)) => format!("CAST({amount} AS INTEGER)"),
        Some(("part", amount)) => format!(
            "CASE instr({amount}, '.') WHEN 0 THEN 0 ELSE CAST(substr(substr({amount}, instr({amount}, '.') + 1) \
             || '000000000000', 1, 12) AS INTEGER) END"
        ),
        Some(("sum", names)) => {
            let (whole, part) = names.split_once(' ').unwrap_or((names, "0"));
            // The decimals of a difference can be below zero: so many units are borrowed that they no longer are.
            let borrowed = format!("(CASE WHEN {part} < 0 THEN ({UNIT} - 1 - {part}) / {UNIT} ELSE 0 END)");
            let units = format!("({whole} - {borrowed} + ({part} + {borrowed} * {UNIT}) / {UNIT})");
            let decimals = format!("(({part} + {borrowed} * {UNIT}) % {UNIT})");
            format!(
                "{units} || CASE {decimals} WHEN 0 THEN '' ELSE '.' || rtrim(printf('%012d', {decimals}), '0') END"
            )
        }
        _ => call.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{spelled_out, sqlite};

    /// Sums and differences of parts are what they are as decimals, borrowing included.
    #[test]
    fn sums_of_parts_are_exact() {
        let conn = rusqlite::Connection::open_in_memory().unwrap();
        for (whole, part, sum) in [
            ("10", "0", "10"),
            ("10", "500000000000", "10.5"),
            ("0", "1", "0.000000000001"),
            ("3", "2100000000000", "5.1"),
            ("5", "(0 - 1000000000)", "4.999"),
            ("5", "(0 - 2000000000000)", "3"),
        ] {
            let sql = format!("SELECT {}", spelled_out(&format!("sum {whole} {part}")));
            let found: String = conn.query_row(&sql, [], |row| row.get(0)).unwrap();
            assert_eq!(found, sum, "for {whole} and {part}");
        }
        for (amount, whole, part) in [
            ("12.30", 12, 300_000_000_000_i64),
            ("7", 7, 0),
            ("0.000000000001", 0, 1),
        ] {
            let amount = format!("'{amount}'");
            let sql = format!(
                "SELECT {}, {}",
                spelled_out(&format!("whole {amount}")),
                spelled_out(&format!("part {amount}"))
            );
            let found: (i64, i64) = conn
                .query_row(&sql, [], |row| Ok((row.get(0)?, row.get(1)?)))
                .unwrap();
            assert_eq!(found, (whole, part), "for {amount}");
        }
        assert!(!sqlite().contains(['{', '}']), "everything is spelled out");
    }
}
