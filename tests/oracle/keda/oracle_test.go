package keda

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"testing/synctest"

	"github.com/go-logr/logr"
	logf "sigs.k8s.io/controller-runtime/pkg/log"
)

// TestOracle prints ORACLE_COUNT cases of the part ORACLE_PART, made from ORACLE_SEED, one line of JSON each. Time is a bubble's.
func TestOracle(t *testing.T) {
	logf.SetLogger(logr.Discard())
	number := func(name string) uint64 {
		value, err := strconv.ParseUint(os.Getenv(name), 10, 64)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		return value
	}
	parts := map[string]func(w *world){
		"cron":    (*world).cronCase,
		"loop":    (*world).loopCase,
		"formula": (*world).formulaCase,
		"hpa":     (*world).hpaCase,
		"job":     (*world).jobCase,
		"scaler":  (*world).scalerCase,
		"pause":   (*world).pauseCase,
		"rollout": (*world).rolloutCase,
	}
	part, known := parts[os.Getenv("ORACLE_PART")]
	if !known {
		t.Fatalf("no part %q", os.Getenv("ORACLE_PART"))
	}
	random := rand.New(rand.NewPCG(number("ORACLE_SEED"), 1))
	synctest.Test(t, func(t *testing.T) {
		defer func() {
			if r := recover(); r != nil {
				fmt.Fprintln(os.Stderr, r)
				panic(r)
			}
		}()
		for range number("ORACLE_COUNT") {
			part(newWorld(random))
		}
		synctest.Wait()
	})
}
