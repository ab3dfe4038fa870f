//! `Serialize` and `Deserialize` for syncpoints, in the wire form of [`wire`](crate::wire).

use core::fmt;

use serde::de::{Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::ser::SerializeSeq;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use alloc::vec::Vec;

use crate::formats::json::Shortest;
use crate::map::SyncMap;
use crate::point::{RawPoint, RawValue, Syncpoint};
use crate::validate;

impl Serialize for Shortest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.integer() {
            Some(integer) => serializer.serialize_i64(integer),
            None => serializer.serialize_f64(self.0),
        }
    }
}

impl Serialize for Syncpoint {
    /// 2 to 4 values, as few as the point needs; whole numbers without a fraction.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let arity = self.arity();
        let mut list = serializer.serialize_seq(Some(arity))?;
        list.serialize_element(&self.position.bar())?;
        list.serialize_element(&Shortest(self.time))?;
        if arity > 2 {
            list.serialize_element(&Shortest(self.position.offset().value()))?;
        }
        if arity > 3 {
            list.serialize_element(&1_u8)?;
        }
        list.end()
    }
}

impl<'de> Deserialize<'de> for Syncpoint {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = RawPoint::deserialize(deserializer)?;
        validate::point(0, &raw).map_err(|diagnostic| D::Error::custom(diagnostic.kind))
    }
}

impl<'de> Deserialize<'de> for RawPoint {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Values;
        impl<'de> Visitor<'de> for Values {
            type Value = RawPoint;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of 2, 3 or 4 values (bar, time, offset, hide)")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<RawPoint, A::Error> {
                let mut values = [RawValue::Null; 4];
                let mut arity = 0;
                while let Some(value) = list.next_element::<RawValue>()? {
                    if let Some(slot) = values.get_mut(arity) {
                        *slot = value;
                    }
                    arity += 1;
                }
                Ok(RawPoint { values, arity: Some(arity) })
            }
        }
        deserializer.deserialize_seq(Values)
    }
}

impl<'de> Deserialize<'de> for RawValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct One;
        impl<'de> Visitor<'de> for One {
            type Value = RawValue;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value of a syncpoint")
            }

            fn visit_unit<E>(self) -> Result<RawValue, E> {
                Ok(RawValue::Null)
            }

            fn visit_none<E>(self) -> Result<RawValue, E> {
                Ok(RawValue::Null)
            }

            fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<RawValue, D::Error> {
                deserializer.deserialize_any(One)
            }

            fn visit_bool<E>(self, value: bool) -> Result<RawValue, E> {
                Ok(RawValue::Bool(value))
            }

            fn visit_i64<E>(self, value: i64) -> Result<RawValue, E> {
                Ok(RawValue::Integer(value))
            }

            fn visit_u64<E>(self, value: u64) -> Result<RawValue, E> {
                Ok(i64::try_from(value).map_or(RawValue::Float(value as f64), RawValue::Integer))
            }

            fn visit_f64<E>(self, value: f64) -> Result<RawValue, E> {
                Ok(RawValue::Float(value))
            }

            fn visit_str<E>(self, _: &str) -> Result<RawValue, E> {
                Ok(RawValue::Other)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<RawValue, A::Error> {
                while list.next_element::<IgnoredAny>()?.is_some() {}
                Ok(RawValue::Other)
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<RawValue, A::Error> {
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(RawValue::Other)
            }
        }
        deserializer.deserialize_any(One)
    }
}

/// The points, in the canonical form of each.
impl Serialize for SyncMap {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.points())
    }
}

/// Points that make a valid map, with the default [`Options`](crate::Options).
impl<'de> Deserialize<'de> for SyncMap {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(Vec::<Syncpoint>::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;
    use alloc::vec::Vec;

    #[test]
    fn the_same_text_as_without_serde() {
        let text = "[[0,0,null],[4,9.6,0.0],[4,11.25,240.5],[8,20.5,null,true]]";
        let points: Vec<Syncpoint> = serde_json::from_str(text).unwrap();
        assert_eq!(points, crate::wire::read(text).unwrap());
        assert_eq!(serde_json::to_string(&points).unwrap(), "[[0,0],[4,9.6],[4,11.25,240.5],[8,20.5,0,1]]");
    }

    #[test]
    fn refuses_what_no_point_has() {
        for (text, message) in [
            ("[[0]]", "a syncpoint has 2, 3 or 4 values"),
            ("[[0,1,500]]", "the offset 500 is not within 0 and 480"),
            ("[[0,1,{}]]", "the offset is not a finite number"),
            ("[7]", "a list of 2, 3 or 4 values"),
        ] {
            let error = serde_json::from_str::<Vec<Syncpoint>>(text).unwrap_err().to_string();
            assert!(error.contains(message), "{error}");
        }
    }
}
