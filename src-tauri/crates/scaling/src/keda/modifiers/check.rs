//! Types of a formula's parts (expr-lang/expr v1.17.8 `checker/checker.go`), and what literals fold to (`optimizer`).
//!
//! Upstream refuses a formula for the type of any part, also of one that is never computed.

use super::Rejected;
use super::tree::{Binary, Function, Node, is_builtin};
use super::value::Value;

/// What is known of a part's value before it is computed. Triggers are floats; at run time they may be nil.
#[derive(Clone, Debug, PartialEq)]
enum Type {
    Unknown,
    Nil,
    Bool,
    Int,
    Float,
    Array(Box<Type>),
}

impl Type {
    fn is_number(&self) -> bool {
        matches!(self, Self::Int | Self::Float)
    }

    fn is_or_unknown(&self, wanted: &Self) -> bool {
        *self == Self::Unknown || self == wanted
    }

    /// What upstream sees of it when two are compared by their kinds.
    fn kind(&self) -> u8 {
        match self {
            Self::Unknown | Self::Nil => 0,
            Self::Bool => 1,
            Self::Int => 2,
            Self::Float => 3,
            Self::Array(_) => 4,
        }
    }

    /// Whether a value of this type fits into one of the other.
    fn fits(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Unknown, _) | (_, Self::Unknown | Self::Nil) => false,
            (Self::Nil | Self::Array(_), Self::Array(_)) => true,
            (a, b) => a == b,
        }
    }
}

/// The formula with literals folded, unless a type is wrong.
pub(super) fn check(node: Node, triggers: &[&str]) -> Result<Node, Rejected> {
    let mut checker = Checker {
        triggers,
        variables: Vec::new(),
        pointers: Vec::new(),
    };
    checker.visit(node).map(|(node, _)| node)
}

struct Checker<'a> {
    triggers: &'a [&'a str],
    variables: Vec<(String, Type)>,
    /// Of each open predicate: its elements, and whether it knows their positions.
    pointers: Vec<(Type, bool)>,
}

type Checked = Result<(Node, Type), Rejected>;

fn refuse<T>(why: impl Into<String>) -> Result<T, Rejected> {
    Err(Rejected::Refused(why.into()))
}

impl Checker<'_> {
    fn visit(&mut self, node: Node) -> Checked {
        match node {
            Node::Literal(value) => {
                let kind = match &value {
                    Value::Nil => Type::Nil,
                    Value::Bool(_) => Type::Bool,
                    Value::Int(_) => Type::Int,
                    Value::Float(_) => Type::Float,
                    Value::Array(_) => Type::Array(Box::new(Type::Unknown)),
                };
                Ok((Node::Literal(value), kind))
            }
            Node::Name(name) => self.name(name),
            Node::Pointer => match self.pointers.last() {
                Some((element, _)) => Ok((Node::Pointer, element.clone())),
                None => refuse("cannot use pointer accessor outside predicate"),
            },
            Node::PointerIndex => match self.pointers.last() {
                Some((_, true)) => Ok((Node::PointerIndex, Type::Int)),
                _ => refuse("unknown pointer #index"),
            },
            Node::Negate(inner) => self.sign(*inner, Node::Negate, Value::negate),
            Node::Plus(inner) => self.sign(*inner, Node::Plus, |value| Ok(value.clone())),
            Node::Not(inner) => {
                let (inner, kind) = self.visit(*inner)?;
                if !kind.is_or_unknown(&Type::Bool) {
                    return refuse("invalid operation: ! on no bool");
                }
                let node = match inner {
                    Node::Literal(Value::Bool(truth)) => Node::Literal(Value::Bool(!truth)),
                    inner => Node::Not(Box::new(inner)),
                };
                Ok((node, Type::Bool))
            }
            Node::Binary {
                operator,
                left,
                right,
            } => self.binary(operator, *left, *right),
            Node::EqualInts { .. } | Node::Constants(_) => Ok((node, Type::Unknown)),
            Node::Conditional { condition, yes, no } => self.conditional(*condition, *yes, *no),
            Node::Let { name, value, body } => self.variable(name, *value, *body),
            Node::Sequence(nodes) => {
                let mut last = Type::Unknown;
                let mut checked = Vec::new();
                for node in nodes {
                    let (node, kind) = self.visit(node)?;
                    last = kind;
                    checked.push(node);
                }
                Ok((Node::Sequence(checked), last))
            }
            Node::Array(nodes) => self.array(nodes),
            Node::Call {
                function,
                arguments,
                predicate,
                ..
            } => self.call(function, arguments, predicate),
            Node::BadCall(name) => refuse(format!("{name} is no function")),
        }
    }

    fn name(&self, name: String) -> Checked {
        let variable = self
            .variables
            .iter()
            .rev()
            .find(|(known, _)| *known == name);
        if let Some((_, kind)) = variable {
            let kind = kind.clone();
            return Ok((Node::Name(name), kind));
        }
        if self.triggers.contains(&name.as_str()) {
            return Ok((Node::Name(name), Type::Float));
        }
        if name == "$env" || is_builtin(&name) {
            return Err(Rejected::unsupported(&name));
        }
        refuse(format!("unknown name {name}"))
    }

    fn sign(
        &mut self,
        inner: Node,
        make: fn(Box<Node>) -> Node,
        fold: fn(&Value) -> Result<Value, Rejected>,
    ) -> Checked {
        let (inner, kind) = self.visit(inner)?;
        if !kind.is_number() && kind != Type::Unknown {
            return refuse("invalid operation: a sign before no number");
        }
        let node = match &inner {
            Node::Literal(value @ (Value::Int(_) | Value::Float(_))) => Node::Literal(fold(value)?),
            _ => make(Box::new(inner)),
        };
        Ok((node, kind))
    }

    fn binary(&mut self, operator: Binary, left: Node, right: Node) -> Checked {
        let (left, a) = self.visit(left)?;
        let (right, b) = self.visit(right)?;
        let unknown = a == Type::Unknown || b == Type::Unknown;
        let fits = |check: fn(&Type) -> bool| {
            (check(&a) || a == Type::Unknown) && (check(&b) || b == Type::Unknown)
        };
        let numbers = fits(Type::is_number);
        let kind = match operator {
            Binary::Equal | Binary::NotEqual => {
                let comparable = unknown
                    || a == Type::Nil
                    || b == Type::Nil
                    || a.is_number() && b.is_number()
                    || a.fits(&b);
                comparable.then_some(Type::Bool)
            }
            Binary::Or | Binary::And => fits(|kind| *kind == Type::Bool).then_some(Type::Bool),
            Binary::Less | Binary::More | Binary::LessOrEqual | Binary::MoreOrEqual => {
                numbers.then_some(Type::Bool)
            }
            Binary::Add | Binary::Subtract | Binary::Multiply => numbers.then(|| {
                if unknown {
                    Type::Unknown
                } else if a == Type::Int && b == Type::Int {
                    Type::Int
                } else {
                    Type::Float
                }
            }),
            Binary::Divide | Binary::Power => numbers.then_some(Type::Float),
            Binary::Modulo => fits(|kind| *kind == Type::Int).then_some(Type::Int),
            Binary::Coalesce => Some(match (&a, &b) {
                (Type::Nil, other) | (other, Type::Nil) => other.clone(),
                _ if b.fits(&a) => a.clone(),
                _ => Type::Unknown,
            }),
        };
        let Some(kind) = kind else {
            return refuse(format!(
                "invalid operation: {operator:?} (mismatched types {a:?} and {b:?})"
            ));
        };
        let ints = a == Type::Int && b == Type::Int;
        Ok((fold(operator, left, right, ints)?, kind))
    }

    fn conditional(&mut self, condition: Node, yes: Node, no: Node) -> Checked {
        let (condition, kind) = self.visit(condition)?;
        if !kind.is_or_unknown(&Type::Bool) {
            return refuse("non-bool expression used as condition");
        }
        let (yes, a) = self.visit(yes)?;
        let (no, b) = self.visit(no)?;
        let kind = match (&a, &b) {
            (Type::Nil, other) | (other, Type::Nil) => other.clone(),
            (Type::Array(x), Type::Array(y)) if !(x.fits(y) && y.fits(x)) => {
                Type::Array(Box::new(Type::Unknown))
            }
            _ if a.fits(&b) => a.clone(),
            _ => Type::Unknown,
        };
        let node = Node::Conditional {
            condition: Box::new(condition),
            yes: Box::new(yes),
            no: Box::new(no),
        };
        Ok((node, kind))
    }

    fn variable(&mut self, name: String, value: Node, body: Node) -> Checked {
        let taken = self.triggers.contains(&name.as_str())
            || is_builtin(&name)
            || self.variables.iter().any(|(known, _)| *known == name);
        if taken {
            return refuse(format!("cannot redeclare {name}"));
        }
        let (value, kind) = self.visit(value)?;
        self.variables.push((name.clone(), kind));
        let (body, kind) = self.visit(body)?;
        self.variables.pop();
        let node = Node::Let {
            name,
            value: Box::new(value),
            body: Box::new(body),
        };
        Ok((node, kind))
    }

    fn array(&mut self, nodes: Vec<Node>) -> Checked {
        let mut checked = Vec::new();
        let mut last: Option<Type> = None;
        let mut same = true;
        for node in nodes {
            let (node, kind) = self.visit(node)?;
            same &= last.as_ref().is_none_or(|last| last.kind() == kind.kind());
            last = Some(kind);
            checked.push(node);
        }
        let element = last.filter(|_| same).unwrap_or(Type::Unknown);
        let literals: Option<Vec<Value>> = checked
            .iter()
            .map(|node| match node {
                Node::Literal(value @ (Value::Bool(_) | Value::Int(_) | Value::Float(_))) => {
                    Some(value.clone())
                }
                _ => None,
            })
            .collect();
        let node = match literals.filter(|literals| !literals.is_empty()) {
            Some(literals) => Node::Constants(literals),
            None => Node::Array(checked),
        };
        Ok((node, Type::Array(Box::new(element))))
    }

    fn call(
        &mut self,
        function: Function,
        arguments: Vec<Node>,
        predicate: Option<Box<Node>>,
    ) -> Checked {
        let mut checked = Vec::new();
        let mut kinds = Vec::new();
        for argument in arguments {
            let (node, kind) = self.visit(argument)?;
            checked.push(node);
            kinds.push(kind);
        }
        let mut body = None;
        let predicate = match predicate {
            Some(predicate) => {
                let element = element_of(&kinds)?;
                self.pointers.push((element, function == Function::Map));
                let (node, kind) = self.visit(*predicate)?;
                self.pointers.pop();
                if kind == Type::Nil {
                    return refuse("predicate should has one input and one output param");
                }
                body = Some(kind);
                Some(Box::new(node))
            }
            None => None,
        };
        let kind = result(function, &kinds, body)?;
        let node = Node::Call {
            function,
            arguments: checked,
            predicate,
            enough: None,
        };
        Ok((node, kind))
    }
}

/// The elements that a predicate looks at.
fn element_of(kinds: &[Type]) -> Result<Type, Rejected> {
    match kinds {
        [Type::Array(element)] => Ok((**element).clone()),
        [Type::Unknown] => Ok(Type::Unknown),
        _ => refuse("the function takes only an array"),
    }
}

/// What a function returns.
fn result(function: Function, kinds: &[Type], body: Option<Type>) -> Result<Type, Rejected> {
    let one = |fits: fn(&Type) -> bool| match kinds {
        [kind] if fits(kind) || *kind == Type::Unknown => Ok(kind.clone()),
        _ => refuse(format!("invalid argument for {function:?}")),
    };
    match function {
        Function::Len => one(|kind| matches!(kind, Type::Array(_))).map(|_| Type::Int),
        Function::Abs => one(Type::is_number),
        Function::Ceil | Function::Floor | Function::Round | Function::Float => {
            one(Type::is_number).map(|_| Type::Float)
        }
        Function::Int => one(Type::is_number).map(|_| Type::Int),
        Function::Max | Function::Min | Function::Mean | Function::Median => {
            for kind in kinds {
                match kind {
                    Type::Unknown | Type::Array(_) => return Ok(Type::Unknown),
                    Type::Int | Type::Float => {}
                    Type::Nil | Type::Bool => return refuse("invalid argument of an aggregate"),
                }
            }
            match kinds.first() {
                Some(kind) => Ok(kind.clone()),
                None => refuse("not enough arguments"),
            }
        }
        Function::Sum => element_of(kinds).map(|element| body.unwrap_or(element)),
        Function::Map => {
            element_of(kinds).map(|_| Type::Array(Box::new(body.unwrap_or(Type::Unknown))))
        }
        Function::Count
        | Function::All
        | Function::Any
        | Function::None
        | Function::One
        | Function::Filter => {
            let element = element_of(kinds)?;
            if body.is_some_and(|body| !body.is_or_unknown(&Type::Bool)) {
                return refuse("predicate should return boolean");
            }
            Ok(match function {
                Function::Count => Type::Int,
                Function::Filter => Type::Array(Box::new(element)),
                _ => Type::Bool,
            })
        }
    }
}

/// What two sides fold to where they are literals, and where counting may stop early.
fn fold(operator: Binary, left: Node, right: Node, ints: bool) -> Result<Node, Rejected> {
    let literals = match (&left, &right) {
        (Node::Literal(a), Node::Literal(b)) => match operator {
            Binary::Add => a.add(b).ok(),
            Binary::Subtract => a.subtract(b).ok(),
            Binary::Multiply => a.multiply(b).ok(),
            Binary::Divide => a.divide(b).ok(),
            Binary::Power => Some(a.power(b)?),
            // Division by a literal 0 is refused even where it is never computed.
            Binary::Modulo => Some(a.modulo(b)?),
            Binary::Equal => match (a, b) {
                (Value::Int(_), Value::Int(_)) | (Value::Bool(_), Value::Bool(_)) => {
                    Some(Value::Bool(a.equals(b)))
                }
                _ => None,
            },
            _ => None,
        },
        _ => None,
    };
    if let Some(value) = literals {
        return Ok(Node::Literal(value));
    }
    let truth = |node: &Node| match node {
        Node::Literal(Value::Bool(truth)) => Some(*truth),
        _ => None,
    };
    let neutral = match operator {
        Binary::And => Some(true),
        Binary::Or => Some(false),
        _ => None,
    };
    if let Some(neutral) = neutral {
        let (a, b) = (truth(&left), truth(&right));
        if a == Some(neutral) {
            return Ok(right);
        }
        if b == Some(neutral) {
            return Ok(left);
        }
        if a.or(b).is_some() {
            return Ok(Node::Literal(Value::Bool(!neutral)));
        }
        if joins_predicates(&left, &right) {
            return Err(Rejected::unsupported("two predicates joined"));
        }
    }
    if ints && matches!(operator, Binary::Equal | Binary::NotEqual) {
        return Ok(Node::EqualInts {
            left: Box::new(left),
            right: Box::new(right),
            negated: operator == Binary::NotEqual,
        });
    }
    Ok(Node::Binary {
        left: Box::new(enough(operator, left, &right)),
        operator,
        right: Box::new(right),
    })
}

/// Upstream makes one predicate of two, which then stop at other elements.
fn joins_predicates(left: &Node, right: &Node) -> bool {
    match (left, right) {
        (Node::Call { function: a, .. }, Node::Call { function: b, .. }) => {
            a == b && matches!(a, Function::All | Function::Any | Function::None)
        }
        _ => false,
    }
}

/// A count that is compared with a literal stops once the outcome is certain.
fn enough(operator: Binary, left: Node, right: &Node) -> Node {
    let Node::Literal(Value::Int(limit)) = right else {
        return left;
    };
    let stop = match operator {
        Binary::More | Binary::LessOrEqual if *limit >= 0 => limit.checked_add(1),
        Binary::MoreOrEqual | Binary::Less if *limit >= 0 => Some(*limit),
        _ => None,
    };
    let at_once = matches!(operator, Binary::More | Binary::MoreOrEqual);
    let stop = stop.filter(|&stop| stop > 1 || stop == 1 && at_once);
    match left {
        Node::Call {
            function: Function::Count,
            arguments,
            predicate: Some(predicate),
            ..
        } => Node::Call {
            function: Function::Count,
            arguments,
            predicate: Some(predicate),
            enough: stop,
        },
        left => left,
    }
}
