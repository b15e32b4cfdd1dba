//! What the story's workloads need, as functions of the place in the wave.

use std::f64::consts::TAU;
use std::time::Duration;

/// What the shop's storefront is scaled by.
pub(super) const VISITORS: &str = r#"http_requests_per_second{namespace="shop",app="storefront"}"#;
/// What its orders are scaled by.
pub(super) const ORDERS: &str = "orders_per_second";
/// What `invoices` makes Jobs by: its Jobs do not bring it down.
pub(super) const INVOICES: &str = r#"invoices_pending{state="retry"}"#;

/// CPU that all pods of a workload need together, in thousandths of a core.
pub(super) struct Need {
    pub(super) app: &'static str,
    all: fn(f64) -> f64,
    /// What each ready pod of another workload adds.
    pub(super) by: Option<(&'static str, f64)>,
}

/// Those that an HPA looks at.
pub(super) const CPU: [Need; 4] = [
    // Comes fast and ebbs away slowly: most of the time the window holds what the last surge asked for.
    Need {
        app: "cart",
        all: surge,
        by: None,
    },
    Need {
        app: "search",
        all: |_| 520.0,
        by: None,
    },
    // Fewer retries where the stock answers fast; more questions where prices are asked for by many.
    Need {
        app: "pricing",
        all: |_| 400.0,
        by: Some(("stock", -130.0)),
    },
    Need {
        app: "stock",
        all: |_| 10.0,
        by: Some(("pricing", 35.0)),
    },
];

impl Need {
    /// Millicores for each of `ready` pods, at a place in the wave, with so many ready pods of the other workload.
    pub(super) fn each(&self, at: f64, ready: u32, others: u32) -> u32 {
        let by = self.by.map_or(0.0, |(_, each)| each * f64::from(others));
        let all = (self.all)(at) + by;
        // A pod that uses nothing at all is not measured. At most a few thousand.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let each = (all / f64::from(ready.max(1))).round().max(2.0) as u32;
        each
    }
}

/// Which part of its wave has passed, 0 to 1.
pub(super) fn turns(elapsed: Duration, wave: Duration) -> f64 {
    (elapsed.as_secs_f64() / wave.as_secs_f64()).fract()
}

/// What is measured there: a series and its value.
pub(super) fn series(at: f64) -> [(&'static str, f64); 3] {
    let wave = |mean: f64, height: f64| (mean - height * (at * TAU).cos()).max(0.0).round();
    [
        (VISITORS, wave(270.0, 250.0)),
        // Half of the time there is nothing to do.
        (ORDERS, wave(80.0, 400.0)),
        (INVOICES, 3.0),
    ]
}

fn surge(at: f64) -> f64 {
    const RISE: f64 = 0.12;
    let height = if at < RISE {
        at / RISE
    } else {
        (1.0 - at) / (1.0 - RISE)
    };
    80.0 + 560.0 * height
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_come_for_half_of_the_time() {
        let busy = (0..100)
            .filter(|percent| series(f64::from(*percent) / 100.0)[1].1 > 5.0)
            .count();
        assert!((50..65).contains(&busy), "{busy}");
    }

    #[test]
    fn visitors_ask_for_more_than_the_most_on_a_crest_only() {
        assert!(series(0.5)[0].1 > 500.0);
        assert!(series(0.0)[0].1 <= 100.0);
    }

    /// As the HPA divides: 50 of 100 requested millicores for each pod, one to five of them.
    #[test]
    fn pricing_and_stock_chase_each_other() {
        let [_, _, pricing, stock] = CPU;
        let wanted = |need: &Need, others: u32| need.each(0.0, 1, others).div_ceil(50).clamp(1, 5);
        let mut stocks = 1;
        let mut sizes = Vec::new();
        for _ in 0..4 {
            let prices = wanted(&pricing, stocks);
            stocks = wanted(&stock, prices);
            sizes.push((prices, stocks));
        }
        assert_eq!(sizes, [(5, 4), (1, 1), (5, 4), (1, 1)]);
    }

    #[test]
    fn a_surge_comes_fast_and_ebbs_slowly() {
        let [cart, ..] = CPU;
        assert_eq!(cart.each(0.0, 1, 0), 80);
        assert_eq!(cart.each(0.12, 1, 0), 640);
        assert!(cart.each(0.5, 1, 0) > 350);
    }
}
