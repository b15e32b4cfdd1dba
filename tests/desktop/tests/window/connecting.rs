//! Connecting: each failure has a message of its own; rights that end at one namespace are enough.

use std::net::TcpListener;

use control_plane::{Credential, VIEWED_NAMESPACE};
use desktop::{Home, Kubeconfig, Window, cluster};
use serde_json::json;

use crate::steps::{apply, choose_context, connect, connected_as, go_to, pod, trust, until_row};

#[test]
fn each_failure_has_its_own_words() {
    let nobody = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let stranger = rcgen::generate_simple_self_signed(["localhost".to_owned()])
        .unwrap()
        .cert
        .pem();
    let ca = cluster().ca_pem().unwrap();
    let home = Home::new();
    let token = json!({"token": cluster().token()});
    let kubeconfig = Kubeconfig::new()
        .server("right", &cluster().url(), &ca)
        .server("nobody", &format!("https://127.0.0.1:{nobody}"), &ca)
        .server("stranger", &cluster().url(), &stranger)
        .server("no-such-name", "https://no-such-host.invalid:6443", &ca)
        .way_in("unreachable", "nobody", &token)
        .way_in("wrong-authority", "stranger", &token)
        .way_in("wrong-name", "no-such-name", &token)
        .way_in(
            "wrong-token",
            "right",
            &json!({"token": "not-a-token-of-this-cluster"}),
        )
        .way_in("right", "right", &token)
        .write(&home);
    let window = Window::open_in(home, &[&kubeconfig.display().to_string()]);
    for (context, code, words) in [
        ("unreachable", "unreachable", "refused the connection"),
        (
            "wrong-authority",
            "untrusted",
            "authority this context does not trust",
        ),
        ("wrong-name", "unreachable", "cannot be resolved"),
        (
            "wrong-token",
            "unauthorized",
            "does not accept the credentials",
        ),
    ] {
        choose_context(&window, context);
        trust(&window);
        let alert = window.until(
            &format!("the failure of {context}"),
            "const e = document.querySelector(`[data-context=${CSS.escape(arguments[0])}] [role=alert]`);
             return e && { code: e.dataset.code, text: squeezed(e.innerText) }",
            &[json!(context)],
        );
        assert_eq!(alert["code"], code, "{context}: {alert}");
        assert!(
            alert["text"].as_str().unwrap().contains(words),
            "{context}: {alert}"
        );
        window.shot(&format!("connect-{context}"));
    }
    assert!(!window.text().contains("not-a-token-of-this-cluster"));
    // After all that, the right one still connects.
    connect(&window, "right");
}

#[test]
fn client_certificates_open_the_cluster() {
    for credential in [Credential::Certificate, Credential::CertificateFiles] {
        let window = connected_as(credential);
        go_to(&window, "Nodes");
        until_row(&window, "node-1");
    }
}

#[test]
fn a_user_of_one_namespace_sees_it() {
    apply(&pod(VIEWED_NAMESPACE, "seen-by-the-viewer", json!({})));
    let window = connected_as(Credential::Viewer);
    until_row(&window, "seen-by-the-viewer");
    window.shot("viewer-namespace");
    go_to(&window, "Nodes");
    window.until_text("Not allowed");
    window.until_text("nodes");
    window.shot("viewer-forbidden");
}
