//! The parts of a formula, for the part of the language that is about numbers.

use super::Rejected;
use super::value::Value;

/// A part of a formula.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Node {
    /// A literal, or what literals were folded to.
    Literal(Value),
    /// A trigger or a variable.
    Name(String),
    /// The element that a predicate looks at.
    Pointer,
    /// Its position, in `map`.
    PointerIndex,
    Negate(Box<Node>),
    Plus(Box<Node>),
    Not(Box<Node>),
    Binary {
        operator: Binary,
        left: Box<Node>,
        right: Box<Node>,
    },
    /// Both sides are whole numbers by their types, and must be when it is computed.
    EqualInts {
        left: Box<Node>,
        right: Box<Node>,
        negated: bool,
    },
    Conditional {
        condition: Box<Node>,
        yes: Box<Node>,
        no: Box<Node>,
    },
    Let {
        name: String,
        value: Box<Node>,
        body: Box<Node>,
    },
    Sequence(Vec<Node>),
    Array(Vec<Node>),
    /// All elements are literals.
    Constants(Vec<Value>),
    Call {
        function: Function,
        arguments: Vec<Node>,
        predicate: Option<Box<Node>>,
        /// For `count`: nobody asks beyond this.
        enough: Option<i64>,
    },
    /// A call of something that is no function.
    BadCall(String),
}

impl Node {
    /// Itself, unless doubling it again and again would grow out of hand.
    pub(super) fn small(&self) -> Result<&Self, Rejected> {
        if self.weight() > 300 {
            return Err(Rejected::unsupported("such long chains of comparisons"));
        }
        Ok(self)
    }

    fn weight(&self) -> usize {
        1 + self
            .children()
            .iter()
            .map(|node| node.weight())
            .sum::<usize>()
    }

    fn children(&self) -> Vec<&Self> {
        match self {
            Self::Literal(_)
            | Self::Name(_)
            | Self::Pointer
            | Self::PointerIndex
            | Self::Constants(_)
            | Self::BadCall(_) => Vec::new(),
            Self::Negate(node) | Self::Plus(node) | Self::Not(node) => vec![node],
            Self::Binary { left, right, .. } | Self::EqualInts { left, right, .. } => {
                vec![left, right]
            }
            Self::Conditional { condition, yes, no } => vec![condition, yes, no],
            Self::Let { value, body, .. } => vec![value, body],
            Self::Sequence(nodes) | Self::Array(nodes) => nodes.iter().collect(),
            Self::Call {
                arguments,
                predicate,
                ..
            } => arguments.iter().chain(predicate.as_deref()).collect(),
        }
    }
}

/// An operator with two sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Binary {
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    More,
    LessOrEqual,
    MoreOrEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
    Power,
    Coalesce,
}

impl Binary {
    pub(super) fn of(sign: &str) -> Option<(Self, u16)> {
        Some(match sign {
            "or" | "||" => (Self::Or, 10),
            "and" | "&&" => (Self::And, 15),
            "==" => (Self::Equal, 20),
            "!=" => (Self::NotEqual, 20),
            "<" => (Self::Less, 20),
            ">" => (Self::More, 20),
            "<=" => (Self::LessOrEqual, 20),
            ">=" => (Self::MoreOrEqual, 20),
            "+" => (Self::Add, 30),
            "-" => (Self::Subtract, 30),
            "*" => (Self::Multiply, 60),
            "/" => (Self::Divide, 60),
            "%" => (Self::Modulo, 60),
            "**" | "^" => (Self::Power, 100),
            "??" => (Self::Coalesce, 500),
            _ => return None,
        })
    }

    pub(super) fn compares(self) -> bool {
        matches!(
            self,
            Self::Less | Self::More | Self::LessOrEqual | Self::MoreOrEqual
        )
    }
}

/// A builtin that is computed here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Function {
    Abs,
    Ceil,
    Floor,
    Round,
    Int,
    Float,
    Len,
    Max,
    Min,
    Mean,
    Median,
    Sum,
    Count,
    All,
    Any,
    None,
    One,
    Filter,
    Map,
}

/// How a function takes a predicate.
pub(super) enum Predicate {
    Never,
    Optional,
    Always,
}

impl Function {
    pub(super) fn of(name: &str) -> Option<(Self, Predicate)> {
        use Predicate::{Always, Never, Optional};
        Some(match name {
            "abs" => (Self::Abs, Never),
            "ceil" => (Self::Ceil, Never),
            "floor" => (Self::Floor, Never),
            "round" => (Self::Round, Never),
            "int" => (Self::Int, Never),
            "float" => (Self::Float, Never),
            "len" => (Self::Len, Never),
            "max" => (Self::Max, Never),
            "min" => (Self::Min, Never),
            "mean" => (Self::Mean, Never),
            "median" => (Self::Median, Never),
            "sum" => (Self::Sum, Optional),
            "count" => (Self::Count, Optional),
            "all" => (Self::All, Always),
            "any" => (Self::Any, Always),
            "none" => (Self::None, Always),
            "one" => (Self::One, Always),
            "filter" => (Self::Filter, Always),
            "map" => (Self::Map, Always),
            _ => return None,
        })
    }
}

/// Builtins that are not computed here (`builtin/builtin.go`).
const OTHER_BUILTINS: [&str; 52] = [
    "bitand",
    "bitnand",
    "bitnot",
    "bitor",
    "bitshl",
    "bitshr",
    "bitushr",
    "bitxor",
    "concat",
    "date",
    "duration",
    "find",
    "findIndex",
    "findLast",
    "findLastIndex",
    "first",
    "flatten",
    "fromBase64",
    "fromJSON",
    "fromPairs",
    "get",
    "groupBy",
    "hasPrefix",
    "hasSuffix",
    "indexOf",
    "join",
    "keys",
    "last",
    "lastIndexOf",
    "lower",
    "now",
    "reduce",
    "repeat",
    "replace",
    "reverse",
    "sort",
    "sortBy",
    "split",
    "splitAfter",
    "string",
    "take",
    "timezone",
    "toBase64",
    "toJSON",
    "toPairs",
    "trim",
    "trimPrefix",
    "trimSuffix",
    "type",
    "uniq",
    "upper",
    "values",
];

/// Whether a name is a builtin's, which no variable may have.
pub(super) fn is_builtin(name: &str) -> bool {
    Function::of(name).is_some() || OTHER_BUILTINS.contains(&name)
}
