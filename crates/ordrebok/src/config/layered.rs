//! One TOML text over another, with errors that name the line in the upper one.

use serde::de::DeserializeOwned;
use toml::de::{DeTable, DeValue};
use toml::{Table, Value};

/// What is wrong with a file, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {reason}")]
pub(crate) struct Misfit {
    line: usize,
    reason: String,
}

/// Reads `text` over `defaults`, which has every setting.
pub(super) fn read<T: DeserializeOwned>(defaults: &str, text: &str) -> Result<T, Misfit> {
    let mut settings: Table = defaults.parse().map_err(|error| syntax(defaults, &error))?;
    let upper: Table = text.parse().map_err(|error| syntax(text, &error))?;
    overlay(&mut settings, upper, &mut Vec::new())
        .map_err(|path| misfit(text, &path, format!("there is no setting {}", path.join("."))))?;
    serde_path_to_error::deserialize(settings).map_err(|error| {
        let path: Vec<_> = error
            .path()
            .to_string()
            .split(['.', '['])
            .map(str::to_owned)
            .collect();
        misfit(
            text,
            &path,
            format!("{}: {}", error.path(), error.inner().message()),
        )
    })
}

/// Puts the upper table's values into the lower one; fails with the path of one that has no place there.
fn overlay(lower: &mut Table, upper: Table, path: &mut Vec<String>) -> Result<(), Vec<String>> {
    for (name, value) in upper {
        path.push(name.clone());
        match (lower.get_mut(&name), value) {
            (Some(Value::Table(lower)), Value::Table(upper)) => overlay(lower, upper, path)?,
            (Some(lower), value) => *lower = value,
            (None, _) => return Err(path.clone()),
        }
        path.pop();
    }
    Ok(())
}

fn syntax(text: &str, error: &toml::de::Error) -> Misfit {
    let at = error.span().map_or(0, |span| span.start);
    Misfit {
        line: line_of(text, at),
        reason: error.message().to_owned(),
    }
}

fn misfit(text: &str, path: &[String], reason: String) -> Misfit {
    let at = DeTable::parse(text).map_or(0, |table| position(table.get_ref(), path));
    Misfit {
        line: line_of(text, at),
        reason,
    }
}

/// Where the text has the setting at this path, or as much of the path as it has.
fn position(table: &DeTable<'_>, path: &[String]) -> usize {
    let Some((first, rest)) = path.split_first() else {
        return 0;
    };
    let Some((key, value)) = table.iter().find(|(key, _)| key.get_ref() == first.as_str()) else {
        return 0;
    };
    let here = key.span().start;
    if let DeValue::Table(inner) = value.get_ref() {
        position(inner, rest).max(here)
    } else {
        here
    }
}

fn line_of(text: &str, at: usize) -> usize {
    text.bytes()
        .take(at)
        .filter(|byte| *byte == b'\n')
        .count()
        .saturating_add(1)
}

#[cfg(test)]
mod tests {
    use crate::config::Config;
    use std::time::Duration;

    fn read(text: &str) -> Result<Config, String> {
        Config::read(text).map_err(|misfit| misfit.to_string())
    }

    #[test]
    fn a_file_changes_what_it_names_and_nothing_else() {
        let defaults = read("").unwrap();
        let changed =
            read("listen = \"[::1]:80\"\n[callbacks]\nallowed_networks = [\"10.0.0.0/8\"]\n").unwrap();
        assert_eq!(changed.listen.to_string(), "[::1]:80");
        assert_eq!(changed.callbacks.allowed_networks[0].to_string(), "10.0.0.0/8");
        assert_eq!(changed.callbacks.timeout(), defaults.callbacks.timeout());
        assert_eq!(changed.limits, defaults.limits);
    }

    #[test]
    fn a_misfit_is_told_with_its_line() {
        for (text, told) in [
            (
                "\n\nlisten = 80",
                "line 3: listen: invalid type: integer `80`, expected socket address",
            ),
            (
                "# a\n[limits]\nbody_byte = 1\n",
                "line 3: there is no setting limits.body_byte",
            ),
            (
                "[limits]\n\nconnections = -1\n",
                "line 3: limits.connections: invalid value: integer `-1`, expected usize",
            ),
            ("[limit]\nbody_bytes = 1", "line 1: there is no setting limit"),
            (
                "listen = \n",
                "line 1: string values must be quoted, expected literal string",
            ),
            (
                "[callbacks]\nallowed_networks = [\"10.0.0.0/33\"]",
                "line 2: callbacks.allowed_networks[0]: invalid IP address syntax",
            ),
            (
                "[log]\nformat = \"xml\"",
                "line 2: log.format: unknown variant `xml`, expected `human` or `json`",
            ),
        ] {
            assert_eq!(read(text).unwrap_err(), told, "for {text}");
        }
    }

    #[test]
    fn calls_are_retried_with_growing_pauses_until_it_is_time_to_give_up() {
        let callbacks = read("").unwrap().callbacks;
        let wait = |failures, hours: u64| {
            callbacks
                .retry_after(failures, Duration::from_secs(hours * 3600))
                .map(|w| w.as_secs())
        };
        assert_eq!(wait(1, 0), Some(5));
        assert_eq!(wait(2, 0), Some(30));
        assert_eq!(wait(99, 68), Some(14400));
        assert_eq!(wait(99, 69), None);
    }
}
