//! Commands that tell of the container and its time.

use jiff::fmt::strtime;
use jiff::tz::TimeZone;

use super::super::environment::get;
use super::Call;
use crate::measured::Usage;

/// The process that a session is, in its container.
const SHELL: u32 = 34;

pub(super) fn hostname(call: &mut Call<'_>) -> i32 {
    let name = call.view.hostname().to_owned();
    call.line(&name);
    0
}

pub(super) fn whoami(call: &mut Call<'_>) -> i32 {
    if call.view.user() != 0 {
        let text = format!("whoami: unknown uid {}", call.view.user());
        return call.complain(&text);
    }
    call.line("root");
    0
}

pub(super) fn id(call: &mut Call<'_>) -> i32 {
    let user = call.view.user();
    if call.has_option('u') {
        call.line(&user.to_string());
    } else if user == 0 {
        call.line("uid=0(root) gid=0(root) groups=0(root)");
    } else {
        call.line(&format!("uid={user} gid=0(root) groups=0(root)"));
    }
    0
}

pub(super) fn nproc(call: &mut Call<'_>) -> i32 {
    call.line("4");
    0
}

pub(super) fn uname(call: &mut Call<'_>) -> i32 {
    let host = call.view.hostname().to_owned();
    let text = if call.has_option('a') {
        format!("Linux {host} 6.12.48 #1 SMP x86_64 Linux")
    } else if call.has_option('n') {
        host
    } else if call.has_option('r') {
        "6.12.48".to_owned()
    } else if call.has_option('m') {
        "x86_64".to_owned()
    } else {
        "Linux".to_owned()
    };
    call.line(&text);
    0
}

/// The demo's time, in the zone that `TZ` names.
pub(super) fn date(call: &mut Call<'_>) -> i32 {
    let name = get(call.variables, "TZ");
    let zone = if call.has_option('u') || name.is_empty() {
        TimeZone::UTC
    } else {
        TimeZone::get(name).unwrap_or(TimeZone::UTC)
    };
    let now = call.view.world.now().to_zoned(zone);
    let format = call.words.iter().find_map(|word| word.strip_prefix('+'));
    match strtime::format(format.unwrap_or("%a %b %e %H:%M:%S %Z %Y"), &now) {
        Ok(text) => {
            call.line(&text);
            0
        }
        Err(_) => call.complain("date: invalid format"),
    }
}

pub(super) fn env(call: &mut Call<'_>) -> i32 {
    if let Some(name) = call.words.first() {
        let found = call.variables.iter().find(|(own, _)| own == name);
        let Some((_, value)) = found else {
            return 1;
        };
        let value = value.clone();
        call.line(&value);
        return 0;
    }
    for (name, value) in call.variables {
        call.line(&format!("{name}={value}"));
    }
    0
}

pub(super) fn uptime(call: &mut Call<'_>) -> i32 {
    let now = call.view.world.now();
    let passed = now.duration_since(call.view.started()).as_secs().max(0);
    let (days, hours, minutes) = (passed / 86_400, passed / 3600 % 24, passed / 60 % 60);
    let clock = now.to_zoned(TimeZone::UTC).strftime("%H:%M:%S").to_string();
    let up = match (days, hours) {
        (0, 0) => format!("{minutes} min"),
        (0, _) => format!("{hours}:{minutes:02}"),
        _ => format!("{days} days, {hours:2}:{minutes:02}"),
    };
    call.line(&format!(" {clock} up {up},  0 users"));
    0
}

fn processes(call: &Call<'_>, own: &str) -> Vec<(u32, String)> {
    vec![
        (1, call.view.command().join(" ")),
        (SHELL, "sh".to_owned()),
        (SHELL + 7, own.to_owned()),
    ]
}

pub(super) fn ps(call: &mut Call<'_>) -> i32 {
    let user = call.view.user_name();
    call.line("PID   USER     TIME  COMMAND");
    for (number, command) in processes(call, "ps") {
        call.line(&format!("{number:>5} {user:<8}  0:00 {command}"));
    }
    0
}

/// One picture; [`super::super::Process`] repeats it.
pub(super) fn top(call: &mut Call<'_>) -> i32 {
    let Usage { cpu_nano, memory } = usage(call);
    if call.tty {
        call.out.extend_from_slice(b"\x1b[H\x1b[2J");
    }
    let clock = call.view.world.now().to_zoned(TimeZone::UTC);
    let clock = clock.strftime("%H:%M:%S").to_string();
    let cores = cpu_nano as f64 / 1e9;
    call.line(&format!("top - {clock}  load {cores:.2}"));
    call.line(&format!("Mem: {}K used", memory >> 10));
    call.line("  PID USER       VSZ  %CPU COMMAND");
    let user = call.view.user_name();
    for (number, command) in processes(call, "top") {
        let (size, share) = if number == 1 {
            (memory >> 10, cores * 100.0)
        } else {
            (1624, 0.0)
        };
        call.line(&format!(
            "{number:>5} {user:<8} {size:>6} {share:>5.1} {command}"
        ));
    }
    0
}

/// What this container used when it was last measured.
fn usage(call: &Call<'_>) -> Usage {
    let world = call.view.world;
    let sharing = world.load.sharing(&world.store, &call.view.place.namespace);
    let all = world
        .measured
        .pod(&world.load, &sharing, &call.view.pod, world.now());
    let mut all = all.unwrap_or_default().into_iter();
    all.find(|(name, _)| *name == call.view.place.container)
        .map(|(_, used)| used)
        .unwrap_or_default()
}
