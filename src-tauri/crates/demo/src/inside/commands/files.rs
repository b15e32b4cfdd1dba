//! Commands that read files, or what is piped into them.

use jiff::tz::TimeZone;

use super::super::files::{Files, absolute};
use super::Call;

pub(super) fn cat(call: &mut Call<'_>) -> i32 {
    let paths: Vec<String> = call.operands().iter().map(ToString::to_string).collect();
    let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
    let (bytes, code) = call.whole("cat", &paths);
    call.out.extend_from_slice(&bytes);
    code
}

pub(super) fn ls(call: &mut Call<'_>) -> i32 {
    let files = Files::of(call.view);
    let operands: Vec<String> = call.operands().iter().map(ToString::to_string).collect();
    let asked = if operands.is_empty() {
        vec![".".to_owned()]
    } else {
        operands
    };
    let mut code = 0;
    for path in &asked {
        let at = absolute(call.directory, path);
        if files.is_directory(&at) {
            if asked.len() > 1 {
                call.line(&format!("{path}:"));
            }
            let prefix = at.trim_end_matches('/').to_owned();
            let mut entries: Vec<(String, String)> = files
                .list(&at)
                .into_iter()
                .map(|name| (name.to_owned(), format!("{prefix}/{name}")))
                .collect();
            if call.has_option('a') {
                entries.insert(0, ("..".to_owned(), "/".to_owned()));
                entries.insert(0, (".".to_owned(), at));
            } else {
                entries.retain(|(name, _)| !name.starts_with('.'));
            }
            list(call, &files, &entries);
        } else if files.read(&at).is_some() {
            list(call, &files, &[(path.clone(), at)]);
        } else {
            code = call.complain(&format!("ls: {path}: No such file or directory"));
        }
    }
    code
}

fn list(call: &mut Call<'_>, files: &Files, entries: &[(String, String)]) {
    if call.has_option('l') {
        let started = call.view.started().to_zoned(TimeZone::UTC);
        let started = started.strftime("%b %e %H:%M").to_string();
        for (name, path) in entries {
            let size = files.read(path).map_or(4096, <[u8]>::len);
            let (mode, links) = if files.is_directory(path) {
                ("drwxr-xr-x", 2)
            } else if path.starts_with("/bin/") {
                ("-rwxr-xr-x", 1)
            } else {
                ("-rw-r--r--", 1)
            };
            call.line(&format!(
                "{mode} {links:>4} root     root     {size:>9} {started} {name}"
            ));
        }
    } else if call.tty && !call.has_option('1') {
        let names: Vec<&str> = entries.iter().map(|(name, _)| name.as_str()).collect();
        if !names.is_empty() {
            call.line(&names.join("  "));
        }
    } else {
        for (name, _) in entries {
            call.line(name);
        }
    }
}

/// The lines of what a command reads, of which `-n` are taken by `take`.
fn some(call: &mut Call<'_>, name: &str, take: fn(&[&str], usize) -> usize) -> i32 {
    let wanted = call.value_of("-n").or_else(|| {
        let mut all = call.words.iter();
        all.find_map(|word| {
            word.strip_prefix('-')
                .filter(|rest| rest.parse::<u32>().is_ok())
        })
    });
    let count = wanted.and_then(|text| text.parse().ok()).unwrap_or(10);
    let operands: Vec<String> = call.operands().iter().map(ToString::to_string).collect();
    let paths: Vec<&str> = operands
        .iter()
        .map(String::as_str)
        .filter(|path| path.parse::<u32>().is_err())
        .collect();
    let (bytes, code) = call.whole(name, &paths);
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let lines: Vec<&str> = text.lines().collect();
    let from = take(&lines, count);
    for line in lines.iter().skip(from).take(count) {
        call.line(line);
    }
    code
}

pub(super) fn head(call: &mut Call<'_>) -> i32 {
    some(call, "head", |_, _| 0)
}

pub(super) fn tail(call: &mut Call<'_>) -> i32 {
    some(call, "tail", |lines, count| {
        lines.len().saturating_sub(count)
    })
}

pub(super) fn wc(call: &mut Call<'_>) -> i32 {
    let paths: Vec<String> = call.operands().iter().map(ToString::to_string).collect();
    let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
    let (bytes, code) = call.whole("wc", &paths);
    let text = String::from_utf8_lossy(&bytes);
    let counts = [
        ('l', text.matches('\n').count()),
        ('w', text.split_whitespace().count()),
        ('c', bytes.len()),
    ];
    let asked = counts.iter().filter(|(letter, _)| call.has_option(*letter));
    let asked: Vec<String> = asked.map(|(_, count)| count.to_string()).collect();
    let told = if asked.is_empty() {
        counts.map(|(_, count)| format!("{count:>7}")).join(" ")
    } else {
        asked.join(" ")
    };
    let name = paths
        .first()
        .map_or(String::new(), |path| format!(" {path}"));
    call.line(&format!("{told}{name}"));
    code
}

pub(super) fn sort(call: &mut Call<'_>) -> i32 {
    let paths: Vec<String> = call.operands().iter().map(ToString::to_string).collect();
    let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
    let (bytes, code) = call.whole("sort", &paths);
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let mut lines: Vec<&str> = text.lines().collect();
    lines.sort_unstable();
    if call.has_option('r') {
        lines.reverse();
    }
    if call.has_option('u') {
        lines.dedup();
    }
    for line in lines {
        call.line(line);
    }
    code
}

/// Finds text as it stands: no pattern is known.
pub(super) fn grep(call: &mut Call<'_>) -> i32 {
    let operands: Vec<String> = call.operands().iter().map(ToString::to_string).collect();
    let Some((wanted, paths)) = operands.split_first() else {
        call.complain("Usage: grep [-ivc] TEXT [FILE]...");
        return 2;
    };
    let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
    let (bytes, _) = call.whole("grep", &paths);
    let (any_case, inverse) = (call.has_option('i'), call.has_option('v'));
    let fold = |text: &str| {
        if any_case {
            text.to_lowercase()
        } else {
            text.to_owned()
        }
    };
    let wanted = fold(wanted);
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let found: Vec<&str> = text
        .lines()
        .filter(|line| fold(line).contains(&wanted) != inverse)
        .collect();
    if call.has_option('c') {
        call.line(&found.len().to_string());
    } else {
        for line in &found {
            call.line(line);
        }
    }
    i32::from(found.is_empty())
}
