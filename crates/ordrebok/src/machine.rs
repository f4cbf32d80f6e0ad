//! The machine's own clock and randomness: the one place that reads them.

/// A number that nobody can guess.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the edge that the lint points to"
)]
pub(crate) fn random_number() -> Result<u64, getrandom::Error> {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes)?;
    Ok(u64::from_le_bytes(bytes))
}

/// Measures how long something takes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stopwatch(std::time::Instant);

impl Stopwatch {
    /// Starts it.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the edge that the lint points to"
    )]
    pub(crate) fn start() -> Self {
        Self(std::time::Instant::now())
    }

    /// The time since it was started, in microseconds.
    pub(crate) fn microseconds(self) -> u64 {
        u64::try_from(self.0.elapsed().as_micros()).unwrap_or(u64::MAX)
    }
}
