//! Computes a formula.

use std::collections::BTreeMap;

use super::Rejected;
use super::tree::{Binary, Function, Node};
use super::value::Value;

/// The value for these triggers; one that is missing or `None` is nil.
pub(super) fn evaluate(
    node: &Node,
    triggers: &BTreeMap<String, Option<f64>>,
) -> Result<Value, Rejected> {
    let mut machine = Machine {
        triggers,
        variables: Vec::new(),
        pointers: Vec::new(),
        steps: 0,
    };
    machine.value(node)
}

/// Formulas that take longer are nobody's.
const STEPS: u32 = 200_000;

struct Machine<'a> {
    triggers: &'a BTreeMap<String, Option<f64>>,
    variables: Vec<(&'a str, Value)>,
    /// Element and position that each open predicate looks at.
    pointers: Vec<(Value, i64)>,
    steps: u32,
}

impl<'a> Machine<'a> {
    fn value(&mut self, node: &'a Node) -> Result<Value, Rejected> {
        self.steps += 1;
        if self.steps > STEPS {
            return Err(Rejected::unsupported("so many steps"));
        }
        match node {
            Node::Literal(value) => Ok(value.clone()),
            Node::Constants(values) => Ok(Value::Array(values.clone())),
            Node::Name(name) => Ok(self.named(name)),
            Node::Pointer => Ok(self
                .pointers
                .last()
                .map_or(Value::Nil, |(value, _)| value.clone())),
            Node::PointerIndex => Ok(self
                .pointers
                .last()
                .map_or(Value::Nil, |(_, index)| Value::Int(*index))),
            Node::Negate(inner) => self.value(inner)?.negate(),
            Node::Plus(inner) => self.value(inner),
            Node::Not(inner) => Ok(Value::Bool(!self.value(inner)?.truth()?)),
            Node::Binary {
                operator,
                left,
                right,
            } => self.binary(*operator, left, right),
            Node::EqualInts {
                left,
                right,
                negated,
            } => match (self.value(left)?, self.value(right)?) {
                (Value::Int(a), Value::Int(b)) => Ok(Value::Bool((a == b) != *negated)),
                _ => Err(Rejected::Refused("interface conversion: no int".into())),
            },
            Node::Conditional { condition, yes, no } => {
                if self.value(condition)?.truth()? {
                    self.value(yes)
                } else {
                    self.value(no)
                }
            }
            Node::Let { name, value, body } => {
                let value = self.value(value)?;
                self.variables.push((name, value));
                let result = self.value(body);
                self.variables.pop();
                result
            }
            Node::Sequence(nodes) => {
                let mut last = Value::Nil;
                for node in nodes {
                    last = self.value(node)?;
                }
                Ok(last)
            }
            Node::Array(nodes) => self.all(nodes).map(Value::Array),
            Node::Call {
                function,
                arguments,
                predicate,
                enough,
            } => match function {
                Function::Sum
                | Function::Count
                | Function::All
                | Function::Any
                | Function::None
                | Function::One
                | Function::Filter
                | Function::Map => {
                    self.over_array(*function, arguments, predicate.as_deref(), *enough)
                }
                Function::Abs
                | Function::Ceil
                | Function::Floor
                | Function::Round
                | Function::Int
                | Function::Float
                | Function::Len
                | Function::Max
                | Function::Min
                | Function::Mean
                | Function::Median => self
                    .all(arguments)
                    .and_then(|arguments| simple(*function, &arguments)),
            },
            Node::BadCall(name) => Err(Rejected::Refused(format!("{name} is no function"))),
        }
    }

    fn all(&mut self, nodes: &'a [Node]) -> Result<Vec<Value>, Rejected> {
        nodes.iter().map(|node| self.value(node)).collect()
    }

    fn named(&self, name: &str) -> Value {
        if let Some((_, value)) = self
            .variables
            .iter()
            .rev()
            .find(|(known, _)| *known == name)
        {
            return value.clone();
        }
        match self.triggers.get(name) {
            Some(Some(number)) => Value::Float(*number),
            Some(None) | None => Value::Nil,
        }
    }

    fn binary(
        &mut self,
        operator: Binary,
        left: &'a Node,
        right: &'a Node,
    ) -> Result<Value, Rejected> {
        let a = self.value(left)?;
        // These look at the right side only if the left one does not decide.
        match operator {
            Binary::Or if a.truth()? => return Ok(Value::Bool(true)),
            Binary::And if !a.truth()? => return Ok(Value::Bool(false)),
            Binary::Coalesce if a != Value::Nil => return Ok(a),
            Binary::Or | Binary::And | Binary::Coalesce => return self.value(right),
            _ => {}
        }
        let b = self.value(right)?;
        let ordered = |test: fn(std::cmp::Ordering) -> bool| {
            a.compare("<", &b)
                .map(|order| Value::Bool(order.is_some_and(test)))
        };
        match operator {
            Binary::Equal => Ok(Value::Bool(a.equals(&b))),
            Binary::NotEqual => Ok(Value::Bool(!a.equals(&b))),
            Binary::Less => ordered(std::cmp::Ordering::is_lt),
            Binary::More => ordered(std::cmp::Ordering::is_gt),
            Binary::LessOrEqual => ordered(std::cmp::Ordering::is_le),
            Binary::MoreOrEqual => ordered(std::cmp::Ordering::is_ge),
            Binary::Add => a.add(&b),
            Binary::Subtract => a.subtract(&b),
            Binary::Multiply => a.multiply(&b),
            Binary::Divide => a.divide(&b),
            Binary::Modulo => a.modulo(&b),
            Binary::Power => a.power(&b),
            Binary::Or | Binary::And | Binary::Coalesce => Ok(b),
        }
    }

    fn over_array(
        &mut self,
        function: Function,
        arguments: &'a [Node],
        predicate: Option<&'a Node>,
        enough: Option<i64>,
    ) -> Result<Value, Rejected> {
        // A sum of two or more written elements is folded from the right.
        if let (Function::Sum, None, [Node::Array(nodes)]) = (function, predicate, arguments)
            && let [first @ .., last] = &nodes[..]
            && !first.is_empty()
        {
            let mut values = self.all(first)?;
            let mut sum = self.value(last)?;
            while let Some(value) = values.pop() {
                sum = value.add(&sum)?;
            }
            return Ok(sum);
        }
        let Some(Value::Array(elements)) = self.all(arguments)?.pop() else {
            return Err(Rejected::Refused("the function takes only an array".into()));
        };
        let mut kept = Vec::new();
        let mut sum = Value::Int(0);
        let mut count = 0;
        for (index, element) in (0..).zip(elements) {
            let value = match predicate {
                Some(predicate) => {
                    self.pointers.push((element.clone(), index));
                    let value = self.value(predicate);
                    self.pointers.pop();
                    value?
                }
                None => element.clone(),
            };
            match function {
                Function::Sum => sum = value.add(&sum)?,
                Function::Map => kept.push(value),
                Function::All if !value.truth()? => return Ok(Value::Bool(false)),
                Function::Any if value.truth()? => return Ok(Value::Bool(true)),
                Function::None if value.truth()? => return Ok(Value::Bool(false)),
                Function::Filter if value.truth()? => kept.push(element),
                Function::Count | Function::One if value.truth()? => {
                    count += 1;
                    if enough == Some(count) {
                        return Ok(Value::Int(count));
                    }
                }
                _ => {}
            }
        }
        Ok(match function {
            Function::Sum => sum,
            Function::Count => Value::Int(count),
            Function::One => Value::Bool(count == 1),
            Function::Any => Value::Bool(false),
            Function::Map | Function::Filter => Value::Array(kept),
            _ => Value::Bool(true),
        })
    }
}

/// A function of plain values.
fn simple(function: Function, arguments: &[Value]) -> Result<Value, Rejected> {
    let refuse = || {
        Err(Rejected::Refused(format!(
            "invalid argument for {function:?}"
        )))
    };
    let rounded = |round: fn(f64) -> f64| match arguments {
        [value] => match value.as_f64() {
            Some(number) => Ok(Value::Float(round(number))),
            None => refuse(),
        },
        _ => refuse(),
    };
    match function {
        Function::Abs => match arguments {
            [Value::Int(int)] => Ok(Value::Int(int.wrapping_abs())),
            // Not `abs`: the sign of zero stays.
            [Value::Float(float)] => Ok(Value::Float(if *float < 0.0 { -float } else { *float })),
            _ => refuse(),
        },
        Function::Ceil => rounded(f64::ceil),
        Function::Floor => rounded(f64::floor),
        Function::Round => rounded(f64::round),
        Function::Float => rounded(|number| number),
        Function::Int => match arguments {
            [value] => value.to_int(),
            _ => refuse(),
        },
        Function::Len => match arguments {
            [Value::Array(elements)] => Ok(Value::Int(
                i64::try_from(elements.len()).unwrap_or(i64::MAX),
            )),
            _ => refuse(),
        },
        Function::Max => extreme(arguments, std::cmp::Ordering::is_lt),
        Function::Min => extreme(arguments, std::cmp::Ordering::is_gt),
        Function::Mean => {
            let (mut count, mut sum) = (0.0, 0.0);
            add_up(arguments, &mut count, &mut sum)?;
            Ok(Value::Float(if count == 0.0 { 0.0 } else { sum / count }))
        }
        Function::Median => {
            let mut numbers = Vec::new();
            flatten(arguments, &mut numbers)?;
            // Go puts what is no number first.
            numbers.sort_by(|a, b| match (a.is_nan(), b.is_nan()) {
                (true, true) => std::cmp::Ordering::Equal,
                (true, false) => std::cmp::Ordering::Less,
                (false, true) => std::cmp::Ordering::Greater,
                (false, false) => a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal),
            });
            let half = numbers.len() / 2;
            let at = |index: usize| numbers.get(index).copied().unwrap_or(0.0);
            Ok(Value::Float(if numbers.len() % 2 == 1 {
                at(half)
            } else if half == 0 {
                0.0
            } else {
                #[allow(clippy::manual_midpoint)] // overflows as upstream does
                ((at(half - 1) + at(half)) / 2.0)
            }))
        }
        _ => refuse(),
    }
}

/// The first of the largest, or smallest, numbers; nil where there is none (`builtin/lib.go:minMax`).
fn extreme(values: &[Value], beaten: fn(std::cmp::Ordering) -> bool) -> Result<Value, Rejected> {
    if let [only @ (Value::Nil | Value::Bool(_))] = values {
        return Ok(only.clone());
    }
    extreme_of(values, beaten).map(|best| best.unwrap_or(Value::Nil))
}

fn extreme_of(
    values: &[Value],
    beaten: fn(std::cmp::Ordering) -> bool,
) -> Result<Option<Value>, Rejected> {
    let mut best: Option<Value> = None;
    for value in values {
        let candidate = match value {
            Value::Int(_) | Value::Float(_) => value.clone(),
            Value::Array(elements) => match extreme_of(elements, beaten)? {
                Some(inner) => inner,
                None => continue,
            },
            Value::Nil | Value::Bool(_) => {
                return Err(Rejected::Refused("invalid argument of max or min".into()));
            }
        };
        let better = match &best {
            None => true,
            Some(best) => best.compare("<", &candidate)?.is_some_and(beaten),
        };
        if better {
            best = Some(candidate);
        }
    }
    Ok(best)
}

/// Adds the numbers and those of the arrays one by one; arrays within arrays are summed on their own first (`builtin/lib.go:mean`).
fn add_up(values: &[Value], count: &mut f64, sum: &mut f64) -> Result<(), Rejected> {
    for value in values {
        let elements = match value {
            Value::Array(elements) => elements.as_slice(),
            Value::Nil | Value::Bool(_) | Value::Int(_) | Value::Float(_) => {
                std::slice::from_ref(value)
            }
        };
        for element in elements {
            let (more, number) = match element {
                Value::Array(_) => {
                    let (mut inner_count, mut inner) = (0.0, 0.0);
                    add_up(std::slice::from_ref(element), &mut inner_count, &mut inner)?;
                    (inner_count, inner)
                }
                Value::Nil | Value::Bool(_) | Value::Int(_) | Value::Float(_) => {
                    let number = element
                        .as_f64()
                        .ok_or_else(|| Rejected::Refused("invalid argument for mean".into()))?;
                    (1.0, number)
                }
            };
            *count += more;
            *sum += number;
        }
    }
    Ok(())
}

fn flatten(values: &[Value], numbers: &mut Vec<f64>) -> Result<(), Rejected> {
    for value in values {
        match value {
            Value::Array(elements) => flatten(elements, numbers)?,
            _ => numbers.push(
                value
                    .as_f64()
                    .ok_or_else(|| Rejected::Refused("invalid argument for median".into()))?,
            ),
        }
    }
    Ok(())
}
