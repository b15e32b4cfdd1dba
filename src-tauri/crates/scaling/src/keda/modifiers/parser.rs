//! The tree of a formula (expr-lang/expr v1.17.8 `parser/parser.go`), for the part of the language that is about numbers.

use super::Rejected;
use super::lexer::{self, Token};
use super::tree::{Binary, Function, Node, Predicate, is_builtin};
use super::value::Value;

/// Makes a part of what stands behind a sign.
type Unary = fn(Box<Node>) -> Node;

/// Deeper than this nobody nests; what is deeper is unknown rather than a risk.
const DEPTH: u32 = 64;

/// Reads a formula over triggers of these names, which go before functions of the same name.
pub(super) fn parse(text: &str, triggers: &[&str]) -> Result<Node, Rejected> {
    let tokens = lexer::tokens(text)?;
    if tokens.len() > 2000 {
        return Err(Rejected::unsupported("formulas of more than 2000 words"));
    }
    let mut parser = Parser {
        tokens,
        at: 0,
        triggers,
        predicates: 0,
        depth: 0,
    };
    let node = parser.sequence()?;
    match parser.current() {
        Token::End => Ok(node),
        _ => Err(parser.unexpected()),
    }
}

struct Parser<'a> {
    tokens: Vec<Token>,
    at: usize,
    triggers: &'a [&'a str],
    /// How many predicates are open.
    predicates: u32,
    depth: u32,
}

impl Parser<'_> {
    fn current(&self) -> &Token {
        self.tokens.get(self.at).unwrap_or(&Token::End)
    }

    fn sign(&self) -> Option<&'static str> {
        match self.current() {
            Token::Sign(sign) => Some(sign),
            Token::Int(_) | Token::Float(_) | Token::Name(_) | Token::Pointer(_) | Token::End => {
                None
            }
        }
    }

    fn is(&self, sign: &str) -> bool {
        self.sign() == Some(sign)
    }

    fn step(&mut self) {
        self.at = self.at.saturating_add(1);
    }

    fn unexpected(&self) -> Rejected {
        Rejected::Refused(format!("unexpected token {:?}", self.current()))
    }

    fn expect(&mut self, sign: &str) -> Result<(), Rejected> {
        if self.is(sign) {
            self.step();
            Ok(())
        } else {
            Err(self.unexpected())
        }
    }

    fn name(&mut self) -> Result<String, Rejected> {
        match self.current().clone() {
            Token::Name(name) => {
                self.step();
                Ok(name)
            }
            _ => Err(self.unexpected()),
        }
    }

    /// Expressions one after the other; the last one counts.
    fn sequence(&mut self) -> Result<Node, Rejected> {
        let mut nodes = vec![self.expression(0)?];
        while self.is(";") {
            self.step();
            if *self.current() == Token::End {
                break;
            }
            nodes.push(self.expression(0)?);
        }
        match (nodes.pop(), nodes.is_empty()) {
            (Some(only), true) => Ok(only),
            (last, _) => {
                nodes.extend(last);
                Ok(Node::Sequence(nodes))
            }
        }
    }

    fn expression(&mut self, precedence: u16) -> Result<Node, Rejected> {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(Rejected::unsupported("formulas that are nested so deep"));
        }
        let node = match self.sign() {
            Some("let") if precedence == 0 => self.variable(),
            Some("if") if precedence == 0 => self.conditional_if(),
            _ => self.operators(precedence),
        };
        self.depth -= 1;
        node
    }

    fn operators(&mut self, precedence: u16) -> Result<Node, Rejected> {
        let mut left = self.primary()?;
        let mut coalesced = false;
        while let Some(sign) = self.sign() {
            if sign == "|" && precedence == 0 {
                self.step();
                let name = self.name()?;
                left = self.call(&name, Some(left))?;
                coalesced = false;
                continue;
            }
            let Some((operator, strength)) = Binary::of(sign) else {
                break;
            };
            if strength < precedence {
                break;
            }
            self.step();
            if coalesced && operator != Binary::Coalesce {
                return Err(Rejected::Refused(format!(
                    "Operator ({sign}) and coalesce expressions (??) cannot be mixed"
                )));
            }
            left = if operator.compares() {
                self.comparisons(left, operator, strength)?
            } else {
                let right = self.expression(if operator == Binary::Power {
                    strength
                } else {
                    strength + 1
                })?;
                binary(operator, left, right)
            };
            coalesced = operator == Binary::Coalesce;
        }
        if precedence == 0 {
            left = self.conditional(left)?;
        }
        Ok(left)
    }

    /// `a < b < c` is `a < b && b < c`.
    fn comparisons(
        &mut self,
        mut left: Node,
        mut operator: Binary,
        strength: u16,
    ) -> Result<Node, Rejected> {
        let mut all: Option<Node> = None;
        loop {
            let right = self.expression(strength + 1)?;
            let again = right.clone();
            let one = binary(operator, left, right);
            let together = match all {
                Some(all) => binary(Binary::And, all, one),
                None => one,
            };
            let next = self.sign().and_then(Binary::of).map(|(next, _)| next);
            match next.filter(|next| next.compares()) {
                Some(next) => operator = next,
                None => return Ok(together),
            }
            self.step();
            again.small()?;
            left = again;
            all = Some(together);
        }
    }

    fn conditional(&mut self, mut node: Node) -> Result<Node, Rejected> {
        while self.is("?") {
            self.step();
            let yes = if self.is(":") {
                node.small()?.clone()
            } else {
                self.expression(0)?
            };
            self.expect(":")?;
            let no = self.expression(0)?;
            node = Node::Conditional {
                condition: Box::new(node),
                yes: Box::new(yes),
                no: Box::new(no),
            };
        }
        Ok(node)
    }

    fn variable(&mut self) -> Result<Node, Rejected> {
        self.expect("let")?;
        let name = self.name()?;
        self.expect("=")?;
        let value = self.expression(0)?;
        self.expect(";")?;
        let body = self.sequence()?;
        Ok(Node::Let {
            name,
            value: Box::new(value),
            body: Box::new(body),
        })
    }

    fn conditional_if(&mut self) -> Result<Node, Rejected> {
        self.expect("if")?;
        let condition = self.expression(0)?;
        let yes = self.block()?;
        self.expect("else")?;
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(Rejected::unsupported("formulas that are nested so deep"));
        }
        let no = if self.is("if") {
            self.conditional_if()?
        } else {
            self.block()?
        };
        self.depth -= 1;
        Ok(Node::Conditional {
            condition: Box::new(condition),
            yes: Box::new(yes),
            no: Box::new(no),
        })
    }

    fn block(&mut self) -> Result<Node, Rejected> {
        self.expect("{")?;
        let node = self.sequence()?;
        self.expect("}")?;
        Ok(node)
    }

    fn primary(&mut self) -> Result<Node, Rejected> {
        let unary: Option<(Unary, u16)> = match self.sign() {
            Some("not" | "!") => Some((Node::Not, 50)),
            Some("-") => Some((Node::Negate, 90)),
            Some("+") => Some((Node::Plus, 90)),
            _ => None,
        };
        if let Some((make, strength)) = unary {
            self.step();
            let inner = self.expression(strength)?;
            return self.no_postfix(make(Box::new(inner)));
        }
        if self.is("(") {
            self.step();
            let inner = self.sequence()?;
            self.expect(")")?;
            return self.no_postfix(inner);
        }
        match self.current().clone() {
            Token::Pointer(_) if self.predicates == 0 => Err(self.unexpected()),
            Token::Pointer(name) => {
                self.step();
                let node = match name.as_str() {
                    "" if matches!(self.current(), Token::Name(_)) => {
                        return Err(Rejected::unsupported("named pointers"));
                    }
                    "" => Node::Pointer,
                    "index" => Node::PointerIndex,
                    _ => return Err(Rejected::unsupported("named pointers")),
                };
                self.no_postfix(node)
            }
            Token::Int(int) => {
                self.step();
                Ok(Node::Literal(Value::Int(int)))
            }
            Token::Float(float) => {
                self.step();
                Ok(Node::Literal(Value::Float(float)))
            }
            Token::Name(name) => {
                self.step();
                self.word(&name)
            }
            Token::Sign("[") => {
                let node = self.array()?;
                self.no_postfix(node)
            }
            Token::Sign("{") => Err(Rejected::unsupported("maps")),
            Token::Sign(_) | Token::End => Err(self.unexpected()),
        }
    }

    fn word(&mut self, name: &str) -> Result<Node, Rejected> {
        let literal = match name {
            "true" => Some(Value::Bool(true)),
            "false" => Some(Value::Bool(false)),
            "nil" => Some(Value::Nil),
            _ => None,
        };
        if let Some(value) = literal {
            return Ok(Node::Literal(value));
        }
        let node = if self.is("(") {
            self.call(name, None)?
        } else {
            Node::Name(name.to_owned())
        };
        self.no_postfix(node)
    }

    fn array(&mut self) -> Result<Node, Rejected> {
        self.expect("[")?;
        let mut nodes = Vec::new();
        while !self.is("]") {
            if !nodes.is_empty() {
                self.expect(",")?;
                if self.is("]") {
                    break;
                }
            }
            nodes.push(self.expression(0)?);
        }
        self.expect("]")?;
        Ok(Node::Array(nodes))
    }

    /// Indexes are not computed here; members were found out among the words.
    fn no_postfix(&self, node: Node) -> Result<Node, Rejected> {
        if self.is("[") {
            Err(Rejected::unsupported("indexes"))
        } else {
            Ok(node)
        }
    }

    fn call(&mut self, name: &str, piped: Option<Node>) -> Result<Node, Rejected> {
        let overridden = self.triggers.contains(&name);
        let known = Function::of(name).filter(|_| !overridden);
        let Some((function, takes)) = known else {
            if !overridden && is_builtin(name) {
                return Err(Rejected::unsupported(&format!("the function {name}")));
            }
            self.arguments(piped)?;
            return Ok(Node::BadCall(name.to_owned()));
        };
        if matches!(takes, Predicate::Never) {
            return Ok(Node::Call {
                function,
                arguments: self.arguments(piped)?,
                predicate: None,
                enough: None,
            });
        }
        self.expect("(")?;
        let first = piped.is_none();
        let collection = match piped {
            Some(collection) => collection,
            None if self.is(")") => return Err(self.unexpected()),
            None => self.expression(0)?,
        };
        let ends = self.is(")");
        let predicate = match takes {
            Predicate::Always if ends => return Err(self.unexpected()),
            Predicate::Optional if ends => None,
            Predicate::Always | Predicate::Optional | Predicate::Never => {
                if first {
                    self.expect(",")?;
                }
                Some(Box::new(self.predicate()?))
            }
        };
        if self.is(",") {
            self.step();
        }
        self.expect(")")?;
        Ok(Node::Call {
            function,
            arguments: vec![collection],
            predicate,
            enough: None,
        })
    }

    fn arguments(&mut self, piped: Option<Node>) -> Result<Vec<Node>, Rejected> {
        let mut nodes: Vec<Node> = piped.into_iter().collect();
        let offset = nodes.len();
        self.expect("(")?;
        while !self.is(")") {
            if nodes.len() > offset {
                self.expect(",")?;
            }
            if self.is(")") {
                break;
            }
            nodes.push(self.expression(0)?);
        }
        self.expect(")")?;
        Ok(nodes)
    }

    fn predicate(&mut self) -> Result<Node, Rejected> {
        let braces = self.is("{");
        if braces {
            self.step();
        }
        self.predicates += 1;
        let node = if braces {
            self.sequence()?
        } else {
            self.expression(0)?
        };
        self.predicates -= 1;
        if braces {
            self.expect("}")?;
        }
        Ok(node)
    }
}

fn binary(operator: Binary, left: Node, right: Node) -> Node {
    Node::Binary {
        operator,
        left: Box::new(left),
        right: Box::new(right),
    }
}
