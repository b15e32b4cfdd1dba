//! What people do by hand: they try to roll out an image that does not exist, and roll it back.

use jiff::SignedDuration;
use serde_json::json;

use super::shop::CHECKOUT;
use crate::controllers::Act;

/// A try begins each hour and a half, so that one is under way in most half hours, and its deadline has passed in most of them.
const EVERY: SignedDuration = SignedDuration::from_mins(90);
/// So long after its begin somebody rolls it back.
const ROLLED_BACK: SignedDuration = SignedDuration::from_mins(72);

pub(super) fn acts() -> Vec<Act> {
    let [good, bad] = CHECKOUT;
    [
        (bad, SignedDuration::ZERO, "kubectl-set"),
        (good, ROLLED_BACK, "kubectl-rollout"),
    ]
    .map(|(image, offset, by)| Act {
        every: EVERY,
        offset,
        resource: "deployments.apps",
        path: "shop/checkout",
        field: "/spec/template/spec/containers/0/image",
        value: json!(image),
        by,
    })
    .into()
}
