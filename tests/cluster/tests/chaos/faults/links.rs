//! What happens to links.

use cluster_tests::{Answer, Flow};

use super::{Effect, Fault, once};

const UNAVAILABLE: &str = "the server is currently unable to handle the request";

fn unavailable() -> Answer {
    Answer::status(503, "ServiceUnavailable", UNAVAILABLE)
}

pub(super) const FAULTS: &[Fault] = &[
    once("all links fall silent", |stage| {
        stage.proxy.half_open();
    })
    .alone(),
    once("the watch's link falls silent", |stage| {
        stage.watches(Flow::Silent);
    })
    .alone(),
    once("the prober's link falls silent", |stage| {
        stage.probes(Flow::Silent);
    }),
    once(
        "the watch's link falls silent and the prober's is closed",
        |stage| {
            stage.watches(Flow::Silent);
            stage.probes(Flow::Cut);
        },
    )
    .alone(),
    once(
        "the prober's link falls silent and the watch's is closed",
        |stage| {
            stage.probes(Flow::Silent);
            stage.watches(Flow::Cut);
        },
    )
    .is(Effect::Cut),
    once("all links are reset", |stage| {
        stage.proxy.put_all(Flow::Reset);
    })
    .is(Effect::Cut),
    once("the watch's link is reset", |stage| {
        stage.watches(Flow::Reset);
    })
    .is(Effect::Cut),
    once("the prober's link is reset", |stage| {
        stage.probes(Flow::Reset);
    })
    .is(Effect::Cut),
    once("all links are closed", |stage| {
        stage.proxy.cut();
    })
    .is(Effect::Cut),
    once("the watch's link is closed", |stage| {
        stage.watches(Flow::Cut);
    })
    .is(Effect::Cut),
    once("the prober's link is closed", |stage| {
        stage.probes(Flow::Cut);
    })
    .is(Effect::Cut),
    once("all links are closed every five seconds", |stage| {
        stage.proxy.cut();
    })
    .lasting(16)
    .every(5_000)
    .is(Effect::Cut),
    once("the watch's link is closed five times in a row", |stage| {
        stage.watches(Flow::Cut);
    })
    .lasting(5)
    .every(1_000)
    .is(Effect::Cut),
    once("nothing gets through for five seconds", |stage| {
        stage.proxy.mute(true);
    })
    .lasting(5)
    .alone(),
    once("nothing gets through for fourteen seconds", |stage| {
        stage.proxy.mute(true);
    })
    .lasting(14)
    .is(Effect::Outage),
    once("nobody listens for three seconds", |stage| {
        stage.proxy.set_down(true);
    })
    .lasting(3),
    once("nobody listens for thirteen seconds", |stage| {
        stage.proxy.set_down(true);
    })
    .lasting(13)
    .is(Effect::Outage),
    once(
        "links are closed as they come for thirteen seconds",
        |stage| {
            stage.proxy.close_door(true);
            stage.proxy.cut();
        },
    )
    .lasting(13)
    .is(Effect::Outage),
    once("the server comes and goes", |stage| {
        let down = stage.random.lock().unwrap().once_in(2);
        stage.proxy.set_down(down);
    })
    .lasting(9)
    .every(900),
    once("the server answers 503 to everything", |stage| {
        stage.proxy.always(unavailable(), |_| true);
        stage.proxy.cut();
    })
    .lasting(16)
    .is(Effect::Outage),
    once(
        "the server is dead and answers 503 to everything",
        |stage| {
            stage.proxy.always(unavailable(), |_| true);
            stage.proxy.cut();
        },
    )
    .is(Effect::Dead),
    once(
        "the server is throttled as a whole for five seconds",
        |stage| {
            stage.proxy.always(Answer::throttled("1"), |_| true);
            stage.proxy.cut();
        },
    )
    .lasting(5),
    once("every answer comes two seconds late", |stage| {
        let late = Answer::Late(std::time::Duration::from_secs(2));
        stage.proxy.always(late, |_| true);
        stage.proxy.cut();
    })
    .lasting(12),
];
