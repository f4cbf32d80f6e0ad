//! What the kernel knows of the process, where there is `/proc`; nothing elsewhere.

use super::text::{Kind, Text};

/// Memory and open files.
pub(super) fn write(text: &mut Text) {
    if let Some(bytes) = resident_bytes() {
        text.one(
            "process_resident_memory_bytes",
            Kind::Gauge,
            "Memory that is in use.",
            bytes,
        );
    }
    if let Some(files) = open_files() {
        text.one(
            "process_open_fds",
            Kind::Gauge,
            "Files and sockets that are open.",
            files,
        );
    }
}

fn resident_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    kibibytes.checked_mul(1024)
}

fn open_files() -> Option<u64> {
    u64::try_from(std::fs::read_dir("/proc/self/fd").ok()?.count()).ok()
}
