//! PostgreSQL's own load generator with the statement that the server executes, prepared, on as many clients.

use std::process::Stdio;
use std::time::Duration;

use crate::plan::CLIENTS;
use crate::postgres::{Cluster, Executed};

/// A script for pgbench, and the variables in it.
#[derive(Debug, Clone)]
pub(crate) struct Script {
    text: String,
    variables: Vec<(String, String)>,
}

impl Script {
    /// The statement as it was executed, with the same parameters each time.
    pub(crate) fn repeating(executed: &Executed) -> Self {
        Self::new(executed, |_| None)
    }

    /// The statement as it was executed for a new order, with a new id and new names each time.
    pub(crate) fn registering(executed: &Executed, number: &str) -> Self {
        let id = executed
            .parameters
            .iter()
            .flatten()
            .find(|value| is_id(value))
            .cloned()
            .unwrap_or_default();
        let mut script = Self::new(executed, |value| Unique::of(value, number, &id));
        script.text = format!(
            "\\set id random(2000000000000, 9007199254740991)\n{}",
            script.text
        );
        script
    }

    fn new(executed: &Executed, unique: impl Fn(&str) -> Option<Unique>) -> Self {
        let mut variables = Vec::new();
        let expressions: Vec<String> = executed
            .parameters
            .iter()
            .enumerate()
            .map(|(index, value)| {
                // pgbench's variables can be neither nothing nor empty.
                let Some(value) = value else {
                    return "NULL".to_owned();
                };
                if value.is_empty() {
                    return "''".to_owned();
                }
                let name = format!("p{index}");
                let expression = match unique(value) {
                    Some(Unique::Id) => return ":id".to_owned(),
                    Some(Unique::Within(part)) => format!("(replace(:{name}::text, '{part}', :id::text))"),
                    None => format!(":{name}"),
                };
                variables.push((name, value.clone()));
                expression
            })
            .collect();
        Self {
            text: format!("{};\n", with_parameters(&executed.text, &expressions)),
            variables,
        }
    }

    /// Runs it for this long; transactions in a second.
    pub(crate) async fn measure(&self, cluster: &Cluster, database: &str, turn: Duration) -> f64 {
        let file = tempfile::NamedTempFile::new().expect("a temporary file can be made");
        std::fs::write(file.path(), &self.text).expect("the script can be written");
        let mut command = cluster.client("pgbench");
        command.args(["--no-vacuum", "--protocol=prepared", "--jobs=2"]);
        command
            .arg(format!("--client={CLIENTS}"))
            .arg(format!("--time={}", turn.as_secs().max(1)));
        command.arg(format!("--file={}", file.path().display()));
        for (name, value) in &self.variables {
            command.arg(format!("--define={name}={value}"));
        }
        command.arg(database).stdin(Stdio::null());
        let ran = tokio::task::spawn_blocking(move || command.output())
            .await
            .expect("pgbench's task ends");
        let ran = ran.expect("pgbench runs");
        let said = String::from_utf8_lossy(&ran.stdout).into_owned();
        let figure = said
            .lines()
            .find_map(|line| line.strip_prefix("tps = ")?.split(' ').next()?.parse().ok());
        match figure {
            Some(rate) if ran.status.success() => rate,
            _ => panic!(
                "pgbench failed: {said}\n{}\n{}",
                String::from_utf8_lossy(&ran.stderr),
                self.text
            ),
        }
    }
}

/// What of a parameter must differ from order to order.
enum Unique {
    /// All of it, which is the order's id.
    Id,
    /// This part.
    Within(String),
}

impl Unique {
    fn of(value: &str, number: &str, id: &str) -> Option<Self> {
        // Long texts are snapshots and events: nothing in them has to be unique, and the limit is not to pay for it.
        if value.len() > 200 {
            return None;
        }
        if value == id {
            return Some(Self::Id);
        }
        let (place, length) = find(value, number)
            .or_else(|| uuid(value))
            .or_else(|| find(value, id))?;
        value
            .get(place..place + length)
            .map(|part| Self::Within(part.to_owned()))
    }
}

/// Where a name stands in a value, in whatever letter case, and how long it is.
fn find(value: &str, name: &str) -> Option<(usize, usize)> {
    let place = value.to_lowercase().find(&name.to_lowercase())?;
    Some((place, name.len()))
}

/// Ids of orders begin at 1,000,000,000; milliseconds have more digits.
fn is_id(text: &str) -> bool {
    text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn uuid(value: &str) -> Option<(usize, usize)> {
    let is_uuid = |text: &[u8]| {
        text.iter().enumerate().all(|(index, byte)| match index {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
    };
    value
        .as_bytes()
        .windows(36)
        .position(is_uuid)
        .map(|place| (place, 36))
}

/// Puts an expression in the place of each `$n`.
fn with_parameters(statement: &str, expressions: &[String]) -> String {
    let mut parts = statement.split('$');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        let number: Option<usize> = part.get(..digits).and_then(|digits| digits.parse().ok());
        let expression = number.and_then(|number| expressions.get(number.checked_sub(1)?));
        text.push_str(expression.map_or("$", String::as_str));
        text.push_str(if expression.is_some() {
            part.get(digits..).unwrap_or_default()
        } else {
            part
        });
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_registration_gets_a_new_id_and_new_names() {
        let executed = Executed {
            text: "INSERT INTO t VALUES ($1, $2, unnest($3::text[]), $10, $4, $5, $6)".to_owned(),
            parameters: [
                "1",
                "1000000001",
                "{afterpay.number,order7}",
                "{\"1000000001\"}",
                "0d9a4bc2-1111-4222-8333-0123456789ab",
                "",
            ]
            .map(|value| Some(value.to_owned()))
            .to_vec(),
        };
        let script = Script::registering(&executed, "ORDER7");
        assert_eq!(
            script.text,
            "\\set id random(2000000000000, 9007199254740991)\nINSERT INTO t VALUES (:p0, :id, \
             unnest((replace(:p2::text, 'order7', :id::text))::text[]), $10, \
             (replace(:p3::text, '1000000001', :id::text)), \
             (replace(:p4::text, '0d9a4bc2-1111-4222-8333-0123456789ab', :id::text)), '');\n"
        );
    }
}
