#![allow(clippy::unwrap_used)]

use serde_json::{Value, json};

use super::{Shape, check, shaped};

fn shape(schema: &Value) -> Shape {
    let version = json!({"name": "v1", "schema": {"openAPIV3Schema": schema}});
    Shape::compile(&version, "Widget", "")
}

fn under(spec: &Value) -> Shape {
    shape(&json!({"type": "object", "properties": {"spec": spec}}))
}

fn kept(shape: &Shape, spec: &Value) -> (Value, Vec<String>) {
    let (object, problems) = shaped(shape, json!({"spec": spec}));
    (object["spec"].clone(), problems.unknown)
}

#[test]
fn what_is_unknown_goes_unless_it_is_preserved() {
    let spec = json!({"type": "object", "properties": {
        "size": {"type": "integer"},
        "open": {"type": "object", "x-kubernetes-preserve-unknown-fields": true, "properties": {"shut": {"type": "object"}}},
        "by": {"type": "object", "additionalProperties": {"type": "object", "properties": {"n": {"type": "integer"}}}},
        "template": {"type": "object", "x-kubernetes-embedded-resource": true, "x-kubernetes-preserve-unknown-fields": true},
    }});
    let given = json!({
        "size": 1, "more": 2,
        "open": {"any": {"thing": 1}, "shut": {"no": 1}},
        "by": {"a": {"n": 1, "m": 2}},
        "template": {"metadata": {"name": "x", "nonsense": 1}, "spec": {"y": 1}},
    });
    let (left, unknown) = kept(&under(&spec), &given);
    assert_eq!(
        left,
        json!({
            "size": 1,
            "open": {"any": {"thing": 1}, "shut": {}},
            "by": {"a": {"n": 1}},
            "template": {"metadata": {"name": "x"}, "spec": {"y": 1}},
        })
    );
    let expected = [
        "spec.by.a.m",
        "spec.more",
        "spec.open.shut.no",
        "spec.template.metadata.nonsense",
    ];
    assert_eq!(unknown, expected);
}

#[test]
fn what_is_left_out_is_filled_in_and_nulls_go() {
    let spec = json!({"type": "object", "properties": {
        "colour": {"type": "string", "default": "red"},
        "maybe": {"type": "string", "nullable": true},
        "never": {"type": "string"},
        "parts": {"type": "array", "items": {"type": "object", "properties": {"n": {"type": "integer", "default": 1}}}},
        "deep": {"type": "object", "default": {}, "properties": {"x": {"type": "integer", "default": 5}}},
    }});
    let given = json!({"colour": null, "maybe": null, "never": null, "parts": [{}, {"n": 2}]});
    let (left, _) = kept(&under(&spec), &given);
    let expected = json!({
        "colour": "red", "maybe": null, "parts": [{"n": 1}, {"n": 2}], "deep": {"x": 5},
    });
    assert_eq!(left, expected);
}

#[test]
fn values_are_held_against_the_schema() {
    let cases = [
        (
            json!({"type": "integer", "minimum": 1}),
            json!(0),
            "spec: Invalid value: 0: spec in body should be greater than or equal to 1",
        ),
        (
            json!({"type": "integer", "maximum": 1, "exclusiveMaximum": true}),
            json!(1),
            "spec: Invalid value: 1: spec in body should be less than 1",
        ),
        (
            json!({"type": "integer"}),
            json!("x"),
            "spec: Invalid value: \"string\": spec in body must be of type integer: \"string\"",
        ),
        (
            json!({"type": "string", "enum": ["a", "b"]}),
            json!("c"),
            "spec: Unsupported value: \"c\": supported values: \"a\", \"b\"",
        ),
        (
            json!({"type": "string", "pattern": "^a+$"}),
            json!("b"),
            "spec: Invalid value: \"b\": spec in body should match '^a+$'",
        ),
        (
            json!({"type": "string", "maxLength": 2}),
            json!("abc"),
            "spec: Too long: may not be more than 2 bytes",
        ),
        (
            json!({"type": "object", "required": ["a"]}),
            json!({}),
            "spec.a: Required value",
        ),
        (
            json!({"type": "array", "items": {"type": "string"}, "maxItems": 1}),
            json!(["a", "b"]),
            "spec: Too many: 2: must have at most 1 items",
        ),
        (
            json!({"type": "array", "items": {"type": "string"}, "x-kubernetes-list-type": "set"}),
            json!(["a", "a"]),
            "spec[1]: Duplicate value: \"a\"",
        ),
        (
            json!({"x-kubernetes-int-or-string": true}),
            json!(true),
            "spec: Invalid value: \"boolean\": spec in body must be of type integer,string: \"boolean\"",
        ),
        (
            json!({"type": "string", "format": "ipv4"}),
            json!("x"),
            "spec: Invalid value: \"x\": spec in body must be of type ipv4: \"x\"",
        ),
        (
            json!({"type": "integer", "not": {"enum": [1]}}),
            json!(1),
            "<nil>: Invalid value: \"\": \"spec\" must not validate the schema (not)",
        ),
    ];
    for (schema, value, expected) in cases {
        let shape = under(&schema);
        let object = json!({"spec": value});
        let told: Vec<String> = check(&shape.structural, None, &object)
            .into_iter()
            .map(|wrong| format!("{}: {}", wrong.field, wrong.message))
            .collect();
        assert_eq!(told, [expected], "{schema}");
        assert!(
            check(&shape.structural, Some(&object), &object).is_empty()
                || expected.contains("Duplicate")
        );
    }
}
