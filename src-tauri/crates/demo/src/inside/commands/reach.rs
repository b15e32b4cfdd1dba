//! Commands that ask a web server: only the container's own ports are within reach.

use super::super::page::Page;
use super::Call;

pub(super) fn wget(call: &mut Call<'_>) -> i32 {
    ask(call, "wget")
}

pub(super) fn curl(call: &mut Call<'_>) -> i32 {
    ask(call, "curl")
}

fn ask(call: &mut Call<'_>, name: &str) -> i32 {
    let operands = call.operands();
    let Some(address) = operands.last().map(ToString::to_string) else {
        return call.complain(&format!("{name}: missing URL"));
    };
    let rest = address.strip_prefix("http://").unwrap_or(&address);
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let (host, port) = host.rsplit_once(':').unwrap_or((host, "80"));
    let port: u16 = port.parse().unwrap_or(0);
    let own = call.view.pod["status"]["podIP"]
        .as_str()
        .unwrap_or_default();
    if !["localhost", "127.0.0.1", own, call.view.hostname()].contains(&host) {
        let text = if name == "curl" {
            call.complain(&format!("curl: (6) Could not resolve host: {host}"));
            6
        } else {
            call.complain(&format!("wget: bad address '{host}'"))
        };
        return text;
    }
    if !call.view.ports().contains(&port) {
        return if name == "curl" {
            call.complain(&format!(
                "curl: (7) Failed to connect to {host} port {port} after 0 ms: Could not connect to server"
            ));
            7
        } else {
            call.complain(&format!(
                "wget: can't connect to remote host ({host}): Connection refused"
            ))
        };
    }
    let page = Page::of(call.view, port, &format!("/{path}"));
    call.out.extend_from_slice(page.body.as_bytes());
    0
}
