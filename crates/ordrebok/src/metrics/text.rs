//! Prometheus' text format.

use std::fmt::Write;

/// What sort of numbers a family has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Counter,
    Gauge,
    Histogram,
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
        }
    }
}

/// The text so far. Writing into a String can't fail, so that what `write!` says is not looked at.
#[derive(Debug, Default)]
pub(super) struct Text(String);

impl Text {
    /// Begins a family.
    pub(super) fn family(&mut self, name: &str, kind: Kind, help: &str) {
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {}", kind.word());
    }

    /// One number of the family.
    pub(super) fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: u64) {
        self.head(name, labels);
        let _ = writeln!(self.0, " {value}");
    }

    /// A number of microseconds, in seconds.
    pub(super) fn sample_seconds(&mut self, name: &str, labels: &[(&str, &str)], microseconds: u64) {
        self.head(name, labels);
        let _ = writeln!(self.0, " {}", seconds(microseconds));
    }

    /// A family of one number.
    pub(super) fn one(&mut self, name: &str, kind: Kind, help: &str, value: u64) {
        self.family(name, kind, help);
        self.sample(name, &[], value);
    }

    fn head(&mut self, name: &str, labels: &[(&str, &str)]) {
        self.0.push_str(name);
        for (place, (label, value)) in labels.iter().enumerate() {
            self.0.push(if place == 0 { '{' } else { ',' });
            let escaped = value
                .replace('\\', "\\\\")
                .replace('"', "\\\"")
                .replace('\n', "\\n");
            let _ = write!(self.0, "{label}=\"{escaped}\"");
        }
        if !labels.is_empty() {
            self.0.push('}');
        }
    }

    pub(super) fn finish(self) -> String {
        self.0
    }
}

/// `1.000250` for a million and 250: no floating point is needed for it.
pub(super) fn seconds(microseconds: u64) -> String {
    let text = format!("{}.{:06}", microseconds / 1_000_000, microseconds % 1_000_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_and_samples_are_written_as_prometheus_reads_them() {
        let mut text = Text::default();
        text.family("a_total", Kind::Counter, "How many.");
        text.sample("a_total", &[("path", "/x/{id}"), ("odd", "a\"b\\c\nd")], 3);
        text.sample_seconds("b_sum", &[], 1_000_250);
        let expected = "# HELP a_total How many.\n# TYPE a_total counter\n\
                        a_total{path=\"/x/{id}\",odd=\"a\\\"b\\\\c\\nd\"} 3\nb_sum 1.00025\n";
        assert_eq!(text.finish(), expected);
        assert_eq!(
            (seconds(0), seconds(2_000_000), seconds(5)),
            ("0".into(), "2".into(), "0.000005".into())
        );
    }
}
