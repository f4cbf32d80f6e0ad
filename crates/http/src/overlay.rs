//! How an imported order is given back as its system wrote it.
//!
//! At import, the dialect renders the order as it would answer for it, and keeps the [`difference`] from what the
//! foreign system had answered. Whenever it answers for the order later, it renders and [`apply`]s that patch: a
//! member is given back as it came until something here changes it.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

/// All places at which two JSON values differ.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Patch(Vec<Entry>);

impl Patch {
    /// Whether there is no difference at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// One place at which they differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Entry {
    /// Where, as a JSON pointer (RFC 6901): `/orderDetails/items/0/vatAmount`.
    at: String,
    /// What we say there; none when we say nothing.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "present"
    )]
    ours: Option<Value>,
    /// What the foreign system says there; none when it says nothing.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "present"
    )]
    original: Option<Value>,
}

/// A member that is there has a value, even when it is null.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

/// What to change in `ours` to get `original`. Numbers differ when their digits do: 550.0 is not 550.
pub fn difference(ours: &Value, original: &Value) -> Patch {
    let mut patch = Patch::default();
    compare(String::new(), ours, original, &mut patch.0);
    patch
}

fn compare(at: String, ours: &Value, original: &Value, found: &mut Vec<Entry>) {
    match (ours, original) {
        (Value::Object(ours), Value::Object(original)) => compare_objects(&at, ours, original, found),
        // Lists of different lengths differ as a whole: which element is which can't be known.
        (Value::Array(ours), Value::Array(original)) if ours.len() == original.len() => {
            for (index, (ours, original)) in ours.iter().zip(original).enumerate() {
                compare(format!("{at}/{index}"), ours, original, found);
            }
        }
        _ if ours == original => {}
        _ => found.push(Entry {
            at,
            ours: Some(ours.clone()),
            original: Some(original.clone()),
        }),
    }
}

fn compare_objects(
    at: &str,
    ours: &Map<String, Value>,
    original: &Map<String, Value>,
    found: &mut Vec<Entry>,
) {
    for (key, ours) in ours {
        let at = pointer(at, key);
        match original.get(key) {
            Some(original) => compare(at, ours, original, found),
            None => found.push(Entry {
                at,
                ours: Some(ours.clone()),
                original: None,
            }),
        }
    }
    for (key, original) in original.iter().filter(|(key, _)| !ours.contains_key(*key)) {
        found.push(Entry {
            at: pointer(at, key),
            ours: None,
            original: Some(original.clone()),
        });
    }
}

/// Makes `ours` say what the patch's original said, wherever `ours` is still what it was when the patch was made.
/// What has changed since stays changed; what lay within something that is gone stays gone.
pub fn apply(patch: &Patch, ours: &mut Value) {
    for entry in &patch.0 {
        apply_entry(entry, ours);
    }
}

fn apply_entry(entry: &Entry, root: &mut Value) {
    let Some((parent, last)) = entry.at.rsplit_once('/') else {
        if let Some(original) = &entry.original
            && entry.ours.as_ref() == Some(root)
        {
            root.clone_from(original);
        }
        return;
    };
    match root.pointer_mut(parent) {
        Some(Value::Object(members)) => {
            let key = last.replace("~1", "/").replace("~0", "~");
            if members.get(&key) == entry.ours.as_ref() {
                match &entry.original {
                    Some(original) => members.insert(key, original.clone()),
                    None => members.remove(&key),
                };
            }
        }
        Some(Value::Array(elements)) => {
            let element = last
                .parse::<usize>()
                .ok()
                .and_then(|index| elements.get_mut(index));
            if let (Some(element), Some(ours), Some(original)) = (element, &entry.ours, &entry.original)
                && element == ours
            {
                element.clone_from(original);
            }
        }
        _ => {}
    }
}

fn pointer(at: &str, key: &str) -> String {
    format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn a_member_is_given_back_as_it_came_until_something_changes_it() {
        let at_import = json!({"status": "Accepted", "total": 550, "captures": [{"amount": 100}]});
        let original = json!({"status": "accepted", "total": 550.0, "captures": [{"amount": 100.00, "x": null}], "m": 1});
        let patch = difference(&at_import, &original);

        let mut answer = at_import;
        apply(&patch, &mut answer);
        assert_eq!(answer, original);

        let mut later =
            json!({"status": "Cancelled", "total": 550, "captures": [{"amount": 90}, {"amount": 5}]});
        apply(&patch, &mut later);
        let expected = json!({"status": "Cancelled", "total": 550.0, "captures": [{"amount": 90, "x": null}, {"amount": 5}], "m": 1});
        assert_eq!(later, expected);

        let mut gone = json!({"total": 550});
        apply(&patch, &mut gone);
        assert_eq!(gone, json!({"total": 550.0, "m": 1}));
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let number =
            "-?(0|[1-9][0-9]{0,3})([.][0-9]{1,2})?".prop_map(|digits| Value::Number(digits.parse().unwrap()));
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::Bool),
            number,
            "[ab/~0]{0,3}".prop_map(Value::String)
        ];
        leaf.prop_recursive(4, 32, 4, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
                proptest::collection::btree_map("[ab/~01]{0,2}", inner, 0..4)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn applying_the_difference_gives_the_original(ours in any_json(), original in any_json()) {
            let patch = difference(&ours, &original);
            let kept: Patch = serde_json::from_str(&serde_json::to_string(&patch).unwrap()).unwrap();
            prop_assert_eq!(&kept, &patch);
            prop_assert_eq!(patch.is_empty(), ours == original);
            let mut answer = ours;
            apply(&kept, &mut answer);
            prop_assert_eq!(answer, original);
        }
    }
}
