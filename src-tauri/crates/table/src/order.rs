//! The total order of rows in a view.

use crate::natural::{loose_cmp, write_loose_key};
use crate::{Row, RowId, Rows, Sort, SortKey};
use std::cmp::Ordering;

/// Sorts `ids` whole. Ids without a row are dropped.
///
/// Every row's place in the order is first written as bytes that compare as the rows do: a sort
/// key, which may cost a format or a parse, is taken once a row and not once a comparison, and a
/// comparison does not visit rows scattered over memory.
pub(crate) fn sort_all<R: Row>(ids: &mut Vec<RowId>, rows: &Rows<R>, sort: &[Sort]) {
    let mut bytes = Vec::new();
    let mut keyed: Vec<Keyed> = Vec::with_capacity(ids.len());
    for id in ids.iter() {
        let Some(row) = rows.get(*id) else { continue };
        let start = bytes.len();
        for by in sort {
            write_key(&row.sort_key(by.column), by.descending, &mut bytes);
        }
        let (group, name) = row.identity();
        write_loose_key(group, &mut bytes);
        write_loose_key(name, &mut bytes);
        let mut head = [0; 16];
        let length = head.len().min(bytes.len() - start);
        head[..length].copy_from_slice(&bytes[start..start + length]);
        keyed.push(Keyed {
            head: u128::from_be_bytes(head),
            start,
            end: bytes.len(),
            id: *id,
        });
    }
    let key = |of: &Keyed| &bytes[of.start..of.end];
    keyed.sort_unstable_by(|a, b| {
        a.head
            .cmp(&b.head)
            .then_with(|| key(a).cmp(key(b)))
            .then_with(|| {
                rows.alive(a.id)
                    .identity()
                    .cmp(&rows.alive(b.id).identity())
            })
    });
    ids.clear();
    ids.extend(keyed.iter().map(|keyed| keyed.id));
}

/// A row on its way into the order.
struct Keyed {
    /// The first bytes of its key: most comparisons need no more.
    head: u128,
    start: usize,
    end: usize,
    id: RowId,
}

/// Appends bytes that compare as [`directed`] does, whatever is appended after them.
fn write_key(key: &SortKey<'_>, descending: bool, out: &mut Vec<u8>) {
    out.push(u8::from(is_absent(key)));
    let start = out.len();
    match key {
        SortKey::Absent => {}
        SortKey::Float(x) if x.is_nan() => {}
        SortKey::Float(x) => write_number(*x, 0, out),
        SortKey::Int(n) => {
            // What rounding to a float loses is at most half of 2^10.
            let rounded = *n as f64;
            let lost = i128::from(*n) - float_to_int(rounded);
            write_number(rounded, i16::try_from(lost).unwrap_or(0), out);
        }
        SortKey::Text(text) => {
            out.push(1);
            write_loose_key(text, out);
        }
    }
    if descending {
        out[start..].iter_mut().for_each(|byte| *byte = !*byte);
    }
}

fn write_number(x: f64, rest: i16, out: &mut Vec<u8>) {
    // Adding zero makes -0.0 the same as 0.0.
    let bits = (x + 0.0).to_bits();
    let ordered = if bits >> 63 == 1 {
        !bits
    } else {
        bits | 1 << 63
    };
    out.push(0);
    out.extend(ordered.to_be_bytes());
    out.extend((rest.cast_unsigned() ^ 0x8000).to_be_bytes());
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
    loose_cmp(group_a, group_b)
        .then_with(|| loose_cmp(name_a, name_b))
        .then_with(|| (group_a, name_a).cmp(&(group_b, name_b)))
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
        (Text(a), Text(b)) => loose_cmp(a, b),
        (Int(_) | Float(_), Text(_) | Absent) | (Text(_), Absent) => Ordering::Less,
        (Text(_) | Absent, Int(_) | Float(_)) | (Absent, Text(_)) => Ordering::Greater,
        (Absent, Absent) => Ordering::Equal,
    }
}

fn number(a: f64, b: f64) -> Ordering {
    a.partial_cmp(&b).unwrap_or(Ordering::Equal)
}

/// Exact: rounding the integer to a float would make the order intransitive beyond 2^53.
fn int_float(a: i64, b: f64) -> Ordering {
    number(a as f64, b).then_with(|| i128::from(a).cmp(&float_to_int(b)))
}

/// For floats without a fraction, as those near 2^63 are; saturating.
#[allow(clippy::cast_possible_truncation)]
fn float_to_int(x: f64) -> i128 {
    x as i128
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
        #![proptest_config(ProptestConfig::with_cases(1500))]
        #[test]
        fn is_transitive(a in key(), b in key(), c in key(), descending: bool) {
            let le = |x, y| directed(x, y, descending).is_le();
            prop_assert_eq!(directed(&a, &b, descending), directed(&b, &a, descending).reverse());
            prop_assert!(!(le(&a, &b) && le(&b, &c)) || le(&a, &c));
        }

        #[test]
        fn bytes_compare_as_keys_do(a in key(), b in key(), descending: bool, after_a: u8, after_b: u8) {
            let bytes = |key: &SortKey<'_>, after: u8| {
                let mut bytes = Vec::new();
                write_key(key, descending, &mut bytes);
                bytes.push(after);
                bytes
            };
            let expected = directed(&a, &b, descending).then(after_a.cmp(&after_b));
            prop_assert_eq!(bytes(&a, after_a).cmp(&bytes(&b, after_b)), expected);
        }
    }
}
