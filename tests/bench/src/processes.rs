//! Memory and CPU of the program, apart from its webview's processes and together with them.

use std::collections::BTreeMap;
use std::fs;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use desktop::tree_of;

/// Proportional set sizes, in bytes.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Memory {
    /// Of the program itself.
    pub(crate) program: f64,
    /// Of all its children: the webview.
    pub(crate) webview: f64,
}

/// Memory of `root` and of everything below it now.
pub(crate) fn memory(root: u32) -> Memory {
    let mut memory = Memory::default();
    for process in tree_of(root) {
        let pss = pss(process.id);
        if process.id == root {
            memory.program += pss;
        } else {
            memory.webview += pss;
        }
    }
    memory
}

fn pss(id: u32) -> f64 {
    let text = fs::read_to_string(format!("/proc/{id}/smaps_rollup")).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("Pss:"));
    let kilobytes: f64 = line
        .and_then(|rest| rest.split_whitespace().next()?.parse().ok())
        .unwrap_or_default();
    kilobytes * 1024.0
}

/// CPU time of a tree of processes, process by process.
#[derive(Clone, Debug)]
pub(crate) struct CpuClock {
    root: u32,
    begun: BTreeMap<u32, (String, f64)>,
}

impl CpuClock {
    /// Starts at the present state of `root` and everything below it.
    pub(crate) fn start(root: u32) -> Self {
        Self {
            root,
            begun: by_process(root),
        }
    }

    /// Seconds since, of the program and of its webview.
    pub(crate) fn seconds(&self) -> (f64, f64) {
        let (mut program, mut webview) = (0.0, 0.0);
        for (id, (_, now)) in by_process(self.root) {
            let spent = now - self.begun.get(&id).map_or(0.0, |(_, before)| *before);
            if id == self.root {
                program += spent;
            } else {
                webview += spent;
            }
        }
        (program, webview)
    }
}

fn by_process(root: u32) -> BTreeMap<u32, (String, f64)> {
    tree_of(root)
        .into_iter()
        .map(|process| (process.id, (process.name, cpu(process.id))))
        .collect()
}

/// Fields of `/proc/<id>/stat` after the name: user time is 11, system time 12, start time 19.
fn stat(id: u32) -> Vec<f64> {
    let text = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    let fields = text.rsplit_once(')').map_or("", |(_, fields)| fields);
    fields
        .split_whitespace()
        .map(|field| field.parse().unwrap_or_default())
        .collect()
}

/// Clock ticks are hundredths of a second on every Linux that runs this.
const TICKS: f64 = 100.0;

fn cpu(id: u32) -> f64 {
    let fields = stat(id);
    fields
        .get(11)
        .zip(fields.get(12))
        .map_or(0.0, |(user, system)| (user + system) / TICKS)
}

/// When a process began, since the Unix epoch, to a few hundredths of a second.
pub(crate) fn began(id: u32) -> Option<Duration> {
    let since_boot = *stat(id).get(19)? / TICKS;
    let uptime: f64 = fs::read_to_string("/proc/uptime")
        .ok()?
        .split_whitespace()
        .next()?
        .parse()
        .ok()?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
    Some(now.saturating_sub(Duration::from_secs_f64((uptime - since_boot).max(0.0))))
}
