//! What the page may not do, whoever speaks through it: scripts, requests, commands; and that nobody can call in.

use std::time::Duration;

use desktop::{CountingListener, Home, Plain, Window, cluster, listening, tree_of, wait_for};
use serde_json::{Value, json};

use crate::steps::{choose_context, connect, connected, trust};

#[test]
fn the_page_refuses_foreign_scripts_and_requests() {
    let listener = CountingListener::new();
    let window = connected();
    let address = format!("http://127.0.0.1:{}", listener.port());
    let seen = window
        .promise(
            "const refused = [];
             addEventListener('securitypolicyviolation', (event) => refused.push(event.effectiveDirective));
             const add = (tag, attributes, text) => {
               const e = document.createElement(tag);
               for (const [name, value] of Object.entries(attributes)) e.setAttribute(name, value);
               if (text) e.textContent = text;
               document.body.append(e);
               return e;
             };
             const added = [
               add('script', {}, 'window.hurt = 1'),
               add('script', { src: `${arguments[0]}/a.js` }),
               add('img', { src: `${arguments[0]}/a.png`, onerror: 'window.hurt = 2' }),
               add('iframe', { src: `${arguments[0]}/` }),
               add('iframe', { srcdoc: '<script>parent.hurt = 3</script>' }),
               add('link', { rel: 'stylesheet', href: `${arguments[0]}/a.css` }),
               add('style', {}, `body { background: url(${arguments[0]}/b.png) }`),
               add('object', { data: `${arguments[0]}/o` }),
               add('video', { src: `${arguments[0]}/v` }),
               add('form', { action: `${arguments[0]}/f`, method: 'post' }),
             ];
             try { added.at(-1).submit(); } catch { /* refused */ }
             const failed = {};
             const attempt = async (name, run) => { try { await run(); failed[name] = false; } catch { failed[name] = true; } };
             await attempt('eval', () => eval('1 + 1'));
             await attempt('Function', () => new Function('return 1')());
             await attempt('fetch', () => fetch(arguments[0]));
             await attempt('https', () => fetch(arguments[1]));
             await attempt('socket', () => new Promise((ok, no) => {
               const socket = new WebSocket(arguments[0].replace('http', 'ws'));
               socket.onopen = ok; socket.onerror = no; }));
             await attempt('events', () => new Promise((ok, no) => {
               const source = new EventSource(arguments[0]); source.onopen = ok; source.onerror = no; }));
             await attempt('worker', () => new Promise((ok, no) => {
               const worker = new Worker(URL.createObjectURL(new Blob(['postMessage(1)'])));
               worker.onmessage = ok; worker.onerror = no; }));
             await attempt('service worker', () => navigator.serviceWorker.register('/sw.js'));
             await attempt('import', () => import(`${arguments[0]}/m.js`));
             navigator.sendBeacon?.(arguments[0]);
             const opened = window.open(arguments[0]);
             await new Promise((done) => setTimeout(done, 300));
             added.forEach((e) => e.remove());
             return { refused: [...new Set(refused)].sort(), failed, hurt: window.hurt ?? null, opened: opened !== null, here: location.href };",
            &[json!(address), json!(cluster().url())],
        )
        .unwrap();
    assert_eq!(seen["hurt"], Value::Null, "{seen}");
    for (what, failed) in seen["failed"].as_object().unwrap() {
        assert_eq!(failed, true, "{what} is refused: {seen}");
    }
    let refused: Vec<&str> = seen["refused"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(Value::as_str)
        .collect();
    for directive in [
        "connect-src",
        "img-src",
        "script-src-elem",
        "frame-src",
        "style-src-elem",
    ] {
        assert!(refused.contains(&directive), "{directive}: {refused:?}");
    }
    // Leaving the page by a link or by script leads nowhere.
    let here = seen["here"].as_str().unwrap().to_owned();
    window.eval(
        "location.href = arguments[0]",
        &[json!(format!("{address}/away"))],
    );
    window.until(
        "still here",
        "return location.href === arguments[0] && grid()",
        &[json!(here)],
    );
    assert_eq!(seen["opened"], false, "no second window");
    assert_eq!(listener.count(), 0, "nothing was asked of another server");
    assert_eq!(
        window.eval("return Object.isFrozen(Object.prototype)", &[]),
        true
    );
}

#[test]
fn only_the_two_commands_and_the_clipboard_are_there() {
    let window = connected();
    for command in [
        "plugin:app|version",
        "plugin:app|app_hide",
        "plugin:window|set_title",
        "plugin:window|get_all_windows",
        "plugin:window|close",
        "plugin:webview|create_webview_window",
        "plugin:webview|get_all_webviews",
        "plugin:webview|internal_toggle_devtools",
        "plugin:path|resolve_directory",
        "plugin:event|listen",
        "plugin:event|emit",
        "plugin:event|emit_to",
        "plugin:resources|close",
        "plugin:menu|new",
        "plugin:tray|new",
        "plugin:image|from_path",
        "plugin:fs|read_text_file",
        "plugin:fs|write_text_file",
        "plugin:shell|open",
        "plugin:shell|execute",
        "plugin:http|fetch",
        "plugin:opener|open_url",
        "plugin:process|exit",
        "plugin:dialog|open",
        "plugin:clipboard-manager|read_text",
        "plugin:clipboard-manager|read_image",
        "plugin:clipboard-manager|write_html",
        "plugin:clipboard-manager|write_image",
        "plugin:clipboard-manager|clear",
        "plugin:window-state|save_window_state",
        "plugin:window-state|restore_state",
        "plugin:window-state|filename",
        "no_such_command",
    ] {
        let answer = window.invoke(command, &json!({
            "label": "main", "title": "hurt", "event": "x", "target": {"kind": "Any"}, "handler": 0, "path": "/etc/passwd", "value": null,
            "url": "https://example.com", "payload": null, "rid": 0, "options": {"label": "second"}, "directory": 1, "flags": 0}));
        assert!(answer.is_err(), "{command} answered {answer:?}");
    }
    // The page can put text on the clipboard: the one thing allowed beside rpc and attach.
    window
        .invoke(
            "plugin:clipboard-manager|write_text",
            &json!({"text": "from the page"}),
        )
        .unwrap();
}

#[test]
fn commands_answer_nonsense_with_an_error() {
    let window = connected();
    let malformed = |command: &str, argument: &str| {
        let error = window
            .invoke("rpc", &json!({"command": command, "argument": argument}))
            .unwrap_err();
        assert_eq!(error["code"], "malformed", "{command} {argument}: {error}");
        assert!(
            error["message"]
                .as_str()
                .is_some_and(|text| text.len() > 10),
            "{error}"
        );
    };
    malformed("no_such_command", "null");
    malformed("", "null");
    malformed("rows", "");
    malformed("rows", "{");
    malformed("rows", "[]");
    malformed(
        "rows",
        r#"{"view":-1,"from":0,"count":1,"columnsVersion":0}"#,
    );
    malformed(
        "rows",
        r#"{"view":1e99,"from":0,"count":1,"columnsVersion":0}"#,
    );
    malformed("connect", r#"{"context":7}"#);
    malformed("set_settings", r#"{"theme":"purple"}"#);
    malformed("rows", &"[".repeat(100_000));
    for (command, argument, codes) in [
        (
            "rows",
            json!({"view": 4_000_000, "from": 0, "count": 10, "columnsVersion": 0}),
            ["gone", "malformed"],
        ),
        ("details", json!({"id": 4_000_000}), ["gone", "malformed"]),
        (
            "log_lines",
            json!({"log": 4_000_000, "from": 0, "count": 10, "tail": true}),
            ["gone", "malformed"],
        ),
        ("graph", json!({"id": 4_000_000}), ["gone", "malformed"]),
        (
            "cluster_status",
            json!({"cluster": "../../etc"}),
            ["gone", "malformed"],
        ),
        (
            "connect",
            json!({"context": "99999"}),
            ["gone", "malformed"],
        ),
    ] {
        let error = window.rpc(command, &argument).unwrap_err();
        assert!(
            codes.iter().any(|code| error["code"] == *code),
            "{command}: {error}"
        );
    }
    assert!(
        !window.printed().contains("panicked"),
        "{}",
        window.printed()
    );
}

#[test]
fn commands_take_much_and_many() {
    let window = connected();
    let infos = window.rpc("clusters", &Value::Null).unwrap();
    let id = infos[0]["cluster"].clone();
    let open = |filter: &str| {
        window.rpc(
            "open_view",
            &json!({"cluster": id, "kind": "pods", "namespaces": [], "filter": filter, "sort": []}),
        )
    };
    let view = open("").unwrap()["view"].clone();
    let all = window
        .rpc(
            "rows",
            &json!({"view": view, "from": 0, "count": 4_000_000_000_u32, "columnsVersion": 0}),
        )
        .unwrap();
    assert!(all["rows"].as_array().unwrap().len() <= 500);
    window
        .rpc(
            "rows",
            &json!({"view": view, "from": 4_000_000_000_u32, "count": 10, "columnsVersion": 0}),
        )
        .unwrap();
    for sort in [
        json!([{"column": "no-such-column", "descending": true}]),
        json!([{"column": "", "descending": false}]),
    ] {
        let _ = window.rpc("update_view", &json!({"view": view, "sort": sort}));
    }
    // A megabyte of argument is no harm.
    let megabyte = "x".repeat(1 << 20);
    let huge = open(&megabyte).expect("a megabyte of filter");
    window
        .rpc("close_view", &json!({"id": huge["view"]}))
        .unwrap();
    // Ten thousand calls at once neither; each is answered, though it may take the machine a while. Tauri names their
    // 20,000 callbacks by 32 random bits each: in one run of twenty, two would share a name and one answer be lost.
    window.eval(
        "window.answers = { right: 0, wrong: 0 };
         let drawn = 0;
         window.crypto.getRandomValues = (into) => into.fill((drawn += 1));
         for (let call = 0; call < 10000; call += 1) {
           window.__TAURI_INTERNALS__.invoke('rpc', { command: 'clusters', argument: 'null' }).then(
             () => (window.answers.right += 1),
             () => (window.answers.wrong += 1));
         }
         delete window.crypto.getRandomValues;
         if (drawn !== 20000) throw new Error(`${drawn} callbacks were named`);",
        &[],
    );
    window.until_within(
        Duration::from_mins(2),
        "ten thousand answers",
        "if (window.answers.right === 10000) return true;
         throw new Error(JSON.stringify(window.answers));",
        &[],
    );
    window.until(
        "the window goes on",
        "return grid() && !one('heading', 'failed')",
        &[],
    );
    assert!(
        !window.printed().contains("panicked"),
        "{}",
        window.printed()
    );
}

#[test]
fn no_socket_listens() {
    let home = Home::new();
    let plain = Plain::start(home, &[&cluster().kubeconfig().display().to_string()]);
    let tree = wait_for("the web process", Duration::from_secs(20), || {
        let tree = tree_of(plain.process());
        if tree
            .iter()
            .any(|process| process.name.starts_with("WebKitWebProces"))
        {
            Ok(tree)
        } else {
            Err(format!("{tree:?}"))
        }
    })
    .unwrap_or_else(|error| panic!("{error}\n{}", plain.printed()));
    assert_eq!(listening(&tree), []);
    drop(plain);

    // Connected, with everything open. The driver's own door is the only one.
    let window = connected();
    let driver: u16 = std::fs::read_to_string(format!("/proc/{}/environ", window.process()))
        .unwrap()
        .split('\0')
        .find_map(|variable| {
            variable
                .strip_prefix("WEBKIT_INSPECTOR_SERVER=")?
                .rsplit_once(':')?
                .1
                .parse()
                .ok()
        })
        .expect("the driver tells the port of its door");
    let others: Vec<_> = listening(&tree_of(window.process()))
        .into_iter()
        .filter(|socket| socket.port != driver)
        .collect();
    assert_eq!(others, []);
}

#[test]
fn the_log_holds_no_token() {
    let home = Home::new();
    let kubeconfig = desktop::Kubeconfig::new()
        .server("right", &cluster().url(), &cluster().ca_pem().unwrap())
        .way_in(
            "wrong-token",
            "right",
            &json!({"token": "a-wrong-token-that-must-not-be-kept"}),
        )
        .way_in("admin", "right", &json!({"token": cluster().token()}))
        .write(&home);
    let window = Window::open_in(home, &[&kubeconfig.display().to_string()]);
    choose_context(&window, "wrong-token");
    trust(&window);
    window.until("the refusal", "return one('alert', '')", &[]);
    connect(&window, "admin");
    let home = window.close();
    let logs = home.written("state");
    assert!(
        logs.iter().any(|(_, bytes)| !bytes.is_empty()),
        "there is a log: {:?}",
        home.logs()
    );
    for (path, bytes) in home.written("") {
        if path.ends_with("kubeconfig") {
            continue;
        }
        let text = String::from_utf8_lossy(&bytes);
        for secret in ["a-wrong-token-that-must-not-be-kept", cluster().token()] {
            assert!(!text.contains(secret), "{} holds a token", path.display());
        }
    }
}
