// Upstream's controller decides random situations. Each is printed as a line of JSON with what became of it.
package podautoscaler

import (
	"bufio"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sys/unix"
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
		p.emit(out, situation, object{"index": index})
	})
}

// TestSpeed times the decisions alone, on the wall's clock: the situations and the controllers are made before.
func TestSpeed(t *testing.T) {
	elapsed := int64(0)
	each(t, func(index int, d *dice, out *json.Encoder) {
		w, asWritten := situationAt(index, d)
		// A conflict would be waited out.
		w.scaleFailures = min(w.scaleFailures, 0)
		if w.scaleFailures < 0 && errors.Is(w.scaleErr, theConflict) {
			w.scaleErr = errors.New("refused")
		}
		situation := w.situation(d.now, asWritten)
		w.gates.set()
		p := w.build()
		before := wall()
		p.run()
		elapsed += wall() - before
		p.emit(out, situation, object{"index": index, "nanoseconds": elapsed})
	})
}

// wall is the real time, which the bubble does not fake.
func wall() int64 {
	var at unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &at); err != nil {
		panic(err)
	}
	return at.Nano()
}
