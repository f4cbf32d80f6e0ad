//! What Linux tells of a process.

/// The processor time that a process has taken so far, in seconds. On a busy machine it says more than a rate does.
pub(crate) fn cpu_seconds(pid: u32) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).expect("Linux tells");
    // The name in brackets may hold spaces; what follows it doesn't.
    let (_, after_name) = stat.rsplit_once(')').expect("a name in brackets");
    let figures: Vec<f64> = after_name
        .split_whitespace()
        .map(|word| word.parse().unwrap_or_default())
        .collect();
    // User and system time, the 14th and 15th, in hundredths of a second.
    figures
        .get(11..13)
        .map_or(0.0, |times| times.iter().sum::<f64>() / 100.0)
}

/// What a process holds in memory, in KiB.
#[derive(Debug)]
pub(crate) struct Memory {
    pub(crate) resident: f64,
    own: f64,
    mapped: f64,
}

impl Memory {
    pub(crate) fn of(pid: u32) -> Self {
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("Linux tells");
        let figure = |name: &str| {
            let line = status
                .lines()
                .find_map(|line| line.strip_prefix(name))
                .expect("Linux tells");
            line.trim_start_matches(':')
                .trim()
                .trim_end_matches(" kB")
                .parse()
                .expect("Linux tells in kB")
        };
        Self {
            resident: figure("VmRSS"),
            own: figure("RssAnon"),
            mapped: figure("RssFile"),
        }
    }
}

impl std::fmt::Display for Memory {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mib = |kib: f64| kib / 1024.0;
        let (resident, own, mapped) = (mib(self.resident), mib(self.own), mib(self.mapped));
        write!(
            formatter,
            "{resident:.1} MiB ({own:.1} its own, {mapped:.1} mapped from files)"
        )
    }
}
