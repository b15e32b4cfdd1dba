//! A controller played by `scaling`, of which `Past` is told what a client sees: what it rebuilds must foretell what the controller does.
#![allow(clippy::unwrap_used)]

mod world;

use jiff::SignedDuration;
use model::fact::{Subject, SubjectKind};
use replay::{Past, Settings};
use scaling::hpa;
use scaling::hpa::situation::{Config, Span};
use scaling::hpa::spec::Spec;
use serde_json::json;
use world::{Plan, World, seen_from, size, start};

fn spec(behavior: &serde_json::Value, metrics: &[(&str, i32)]) -> Spec {
    let metrics: Vec<_> = metrics
        .iter()
        .map(|(name, target)| json!({"type": "Resource", "resource": {"name": name, "target": {"type": "Utilization", "averageUtilization": target}}}))
        .collect();
    serde_json::from_value(
        json!({"scaleTargetRef": {"kind": "Deployment", "name": "web", "apiVersion": "apps/v1"},
        "minReplicas": 1, "maxReplicas": 12, "metrics": metrics, "behavior": behavior}),
    )
    .unwrap()
}

/// Behaviors that the runs go through; the defaults are those that the API server fills in.
fn behaviors() -> Vec<serde_json::Value> {
    let defaults = json!([{"type": "Pods", "value": 4, "periodSeconds": 15}, {"type": "Percent", "value": 100, "periodSeconds": 15}]);
    let all = json!([{"type": "Percent", "value": 100, "periodSeconds": 15}]);
    vec![
        json!(null),
        json!({"scaleUp": {"stabilizationWindowSeconds": 0, "selectPolicy": "Max", "policies": defaults},
            "scaleDown": {"selectPolicy": "Max", "policies": all}}),
        json!({"scaleUp": {"stabilizationWindowSeconds": 60, "selectPolicy": "Min", "policies": [{"type": "Pods", "value": 2, "periodSeconds": 60}]},
            "scaleDown": {"stabilizationWindowSeconds": 120, "selectPolicy": "Max", "policies": [{"type": "Pods", "value": 1, "periodSeconds": 60}]}}),
        json!({"scaleUp": {"stabilizationWindowSeconds": 0, "selectPolicy": "Max", "policies": [{"type": "Percent", "value": 50, "periodSeconds": 90}]},
            "scaleDown": {"stabilizationWindowSeconds": 0, "selectPolicy": "Max", "policies": [{"type": "Percent", "value": 30, "periodSeconds": 120}]}}),
    ]
}

#[derive(Default)]
struct Score {
    passes: u32,
    changes: u32,
    memory_right: u32,
    memory_sure: u32,
    memory_sure_wrong: u32,
    /// Passes of runs in which metrics are read.
    read: u32,
    foretold: u32,
    foretold_changes: u32,
    baseline: u32,
    late: Vec<f64>,
    /// The same after the controller began anew.
    restarts_missed: u32,
    /// Passes that were rebuilt where there was one.
    found: u32,
    wanted_sure: u32,
    wanted_sure_wrong: u32,
    sizes_wrong: u32,
}

impl Score {
    fn add(&mut self, plan: &Plan) {
        let mut world = World::new(plan.clone());
        world.run_until(start() + SignedDuration::from_secs(plan.seconds));
        let begin = start()
            + SignedDuration::from_millis(600_000 + i64::try_from(plan.seed % 97).unwrap() * 1_111);
        let facts = seen_from(&world.facts, begin);
        let subject = Subject {
            kind: SubjectKind::Hpa,
            namespace: "shop".into(),
            name: "web".into(),
        };
        // Every other run is not told the period.
        let mut settings = Settings::known(Config::default(), Span::seconds(15));
        settings.passes = settings.passes.filter(|_| plan.seed.is_multiple_of(2));
        let mut past = Past::new(subject, settings);
        let mut next = facts.into_iter().peekable();
        let warm = begin + SignedDuration::from_secs(400);
        for (index, real) in world.passes.iter().enumerate() {
            if real.at <= begin {
                continue;
            }
            let ask = real.at - SignedDuration::from_millis(1);
            while let Some(fact) = next.next_if(|fact| fact.received <= ask) {
                past.add(fact);
            }
            let had = past.situation(ask);
            let had = had.hpa.unwrap();
            let is_sure = had.memory.certainty.rank() < 2;
            let mut given = real.situation.clone();
            given.memory = had.memory;
            let rebuilt = hpa::pass(&given);
            let is_right = rebuilt.replicas == real.decision.replicas;
            if is_sure {
                self.memory_sure += 1;
                if !is_right && plan.restarts {
                    // A controller that has begun anew is known by what it does then.
                    self.restarts_missed += 1;
                } else if !is_right {
                    self.memory_sure_wrong += 1;
                    show(plan, real, &given, &rebuilt, begin);
                    debug(&world, index);
                }
            }
            if real.at < warm {
                continue;
            }
            let (together, _) = past.decide(ask);
            let is_change = real.decision.rescale;
            let foretold = Some(together.replicas.value) == real.decision.replicas;
            self.passes += 1;
            self.memory_right += u32::from(is_right);
            self.foretold += u32::from(foretold);
            if is_change {
                self.changes += 1;
                self.foretold_changes += u32::from(foretold);
            }
            self.baseline += u32::from(real.decision.replicas == Some(size(&real.situation)));
            self.next_change(&past, &world, index);
        }
        for fact in next {
            past.add(fact);
        }
        self.against(&past, &world, begin);
    }

    /// Holds the passes that were rebuilt against those that were.
    fn against(&mut self, past: &Past, world: &World, begin: jiff::Timestamp) {
        let rebuilt = past.passes(begin, world.now);
        let slack = SignedDuration::from_millis(1500);
        for real in world.passes.iter().filter(|real| real.at > begin) {
            let near = |pass: &&replay::Pass| {
                pass.at.earliest - slack <= real.at && pass.at.latest + slack >= real.at
            };
            let Some(found) = rebuilt.iter().find(near) else {
                continue;
            };
            self.found += 1;
            let mut recorded = real.decision.memory.recommendations.iter().rev();
            let recorded = recorded
                .find(|one| one.at == real.at)
                .map(|one| one.replicas);
            let wanted = found
                .wanted
                .as_ref()
                .filter(|wanted| wanted.certainty.rank() < 2);
            if let (Some(wanted), Some(recorded)) = (wanted, recorded) {
                self.wanted_sure += 1;
                self.wanted_sure_wrong += u32::from(wanted.value != recorded);
            }
            self.sizes_wrong += u32::from(Some(found.after) != real.decision.replicas);
        }
    }

    /// How far off the next change is foretold, with the inputs that were there.
    fn next_change(&mut self, past: &Past, world: &World, index: usize) {
        let real = &world.passes[index];
        let ask = real.at - SignedDuration::from_millis(1);
        let mut truth = real.situation.clone();
        truth.now = ask;
        let mean = SignedDuration::from_millis(world.period_ms());
        truth.passes = hpa::situation::Passes {
            shortest: mean.into(),
            longest: mean.into(),
            phase: hpa::situation::PassPhase::Next(real.at),
        };
        let mut had = past.situation(ask).hpa.unwrap();
        had.metrics = truth.metrics.clone();
        had.pods.clone_from(&truth.pods);
        had.scale = truth.scale.clone();
        let truth = hpa::decide(&truth).0.next_change;
        let told = hpa::decide(&had).0.next_change;
        if let (Some(truth), Some(told)) = (&truth, &told) {
            let off = told.at.earliest.duration_since(truth.at.earliest);
            self.late.push(off.as_secs_f64().abs());
        } else if truth.is_some() != told.is_some() {
            self.late.push(f64::INFINITY);
        }
    }

    fn late_at(&self, share: f64) -> f64 {
        let mut late = self.late.clone();
        late.sort_by(f64::total_cmp);
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let index = (late.len() as f64 * share) as usize;
        late.get(index.min(late.len().saturating_sub(1)))
            .copied()
            .unwrap_or(0.0)
    }
}

fn debug(world: &World, index: usize) {
    for real in &world.passes[index.saturating_sub(6)..=index] {
        println!(
            "  {} {} -> {:?} {:?} {:?}",
            real.at,
            size(&real.situation),
            real.decision.replicas,
            real.decision.status_written,
            real.decision
                .status
                .conditions
                .iter()
                .map(|one| one.reason.clone())
                .collect::<Vec<_>>()
        );
        println!(
            "     {}",
            serde_json::to_string(&real.decision.status.current_metrics).unwrap()
        );
    }
}

fn show(
    plan: &Plan,
    real: &world::Real,
    given: &hpa::Situation,
    rebuilt: &hpa::Decision,
    begin: jiff::Timestamp,
) {
    println!(
        "seed {} at {} (begun {begin}): {:?} rebuilt {:?}, size {}",
        plan.seed,
        real.at,
        real.decision.replicas,
        rebuilt.replicas,
        size(&real.situation)
    );
    let words = |memory: &hpa::situation::Memory| {
        let mut all: Vec<_> = memory.recommendations.iter().collect();
        all.sort_by_key(|one| one.at);
        all.iter()
            .map(|one| {
                format!(
                    "{}@{:.1}",
                    one.replicas,
                    one.at.duration_since(real.at).as_secs_f64()
                )
            })
            .collect::<Vec<_>>()
            .join(" ")
    };
    println!("  real    {}", words(&real.situation.memory));
    println!("  rebuilt {}", words(&given.memory));
    let events = |memory: &hpa::situation::Memory| {
        let all = memory
            .scale_up_events
            .iter()
            .chain(&memory.scale_down_events);
        all.map(|one| {
            format!(
                "{}@{:.1}",
                one.change,
                one.at.duration_since(real.at).as_secs_f64()
            )
        })
        .collect::<Vec<_>>()
        .join(" ")
    };
    println!(
        "  real    {}\n  rebuilt {}",
        events(&real.situation.memory),
        events(&given.memory)
    );
}

#[test]
fn what_is_rebuilt_foretells_what_the_controller_does() {
    let mut all = Score::default();
    for reads_metrics in [true, false] {
        for (which, behavior) in behaviors().iter().enumerate() {
            let mut score = Score::default();
            for seed in 0..5 {
                let metrics: &[(&str, i32)] = if seed % 3 == 2 {
                    &[("cpu", 70), ("memory", 80)]
                } else {
                    &[("cpu", 70)]
                };
                let plan = Plan {
                    seed: seed * 31 + u64::try_from(which).unwrap(),
                    spec: spec(behavior, metrics),
                    reads_metrics,
                    seconds: 5400,
                    jitter_ms: 120,
                    period_ms: 15_000,
                    restarts: seed == 4,
                    has_edits: seed % 2 == 1,
                    loads: Vec::new(),
                    fails: None,
                };
                score.add(&plan);
            }
            println!(
                "reads {reads_metrics} behavior {which}: passes {} changes {} memory {} foretold {} ({} of changes) baseline {}; sure {} wrong {}; late 50 % {:.2} 90 % {:.2} s",
                score.passes,
                score.changes,
                score.memory_right,
                score.foretold,
                score.foretold_changes,
                score.baseline,
                score.memory_sure,
                score.memory_sure_wrong,
                score.late_at(0.5),
                score.late_at(0.9)
            );
            all.passes += score.passes;
            if reads_metrics {
                all.read += score.passes;
                all.foretold += score.foretold;
            }
            all.memory_right += score.memory_right;
            all.memory_sure_wrong += score.memory_sure_wrong;
            all.restarts_missed += score.restarts_missed;
            all.memory_sure += score.memory_sure;
            println!(
                "  found {} wanted sure {} wrong {} sizes wrong {}",
                score.found, score.wanted_sure, score.wanted_sure_wrong, score.sizes_wrong
            );
            all.found += score.found;
            all.wanted_sure += score.wanted_sure;
            all.wanted_sure_wrong += score.wanted_sure_wrong;
            all.sizes_wrong += score.sizes_wrong;
            all.late.extend(score.late);
        }
    }
    assert_eq!(all.memory_sure_wrong, 0, "what is called derived is right");
    assert!(all.restarts_missed <= 8, "{}", all.restarts_missed);
    assert_eq!(
        all.wanted_sure_wrong, 0,
        "of {} that are called derived",
        all.wanted_sure
    );
    assert_eq!(all.sizes_wrong, 0, "of {} passes", all.found);
    assert!(
        all.memory_sure * 2 > all.passes,
        "{} of {} are sure",
        all.memory_sure,
        all.passes
    );
    assert!(
        all.memory_right * 1000 >= all.passes * 995,
        "{} of {}",
        all.memory_right,
        all.passes
    );
    assert!(
        all.foretold * 100 >= all.read * 95,
        "{} of {}",
        all.foretold,
        all.read
    );
    assert!(all.late_at(0.9) <= 15.0, "{}", all.late_at(0.9));
    println!(
        "all: memory {} of {}, sure {} wrong {}, late 90 % {:.2} s",
        all.memory_right,
        all.passes,
        all.memory_sure,
        all.memory_sure_wrong,
        all.late_at(0.9)
    );
}

#[test]
fn a_controller_whose_period_nobody_tells() {
    let mut score = Score::default();
    for seed in [11, 13, 15] {
        let plan = Plan {
            seed,
            spec: spec(&behaviors()[usize::from(seed == 13)], &[("cpu", 70)]),
            reads_metrics: true,
            jitter_ms: 60,
            period_ms: 1000,
            restarts: false,
            has_edits: false,
            loads: Vec::new(),
            fails: None,
            seconds: 1800,
        };
        score.add(&plan);
    }
    println!(
        "every second: memory {} of {}, sure {} wrong {}, foretold {}, late 90 % {:.2} s",
        score.memory_right,
        score.passes,
        score.memory_sure,
        score.memory_sure_wrong,
        score.foretold,
        score.late_at(0.9)
    );
    assert_eq!(
        score.memory_sure_wrong, 0,
        "what is called derived is right"
    );
    assert!(
        score.memory_right * 100 >= score.passes * 99,
        "{} of {}",
        score.memory_right,
        score.passes
    );
    assert!(
        score.foretold * 100 >= score.passes * 95,
        "{} of {}",
        score.foretold,
        score.passes
    );
}
