// KEDA's own code decides random situations. Each is printed as a line of JSON with what became of it.
package keda

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"testing/synctest"

	"github.com/go-logr/logr"
	logf "sigs.k8s.io/controller-runtime/pkg/log"
)

func number(name string, otherwise uint64) uint64 {
	if text := os.Getenv(name); text != "" {
		value, err := strconv.ParseUint(text, 10, 64)
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
	zones []string
)

// init takes the time zones that lie beside the program: those that Scalescope brings.
func init() {
	logf.SetLogger(logr.Discard())
	program, err := os.Executable()
	if err != nil {
		panic(err)
	}
	root := filepath.Join(filepath.Dir(program), "zoneinfo")
	if err := os.Setenv("ZONEINFO", root); err != nil {
		panic(err)
	}
	err = filepath.WalkDir(root, func(path string, entry os.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			name, _ := filepath.Rel(root, path)
			zones = append(zones, name)
		}
		return err
	})
	if err != nil {
		panic(err)
	}
}

// each gives every index its own random numbers and its own fake time.
func each(t *testing.T, one func(w *world)) {
	for index := first; index < first+count; index++ {
		synctest.Test(t, func(*testing.T) {
			w := newWorld(rand.New(rand.NewPCG(seed, index)))
			w.index = index
			one(w)
			synctest.Wait()
		})
	}
}

func TestCron(t *testing.T)    { each(t, (*world).cronCase) }
func TestLoop(t *testing.T)    { each(t, func(w *world) { w.loopCase(1) }) }
func TestLoops(t *testing.T)   { each(t, func(w *world) { w.loopCase(50) }) }
func TestFormula(t *testing.T) { each(t, (*world).formulaCase) }
func TestHpa(t *testing.T)     { each(t, (*world).hpaCase) }
func TestJob(t *testing.T)     { each(t, (*world).jobCase) }
func TestScaler(t *testing.T)  { each(t, (*world).scalerCase) }
func TestPause(t *testing.T)   { each(t, (*world).pauseCase) }
func TestServe(t *testing.T)   { each(t, (*world).serveCase) }
func TestRollout(t *testing.T) { each(t, (*world).rolloutCase) }
