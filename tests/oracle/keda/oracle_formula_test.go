package keda

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/expr-lang/expr"

	kedav1alpha1 "github.com/kedacore/keda/v2/apis/keda/v1alpha1"
)

var triggerNames = []string{"a", "b", "trig_one", "notify", "true_count", "orders", "max_lag", "nile"}

// formula makes one of the given depth, mostly of numbers.
func (w *world) formula(depth int, names []string) string {
	name := func() string {
		if w.chance(2) {
			return pick(w, "missing", "nil", "true", "false")
		}
		return pick(w, names...)
	}
	if depth <= 0 {
		switch w.random.IntN(4) {
		case 0:
			return pick(w, "0", "1", "2", "3", "10", "100", "5", "7", "0.5", "1.5", "2.25", "1e3", "0x10", "1_000", ".5", "3.", "9223372036854775807", "0b101", "0o17")
		default:
			return name()
		}
	}
	sub := func() string { return w.formula(depth-1, names) }
	truth := func() string {
		switch w.random.IntN(8) {
		case 0:
			return pick(w, "true", "false")
		case 1:
			return fmt.Sprintf("(%s) %s (%s > 1)", w.comparison(sub), pick(w, "&&", "||", "and", "or"), sub())
		case 2:
			return pick(w, "!", "not ") + "(" + w.comparison(sub) + ")"
		case 3:
			return fmt.Sprintf("%s(%s, {%s})", pick(w, "all", "any", "none", "one"), w.array(sub), w.predicate())
		case 4:
			return fmt.Sprintf("%s < %s <= %s", sub(), sub(), sub())
		default:
			return w.comparison(sub)
		}
	}
	switch w.random.IntN(22) {
	case 0, 1, 2, 3, 4, 5:
		return fmt.Sprintf("%s %s %s", sub(), pick(w, "+", "-", "*", "/", "+", "-", "*", "/", "%", "**", "^"), sub())
	case 6, 7:
		return "(" + sub() + ")"
	case 8:
		return pick(w, "-", "+") + sub()
	case 9, 10, 11:
		return fmt.Sprintf("%s ? %s : %s", truth(), sub(), sub())
	case 12:
		return fmt.Sprintf("(%s ?? %s)", name(), sub())
	case 13:
		return fmt.Sprintf("%s(%s)", pick(w, "abs", "ceil", "floor", "round", "int", "float"), sub())
	case 14, 15:
		return fmt.Sprintf("%s(%s, %s)", pick(w, "max", "min", "mean", "median"), sub(), sub())
	case 16:
		return fmt.Sprintf("%s(%s)", pick(w, "max", "min", "sum", "mean", "median", "len", "count"), w.array(sub))
	case 17:
		return fmt.Sprintf("count(%s, {%s}) %s", w.array(sub), w.predicate(), pick(w, "", "+ 1", "* 2"))
	case 18:
		return fmt.Sprintf("count(%s, {%s}) %s %d ? %s : %s", w.array(sub), w.predicate(), pick(w, ">", ">=", "<", "<=", "=="), w.between(0, 3), sub(), sub())
	case 19:
		return fmt.Sprintf("sum(%s(%s, {%s}))", pick(w, "filter", "map"), w.array(sub), pick(w, w.predicate(), "# * 2", "# + 1", "#index"))
	case 20:
		return fmt.Sprintf("(let v%d = %s; v%d + %s)", depth, sub(), depth, sub())
	default:
		return fmt.Sprintf("if %s { %s } else { %s }", truth(), sub(), sub())
	}
}

func (w *world) comparison(sub func() string) string {
	return fmt.Sprintf("%s %s %s", sub(), pick(w, "<", ">", "<=", ">=", "==", "!="), sub())
}

func (w *world) predicate() string {
	return fmt.Sprintf("# %s %s", pick(w, ">", "<", ">=", "==", "!="), pick(w, "0", "1", "5", "2.5", "nil"))
}

func (w *world) array(sub func() string) string {
	var elements []string
	for range w.between(0, 4) {
		elements = append(elements, sub())
	}
	return "[" + strings.Join(elements, ", ") + "]"
}

// soup is words of the language in any order.
func (w *world) soup(names []string) string {
	var words []string
	for range w.between(1, 9) {
		words = append(words, pick(w, "(", ")", "+", "-", "*", "/", "%", "**", "?", ":", "??", "<", "==", "!", "&&", "or", "not", "[", "]", "{", "}", ",", ";", "#", "1", "2.5", "nil", "true", "max", "abs(", "sum([", "let", "x", "=", "if", "else", "|", "//", "5a", "1e", "&", "=*", "@", pick(w, names...), pick(w, names...)))
	}
	return strings.Join(words, pick(w, " ", " ", ""))
}

type formulaLine struct {
	Index   uint64       `json:"index"`
	Formula string       `json:"formula"`
	Names   []string     `json:"names"`
	Runs    []formulaRun `json:"runs"`
	Refused *string      `json:"refused"`
}

type formulaRun struct {
	Values map[string]*float64 `json:"values"`
	Kind   string              `json:"kind"`
	Number string              `json:"number"`
}

func (w *world) value() float64 {
	switch w.random.IntN(8) {
	case 0:
		return 0
	case 1:
		return float64(w.between(0, 10))
	case 2:
		return w.random.Float64() * 1000
	case 3:
		return float64(w.random.Int64N(1e9)) / 1000
	case 4:
		return float64(w.random.Int64N(1e6)) / 16
	case 5:
		return w.random.Float64()
	case 6:
		return pick(w, 1e15, 1e16, 123456789.1234, 999999999999999.9, 5e17, 1e300, 0.0005, 0.0625, 1e-9)
	default:
		return float64(w.between(0, 100))
	}
}

func (w *world) formulaCase() {
	names := triggerNames[:w.between(2, len(triggerNames))]
	if w.chance(3) {
		names = append([]string{"max"}, names...)
	}
	line := formulaLine{Index: w.index, Names: names, Formula: w.formula(int(w.between(1, 3)), names)}
	if w.chance(8) {
		line.Formula = w.soup(names)
	}
	if w.chance(5) {
		line.Formula = strings.Join(names[:2], " ?? ") + pick(w, "", " ?? 5", " + 1", " ?? nil")
	}
	if w.chance(2) {
		line.Formula = pick(w, "float(a) + 1", "float(a) > 1", "a) + (b", "a // b", "a /* b */ + 1", "nil", "true", "let x = a; x", "a; b", "[a, b] | sum()", "a | max(b)", "let _kedaCompositeResult = a ?? b; _kedaCompositeResult", "(trig_one + a) / 2", "count([a,b],{#>1}) > 1 ? 5 : 0")
	}
	so := &kedav1alpha1.ScaledObject{Spec: kedav1alpha1.ScaledObjectSpec{Advanced: &kedav1alpha1.AdvancedConfig{
		ScalingModifiers: kedav1alpha1.ScalingModifiers{Formula: line.Formula, Target: "2"},
	}}}
	for _, name := range names {
		so.Spec.Triggers = append(so.Spec.Triggers, kedav1alpha1.ScaleTriggers{Type: "kafka", Name: name})
	}
	program, err := kedav1alpha1.ValidateAndCompileScalingModifiers(so)
	if err != nil {
		line.Refused = text(err)
		say(line)
		return
	}
	for range 3 {
		run := formulaRun{Values: map[string]*float64{}}
		data := map[string]any{}
		for _, name := range names {
			if w.chance(8) {
				data[name], run.Values[name] = nil, nil
				continue
			}
			value := w.value()
			data[name], run.Values[name] = value, &value
		}
		result, err := expr.Run(program, data)
		number, isFloat := result.(float64)
		switch {
		case err != nil:
			run.Kind = "failed"
		case result == nil:
			run.Kind = "nil"
		case isFloat:
			run.Kind, run.Number = "number", strconv.FormatFloat(number, 'g', -1, 64)
		default:
			run.Kind = "failed"
		}
		line.Runs = append(line.Runs, run)
	}
	say(line)
}
