// Upstream's controller decides random situations. Each is printed as a line of JSON with what became of it.
package podautoscaler

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
)

func number(name string, otherwise int) int {
	if text := os.Getenv(name); text != "" {
		value, err := strconv.Atoi(text)
		if err != nil {
			panic(err)
		}
		return value
	}
	return otherwise
}

var (
	seed  = number("ORACLE_SEED", 1)
	first = number("ORACLE_FIRST", 0)
	count = number("ORACLE_COUNT", 10)
)

func init() {
	// The errors are looked at in events; logging them would take real and fake time.
	utilruntime.ErrorHandlers = nil
}

// each gives every index its own dice at the start of a fake minute.
func each(t *testing.T, do func(index int, d *dice, out *json.Encoder)) {
	writer := bufio.NewWriterSize(os.Stdout, 1<<20)
	defer writer.Flush()
	out := json.NewEncoder(writer)
	synctest.Test(t, func(*testing.T) {
		for index := first; index < first+count; index++ {
			now := time.Now()
			time.Sleep(now.Truncate(time.Minute).Add(time.Minute).Sub(now))
			do(index, &dice{rand.New(rand.NewPCG(uint64(seed), uint64(index))), time.Now()}, out)
		}
	})
}

// gatesOf changes with blocks of indexes, as switching gates is slow.
func gatesOf(index int) gates {
	block := rand.New(rand.NewPCG(uint64(seed), uint64(1<<32+index/50)))
	return gates{block.IntN(4) != 0, block.IntN(2) == 0, block.IntN(4) != 0}
}

func emit(out *json.Encoder, line object) {
	if err := out.Encode(line); err != nil {
		panic(err)
	}
}

func situationAt(index int, d *dice) (*world, any) {
	time.Sleep(time.Duration(d.Int64N(int64(time.Second))))
	d.now = time.Now()
	w := &world{gates: gatesOf(index)}
	w.random(d)
	asWritten := w.spec
	w.spec = stored(w.spec)
	return w, asWritten
}

func TestSituations(t *testing.T) {
	each(t, func(index int, d *dice, out *json.Encoder) {
		w, asWritten := situationAt(index, d)
		situation := w.situation(d.now, asWritten)
		w.gates.set()
		p := w.build()
		p.run()
		emit(out, object{"index": index, "situation": situation, "answer": p.answer(w)})
	})
}

// TestSpeed times the decisions alone: the situations and the controllers are made before.
func TestSpeed(t *testing.T) {
	var passes []*pass
	var out *json.Encoder
	each(t, func(index int, d *dice, encoder *json.Encoder) {
		w, asWritten := situationAt(0, d)
		out = encoder
		emit(out, object{"situation": w.situation(d.now, asWritten)})
		w.gates.set()
		w.scaleFailures = 0
		passes = append(passes, w.build())
	})
	fmt.Fprintln(os.Stderr, "warming")
	start := time.Now()
	for _, p := range passes {
		p.run()
	}
	elapsed := time.Since(start)
	fmt.Printf("{\"passes\": %d, \"nanoseconds\": %d}\n", len(passes), elapsed.Nanoseconds())
}
