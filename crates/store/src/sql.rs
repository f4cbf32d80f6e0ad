//! The statements of an append, described once: SQLite runs each row by row, PostgreSQL gets them all as one
//! statement with a CTE for each.

use std::fmt::Write;
use std::sync::LazyLock;

use crate::tables::{TABLES, TARGETS, Target};
use crate::value::Value;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Int,
}
use Kind::{Int, Text};

/// What a statement does with each row.
#[derive(Debug)]
pub(crate) enum Verb {
    /// Adds it; with what to do when its key exists.
    Insert(&'static str),
    /// Changes it: the first columns are its key and its guard, and must be found.
    Update { keys: &'static [&'static str] },
    /// Removes it: all columns are its key.
    Delete,
}

/// One statement of an append. `merchant` is `$1` throughout; the columns are the rest.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) name: &'static str,
    pub(crate) verb: Verb,
    pub(crate) columns: &'static [(&'static str, Kind)],
}

/// The texts for one row, built once. SQLite numbers `$2 ... $1` by first appearance; `?2` is the second parameter
/// wherever it stands.
static ONE_ROW: LazyLock<[String; TARGETS]> = LazyLock::new(|| {
    std::array::from_fn(|at| {
        let mut text = String::new();
        TABLES[at].write_one(&mut text, 2);
        text.replace('$', "?")
    })
});

impl Target {
    fn table(self) -> &'static Table {
        &TABLES[self.index()]
    }

    /// SQLite's statement for one row: `?1` is the merchant, `?2` onwards are the row's values.
    pub(crate) fn one_row(self) -> &'static str {
        &ONE_ROW[self.index()]
    }

    /// Whether each row must be found, or else the append is stale.
    pub(crate) fn is_guarded(self) -> bool {
        matches!(self.table().verb, Verb::Update { .. })
    }

    /// How many values a row has.
    fn width(self) -> usize {
        self.table().values().count()
    }
}

impl Table {
    /// What each value of a row is, in order. An update has its keys first, among them the version as it was
    /// before, then the columns that it sets.
    fn values(&self) -> impl Iterator<Item = (&'static str, Kind)> {
        let keys: &[&str] = match self.verb {
            Verb::Update { keys } => keys,
            Verb::Insert(_) | Verb::Delete => &[],
        };
        let kind = |name: &str| {
            self.columns
                .iter()
                .find(|(column, _)| *column == name)
                .map_or(Text, |c| c.1)
        };
        let guard = keys.iter().map(move |name| (*name, kind(name)));
        guard.chain(self.set())
    }

    /// The columns that are written.
    fn set(&self) -> impl Iterator<Item = (&'static str, Kind)> {
        let keys: &[&str] = match self.verb {
            Verb::Update { keys } => keys,
            Verb::Insert(_) | Verb::Delete => &[],
        };
        self.columns
            .iter()
            .copied()
            .filter(|(name, _)| *name == "version" || !keys.contains(name))
    }

    /// The statement for one row whose values are `$first` onwards.
    fn write_one(&self, out: &mut String, first: usize) {
        let values: Vec<String> = (first..)
            .zip(self.values())
            .map(|(n, _)| format!("${n}"))
            .collect();
        match self.verb {
            Verb::Insert(conflict) => {
                let names = self.names();
                push(
                    out,
                    format_args!("INSERT INTO {} (merchant{names}) VALUES ($1, ", self.name),
                );
                push(out, format_args!("{}){conflict}", values.join(", ")));
            }
            Verb::Update { keys } => {
                let (guards, set) = values.split_at(keys.len());
                let set: Vec<String> = self
                    .set()
                    .zip(set)
                    .map(|((name, _), v)| format!("{name} = {v}"))
                    .collect();
                push(
                    out,
                    format_args!("UPDATE {} SET {} WHERE merchant = $1", self.name, set.join(", ")),
                );
                for (name, value) in keys.iter().zip(guards) {
                    push(out, format_args!(" AND {name} = {value}"));
                }
            }
            Verb::Delete => {
                push(out, format_args!("DELETE FROM {} WHERE merchant = $1", self.name));
                for ((name, _), value) in self.columns.iter().zip(&values) {
                    push(out, format_args!(" AND {name} = {value}"));
                }
            }
        }
    }

    /// The statement for any number of rows, whose values come as one array a column, from `$first` onwards.
    fn write_many(&self, out: &mut String, first: usize) {
        let arrays: Vec<String> = (first..)
            .zip(self.values())
            .map(|(n, (_, kind))| match kind {
                Text => format!("${n}::text[]"),
                Int => format!("${n}::bigint[]"),
            })
            .collect();
        let columns: Vec<String> = (0..arrays.len()).map(|n| format!("c{n}")).collect();
        let source = format!("unnest({}) AS u({})", arrays.join(", "), columns.join(", "));
        match self.verb {
            Verb::Insert(conflict) => {
                let names = self.names();
                push(out, format_args!("INSERT INTO {} (merchant{names}) ", self.name));
                push(
                    out,
                    format_args!(
                        "SELECT $1::bigint, {} FROM {source}{conflict}",
                        columns.join(", ")
                    ),
                );
            }
            Verb::Update { keys } => {
                let (guards, set) = columns.split_at(keys.len());
                let set: Vec<String> = self
                    .set()
                    .zip(set)
                    .map(|((name, _), c)| format!("{name} = u.{c}"))
                    .collect();
                push(
                    out,
                    format_args!("UPDATE {} AS t SET {} FROM {source}", self.name, set.join(", ")),
                );
                push(out, format_args!(" WHERE t.merchant = $1"));
                for (name, column) in keys.iter().zip(guards) {
                    push(out, format_args!(" AND t.{name} = u.{column}"));
                }
            }
            Verb::Delete => {
                push(out, format_args!("DELETE FROM {} AS t USING {source}", self.name));
                push(out, format_args!(" WHERE t.merchant = $1"));
                for ((name, _), column) in self.columns.iter().zip(&columns) {
                    push(out, format_args!(" AND t.{name} = u.{column}"));
                }
            }
        }
    }

    /// The names of the columns, each after a comma.
    fn names(&self) -> String {
        self.columns.iter().fold(String::new(), |mut names, (name, _)| {
            names.push_str(", ");
            names.push_str(name);
            names
        })
    }
}

/// The rows that one append puts into one table.
#[derive(Debug)]
pub(crate) struct Part<'a> {
    pub(crate) table: Target,
    /// All rows, one after the other.
    values: Vec<Value<'a>>,
}

impl<'a> Part<'a> {
    pub(crate) fn new(table: Target) -> Self {
        Self {
            table,
            values: Vec::new(),
        }
    }

    /// Adds a row, which must have as many values as the table's statement.
    pub(crate) fn push<const N: usize>(&mut self, row: [Value<'a>; N]) {
        debug_assert_eq!(N, self.table.width(), "{:?}", self.table);
        self.values.extend(row);
    }

    /// Adds a row in two pieces: what finds it, and the rest.
    pub(crate) fn extend<const K: usize, const N: usize>(
        &mut self,
        key: [Value<'a>; K],
        rest: [Value<'a>; N],
    ) {
        debug_assert_eq!(K.saturating_add(N), self.table.width(), "{:?}", self.table);
        self.values.extend(key);
        self.values.extend(rest);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    pub(crate) fn rows(&self) -> impl ExactSizeIterator<Item = &[Value<'a>]> {
        self.values.chunks_exact(self.table.width())
    }

    pub(crate) fn has_many(&self) -> bool {
        self.rows().len() > 1
    }

    /// The values as PostgreSQL's combined statement takes them: a row's own, or an array for each column.
    pub(crate) fn params(&self, out: &mut Vec<Value<'a>>) {
        if !self.has_many() {
            out.extend_from_slice(&self.values);
            return;
        }
        for (at, (_, kind)) in self.table.table().values().enumerate() {
            let column = self.rows().filter_map(|row| row.get(at));
            out.push(match kind {
                Text => Value::Texts(column.map(Value::as_text).collect()),
                Int => Value::MaybeInts(column.map(Value::as_int).collect()),
            });
        }
    }
}

/// The shape of an append, by which its text is kept: each table with one row or many.
pub(crate) type Shape = Vec<(usize, bool)>;

pub(crate) fn shape(parts: &[Part<'_>]) -> Shape {
    parts
        .iter()
        .map(|part| (part.table.index(), part.has_many()))
        .collect()
}

/// The whole append as one statement. When a guarded part has found fewer rows than it has, the final SELECT divides
/// by zero, which undoes everything and can't be mistaken for another failure: nothing else in it divides.
pub(crate) fn combined(parts: &[Part<'_>]) -> String {
    let mut text = String::new();
    let mut first: usize = 2;
    let mut guards = Vec::new();
    for (at, part) in parts.iter().enumerate() {
        push(
            &mut text,
            format_args!("{} p{at} AS (", if at == 0 { "WITH" } else { "," }),
        );
        let table = part.table.table();
        if part.has_many() {
            table.write_many(&mut text, first);
        } else {
            table.write_one(&mut text, first);
        }
        if part.table.is_guarded() {
            text.push_str(" RETURNING 1");
            let wanted = if part.has_many() {
                format!("cardinality(${first})")
            } else {
                "1".to_owned()
            };
            guards.push(format!("(SELECT count(*) FROM p{at}) = {wanted}"));
        }
        text.push(')');
        first = first.saturating_add(part.table.width());
    }
    if guards.is_empty() {
        text.push_str(" SELECT 1");
    } else {
        push(
            &mut text,
            format_args!(" SELECT 1 / CASE WHEN {} THEN 1 ELSE 0 END", guards.join(" AND ")),
        );
    }
    text
}

fn push(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing into a String can't fail.
    let _ = out.write_fmt(text);
}
