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
}
