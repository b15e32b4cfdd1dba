//! The total order of rows in a view.

use crate::{Row, RowId, Rows, Sort, SortKey, natural_cmp};
use std::cmp::Ordering;

/// Sorts `ids` whole. Sort keys are taken once a row, not once a comparison: a key may cost a
/// format or a parse. Ids without a row are dropped.
pub(crate) fn sort_all<R: Row>(ids: &mut Vec<RowId>, rows: &Rows<R>, sort: &[Sort]) {
    let alive: Vec<(RowId, &R)> = ids
        .iter()
        .filter_map(|id| rows.get(*id).map(|row| (*id, row)))
        .collect();
    let keys: Vec<SortKey<'_>> = alive
        .iter()
        .flat_map(|(_, row)| sort.iter().map(|by| row.sort_key(by.column)))
        .collect();
    let keys_of = |n: usize| &keys[n * sort.len()..(n + 1) * sort.len()];
    let mut places: Vec<u32> = (0u32..).take(alive.len()).collect();
    places.sort_unstable_by(|a, b| {
        let (a, b) = (*a as usize, *b as usize);
        let mut by_key = sort.iter().zip(keys_of(a).iter().zip(keys_of(b)));
        by_key
            .find_map(|(by, (x, y))| unequal(directed(x, y, by.descending)))
            .unwrap_or_else(|| by_identity(alive[a].1, alive[b].1))
    });
    ids.clear();
    ids.extend(places.iter().map(|n| alive[*n as usize].0));
}

/// Puts the sorted `new` in their places in the sorted `order`, with O(new · log order)
/// comparisons and one pass of moves. Every id in `new` has a row and none is in `order`.
pub(crate) fn merge<R: Row>(order: &mut Vec<RowId>, new: &[RowId], rows: &Rows<R>, sort: &[Sort]) {
    let mut end = order.len();
    order.resize(end + new.len(), RowId(0));
    // From the back, so that what moves never overwrites what has not moved.
    for (behind, id) in new.iter().enumerate().rev() {
        let row = rows.alive(*id);
        let at = order[..end].partition_point(|other| {
            rows.get(*other)
                .is_none_or(|other| compare(other, row, sort).is_lt())
        });
        order.copy_within(at..end, at + behind + 1);
        order[at + behind] = *id;
        end = at;
    }
}

/// Compares two rows by the columns of `sort` in turn, then by group and name.
pub(crate) fn compare<R: Row>(a: &R, b: &R, sort: &[Sort]) -> Ordering {
    sort.iter()
        .find_map(|by| {
            unequal(directed(
                &a.sort_key(by.column),
                &b.sort_key(by.column),
                by.descending,
            ))
        })
        .unwrap_or_else(|| by_identity(a, b))
}

fn by_identity<R: Row>(a: &R, b: &R) -> Ordering {
    let ((group_a, name_a), (group_b, name_b)) = (a.identity(), b.identity());
    natural_cmp(group_a, group_b).then_with(|| natural_cmp(name_a, name_b))
}

fn unequal(order: Ordering) -> Option<Ordering> {
    order.is_ne().then_some(order)
}

/// Numbers before text before absent ascending; absent stays last descending.
fn directed(a: &SortKey<'_>, b: &SortKey<'_>, descending: bool) -> Ordering {
    match (is_absent(a), is_absent(b)) {
        (true, true) => Ordering::Equal,
        (true, false) => Ordering::Greater,
        (false, true) => Ordering::Less,
        (false, false) if descending => present(b, a),
        (false, false) => present(a, b),
    }
}

fn is_absent(key: &SortKey<'_>) -> bool {
    match key {
        SortKey::Absent => true,
        SortKey::Float(x) => x.is_nan(),
        SortKey::Int(_) | SortKey::Text(_) => false,
    }
}

fn present(a: &SortKey<'_>, b: &SortKey<'_>) -> Ordering {
    use SortKey::{Absent, Float, Int, Text};
    match (a, b) {
        (Int(a), Int(b)) => a.cmp(b),
        (Float(a), Float(b)) => number(*a, *b),
        (Int(a), Float(b)) => int_float(*a, *b),
        (Float(a), Int(b)) => int_float(*b, *a).reverse(),
        (Text(a), Text(b)) => natural_cmp(a, b),
        (Int(_) | Float(_), Text(_) | Absent) | (Text(_), Absent) => Ordering::Less,
        (Text(_) | Absent, Int(_) | Float(_)) | (Absent, Text(_)) => Ordering::Greater,
        (Absent, Absent) => Ordering::Equal,
    }
}

fn number(a: f64, b: f64) -> Ordering {
    a.partial_cmp(&b).unwrap_or(Ordering::Equal)
}

/// Exact: rounding the integer to a float would make the order intransitive beyond 2^53.
#[allow(clippy::cast_possible_truncation)]
fn int_float(a: i64, b: f64) -> Ordering {
    const BEYOND: f64 = 9_223_372_036_854_775_808.0; // 2^63
    if b >= BEYOND {
        Ordering::Less
    } else if b < -BEYOND {
        Ordering::Greater
    } else {
        a.cmp(&(b.trunc() as i64))
            .then_with(|| number(0.0, b.fract()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use SortKey::{Absent, Float, Int};
    use proptest::prelude::*;

    #[test]
    fn keys_in_order() {
        let text = |s: &'static str| SortKey::Text(s.into());
        let ascending = [
            Float(f64::NEG_INFINITY),
            Int(i64::MIN),
            Float(-1.5),
            Int(-1),
            Float(-0.5),
            Int(0),
            Float(0.5),
            Int(1),
            Int((1 << 53) + 1),
            Float(9_007_199_254_740_994.0),
            Int(i64::MAX),
            Float(9_223_372_036_854_775_808.0),
            text(""),
            text("web-2"),
            text("web-10"),
        ];
        for (i, a) in ascending.iter().enumerate() {
            for (j, b) in ascending.iter().enumerate() {
                assert_eq!(directed(a, b, false), i.cmp(&j), "{a:?} {b:?}");
                assert_eq!(directed(a, b, true), j.cmp(&i), "{a:?} {b:?} descending");
            }
            for descending in [false, true] {
                for absent in [Absent, Float(f64::NAN)] {
                    assert_eq!(directed(a, &absent, descending), Ordering::Less);
                    assert_eq!(directed(&absent, a, descending), Ordering::Greater);
                }
            }
        }
        assert_eq!(directed(&Int(0), &Float(-0.0), false), Ordering::Equal);
        assert_eq!(directed(&Absent, &Float(f64::NAN), true), Ordering::Equal);
    }

    fn key() -> impl Strategy<Value = SortKey<'static>> {
        prop_oneof![
            Just(Absent),
            any::<i64>().prop_map(Int),
            any::<f64>().prop_map(Float),
            any::<i64>().prop_map(|n| Float(n as f64)),
            (-2i64..3).prop_map(|n| Int((1 << 53) + n)),
            (-2i64..3).prop_map(|n| Float(((1i64 << 53) + n) as f64)),
            "[a1]{0,2}".prop_map(|s| SortKey::Text(s.into())),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]
        #[test]
        fn is_transitive(a in key(), b in key(), c in key(), descending: bool) {
            let le = |x, y| directed(x, y, descending).is_le();
            prop_assert_eq!(directed(&a, &b, descending), directed(&b, &a, descending).reverse());
            prop_assert!(!(le(&a, &b) && le(&b, &c)) || le(&a, &c));
        }
    }
}
