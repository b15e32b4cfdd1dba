//! Probes in the words of `kubectl describe` (`DescribeProbe` in kubectl's pkg/describe/describe.go).

use serde_json::Value;

use super::read::{joined, line, list, scalar};

/// `http-get http://:8080/healthz delay=0s timeout=1s period=10s #success=1 #failure=3`; empty if there is none.
pub(super) fn probe(probe: &Value) -> String {
    if !probe.is_object() {
        return String::new();
    }
    let number = |member: &str, default: i64| probe[member].as_i64().unwrap_or(default);
    let attributes = format!(
        "delay={}s timeout={}s period={}s #success={} #failure={}",
        number("initialDelaySeconds", 0),
        number("timeoutSeconds", 1),
        number("periodSeconds", 10),
        number("successThreshold", 1),
        number("failureThreshold", 3),
    );
    format!("{} {attributes}", action(probe))
}

/// What the probe does: `exec [cat /tmp/ready]`, `tcp-socket :5432`.
fn action(probe: &Value) -> String {
    let exec = &probe["exec"];
    if exec.is_object() {
        return format!("exec [{}]", joined(&exec["command"], " "));
    }
    let http = &probe["httpGet"];
    if http.is_object() {
        let scheme = match line(&http["scheme"]) {
            scheme if scheme.is_empty() => "http".to_owned(),
            scheme => scheme.to_lowercase(),
        };
        let path = line(&http["path"]);
        let slash = if path.starts_with('/') { "" } else { "/" };
        let headers: Vec<String> = list(&http["httpHeaders"])
            .map(|header| line(&header["name"]))
            .collect();
        let headers = if headers.is_empty() {
            String::new()
        } else {
            format!(" with {}", headers.join(", "))
        };
        let (host, port) = (line(&http["host"]), scalar(&http["port"]));
        return format!("http-get {scheme}://{host}:{port}{slash}{path}{headers}");
    }
    let tcp = &probe["tcpSocket"];
    if tcp.is_object() {
        return format!("tcp-socket {}:{}", line(&tcp["host"]), scalar(&tcp["port"]));
    }
    let grpc = &probe["grpc"];
    if grpc.is_object() {
        let service = line(&grpc["service"]);
        let port = scalar(&grpc["port"]);
        return format!("grpc <pod>:{port} {service}").trim_end().to_owned();
    }
    "unknown".to_owned()
}

#[cfg(test)]
mod tests {
    use super::probe;
    use serde_json::json;

    #[test]
    fn as_describe_prints_them() {
        let usual = "delay=0s timeout=1s period=10s #success=1 #failure=3";
        for (given, action) in [
            (
                json!({"httpGet": {"path": "/healthz", "port": 8080, "scheme": "HTTP"}}),
                "http-get http://:8080/healthz",
            ),
            (
                json!({"httpGet": {"path": "x", "port": "web", "host": "h", "scheme": "HTTPS"}}),
                "http-get https://h:web/x",
            ),
            (
                json!({"exec": {"command": ["cat", "/tmp/a"]}}),
                "exec [cat /tmp/a]",
            ),
            (json!({"tcpSocket": {"port": 5432}}), "tcp-socket :5432"),
            (
                json!({"grpc": {"port": 9, "service": "s"}}),
                "grpc <pod>:9 s",
            ),
            (json!({}), "unknown"),
        ] {
            assert_eq!(probe(&given), format!("{action} {usual}"));
        }
        assert_eq!(probe(&json!(null)), "");
        assert!(
            probe(&json!({"tcpSocket": {"port": 1}, "initialDelaySeconds": 5, "periodSeconds": 3}))
                .ends_with("delay=5s timeout=1s period=3s #success=1 #failure=3")
        );
    }
}
