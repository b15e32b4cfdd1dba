//! Hashes in names: of a pod template, of a controller's revision.

use serde_json::Value;

/// FNV-1a of 32 bits.
pub(crate) fn fnv(bytes: &[u8], seed: u32) -> u32 {
    bytes.iter().fold(seed, |hash, byte| {
        (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193)
    })
}

/// What a template's hash is called in `pod-template-hash` (`pkg/controller/controller_utils.go:ComputeHash`, which hashes Go's own
/// print of the template; here it is the JSON).
pub(crate) fn of_template(template: &Value, collisions: Option<i64>) -> String {
    let mut hash = fnv(template.to_string().as_bytes(), 0x811c_9dc5);
    if let Some(collisions) = collisions {
        hash = fnv(&collisions.to_le_bytes(), hash);
    }
    encoded(&hash.to_string())
}

/// A revision's hash (`history/controller_history.go:HashControllerRevision`: FNV-1 of what it holds as Go writes JSON).
pub(crate) fn of_revision(data: &Value, collisions: i64) -> String {
    let text = data.to_string();
    let text = text.replace('&', "\\u0026").replace('<', "\\u003c");
    let text = format!("{}{collisions}", text.replace('>', "\\u003e"));
    let hash = text.bytes().fold(0x811c_9dc5_u32, |hash, byte| {
        hash.wrapping_mul(0x0100_0193) ^ u32::from(byte)
    });
    encoded(&hash.to_string())
}

/// Decimal digits in letters that spell nothing (apimachinery, `rand.SafeEncodeString`).
pub(crate) fn encoded(text: &str) -> String {
    const LETTERS: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";
    let letters = text
        .bytes()
        .map(|byte| LETTERS[usize::from(byte) % LETTERS.len()]);
    letters.map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn templates_are_told_apart() {
        let one = json!({"spec": {"containers": [{"image": "nginx:1.27"}]}});
        let other = json!({"spec": {"containers": [{"image": "nginx:1.29"}]}});
        assert_eq!(of_template(&one, None), of_template(&one.clone(), None));
        assert_ne!(of_template(&one, None), of_template(&other, None));
        assert_ne!(of_template(&one, None), of_template(&one, Some(1)));
        assert!(of_template(&one, None).len() <= 10);
    }

    #[test]
    fn a_revision_is_called_as_upstream_calls_it() {
        let data = json!({"spec": {"template": {"$patch": "replace", "metadata": {"labels": {"app": "db"}}, "spec": {
            "containers": [{"image": "db:1", "imagePullPolicy": "IfNotPresent", "name": "db", "resources": {},
                "terminationMessagePath": "/dev/termination-log", "terminationMessagePolicy": "File"}],
            "dnsPolicy": "ClusterFirst", "restartPolicy": "Always", "schedulerName": "default-scheduler",
            "securityContext": {}, "terminationGracePeriodSeconds": 30}}}});
        assert_eq!(of_revision(&data, 0), "6bcb98b9b4");
    }
}
