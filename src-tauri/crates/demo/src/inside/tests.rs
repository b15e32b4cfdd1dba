#![allow(clippy::unwrap_used)]

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::*;
use crate::World;
use crate::store::Key;

fn world() -> World {
    let mut world = World::new(1, "2026-11-28T12:00:00Z".parse().unwrap());
    let map = json!({"metadata": {"name": "settings", "namespace": "x"}, "data": {"colour": "green", "size": "3"}});
    world
        .store
        .put(Key::new("configmaps", "x", "settings"), map);
    let secret =
        json!({"metadata": {"name": "key", "namespace": "x"}, "data": {"token": "aHVzaA=="}});
    world.store.put(Key::new("secrets", "x", "key"), secret);
    let pod = json!({
        "metadata": {"name": "web-1", "namespace": "x", "uid": "u", "labels": {"app": "web"}},
        "spec": {
            "nodeName": "n",
            "containers": [{
                "name": "c", "image": "nginx:1.29", "ports": [{"containerPort": 80}],
                "env": [
                    {"name": "COLOUR", "valueFrom": {"configMapKeyRef": {"name": "settings", "key": "colour"}}},
                    {"name": "TOLD", "value": "a $(COLOUR) $(NONE) $$"},
                    {"name": "APP", "valueFrom": {"fieldRef": {"fieldPath": "metadata.labels['app']"}}},
                ],
                "envFrom": [{"prefix": "K_", "secretRef": {"name": "key"}}],
                "volumeMounts": [
                    {"name": "settings", "mountPath": "/etc/settings"},
                    {"name": "all", "mountPath": "/var/all"},
                ],
            }],
            "volumes": [
                {"name": "settings", "configMap": {"name": "settings"}},
                {"name": "all", "projected": {"sources": [
                    {"secret": {"name": "key", "items": [{"key": "token", "path": "deep/token"}]}},
                    {"downwardAPI": {"items": [{"path": "name", "fieldRef": {"fieldPath": "metadata.name"}}]}},
                ]}},
            ],
        },
        "status": {"podIP": "10.244.0.7", "containerStatuses": [{
            "name": "c", "containerID": "containerd://1", "state": {"running": {"startedAt": "2026-11-28T11:00:00Z"}},
        }]},
    });
    world.store.put(Key::new("pods", "x", "web-1"), pod);
    world
}

fn place(world: &World) -> Place {
    Place::running(&world.get("pods", "x", "web-1").unwrap(), "c").unwrap()
}

fn start(world: &World, command: &[&str], tty: bool) -> Process {
    let command: Vec<String> = command.iter().map(ToString::to_string).collect();
    Process::start(world, &place(world), &command, tty).unwrap()
}

/// What a script writes to both streams, and its code.
fn run(world: &World, script: &str) -> (String, String, i32) {
    let (Output { out, err }, state) = start(world, &["sh", "-c", script], false).go_on(world);
    let State::Ended(code) = state else {
        panic!("{script}: {state:?}");
    };
    (
        String::from_utf8(out).unwrap(),
        String::from_utf8(err).unwrap(),
        code,
    )
}

#[test]
fn scripts_do_as_a_shell_does() {
    let world = world();
    for (script, out, err, code) in [
        ("echo hello  'a  b'", "hello a  b\n", "", 0),
        ("cat /etc/hostname", "web-1\n", "", 0),
        (
            "cat /etc/settings/colour; echo; ls /etc/settings",
            "green\ncolour\nsize\n",
            "",
            0,
        ),
        ("cat /var/all/deep/token /var/all/name", "hushweb-1", "", 0),
        (
            "echo $COLOUR; echo \"$TOLD\"; echo $APP $K_token",
            "green\na green $(NONE) $\nweb hush\n",
            "",
            0,
        ),
        (
            "date; date +%s; TZ=Europe/Oslo date +%H:%M",
            "Sat Nov 28 12:00:00 UTC 2026\n1795867200\n13:00\n",
            "",
            0,
        ),
        ("whoami && pwd && cd /etc && pwd", "root\n/\n/etc\n", "", 0),
        ("nonsense; echo $?", "127\n", "sh: nonsense: not found\n", 0),
        ("nonsense", "", "sh: nonsense: not found\n", 127),
        ("false || echo else; exit 3; echo never", "else\n", "", 3),
        ("false && echo never", "", "", 1),
        ("seq 5 | tail -n 2 | wc -l", "2\n", "", 0),
        ("cat /nope 2>&1 | grep -c open", "1\n", "", 0),
        (
            "echo x > /tmp/x",
            "",
            "sh: can't create /tmp/x: Read-only file system\n",
            1,
        ),
        ("echo x > /dev/null", "", "", 0),
        ("yes no | wc -l", "10000\n", "", 0),
        (
            "head -n 1 < /etc/hosts",
            "# Kubernetes-managed hosts file.\n",
            "",
            0,
        ),
        (
            "cd /nope",
            "",
            "sh: cd: can't cd to /nope: No such file or directory\n",
            1,
        ),
        (
            "A=1 B=2; echo $A$B; export C=3; env | grep C=",
            "12\nC=3\n",
            "",
            0,
        ),
        ("sh -c 'exit 4'; echo after", "", "", 4),
        (
            "wget -qO- localhost:81",
            "",
            "wget: can't connect to remote host (localhost): Connection refused\n",
            1,
        ),
        (
            "ps",
            "PID   USER     TIME  COMMAND\n    1 root      0:00 nginx\n   34 root      0:00 sh\n   41 root      0:00 ps\n",
            "",
            0,
        ),
    ] {
        let expected = (out.to_owned(), err.to_owned(), code);
        assert_eq!(run(&world, script), expected, "{script}");
    }
    assert!(
        run(&world, "wget -qO- http://localhost/")
            .0
            .contains("<td>web-1</td>")
    );
}

#[test]
fn a_terminal_prompts_echoes_and_edits() {
    let world = world();
    let mut shell = start(&world, &["bash"], true);
    let mut told = |bytes: &[u8]| {
        shell.input(bytes);
        let (Output { out, err }, state) = shell.go_on(&world);
        assert!(err.is_empty());
        (String::from_utf8(out).unwrap(), state)
    };
    let prompt = "root@web-1:/# ";
    assert_eq!(told(b""), (prompt.to_owned(), State::Reads));
    assert_eq!(told(b"echX\x7fo a").0, "echX\x08 \x08o a");
    assert_eq!(told(b"\r").0, format!("\r\na\r\n{prompt}"));
    assert_eq!(told(b"\x1b[A\r").0, format!("echo a\r\na\r\n{prompt}"));
    assert_eq!(told(b"nope\x03").0, format!("nope^C\r\n{prompt}"));
    assert_eq!(told(b"echo $?\r").0, format!("echo $?\r\n130\r\n{prompt}"));
    assert_eq!(told(b"sh\r").0, format!("sh\r\n{prompt}"));
    assert_eq!(told(b"\x04").0, format!("exit\r\n{prompt}"));
    assert_eq!(
        told(b"exit 7\r"),
        ("exit 7\r\n".to_owned(), State::Ended(7))
    );
}

#[test]
fn sleeping_is_by_the_demos_clock() {
    let mut world = world();
    let mut process = start(&world, &["sh", "-c", "sleep 90; echo up"], false);
    assert_eq!(process.go_on(&world).1, State::Sleeps);
    world.advance(world.now() + SignedDuration::from_secs(89));
    assert_eq!(process.go_on(&world).1, State::Sleeps);
    world.advance(world.now() + SignedDuration::from_secs(1));
    let (output, state) = process.go_on(&world);
    assert_eq!(
        (output.out.as_slice(), state),
        (&b"up\n"[..], State::Ended(0))
    );
    let mut endless = start(&world, &["sleep", "infinity"], true);
    world.advance(Timestamp::MAX);
    assert_eq!(endless.go_on(&world).1, State::Sleeps);
    endless.input(&[3]);
    assert_eq!(endless.go_on(&world).1, State::Ended(130));
}

#[test]
fn what_is_piped_in_is_read_to_its_end() {
    let world = world();
    let mut cat = start(&world, &["cat"], false);
    cat.input(b"a\nb");
    assert_eq!(cat.go_on(&world), (out(b"a\nb"), State::Reads));
    cat.close();
    assert_eq!(cat.go_on(&world), (out(b""), State::Ended(0)));
    let mut sort = start(&world, &["sort"], false);
    sort.input(b"b\na\n");
    assert_eq!(sort.go_on(&world), (out(b""), State::Reads));
    sort.close();
    assert_eq!(sort.go_on(&world), (out(b"a\nb\n"), State::Ended(0)));
    let mut shell = start(&world, &["sh"], false);
    shell.input(b"echo a\necho b");
    shell.close();
    assert_eq!(shell.go_on(&world), (out(b"a\nb\n"), State::Ended(0)));
}

#[test]
fn the_end_of_a_container_ends_what_runs_in_it() {
    let mut world = world();
    let mut process = start(&world, &["sh"], true);
    process.go_on(&world);
    let mut pod = serde_json::Value::clone(&world.get("pods", "x", "web-1").unwrap());
    pod["status"]["containerStatuses"][0]["containerID"] = json!("containerd://2");
    world.store.put(Key::new("pods", "x", "web-1"), pod);
    assert_eq!(process.go_on(&world).1, State::Ended(137));
}

#[test]
fn a_command_that_is_not_there_cannot_be_started() {
    let world = world();
    for (command, end) in [
        (
            vec!["nope".to_owned()],
            "exec: \"nope\": executable file not found in $PATH: unknown",
        ),
        (
            vec!["/x/sh".to_owned()],
            "exec: \"/x/sh\": stat /x/sh: no such file or directory: unknown",
        ),
        (Vec::new(), "args must not be empty"),
    ] {
        let error = Process::start(&world, &place(&world), &command, false).unwrap_err();
        assert!(error.ends_with(end), "{error}");
    }
}

#[test]
fn who_attaches_sees_what_is_printed_from_then_on() {
    let mut world = world();
    let print = |world: &mut World, text: &str| {
        let now = world.now();
        world.logs.print("x", "web-1", "c", now, text);
    };
    print(&mut world, "before");
    let place = place(&world);
    let mut attached = Attached::new(&world, &place);
    assert_eq!(attached.go_on(&world), (out(b""), State::Reads));
    print(&mut world, "after");
    attached.input(b"not read\n");
    assert_eq!(attached.go_on(&world), (out(b"after\n"), State::Reads));
}

fn out(bytes: &[u8]) -> Output {
    Output {
        out: bytes.to_vec(),
        err: Vec::new(),
    }
}
