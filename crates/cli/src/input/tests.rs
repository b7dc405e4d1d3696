use super::*;

fn text(text: &str) -> Node {
    Node::Text(text.to_owned())
}

#[test]
fn document_keeps_numbers_as_they_were_written() {
    let node = document(r#"{"a": 0.30000000000000004, "b\"1": [-1e-9,2 ,"3"], "c": true, "d": null}"#).unwrap();
    let list = Node::List(vec![text("-1e-9"), text("2"), text("3")]);
    let fields = [("a", text("0.30000000000000004")), ("b\"1", list), ("c", Node::Bool), ("d", Node::Null)];
    assert_eq!(node, Node::Record(fields.map(|(name, node)| (name.to_owned(), node)).to_vec()));
    assert_eq!(document("12.50"), Ok(text("12.50")));
    assert_eq!(document(r#""1 \\" "#), Ok(text("1 \\")));
}

#[test]
fn document_that_is_not_json_fails_at_its_own_place() {
    for (json, reason) in [
        ("", "EOF while parsing a value at line 1 column 0"),
        ("{\"a\": 1,\n \"b\": 01}", "invalid number at line 2 column 8"),
        ("{\"spot\": 1.}", "invalid number at line 1 column 12"),
        ("{\"a\": 1} x", "trailing characters at line 1 column 10"),
        ("{\"a\" 1}", "expected `:` at line 1 column 6"),
    ] {
        assert_eq!(document(json), Err(InputError::NotJson { reason: reason.to_owned() }), "{json}");
    }
    let deep = "[".repeat(100_000) + &"]".repeat(100_000);
    assert!(document(&deep).is_err_and(|error| error.to_string().contains("recursion limit")));
}

#[test]
fn record_names_what_is_unknown_missing_and_given_twice() {
    let said = |json: &str, known: &[&str], name: &str| {
        let node = document(json).unwrap();
        let record = Item::root(&node).record(known);
        record.and_then(|record| record.number::<u64>(name, &Number::new(2, 1, 500))).unwrap_err().to_string()
    };
    assert_eq!(said(r#"{"a": 1, "c": 2}"#, &["a", "b"], "a"), "c is no known field: here belong a, b");
    assert_eq!(said(r#"{"a": 1}"#, &["a", "b"], "b"), "b is missing");
    assert_eq!(said(r#"{"a": 1, "a": 1}"#, &["a"], "a"), "a is given twice");
    assert_eq!(said(r#"[1]"#, &["a"], "a"), "the document: a list, where an object belongs");
    assert_eq!(said(r#"{"a": true}"#, &["a"], "a"), "a: true or false, where a number belongs");
    assert_eq!(said(r#"{"a": 5.01}"#, &["a"], "a"), "a: 5.01 is outside 0.01..=5");
    assert_eq!(said(r#"{"a": "x"}"#, &["a"], "a"), "a: `x` is not a decimal number such as 150.5, -3 or 2.5e-3");
    assert_eq!(
        said(r#"{"a": 0.123}"#, &["a"], "a"),
        "a: `0.123` has more than 2 decimals: round it, this program does not"
    );
}

#[test]
fn items_of_lists_and_choices_know_their_path() {
    let node = document(r#"{"a": [{"kind": "put"}, {"kind": "swap"}, {"kind": []}]}"#).unwrap();
    let record = Item::root(&node).record(&["a"]).unwrap();
    let list = record.field("a").unwrap().list(1, 3).unwrap();
    let kind = |index: usize| {
        let item: &Item = list.get(index).unwrap();
        item.record(&["kind"]).unwrap().field("kind").unwrap().choice(&[("call", 1), ("put", 2)])
    };
    assert_eq!(kind(0), Ok(2));
    assert_eq!(kind(1).unwrap_err().to_string(), "a[1].kind: `swap` is none of call, put");
    assert_eq!(kind(2).unwrap_err().to_string(), "a[2].kind: a list, where a word belongs");
    let short = record.field("a").unwrap().list(0, 2).unwrap_err();
    assert_eq!(short.to_string(), "a has 3 entries, and 0..=2 are accepted");
}
