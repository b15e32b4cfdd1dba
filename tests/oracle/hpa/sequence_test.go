package podautoscaler

import (
	"encoding/json"
	"testing"
	"time"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
)

// TestSequences plays passes one after the other: the controller keeps its memory, all else changes.
func TestSequences(t *testing.T) {
	each(t, func(index int, d *dice, out *json.Encoder) {
		var w *world
		asWritten := any(nil)
		for pass := range 50 {
			restarted := false
			if pass == 0 {
				w, asWritten = situationAt(index, d)
				if d.chance(80) {
					w.memory = memory{}
				}
			} else {
				// Passes are queued 15 s after the one before ends.
				time.Sleep(15*time.Second + pick(d, 0, 0, time.Duration(d.Int64N(int64(time.Second))), time.Duration(d.Int64N(int64(5*time.Second)))))
				d.now = time.Now()
				asWritten = w.change(d, asWritten)
				if d.chance(1) {
					restarted = true
					w.memory = memory{}
				}
			}
			situation := w.situation(d.now, asWritten)
			w.gates.set()
			p := w.build()
			p.run()
			p.emit(out, situation, object{"index": index, "pass": pass, "restarted": restarted})
			w.memory = p.memory()
			if p.hpas.written != nil && p.hpas.err == nil {
				w.status = asStored(*p.hpas.written)
			}
			w.specReplicas = p.target.scale.Spec.Replicas
		}
	})
}

// change lets the cluster live for a period: pods follow the size, load moves, people edit.
func (w *world) change(d *dice, asWritten any) any {
	spec := asWritten.(autoscalingv2.HorizontalPodAutoscalerSpec)
	size := w.specReplicas
	w.randomFaults(d)
	w.spec.ScaleTargetRef.APIVersion = spec.ScaleTargetRef.APIVersion
	if d.chance(70) {
		// Nothing but the samples changes, if they do.
		if d.chance(50) {
			w.randomMetrics(d)
		}
		w.mappings, w.mapperErr, w.others = []error{nil}, nil, nil
	} else if d.chance(80) && size < 200 {
		w.randomPods(d)
		selector := w.selector
		w.randomScale(d)
		if d.chance(80) {
			w.selector = selector
		}
		w.specReplicas = size
		w.randomMetrics(d)
	}
	if w.mapperErr != nil && w.mapperErr.Error() == "unexpected GroupVersion string: a/b/c" {
		w.mapperErr, w.mappings = nil, []error{nil}
	}
	if d.chance(4) {
		// Somebody edits the size.
		w.specReplicas = pick(d, 0, 1, 3, size+1, size*2, int32(d.between(0, 30)))
	}
	if d.chance(3) {
		w.randomSpec(d)
		spec = w.spec
		w.spec = stored(w.spec)
		w.randomMetrics(d)
	} else if d.chance(3) {
		spec.Behavior = d.behavior()
		w.spec = stored(spec)
	}
	return spec
}
