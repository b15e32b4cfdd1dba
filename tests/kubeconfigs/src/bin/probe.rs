//! Opens kubeconfigs as it is told on its input, and says what became of each, a line of JSON each.
//!
//! `probe guarded propose|look|target` goes as far as that with ours; `probe naive` does what a client without defences does,
//! for the first of them. The log of all levels goes to the standard error.
#![allow(clippy::unwrap_used, clippy::format_push_string)]

use std::io::Write as _;
use std::panic::{self, AssertUnwindSafe};
use std::time::Duration;

use cluster::{Opened, Plan, Proposal, Source, Surroundings};
use kube::config::{KubeConfigOptions, Kubeconfig};
use kubeconfig_tests::computed;
use kubeconfig_tests::hostile::{Job, Outcome, Step};

fn main() {
    tracing_subscriber::fmt()
        .with_env_filter("trace")
        .with_writer(std::io::stderr)
        .init();
    let words: Vec<String> = std::env::args().skip(1).collect();
    let jobs: Vec<Job> = serde_json::from_reader(std::io::stdin()).unwrap();
    panic::set_hook(Box::new(|_| {}));
    for job in &jobs {
        let start = computed();
        let done = panic::catch_unwind(AssertUnwindSafe(|| match &words[..] {
            [way, depth] if way == "guarded" => guarded(job, depth),
            [way] if way == "naive" => naive(job),
            other => panic!("{other:?} is no way to open them"),
        }));
        let mut outcome = done.unwrap_or_else(|panic| Outcome {
            panicked: Some(
                panic
                    .downcast_ref::<String>()
                    .cloned()
                    .unwrap_or_else(|| "a panic".to_owned()),
            ),
            ..Outcome::default()
        });
        outcome.case.clone_from(&job.case);
        outcome.took_ms = computed().saturating_sub(start).as_millis();
        let mut out = std::io::stdout().lock();
        writeln!(out, "{}", serde_json::to_string(&outcome).unwrap()).unwrap();
    }
}

fn guarded(job: &Job, depth: &str) -> Outcome {
    let source = match &job.paths[..] {
        [path] => Source::Argument(path.clone()),
        several => Source::Environment(several.to_vec()),
    };
    let opened = match source.open() {
        Ok(opened) => opened,
        Err(error) => {
            return Outcome {
                unopened: Some(error.to_string()),
                debug: format!("{error:?}"),
                ..Outcome::default()
            };
        }
    };
    let around = Surroundings {
        home: Some(job.home.clone()),
        path: job.path.clone().into(),
        ..Surroundings::default()
    };
    let mut outcome = Outcome {
        debug: format!("{opened:?}"),
        ..Outcome::default()
    };
    for entry in &opened.contexts {
        let texts = [&entry.name, &entry.server, &entry.user, &entry.cluster];
        let texts: Vec<&str> = texts
            .into_iter()
            .map(String::as_str)
            .chain(entry.namespace.as_deref())
            .collect();
        let warnings = entry.warnings.join(" ");
        outcome
            .listed
            .push(format!("{} {:?} {warnings}", texts.join(" "), entry.access));
    }
    for entry in opened.contexts.iter().take(3) {
        steps(&opened, &entry.name, &around, depth, &mut outcome);
    }
    outcome
}

/// Goes as far as `depth`, agreeing to everything.
fn steps(
    opened: &Opened,
    context: &str,
    around: &Surroundings,
    depth: &str,
    outcome: &mut Outcome,
) {
    let proposed = opened.propose(context, around);
    let mut agreed = note(outcome, proposed);
    if depth != "propose" {
        agreed = note(outcome, opened.look(context, around));
    }
    if depth == "target" {
        let target = opened.target(context, around, &agreed);
        outcome.debug.push_str(&format!("{target:?}"));
        outcome.steps.push(Step {
            ready: target.is_ok(),
            refusal: target.err().map(|error| error.to_string()),
            ..Step::default()
        });
    }
}

fn note(outcome: &mut Outcome, proposal: Result<Proposal, cluster::ConnectError>) -> Plan {
    outcome.debug.push_str(&format!("{proposal:?}"));
    let mut step = Step::default();
    let mut plan = Plan::default();
    match proposal {
        Err(error) => step.refusal = Some(error.to_string()),
        Ok(proposal) => {
            step.refusal = proposal.refused;
            let facts = proposal.plan.facts.iter();
            step.facts = facts
                .map(|fact| (fact.field.clone(), fact.value.clone()))
                .collect();
            let dangers = proposal.dangers.into_iter();
            step.dangers = dangers
                .map(|danger| (format!("{:?}", danger.kind), danger.field, danger.why))
                .collect();
            plan = proposal.plan;
        }
    }
    outcome.steps.push(step);
    plan
}

/// Reads the file, makes a client of its first context, and asks a server on this machine for its version.
fn naive(job: &Job) -> Outcome {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let mut outcome = Outcome::default();
    let read = |path| Kubeconfig::read_from(path);
    let mut config = match read(&job.paths[0]) {
        Ok(config) => config,
        Err(error) => {
            outcome.unopened = Some(error.to_string());
            return outcome;
        }
    };
    for path in &job.paths[1..] {
        config = match read(path).and_then(|next| config.clone().merge(next)) {
            Ok(config) => config,
            Err(error) => {
                outcome.unopened = Some(error.to_string());
                return outcome;
            }
        };
    }
    outcome.listed = config
        .contexts
        .iter()
        .map(|context| format!("{context:?}"))
        .collect();
    let context = config.contexts.first().map(|context| context.name.clone());
    let options = KubeConfigOptions {
        context,
        ..KubeConfigOptions::default()
    };
    let connected = runtime.block_on(async {
        let config = kube::Config::from_custom_kubeconfig(config, &options)
            .await
            .map_err(|error| error.to_string())?;
        let here = matches!(config.cluster_url.host(), Some("127.0.0.1" | "localhost"));
        let client = kube::Client::try_from(config).map_err(|error| error.to_string())?;
        if here {
            // Nobody answers: the attempt is what counts.
            let _ =
                tokio::time::timeout(Duration::from_millis(300), client.apiserver_version()).await;
        }
        Ok::<(), String>(())
    });
    outcome.steps.push(Step {
        ready: connected.is_ok(),
        refusal: connected.err(),
        ..Step::default()
    });
    outcome
}
