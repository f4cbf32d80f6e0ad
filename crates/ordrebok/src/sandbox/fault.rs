//! Faults on demand: what a request asks to go wrong with it.

use std::fmt;
use std::time::Duration;

use http_kit::Failure;

/// The header that asks for them.
pub(super) const HEADER: &str = "x-ordrebok-fault";

/// The longest delay.
const LONGEST: Duration = Duration::from_mins(1);
/// How many calls of one sort one request can make fail.
const MOST_CALLS: u32 = 100;

/// A text that names no fault.
#[derive(Debug, Clone, Default, PartialEq, Eq, thiserror::Error)]
#[error(
    "{word:?} is no fault: write latency=MILLISECONDS (up to 60000), 429, 500, 503, drop, drop-after, callback, webhook, \
     callback=TIMES or webhook=TIMES (up to 100), several with commas between them and at most one of 429, 500, 503, drop \
     and drop-after"
)]
pub(crate) struct Misunderstood {
    word: String,
}

/// How a request ends that doesn't end well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// With this failure, in the dialect's form. Nothing is done.
    Refuse(Failure),
    /// Without an answer. Nothing is done.
    Drop,
    /// Without an answer, after everything was done.
    DropAfter,
}

/// What goes wrong with one request.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Faults {
    /// What was asked for, in its own words.
    said: String,
    pub(super) latency: Duration,
    pub(super) end: Option<End>,
    /// How many of the merchant's next callbacks fail.
    pub(super) callbacks: u32,
    /// How many of the next calls to its webhooks fail.
    pub(super) webhooks: u32,
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.said)
    }
}

impl Faults {
    /// Reads `latency=200, 429`; an empty text asks for nothing.
    pub(super) fn read(text: &str) -> Result<Self, Misunderstood> {
        let mut faults = Self {
            said: text.trim().to_owned(),
            ..Self::default()
        };
        for word in text.split(',').map(str::trim).filter(|word| !word.is_empty()) {
            faults.take(word).ok_or_else(|| Misunderstood {
                word: word.chars().take(100).collect(),
            })?;
        }
        Ok(faults)
    }

    fn take(&mut self, word: &str) -> Option<()> {
        match word.split_once('=') {
            Some(("latency", milliseconds)) => {
                self.latency = Duration::from_millis(milliseconds.parse().ok()?);
                return (self.latency <= LONGEST).then_some(());
            }
            Some((calls @ ("callback" | "webhook"), times)) => {
                let times = times.parse().ok()?;
                *self.calls(calls) = times;
                return (1..=MOST_CALLS).contains(&times).then_some(());
            }
            Some(_) => return None,
            None => {}
        }
        let end = match word {
            "callback" | "webhook" => {
                *self.calls(word) = 1;
                return Some(());
            }
            "429" => End::Refuse(Failure::TooManyRequests {
                retry_after_seconds: 1,
            }),
            "500" => End::Refuse(Failure::Internal),
            "503" => End::Refuse(Failure::Overloaded {
                retry_after_seconds: 1,
            }),
            "drop" => End::Drop,
            "drop-after" => End::DropAfter,
            _ => return None,
        };
        // Two ends contradict each other.
        self.end.replace(end).is_none().then_some(())
    }

    /// How many calls of this sort fail.
    fn calls(&mut self, sort: &str) -> &mut u32 {
        if sort == "webhook" {
            &mut self.webhooks
        } else {
            &mut self.callbacks
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_read_and_anything_else_is_refused() {
        let read = |text: &str| Faults::read(text).map_err(|wrong| wrong.word);
        assert_eq!(read(""), Ok(Faults::default()));
        let both = read("latency=250, 429").unwrap();
        assert_eq!(both.latency, Duration::from_millis(250));
        assert_eq!(
            both.end,
            Some(End::Refuse(Failure::TooManyRequests {
                retry_after_seconds: 1
            }))
        );
        assert_eq!(read("callback").unwrap().callbacks, 1);
        assert_eq!(read("drop-after,callback=3").unwrap().callbacks, 3);
        let calls = read("webhook=2, callback").unwrap();
        assert_eq!((calls.webhooks, calls.callbacks), (2, 1));
        assert_eq!(read("webhook").unwrap().webhooks, 1);
        for (text, word) in [
            ("418", "418"),
            ("webhook=101", "webhook=101"),
            ("webhook=", "webhook="),
            ("latency=60001", "latency=60001"),
            ("latency=soon", "latency=soon"),
            ("callback=0", "callback=0"),
            ("drop, 500", "500"),
            ("500=1", "500=1"),
        ] {
            assert_eq!(read(text), Err(word.to_owned()), "for {text}");
        }
    }
}
