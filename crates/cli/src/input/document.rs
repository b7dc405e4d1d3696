//! JSON in which a number keeps the text that it was written in, and in which every value knows its path.

use super::{InputError, Number};
use core::fmt;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// A value of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node {
    Null,
    Bool,
    /// A string, or a number as it was written: where a number belongs, either will do.
    Text(String),
    List(Vec<Node>),
    Record(Vec<(String, Node)>),
}

/// Reads a document. Error: `NotJson`.
pub fn document(json: &str) -> Result<Node, InputError> {
    let not_json = |error: serde_json::Error| InputError::NotJson { reason: error.to_string() };
    // First as it stands, so that errors name lines and columns of the text as it was given.
    serde_json::from_str::<IgnoredAny>(json).map_err(not_json)?;
    serde_json::from_str(&numbers_quoted(json)).map_err(not_json)
}

/// The same document with every number turned into a string, since the parser would round it to a double.
fn numbers_quoted(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    let (mut in_string, mut escaped, mut in_number) = (false, false, false);
    for character in json.chars() {
        if in_string {
            in_string = escaped || character != '"';
            escaped = !escaped && character == '\\';
        } else if in_number {
            if !matches!(character, '0'..='9' | '+' | '-' | '.' | 'e' | 'E') {
                in_number = false;
                out.push('"');
            }
        } else if matches!(character, '-' | '0'..='9') {
            in_number = true;
            out.push('"');
        } else {
            in_string = character == '"';
        }
        out.push(character);
    }
    if in_number {
        out.push('"');
    }
    out
}

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Node, E> {
        Ok(Node::Bool)
    }

    fn visit_str<E>(self, text: &str) -> Result<Node, E> {
        Ok(Node::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Node, A::Error> {
        let mut nodes = Vec::new();
        while let Some(node) = list.next_element()? {
            nodes.push(node);
        }
        Ok(Node::List(nodes))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        let mut fields = Vec::new();
        while let Some(field) = map.next_entry()? {
            fields.push(field);
        }
        Ok(Node::Record(fields))
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

/// A value and where it stands.
#[derive(Clone, Debug)]
pub struct Item<'a> {
    pub path: String,
    node: &'a Node,
}

impl<'a> Item<'a> {
    pub fn root(node: &'a Node) -> Self {
        Self { path: String::new(), node }
    }

    /// The whole document has no path; errors call it so.
    fn place(&self) -> String {
        if self.path.is_empty() { "the document".to_owned() } else { self.path.clone() }
    }

    fn wrong<T>(&self, wanted: &'static str) -> Result<T, InputError> {
        let found = match self.node {
            Node::Null => "null",
            Node::Bool => "true or false",
            Node::Text(_) => "a number or a string",
            Node::List(_) => "a list",
            Node::Record(_) => "an object",
        };
        Err(InputError::WrongType { path: self.place(), found, wanted })
    }

    /// A number, plain or in a string. Errors: `WrongType`, `Decimal`, `OutOfRange`.
    pub fn number<T: TryFrom<i128>>(&self, number: &Number) -> Result<T, InputError> {
        match self.node {
            Node::Text(text) => number.read(&self.path, text),
            _ => self.wrong("a number"),
        }
    }

    /// One of several words. Errors: `WrongType`, `Choice`.
    pub fn choice<T: Copy>(&self, choices: &[(&str, T)]) -> Result<T, InputError> {
        let Node::Text(text) = self.node else { return self.wrong("a word") };
        match choices.iter().find(|(word, _)| word == text) {
            Some((_, value)) => Ok(*value),
            None => Err(InputError::Choice {
                path: self.path.clone(),
                text: text.clone(),
                choices: choices.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(", "),
            }),
        }
    }

    /// The entries of a list. Errors: `WrongType`, `Length`.
    pub fn list(&self, least: usize, most: usize) -> Result<Vec<Item<'a>>, InputError> {
        let Node::List(nodes) = self.node else { return self.wrong("a list") };
        if !(least..=most).contains(&nodes.len()) {
            return Err(InputError::Length { path: self.path.clone(), len: nodes.len(), least, most });
        }
        let item = |(index, node)| Item { path: format!("{}[{index}]", self.path), node };
        Ok(nodes.iter().enumerate().map(item).collect())
    }

    /// An object that has no other fields than `known`, none twice. Errors: `WrongType`, `Unknown`, `Repeated`.
    pub fn record(&self, known: &[&str]) -> Result<Record<'a>, InputError> {
        let Node::Record(fields) = self.node else { return self.wrong("an object") };
        let record = Record { path: self.path.clone(), fields };
        for (index, (name, _)) in fields.iter().enumerate() {
            if !known.contains(&name.as_str()) {
                return Err(InputError::Unknown { path: record.path_of(name), known: known.join(", ") });
            }
            if fields.iter().take(index).any(|(earlier, _)| earlier == name) {
                return Err(InputError::Repeated { path: record.path_of(name) });
            }
        }
        Ok(record)
    }
}

/// An object and where it stands.
#[derive(Clone, Debug)]
pub struct Record<'a> {
    path: String,
    fields: &'a [(String, Node)],
}

impl<'a> Record<'a> {
    pub fn path_of(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }

    /// A field that may be left out.
    pub fn optional(&self, name: &str) -> Option<Item<'a>> {
        let (_, node) = self.fields.iter().find(|(field, _)| field == name)?;
        Some(Item { path: self.path_of(name), node })
    }

    /// A field. Error: `Missing`.
    pub fn field(&self, name: &str) -> Result<Item<'a>, InputError> {
        self.optional(name).ok_or_else(|| InputError::Missing { path: self.path_of(name) })
    }

    /// A number. Errors: `Missing`, and those of [`Item::number`].
    pub fn number<T: TryFrom<i128>>(&self, name: &str, number: &Number) -> Result<T, InputError> {
        self.field(name)?.number(number)
    }

    /// A number that has a default. Errors: those of [`Item::number`].
    pub fn number_or<T: TryFrom<i128>>(&self, name: &str, number: &Number, default: T) -> Result<T, InputError> {
        self.optional(name).map_or(Ok(default), |item| item.number(number))
    }
}
