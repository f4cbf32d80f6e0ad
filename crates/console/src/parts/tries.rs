//! How often a call was tried, and how each try went.

use super::moment;
use book::Tried;
use maud::{Markup, html};
use order::Timestamp;

/// One try.
#[derive(Debug, Clone)]
pub(crate) struct Try {
    pub(crate) at: Timestamp,
    /// How it ended, in words.
    pub(crate) outcome: String,
}

impl From<Tried> for Try {
    fn from(tried: Tried) -> Self {
        Self {
            at: tried.at,
            outcome: tried.outcome,
        }
    }
}

/// How the tries went: in a sentence, and one by one. `next` is when it is tried again, if it is.
pub(crate) fn tries(attempts: i64, next: Option<Timestamp>, made: &[Try]) -> Markup {
    let tried = match attempts {
        0 => "Not tried yet".to_owned(),
        1 => "Tried once".to_owned(),
        many => format!("Tried {many} times"),
    };
    html! {
        (tried) "."
        @if let Some(next) = next { " Next try " (moment(next)) "." }
        @if let Some(last) = made.last() {
            details.tries-log open[made.len() == 1] {
                summary { "Last: " (last.outcome) }
                ol { @for one in made { li { (moment(one.at)) ": " (one.outcome) } } }
            }
        }
    }
}
