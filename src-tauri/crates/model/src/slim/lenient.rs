//! JSON fields that never fail for holding the wrong thing.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::Deserializer;
use serde::de::{self, DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// A value read from whatever JSON is there: `None` where it is of another type or out of range.
/// Each method takes one JSON type; those a value does not override say "absent".
pub(crate) trait Lenient: Sized {
    /// What stands in a list in place of an item that is null or of another type; by default
    /// such items are left out.
    fn absent() -> Option<Self> {
        None
    }
    fn string(_text: &str) -> Option<Self> {
        None
    }
    fn integer(_number: i128) -> Option<Self> {
        None
    }
    fn float(_number: f64) -> Option<Self> {
        None
    }
    fn boolean(_value: bool) -> Option<Self> {
        None
    }
    fn seq<'de, A: SeqAccess<'de>>(mut seq: A) -> Result<Option<Self>, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(None)
    }
    fn map<'de, A: MapAccess<'de>>(mut map: A) -> Result<Option<Self>, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(None)
    }
}

/// What a field of a slim object becomes when its value is absent.
pub(crate) trait Field: Sized {
    type Value: Lenient;
    fn filled(value: Option<Self::Value>) -> Self;
}

impl<T: Lenient + Default> Field for T {
    type Value = T;
    fn filled(value: Option<T>) -> Self {
        value.unwrap_or_default()
    }
}

impl<T: Lenient> Field for Option<T> {
    type Value = T;
    fn filled(value: Option<T>) -> Self {
        value
    }
}

/// For `deserialize_with`.
pub(crate) fn field<'de, D: Deserializer<'de>, F: Field>(from: D) -> Result<F, D::Error> {
    Ok(F::filled(Seed::<F::Value>(PhantomData).deserialize(from)?))
}

struct Seed<T>(PhantomData<T>);

impl<'de, T: Lenient> DeserializeSeed<'de> for Seed<T> {
    type Value = Option<T>;
    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Option<T>, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de, T: Lenient> Visitor<'de> for Seed<T> {
    type Value = Option<T>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }
    fn visit_bool<E: de::Error>(self, v: bool) -> Result<Self::Value, E> {
        Ok(T::boolean(v))
    }
    fn visit_i64<E: de::Error>(self, v: i64) -> Result<Self::Value, E> {
        Ok(T::integer(v.into()))
    }
    fn visit_u64<E: de::Error>(self, v: u64) -> Result<Self::Value, E> {
        Ok(T::integer(v.into()))
    }
    fn visit_f64<E: de::Error>(self, v: f64) -> Result<Self::Value, E> {
        Ok(T::float(v))
    }
    fn visit_str<E: de::Error>(self, v: &str) -> Result<Self::Value, E> {
        Ok(T::string(v))
    }
    fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Self::Value, A::Error> {
        T::seq(seq)
    }
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        T::map(map)
    }
}

/// Text, kept as bytes until it is made safe.
impl Lenient for Vec<u8> {
    fn string(text: &str) -> Option<Self> {
        Some(text.as_bytes().to_vec())
    }
}

impl Lenient for i32 {
    fn integer(number: i128) -> Option<Self> {
        number.try_into().ok()
    }
}

impl Lenient for i64 {
    fn integer(number: i128) -> Option<Self> {
        number.try_into().ok()
    }
}

impl Lenient for bool {
    fn boolean(value: bool) -> Option<Self> {
        Some(value)
    }
}

/// A list; items that are null or of another type are left out.
impl<T: Lenient> Lenient for Vec<T> {
    fn seq<'de, A: SeqAccess<'de>>(mut seq: A) -> Result<Option<Self>, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element_seed(Seed::<T>(PhantomData))? {
            items.extend(item.or_else(T::absent));
        }
        Ok(Some(items))
    }
}

impl<T: Lenient> Lenient for BTreeMap<String, T> {
    fn map<'de, A: MapAccess<'de>>(mut map: A) -> Result<Option<Self>, A::Error> {
        let mut entries = BTreeMap::new();
        while let Some(key) = map.next_key::<String>()? {
            if let Some(value) = map.next_value_seed(Seed::<T>(PhantomData))? {
                entries.insert(key, value);
            }
        }
        Ok(Some(entries))
    }
}
