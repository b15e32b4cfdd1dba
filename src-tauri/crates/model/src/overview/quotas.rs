//! How full quotas are, from the cells that `kubectl get resourcequotas` prints.

use crate::quantity::Quantity;

/// One resource of one quota.
#[derive(Clone, Debug, PartialEq)]
pub struct QuotaUse {
    /// `requests.cpu`, `count/secrets`.
    pub resource: String,
    /// As the server writes it.
    pub used: String,
    /// As the server writes it.
    pub hard: String,
    /// Used of hard; 1 where nothing is allowed and nothing used, more where more is used than allowed.
    pub share: f64,
}

/// Reads a Request or Limit cell (kubernetes/pkg/printers/internalversion/printers.go, `printResourceQuota`):
/// `pods: 3/10, requests.cpu: 1/2`. What does not read like that is left out.
pub fn of_cell(cell: &str) -> Vec<QuotaUse> {
    cell.split(", ")
        .filter_map(|part| {
            let (resource, figures) = part.rsplit_once(": ")?;
            let (used, hard) = figures.split_once('/')?;
            let nano = |text: &str| Quantity::parse(text.trim()).map(Quantity::nano);
            let (used_nano, hard_nano) = (nano(used)?, nano(hard)?);
            let share = match hard_nano {
                ..=0 if used_nano <= 0 => 1.0,
                ..=0 => f64::INFINITY,
                _ => used_nano as f64 / hard_nano as f64,
            };
            Some(QuotaUse {
                resource: resource.trim().to_owned(),
                used: used.trim().to_owned(),
                hard: hard.trim().to_owned(),
                share,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells() {
        let told = |cell: &str| {
            let each = of_cell(cell).into_iter();
            each.map(|one| format!("{} {:.2}", one.resource, one.share))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            told(
                "count/deployments.apps: 3/4, requests.cpu: 500m/2, requests.nvidia.com/gpu: 0/4, memory: 1Gi/512Mi"
            ),
            [
                "count/deployments.apps 0.75",
                "requests.cpu 0.25",
                "requests.nvidia.com/gpu 0.00",
                "memory 2.00"
            ]
        );
        assert_eq!(
            told("pods: 0/0, odd, a: b/c, services: 1/0"),
            ["pods 1.00", "services inf"]
        );
        assert!(told("").is_empty() && told("<none>").is_empty());
    }
}
