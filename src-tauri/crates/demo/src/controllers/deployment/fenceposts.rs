//! How many pods a rolling update may have too many or too few (`util/deployment_util.go:ResolveFenceposts`).

use serde_json::Value;

use super::replicas;

/// Pods above the wanted count, pods below it.
pub(super) fn fenceposts(deployment: &Value) -> (i64, i64) {
    let strategy = &deployment["spec"]["strategy"];
    if strategy["type"] == "Recreate" {
        return (0, 0);
    }
    let rolling = &strategy["rollingUpdate"];
    let wanted = replicas(deployment);
    let surge = share(&rolling["maxSurge"], wanted, true);
    let unavailable = share(&rolling["maxUnavailable"], wanted, false);
    if surge == 0 && unavailable == 0 {
        (0, 1)
    } else {
        (surge, unavailable.min(wanted))
    }
}

/// A count, or a percentage of `all`; a quarter where nothing is given.
pub(crate) fn share(value: &Value, all: i64, rounds_up: bool) -> i64 {
    let percent = match value {
        Value::Number(count) => return count.as_i64().unwrap_or(0),
        Value::String(text) => text.trim_end_matches('%').parse().unwrap_or(0),
        _ => 25,
    };
    let hundredths = percent * all;
    if rounds_up {
        (hundredths + 99).div_euclid(100)
    } else {
        hundredths.div_euclid(100)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn shares_round_apart() {
        for (surge, unavailable, replicas, expected) in [
            (json!("25%"), json!("25%"), 4, (1, 1)),
            (json!("25%"), json!("25%"), 1, (1, 0)),
            (json!("25%"), json!("25%"), 10, (3, 2)),
            (json!(0), json!("10%"), 5, (0, 1)),
            (json!(2), json!(0), 5, (2, 0)),
            (json!(null), json!(null), 8, (2, 2)),
        ] {
            let deployment = json!({"spec": {"replicas": replicas, "strategy": {"rollingUpdate":
                {"maxSurge": surge, "maxUnavailable": unavailable}}}});
            assert_eq!(fenceposts(&deployment), expected, "{deployment}");
        }
    }
}
