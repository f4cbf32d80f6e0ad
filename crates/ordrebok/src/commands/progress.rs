//! How far a long command has come, for a person who watches.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A bar on a terminal's standard error; nothing where no person watches.
#[derive(Debug)]
pub(super) struct Progress(ProgressBar);

impl Progress {
    /// Counts things whose number isn't known before.
    pub(super) fn counting(things: &'static str) -> Self {
        Self::new(
            ProgressBar::no_length(),
            "{spinner} {human_pos} {msg} ({per_sec})",
            things,
        )
    }

    /// Counts bytes of so many.
    pub(super) fn bytes_of(total: u64) -> Self {
        Self::new(
            ProgressBar::new(total),
            "{bar:40} {bytes}/{total_bytes} {msg} ({eta})",
            "",
        )
    }

    /// Counts to a number that is told on the way.
    pub(super) fn counting_to(things: &'static str) -> Self {
        Self::new(
            ProgressBar::new(0),
            "{bar:40} {human_pos}/{human_len} {msg} ({eta})",
            things,
        )
    }

    /// So far it has come, of so many.
    pub(super) fn reach_of(&self, position: u64, of: u64) {
        self.0.set_length(of);
        self.0.set_position(position);
    }

    fn new(bar: ProgressBar, template: &str, message: &'static str) -> Self {
        bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(5));
        // The templates above are known to parse; a bar in the default style would do as well.
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.set_message(message);
        Self(bar)
    }

    /// So far it has come.
    pub(super) fn reach(&self, position: u64) {
        self.0.set_position(position);
    }

    /// Prints a line above the bar, on standard error; just the line where there is no bar.
    pub(super) fn say(&self, text: &str) {
        self.0.suspend(|| eprintln!("{text}"));
    }

    /// Takes the bar away.
    pub(super) fn finish(&self) {
        self.0.finish_and_clear();
    }
}
