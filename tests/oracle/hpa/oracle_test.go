// Upstream's controller decides random situations. Each is printed as a line of JSON with what became of it.
package podautoscaler

import (
	"bufio"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"os"
	"runtime"
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

// So many situations are made before they are decided.
const together = 100

// TestSpeed takes the processor time of the decisions alone. Situations and controllers are made before, lines after, as many at a time as a cluster has.
func TestSpeed(t *testing.T) {
	type made struct {
		w    *world
		now  time.Time
		pass *pass
	}
	elapsed := int64(0)
	each(t, func(index int, d *dice, out *json.Encoder) {
		if index%together != 0 {
			return
		}
		var batch []made
		time.Sleep(time.Duration(d.Int64N(int64(time.Second))))
		for i := index; i < min(index+together, first+count); i++ {
			d := &dice{rand.New(rand.NewPCG(uint64(seed), uint64(i))), time.Now()}
			w := &world{gates: gatesOf(index)}
			w.random(d)
			w.spec = stored(w.spec)
			// A conflict would be waited out.
			if errors.Is(w.scaleErr, theConflict) {
				w.scaleFailures = 0
			}
			batch = append(batch, made{w, d.now, w.build()})
		}
		batch[0].w.gates.set()
		runtime.GC()
		before := spent()
		for _, m := range batch {
			m.pass.run()
		}
		elapsed += spent() - before
		for _, m := range batch {
			m.pass.emit(out, m.w.situation(m.now, m.w.spec), object{"nanoseconds": elapsed})
		}
	})
}

// spent is the processor time of the whole process, garbage collection included: other programs do not count.
func spent() int64 {
	var usage unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &usage); err != nil {
		panic(err)
	}
	return usage.Utime.Nano() + usage.Stime.Nano()
}
