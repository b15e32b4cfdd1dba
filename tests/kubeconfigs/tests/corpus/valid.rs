//! The API server sees in each valid context whom the table says, and whom kubectl's files say.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use cluster::{Ask, Connection};
use kubeconfig_tests::{Identity, Stage, Valid, valid};
use serde_json::Value;

use crate::stage;

const PATIENCE: Duration = Duration::from_secs(20);

#[test]
fn there_are_enough_of_every_kind() {
    let all = valid();
    let files: std::collections::BTreeSet<_> = all.iter().map(|valid| &valid.files).collect();
    assert!(files.len() >= 60, "{}", files.len());
    let through: std::collections::BTreeSet<_> = all
        .iter()
        .filter_map(|valid| valid.through.clone())
        .collect();
    assert_eq!(
        through.into_iter().collect::<Vec<_>>(),
        [
            "direct",
            "http",
            "http-login",
            "https",
            "https-login",
            "socks5",
            "socks5-login"
        ]
    );
}

#[test]
fn each_connects_as_who_it_is() {
    let log = stage().folder().join("log");
    tracing_subscriber::fmt()
        .with_env_filter("trace")
        .with_ansi(false)
        .with_writer(std::sync::Mutex::new(std::fs::File::create(&log).unwrap()))
        .init();
    let failed = each(|stage, valid, number| {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let before = proxied(stage);
        runtime.block_on(connects(stage, valid, number))?;
        went_through(stage, valid, &before)
    });
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    // Each plugin of a provider ran, so that there was something to tell.
    assert!(stage().calls().len() >= 20, "{:?}", stage().calls());
    assert!(!stage().issuer.requests().is_empty());
    let log = std::fs::read(log).unwrap();
    let log = String::from_utf8_lossy(&log);
    assert!(log.contains("TRACE"), "it is a log of all levels");
    keeps_secrets(stage(), &log).unwrap();
}

#[test]
fn kubectl_says_the_same() {
    let failed = each(|stage, valid, _| match &valid.not_kubectl {
        None => agrees(valid, &whoami(stage, valid)?),
        // A reason is true or it goes.
        Some(why) => match whoami(stage, valid).and_then(|identity| agrees(valid, &identity)) {
            Ok(()) => Err(format!("kubectl does say the same, in spite of: {why}")),
            Err(_) => Ok(()),
        },
    });
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

/// Does `work` with every row on a few threads; what failed.
fn each(work: impl Fn(&Stage, &Valid, usize) -> Result<(), String> + Sync) -> Vec<String> {
    let (all, stage, next) = (valid(), stage(), AtomicUsize::new(0));
    let failed = std::sync::Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::SeqCst);
                    let Some(valid) = all.get(number) else { return };
                    if let Err(why) = work(stage, valid, number) {
                        let name = format!("{}, {}", valid.files.join(":"), valid.context);
                        failed.lock().unwrap().push(format!("{name}: {why}"));
                    }
                }
            });
        }
    });
    failed.into_inner().unwrap()
}

/// Neither a token nor a password, key, refresh token or client secret of the corpus stands in `text`.
fn keeps_secrets(stage: &Stage, text: &str) -> Result<(), String> {
    let told = stage
        .secrets()
        .into_iter()
        .find_map(|secret| text.find(&secret));
    told.map_or(Ok(()), |at| {
        let from = text.floor_char_boundary(at.saturating_sub(200));
        let to = text.ceil_char_boundary((at + 60).min(text.len()));
        Err(format!("a secret is told: {}", &text[from..to]))
    })
}

async fn connects(stage: &Stage, valid: &Valid, number: usize) -> Result<(), String> {
    let failed = |what: &'static str| {
        move |error: cluster::ConnectError| format!("{what}: {error} {error:?}")
    };
    let opened = stage
        .source(valid)
        .open()
        .map_err(|error| error.to_string())?;
    let around = stage.around(valid);
    let proposed = opened
        .propose(&valid.context, &around)
        .map_err(failed("propose"))?;
    let looked = opened
        .look(&valid.context, &around)
        .map_err(failed("look"))?;
    let unseen = |plan: &cluster::Plan| -> Vec<_> {
        plan.facts
            .iter()
            .map(|fact| (fact.what, fact.field.clone(), fact.value.clone()))
            .collect()
    };
    if unseen(&proposed.plan) != unseen(&looked.plan) {
        return Err(format!(
            "looking finds another plan: {proposed:?} {looked:?}"
        ));
    }
    let target = opened
        .target(&valid.context, &around, &looked.plan)
        .map_err(failed("target"))?;
    keeps_secrets(
        stage,
        &format!("{opened:?} {proposed:?} {looked:?} {target:?}"),
    )?;
    let (connection, _) = Connection::open(target).await.map_err(failed("connect"))?;
    let case = format!("{number}-{}", valid.files.join("-"));
    connection
        .text(Ask::json(&format!("/version?case={case}")))
        .await
        .map_err(|error| error.to_string())?;
    let start = std::time::Instant::now();
    loop {
        if let Some(identity) = stage.who_asked(&case) {
            return agrees(valid, &identity);
        }
        if start.elapsed() > PATIENCE {
            return Err("the API server's audit log has no such request".to_owned());
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn agrees(valid: &Valid, identity: &Identity) -> Result<(), String> {
    let group = valid
        .group
        .as_ref()
        .is_none_or(|group| identity.groups.contains(group));
    let attribute = |(name, value): &(String, String)| identity.attributes.get(name) == Some(value);
    if identity.user == valid.user && group && valid.attributes.iter().all(attribute) {
        Ok(())
    } else {
        Err(format!("it is {identity:?}"))
    }
}

fn proxied(stage: &Stage) -> BTreeMap<&'static str, usize> {
    let count = |(name, proxy): (&&'static str, &kubeconfig_tests::credentials::Proxy)| {
        (*name, proxy.connected().len())
    };
    stage.proxies.iter().map(count).collect()
}

/// Other rows use the same proxies meanwhile, so that only more is certain.
fn went_through(
    stage: &Stage,
    valid: &Valid,
    before: &BTreeMap<&'static str, usize>,
) -> Result<(), String> {
    match valid.through.as_deref() {
        None => Ok(()),
        // No other row has a proxy asked for this name.
        Some("direct") => {
            let all = stage
                .proxies
                .values()
                .flat_map(kubeconfig_tests::credentials::Proxy::connected);
            let asked: Vec<String> = all
                .filter(|asked| asked.starts_with("localhost:"))
                .collect();
            asked
                .is_empty()
                .then_some(())
                .ok_or_else(|| format!("a proxy was asked for {asked:?}"))
        }
        Some(name) if proxied(stage)[name] > before[name] => Ok(()),
        Some(name) => Err(format!("it did not go through {name}")),
    }
}

fn whoami(stage: &Stage, valid: &Valid) -> Result<Identity, String> {
    let mut command = stage.plane.kubectl_command();
    command
        .env(
            "KUBECONFIG",
            std::env::join_paths(stage.paths(valid)).unwrap(),
        )
        .env("PATH", stage.path())
        .env("HOME", stage.folder())
        .args(["auth", "whoami", "-o", "json", "--context", &valid.context]);
    let around = stage.around(valid);
    for (name, value) in [
        ("HTTPS_PROXY", around.https_proxy),
        ("NO_PROXY", around.no_proxy),
    ] {
        if let Some(value) = value {
            command.env(name, value);
        }
    }
    let output = command.output().map_err(|error| error.to_string())?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    let review: Value =
        serde_json::from_slice(&output.stdout).map_err(|error| error.to_string())?;
    Ok(Identity::of(&review["status"]["userInfo"]))
}
