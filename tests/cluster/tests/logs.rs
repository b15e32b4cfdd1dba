//! Logs: followed, previous, cut and resumed, and never more than text.
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use cluster_tests::{FaultProxy, Plane, Window, Written, halves, until};
use serde_json::json;
use wire::{ErrorCode, LogPhase};

halves! {
    planes: Plane::demo(), Plane::real();
    on_both: a_cut_log_is_resumed_without_loss_or_doubles,
        the_previous_run_is_read_to_its_end,
        escape_sequences_are_text,
        a_container_that_is_not_there_is_named;
}

const NAMESPACE: &str = "logs";

/// A running pod with a log that is its own.
async fn pod(plane: &Plane, name: &'static str) -> Written {
    plane
        .blocking(move |plane| {
            plane.create_namespace(NAMESPACE);
            let pods = format!("/api/v1/namespaces/{NAMESPACE}/pods");
            let object = json!({
                "metadata": {"name": name},
                "spec": {"nodeName": "node-1", "containers": [{"name": "main", "image": "example.com/main:1"}]},
            });
            plane.client().ensure(&pods, &object).unwrap();
            plane.wait_running(NAMESPACE, name);
            let log = plane.container_log(NAMESPACE, name, "main");
            log.append(["began"]);
            // kwok learns of a log by a watch of its own.
            plane.wait("its own log", Duration::from_secs(30), || {
                let text = plane.client().get(&format!("{pods}/{name}/log"));
                let text = text.map_err(|error| error.to_string())?;
                if text.as_str().is_some_and(|text| text.starts_with("began")) {
                    Ok(())
                } else {
                    Err(text.to_string())
                }
            });
            log
        })
        .await
}

async fn a_cut_log_is_resumed_without_loss_or_doubles(plane: Plane) {
    let log = pod(&plane, "talker").await;
    let proxy = FaultProxy::before(&plane).await;
    let (window, cluster) = Window::connected(&proxy.kubeconfig(&plane)).await;
    let ask = json!({"cluster": cluster, "namespace": NAMESPACE, "pod": "talker", "container": "", "previous": false});
    let opened = window.log(ask).await.unwrap();
    assert_eq!(
        (opened.container.as_str(), opened.containers.len()),
        ("main", 1)
    );
    until("the first line", Duration::from_secs(10), async || {
        let (lines, state) = window.log_text(opened.log).await;
        if lines == ["began"] && state.phase == LogPhase::Following {
            Ok(())
        } else {
            Err(format!("{lines:?}"))
        }
    })
    .await;

    let lines = 400;
    let writer = tokio::task::spawn_blocking(move || {
        for number in 0..lines {
            // Some share a nanosecond's text with their neighbour, some come in bursts.
            log.append([format!("line {number}"), format!("twin of {number}")]);
            std::thread::sleep(Duration::from_millis(15));
        }
    });
    let mut interrupted = 0;
    for cut in 1..=3 {
        let wanted = cut * 150;
        until("lines before a cut", Duration::from_secs(30), async || {
            let (seen, state) = window.log_text(opened.log).await;
            if seen.len() >= wanted && state.phase == LogPhase::Following {
                Ok(())
            } else {
                Err(format!("{}", seen.len()))
            }
        })
        .await;
        assert!(proxy.cut() > 0);
        until("the gap on screen", Duration::from_secs(5), async || {
            let (_, state) = window.log_text(opened.log).await;
            if state.phase == LogPhase::Reconnecting && !state.why.is_empty() {
                Ok(())
            } else {
                Err(format!("{state:?}"))
            }
        })
        .await;
        interrupted += 1;
    }
    writer.await.unwrap();
    let expected: Vec<String> = std::iter::once("began".to_owned())
        .chain(
            (0..lines).flat_map(|number| [format!("line {number}"), format!("twin of {number}")]),
        )
        .collect();
    until("every line", Duration::from_secs(30), async || {
        let (seen, _) = window.log_text(opened.log).await;
        if seen.len() >= expected.len() {
            Ok(())
        } else {
            Err(format!("{} of {}", seen.len(), expected.len()))
        }
    })
    .await;
    let (seen, state) = window.log_text(opened.log).await;
    assert_eq!(seen, expected);
    assert_eq!(
        (state.dropped, state.phase, interrupted),
        (0, LogPhase::Following, 3)
    );
}

async fn the_previous_run_is_read_to_its_end(plane: Plane) {
    let log = pod(&plane, "restarted").await;
    log.append_previous(["old one", "old two"]);
    let (window, cluster) = Window::connected(&plane.kubeconfig()).await;
    let ask = json!({"cluster": cluster, "namespace": NAMESPACE, "pod": "restarted", "container": "main", "previous": true});
    let opened = window.log(ask).await.unwrap();
    until("the previous run", Duration::from_secs(10), async || {
        let (lines, state) = window.log_text(opened.log).await;
        let done = lines == ["old one", "old two"] && state.phase == LogPhase::Ended;
        if done {
            Ok(())
        } else {
            Err(format!("{lines:?} {state:?}"))
        }
    })
    .await;
}

async fn escape_sequences_are_text(plane: Plane) {
    let log = pod(&plane, "painter").await;
    log.append([
        "\u{1b}[31mred\u{1b}[0m and \u{1b}[1mbold\u{1b}[0m",
        "\u{1b}]52;c;aGVsbG8=\u{7}clipboard",
        "\u{1b}]8;;file:///etc/passwd\u{1b}\\link\u{1b}]8;;\u{1b}\\",
        "\u{1b}]0;title\u{7}\u{1b}[6n\u{1b}[2J\u{1b}P1$r\u{1b}\\\u{9b}31m",
        "<img src=x onerror=alert(1)> \u{202e}backwards\u{200b}",
        "end\u{1b}",
    ]);
    let (window, cluster) = Window::connected(&plane.kubeconfig()).await;
    let ask = json!({"cluster": cluster, "namespace": NAMESPACE, "pod": "painter", "container": "main", "previous": false});
    let opened = window.log(ask).await.unwrap();
    until("all lines", Duration::from_secs(10), async || {
        let (lines, _) = window.log_text(opened.log).await;
        if lines.len() == 7 {
            Ok(())
        } else {
            Err(format!("{lines:?}"))
        }
    })
    .await;
    let (lines, state) = window.log_text(opened.log).await;
    assert_eq!(lines[1], "red and bold");
    let spans = &state.lines[1].spans;
    assert!(
        spans[0].text == "red" && spans[0].color == "1" && !spans[0].bold,
        "{spans:?}"
    );
    assert!(
        spans.iter().any(|span| span.text == "bold" && span.bold),
        "{spans:?}"
    );
    assert!(
        lines[2].contains("]52;c;aGVsbG8=") && lines[2].ends_with("clipboard"),
        "{}",
        lines[2]
    );
    assert!(
        lines[3].contains("file:///etc/passwd") && lines[4].contains("]0;title"),
        "{lines:?}"
    );
    assert!(
        lines[5].starts_with("<img src=x onerror=alert(1)> "),
        "{}",
        lines[5]
    );
    for line in &lines {
        let hidden = |c: char| {
            c.is_control()
                || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        };
        assert!(!line.contains(hidden), "{line:?}");
    }
}

async fn a_container_that_is_not_there_is_named(plane: Plane) {
    pod(&plane, "known").await;
    let (window, cluster) = Window::connected(&plane.kubeconfig()).await;
    let ask = |pod: &str, container: &str| json!({"cluster": cluster, "namespace": NAMESPACE, "pod": pod, "container": container, "previous": false});
    let error = window.log(ask("known", "other")).await.unwrap_err();
    assert!(
        error.code == ErrorCode::Gone && error.detail.contains("main"),
        "{error:?}"
    );
    let error = window.log(ask("nobody", "")).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::Gone, "{error:?}");
}
